"""The test plan, docs/spec/testplan.yaml: features, the tests that are meant for them, and the points that show it."""

import fnmatch
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "docs/spec/testplan.yaml"
KEYS = {"name", "tests", "points"}


class PlanError(Exception):
    """The plan is at fault; the text says where."""


def read(path=PATH):
    """The rows. Raises PlanError."""
    try:
        rows = yaml.safe_load(path.read_text())["features"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise PlanError(f"{path}: {error}") from error
    for row in rows:
        if not isinstance(row, dict) or set(row) != KEYS or not row["points"] or not row["tests"]:
            raise PlanError(f"{path}: a feature has name, tests and points, none of them empty: {row}")
    names = [row["name"] for row in rows]
    for name in names:
        if names.count(name) > 1:
            raise PlanError(f"{path}: two features are called '{name}'")
    return rows


def groups(counts):
    """Points as the plan names them. Of instruction.NAME.CELL there is also instruction.NAME, the sum of its cells, and one for each side of
    each of the three: instruction_part.NAME, instruction_hazard.NAME, instruction_full.NAME."""
    result = dict(counts)
    for name, count in counts.items():
        kind, _, rest = name.partition(".")
        if kind != "instruction":
            continue
        instruction, _, cell = rest.rpartition(".")
        for group in ("instruction", *(f"instruction_{side}" for side in cell.split("_"))):
            key = f"{group}.{instruction}"
            result[key] = result.get(key, 0) + count
    for name in [name for name in counts if name.startswith("instruction.")]:
        result[name.replace("instruction.", "cross.", 1)] = result.pop(name)
    return result


def labels():
    """The names of all points that there are in files, whatever shapes have them."""
    return {name for path in Path(__file__).resolve().parent.glob("*_points.sv") for name in re.findall(r"^ *(\w+) *: cover property", path.read_text(), re.M)}


def missed(rows, counts, tests=None, known=frozenset()):
    """{feature: points that were not reached}, where a plan's `issue.*` is every one that fits, and `!x` afterwards takes some away. A point
    without a count was not reached if it is `known`: no shape that was measured has what it is of. Raises PlanError for one that does not exist, and for
    a kind of test that is none of `tests`, if they are given."""
    result = {}
    for row in rows:
        if tests is not None and (unknown := [test for test in row["tests"] if not any(name.startswith(test) for name in tests)]):
            raise PlanError(f"{PATH}: feature '{row['name']}': there is no test '{unknown[0]}'")
        meant = []
        for point in row["points"]:
            named = fnmatch.filter(counts, point.removeprefix("!"))
            # (Those of instructions come from their table, not from files.)
            if not named and known and (point.removeprefix("!").startswith("instruction") or fnmatch.filter(known, point.removeprefix("!").split(".")[0])):
                named = [point.removeprefix("!")]
            elif not named:
                raise PlanError(f"{PATH}: feature '{row['name']}': there is no point '{point}'")
            meant = [name for name in meant if name not in named] if point.startswith("!") else meant + named
        if not_reached := [name for name in meant if not counts.get(name)]:
            result[row["name"]] = not_reached
    return result
