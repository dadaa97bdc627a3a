"""Verilator's counters: read, added up, and shown by module."""

import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("line", "toggle", "user")


@functools.cache
def units():
    """The units of the core, in order: what gen_unit of core_points.sv counts through."""
    text = (ROOT / "rtl/core/core_pkg.sv").read_text()
    return [name.strip().removeprefix("Unit").lower() for name in re.search(r"\{([^}]*)\}\s*unit_e;", text)[1].split(",")]


def add(counts, text):
    """Adds the counters of a file to {(kind, module, file, line, what): count}. Instances of a module count as one."""
    for line in text.splitlines():
        if not line.startswith("C '"):
            continue
        body, _, number = line[3:].rpartition("' ")
        fields = dict(part.split("\x02", 1) for part in body.split("\x01") if "\x02" in part)
        kind, _, module = fields.get("page", "").removeprefix("v_").partition("/")
        if kind not in KINDS:
            kind = "line"  # branches are lines of their own
        # A specialised module is called NAME__something.
        module = module.split("__")[0]
        what = fields.get("o", "")
        if kind == "user" and (unit := re.search(r"gen_unit(?:__BRA__|\[)(\d+)", fields.get("h", ""))):
            what += f".{units()[int(unit[1])]}"
        key = (kind, module, fields.get("f", ""), int(fields.get("l", 0)), what)
        counts[key] = counts.get(key, 0) + int(number)


def of_design(key):
    """What is the RTL's own: neither the harness nor generated registers."""
    return "/rtl/" in "/" + key[2] and "/verif/" not in "/" + key[2] and "/generated/" not in "/" + key[2]


def percent(part, whole):
    return round(100 * part / whole, 1) if whole else 100.0


def summary(counts):
    """{kind: {module or all: (reached, points)}}."""
    result = {kind: {"all": (0, 0)} for kind in ("line", "toggle")}
    for key, count in counts.items():
        kind, module = key[:2]
        if kind not in result or not of_design(key):
            continue
        for name in (module, "all"):
            reached, points = result[kind].get(name, (0, 0))
            result[kind][name] = (reached + (count > 0), points + 1)
    return result


def points(counts):
    """{name of a functional point: count}; one for each unit is called POINT.UNIT."""
    found = {}
    for (kind, module, _, _, what), count in counts.items():
        if kind == "user" and module.endswith("_points"):
            found[what] = found.get(what, 0) + count
    return found


def table(result):
    lines = [f"{'module':28} {'lines':>13} {'':>7} {'bits':>15}"]
    for module in sorted(result["toggle"].keys() | result["line"].keys(), key=lambda name: (name == "all", name)):
        cells = []
        for kind, width in (("line", 13), ("toggle", 15)):
            reached, number = result[kind].get(module, (0, 0))
            cells.append(f"{f'{reached} of {number}':>{width}} {percent(reached, number):5.1f} %")
        lines.append(f"{module:28} {' '.join(cells)}")
    return "\n".join(lines)


def report(result, counts, rows, missed):
    parts = ["# Coverage", "", "```", table(result), "```", "", "## Test plan", "", "| feature | points | |", "|---|---|---|"]
    for row in rows:
        state = f"not reached: {', '.join(missed[row['name']])}" if row["name"] in missed else "reached"
        parts.append(f"| {row['name']} | {len(row['points'])} | {state} |")
    parts += ["", "## Lines that were not reached", ""]
    lines = sorted({(key[2], key[3]) for key, count in counts.items() if key[0] == "line" and not count and of_design(key)})
    for name, line in lines:
        path = Path(name)
        text = path.read_text().splitlines()[line - 1].strip() if path.is_file() else ""
        short = re.sub(r".*/rtl/", "rtl/", name)
        parts.append(f"- `{short}:{line}` `{text}`")
    return "\n".join(parts) + "\n"
