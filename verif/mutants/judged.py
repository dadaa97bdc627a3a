"""Survivors that somebody has looked at: judged.yaml."""

from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
CLASSES = ("equivalent", "untested", "performance only")


class JudgedError(Exception):
    """judged.yaml is at fault; the text says where."""


def read(path=HERE / "judged.yaml"):
    try:
        entries = yaml.safe_load(path.read_text()) or []
    except (OSError, yaml.YAMLError) as error:
        raise JudgedError(f"{path}: {error}") from error
    for entry in entries:
        if set(entry) != {"module", "line", "change", "class", "reason"} or entry["class"] not in CLASSES:
            raise JudgedError(f"{path}: an entry has module, line (text), change, class ({', '.join(CLASSES)}) and reason: {entry}")
    return entries


def opinion(entries, mutant, root):
    """(class, reason) of a mutant, or two empty texts. A line is known by its text, so that the file may change around it."""
    name, _, number = mutant.source.partition(":")
    path = next((root / "rtl").rglob(name), None)
    lines = path.read_text().splitlines() if path else []
    text = lines[int(number) - 1].strip() if number.isdigit() and int(number) <= len(lines) else ""
    for entry in entries:
        if (entry["module"], entry["line"]) == (mutant.module, text) and mutant.change.startswith(entry["change"]):
            return entry["class"], entry["reason"]
    return "", ""
