"""Rows, one for each mutant: files of them, and the table."""

import csv
import json
from pathlib import Path

import judged

# The rows of campaigns that are kept, so that --report prints the table again. Each has the version of its module's source: of an older one
# it says what was true then.
KEPT = Path(__file__).resolve().parent / "rows.csv"
COLUMNS = ("module", "source", "mutant", "seed", "rtl", "by", "how", "class", "reason")


class ResultError(Exception):
    """A file with results cannot be read; the text says which."""


def identity(row):
    """The same mutant, also if another run has it under another number."""
    return row["module"], row["mutant"], row["source"]


def read(path, whole):
    """The rows of a file that save() wrote. Raises ResultError."""
    try:
        if path.suffix == ".csv":
            with open(path, encoding="utf-8", newline="") as file:
                rows = [{**row, "killed": row["by"] != ""} for row in csv.DictReader(file)]
        else:
            rows = json.loads(path.read_text())["rows"]
        return [{**row, "part": whole.folder(row["module"])} for row in rows if isinstance(row["killed"], bool) and identity(row)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{path} is no result of heddle mutants --json: {error!r}") from error


def older(row, whole):
    """The row is about a source of its module that has changed since."""
    return row.get("rtl") != whole.version(row["module"])


def merge(paths, whole):
    """Several runs as one. A mutant that is in two of them counts once: about today's source if there is such a row, killed if one has killed
    it, else as the last one says. judged.yaml is read again for what is about today's source: it knows a line by its text."""
    found, opinions = {}, judged.read()
    for path in paths:
        for row in read(path, whole):
            known = found.get(identity(row))
            if not known or (older(known, whole), not known["killed"]) >= (older(row, whole), not row["killed"]):
                found[identity(row)] = row
    for row in found.values():
        if not row["killed"] and not older(row, whole):
            kind, reason = judged.opinion(opinions, row, whole)
            row |= {"class": kind, "reason": reason} if kind else {}
    return sorted(found.values(), key=lambda row: (row["module"], row["source"], row["mutant"]))


def keep(rows):
    """Writes the rows to where report finds them."""
    with open(KEPT, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def save(path, rows, complete, **more):
    """The rows so far, all at once, so that an interrupted run leaves a file that can be read."""
    killed, counted = score(rows)
    result = {"tool": "mutants", "pass": complete, "killed": killed, "total": counted, "score": percent(killed, counted),
              "equivalent": len(rows) - counted, **more, "rows": rows}  # fmt: skip
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(result, indent=2) + "\n")
    part.replace(path)


def show(rows, whole):
    survivors = [row for row in rows if not row["killed"]]
    print("\nsurvivors:" if survivors else "\nno survivors")
    for row in survivors:
        line = f"(of source {row.get('rtl', '?')}, which has changed since)" if older(row, whole) else whole.line(row["source"])
        print(f"  {row['source']:28} {row['mutant']}\n    | {line}\n    {row['class']}{': ' if row['reason'] else ''}{row['reason']}")
    heads = "module", "mutants", "killed", "equivalent", "time only", "untested", "not looked at", "older source", "score"
    print("\n| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    parts = sorted({row["part"] for row in rows})
    for module in sorted({(row["part"], row["module"]) for row in rows}):
        print(table_line(whole, module[1], [row for row in rows if row["module"] == module[1]]))
    for part in parts:
        print(table_line(whole, f"**{part}**", [row for row in rows if row["part"] == part]))
    print(table_line(whole, "**all**", rows))
    by = {}
    for row in rows:
        kind = row["by"].split(":")[0] or f"survived, {row['class']}"
        by[kind] = by.get(kind, 0) + 1
    print(", ".join(f"{kind}: {number}" for kind, number in sorted(by.items(), key=lambda item: -item[1])))


def table_line(whole, name, rows):
    killed, counted = score(rows)
    classes = [row["class"] for row in rows if not row["killed"]]
    time = sum(kind in ("performance only", judged.TIME) for kind in classes)
    counts = len(rows), killed, len(rows) - counted, time, classes.count("untested"), classes.count("not looked at"), sum(older(row, whole) for row in rows)
    return f"| {name} | {' | '.join(map(str, counts))} | {percent(killed, counted):.1f} % |"


def percent(part, whole):
    return round(100 * part / whole, 1) if whole else 100.0


def score(rows):
    """(killed, mutants that can be killed)."""
    return sum(row["killed"] for row in rows), sum(row["killed"] or row["class"] != "equivalent" for row in rows)
