#!/usr/bin/python3
"""Measures the fuzzer: how long it takes to find each planted bug (verif/README.md), and how small it makes the program. Prints a table;
fails if a bug is not found within the budget (of processor time, so that the load of the machine does not matter), stays larger than it
should, or if what was found is there without the bug, too."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
MINUTES = 5
INSTRUCTIONS = 12


def planted_bugs():
    """Number and place of each bug of the table."""
    return [(int(number), where) for number, where in re.findall(r"^\| (\d+) \| `([^`]*)` \|", README.read_text(), re.MULTILINE)]


def passes_without(arguments, path):
    """Whether what a replay file says does not happen once the bug is not there. (The program may have lost its end.)"""
    replay = json.loads(path.read_text())
    replay["planted_bug"] = 0
    sound = path.with_name("sound.json")
    sound.write_text(json.dumps(replay))
    command = [arguments.program, "--replay", sound, "--replay-library", arguments.library]
    said = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False).stdout
    return "it passes; " in said or "another failure: endless" in said


def measure(arguments, bug):
    """What the fuzzer says about one bug: its failure as JSON, None if there is none."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = Path(folder) / "outcome.json"
        command = [arguments.program, "--library", arguments.library, "--planted-bug", bug, "--seed", arguments.seed, "--minutes", arguments.minutes]
        command += ["--jobs", arguments.jobs, "--shrink-seconds", arguments.shrink_seconds, "--out", folder, "--json", outcome]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        if not outcome.exists():
            sys.exit(f"planted.py: the fuzzer failed:\n{done.stdout}{done.stderr}")
        result = json.loads(outcome.read_text())
        if not result["failures"]:
            return None, result
        failure = result["failures"][0]
        failure["sound"] = passes_without(arguments, Path(failure["file"]))
        if arguments.keep:
            (Path(arguments.out) / f"planted-{bug:02}.json").write_text(Path(failure["file"]).read_text())
        return failure, result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="heddle-fuzz")
    parser.add_argument("library", help="RTL library with all planted bugs")
    parser.add_argument("--bugs", type=int, nargs="+", help="only these")
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--minutes", type=int, default=MINUTES, help="time for each; more than the budget on a machine that does other things, too")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--shrink-seconds", type=int, default=180, help="processor time for making one small")
    parser.add_argument("--keep", action="store_true", help="keep the replay files, as planted-NN.json in --out")
    parser.add_argument("--out", default=".", help="where they go")
    parser.add_argument("--json", help="write the rows")
    arguments = parser.parse_args()
    rows, passed = [], True
    print(f"{'bug':>3} {'where':26} {'found as':28} {'runs':>6} {'compared':>10} {'wall s':>7} {'core s':>7} {'instructions':>12}", flush=True)
    for bug, where in planted_bugs():
        if arguments.bugs and bug not in arguments.bugs:
            continue
        failure, result = measure(arguments, bug)
        row = {"bug": bug, "where": where, "found": failure is not None, "runs": result["sessions"], "compared": result["compared"],
               "seconds": result["seconds"], "cpu_seconds": result["cpu_seconds"], "instructions": failure and failure["instructions"],
               "failure": failure and f"{failure['kind']} {failure['detail']}", "sound": failure and failure["sound"]}  # fmt: skip
        rows.append(row)
        good = failure is not None and failure["instructions"] <= INSTRUCTIONS and result["cpu_seconds"] <= 60 * MINUTES and failure["sound"]
        passed &= good
        note = "" if good else "  <-- it is there without the bug, too" if row["sound"] is False else "  <--"
        print(f"{bug:>3} {where:26} {row['failure'] or 'NOT FOUND':28} {row['runs']:>6} {row['compared']:>10} {row['seconds']:>7.1f} "
              f"{row['cpu_seconds']:>7.1f} {'-' if row['instructions'] is None else row['instructions']:>12}{note}", flush=True)  # fmt: skip
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({"tool": "fuzz", "pass": passed, "rows": rows}, indent=2) + "\n")
    return 0 if passed and rows else 1


if __name__ == "__main__":
    sys.exit(main())
