"""Rows, one for each mutant: files of them, and the table."""

import json

import judged


class ResultError(Exception):
    """A file with results cannot be read; the text says which."""


def identity(row):
    """The same mutant, also if another run has it under another number."""
    return row["module"], row["mutant"], row["source"]


def read(path, whole):
    """The rows of a file that save() wrote. Raises ResultError."""
    try:
        rows = json.loads(path.read_text())["rows"]
        return [{**row, "part": whole.folder(row["module"])} for row in rows if isinstance(row["killed"], bool) and identity(row)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{path} is no result of heddle mutants --json: {error!r}") from error


def merge(paths, whole):
    """Several runs as one. A mutant that is in two of them counts once, as the last one says; judged.yaml is read again."""
    found, opinions, rows = {}, judged.read(), []
    for path in paths:
        found |= {identity(row): row for row in read(path, whole)}
    for row in found.values():
        if not row["killed"]:
            kind, reason = judged.opinion(opinions, row, whole)
            row |= {"class": kind, "reason": reason} if kind else {}
        rows.append(row)
    return rows


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
        print(f"  {row['source']:28} {row['mutant']}\n    | {whole.line(row['source'])}\n    {row['class']}{': ' if row['reason'] else ''}{row['reason']}")
    print(f"\n{'part':24} {'mutants':>7} {'killed':>7} {'equivalent':>10} {'time only':>9} {'score':>8}")
    for part in sorted({row["part"] for row in rows}):
        mine = [row for row in rows if row["part"] == part]
        for module in sorted({row["module"] for row in mine}):
            print(table_line(f"  {module}", [row for row in mine if row["module"] == module]))
        print(table_line(part, mine))
    print(table_line("all", rows))
    by = {}
    for row in rows:
        kind = row["by"].split(":")[0] or f"survived, {row['class']}"
        by[kind] = by.get(kind, 0) + 1
    print(", ".join(f"{kind}: {number}" for kind, number in sorted(by.items(), key=lambda item: -item[1])))


def table_line(name, rows):
    killed, counted = score(rows)
    time = sum(not row["killed"] and row["class"] in ("performance only", judged.TIME) for row in rows)
    return f"{name:24} {len(rows):7} {killed:7} {len(rows) - counted:10} {time:9} {percent(killed, counted):6.1f} %"


def percent(part, whole):
    return round(100 * part / whole, 1) if whole else 100.0


def score(rows):
    """(killed, mutants that can be killed)."""
    return sum(row["killed"] for row in rows), sum(row["killed"] or row["class"] != "equivalent" for row in rows)
