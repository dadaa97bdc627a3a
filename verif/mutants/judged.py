"""Survivors that somebody has looked at: judged.yaml."""

from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
CLASSES = ("equivalent", "performance only", "untested")
# What a campaign says by itself of those whose tests pass, but end in another cycle: simulations are deterministic.
TIME = "other time"
KEYS = {"module", "line", "change", "class", "reason"}


class JudgedError(Exception):
    """judged.yaml is at fault; the text says where."""


def read(path=HERE / "judged.yaml"):
    try:
        entries = yaml.safe_load(path.read_text()) or []
    except (OSError, yaml.YAMLError) as error:
        raise JudgedError(f"{path}: {error}") from error
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != KEYS or entry["class"] not in CLASSES:
            raise JudgedError(f"{path}: an entry has module, line (text), change, class ({', '.join(CLASSES)}) and reason: {entry}")
    return entries


def opinion(entries, row, whole):
    """(class, reason) of a mutant, or two empty texts. A line is known by its text, so that the file
    may change around it; * is any."""
    text = whole.line(row["source"])
    for entry in entries:
        if entry["module"] == row["module"] and entry["line"] in (text, "*") and row["mutant"].startswith(entry["change"]):
            return entry["class"], entry["reason"]
    return "", ""


def write(path, survivors):
    """Entries to be completed, for judged.yaml."""
    entries = [{"module": row["module"], "line": line, "change": row["mutant"], "class": row["class"], "reason": row["reason"]}
               for row, line in survivors]  # fmt: skip
    path.write_text(yaml.safe_dump(entries, sort_keys=False, width=150))
