"""The JSON objects that the commands written in Python give (the compiled ones write their own)."""

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
