#!/usr/bin/python3
"""Several results of `heddle synth --json` side by side: the table of docs/synthesis.md, as Markdown.

Modules in the order of the first result; those below 100 LUTs and registers in all of them are left out, and are in the totals."""

import argparse
import json
import pathlib

SHOWN = 100
COLUMNS = {"instances": "instances", "lut": "LUT", "lutram": "as RAM", "ff": "FF", "dsp": "DSP", "bram": "BRAM"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="+", type=pathlib.Path, help="JSON files of heddle synth")
    results = [json.loads(path.read_text()) for path in parser.parse_args().results]
    for result in results:
        if not result["pass"] or "rows" not in result:
            raise SystemExit(f"tabulate: the result for {result['config']} has no table (a failed run, or one with --check)")

    tables = [{row["module"]: row for row in result["rows"]} for result in results]
    names = dict.fromkeys(name for table in tables for name in table)

    def line(name, rows):
        cells = [f"{row.get(column, 0):,g}" if column in row else "" for row in rows for column in COLUMNS]
        return f"| {name} | {' | '.join(cells)} |"

    heads = [f"{result['config']}: {text}" if column == "instances" else text for result in results for column, text in COLUMNS.items()]
    print(f"| module | {' | '.join(heads)} |")
    print("|---" * (1 + len(heads)) + "|")
    for name in names:
        rows = [table.get(name, {}) for table in tables]
        if any(max(row.get("lut", 0), row.get("ff", 0)) >= SHOWN for row in rows):
            print(line(name, rows))
    print(line("**total**", results))


if __name__ == "__main__":
    main()
