"""What the commands written in Python print and write: tables of measured rows, JSON objects (the compiled ones write their own)."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from build import BuildError


def write(path, tool, passed, **fields):
    Path(path).write_text(json.dumps({"tool": tool, "pass": passed, **fields}, indent=2) + "\n")


def write_run_failure(path, example, config, cause):
    """A run on the RTL that ended before it began; the keys of an error are those of examples/common/report.cpp."""
    place = dict.fromkeys(("pc", "symbol", "file", "line", "address", "workgroup", "lane"))
    try:
        write(path, "run", False, example=example, config=config, backend="rtl", error={"cause": cause, **place})
    except OSError as error:
        raise BuildError(f"{path}: cannot be written ({error.strerror})") from error


def write_tests(path, junit, passed):
    rows = []
    if Path(junit).exists():
        for case in ElementTree.parse(junit).getroot().iter("testcase"):
            rows.append({"name": case.get("name"), "status": case.get("status"), "seconds": float(case.get("time", 0))})
    write(path, "test", passed and bool(rows), rows=rows)


def number(value):
    """A figure of any magnitude with four digits or so."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def print_rows(rows):
    names = max(len(row["name"]) for row in rows)
    arguments = max(len(row["args"]) for row in rows)
    configs = max(len(row["config"]) for row in rows)
    print(f"{'row':{names}}  {'arguments':{arguments}}  {'config':{configs}}  {'cycles':>11}  {'value':>12} {'unit':19}  {'limit':>9}  of limit")
    for row in rows:
        share = row.get("of_peak")
        share = f"{100 * share:6.1f} %" if share is not None else ""
        print(f"{row['name']:{names}}  {row['args']:{arguments}}  {row['config']:{configs}}  {number(row.get('cycles')):>11}  "
              f"{number(row['value']):>12} {row['unit']:19}  {number(row.get('peak')):>9}  {share}")  # fmt: skip


def argument(row, name):
    """The number that an argument of the row has, or None."""
    for word in row["args"].split(","):
        key, _, value = word.partition("=")
        if key == name:
            return int(value)
    return None
