"""The test plan, docs/spec/testplan.yaml: features, the tests that are meant for them, and the points that show it."""

import fnmatch
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
        document = yaml.safe_load(path.read_text())
        rows = document["features"]
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


def missed(rows, counts):
    """{feature: points that were not reached}, where a plan's `issue.*` is every one that fits. Raises PlanError for a point that does not exist."""
    result = {}
    for row in rows:
        for point in row["points"]:
            named = fnmatch.filter(counts, point)
            if not named:
                raise PlanError(f"{PATH}: feature '{row['name']}': there is no point '{point}'")
            if not_reached := [name for name in named if not counts[name]]:
                result.setdefault(row["name"], []).extend(not_reached)
    return result
