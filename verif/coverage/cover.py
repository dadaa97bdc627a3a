#!/usr/bin/python3
"""Measures what the tests reach: lines and bits of the RTL, and the functional points of the test plan (verif/coverage/README.md)."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import data
import plan

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools/heddle"), str(ROOT / "verif/mutants")]

import build
import campaign


class CoverError(Exception):
    """A run failed; the text says which."""


def library(config):
    """The library with counters."""
    work = ROOT / "build/coverage" / config.replace(":", "-")
    build.build(["heddle_harness", "heddle-rtl-run", "heddle-fuzz", "harness_programs"], title="building the tests")
    points = work / "points"
    shutil.rmtree(points, ignore_errors=True)
    points.mkdir(parents=True)
    for path in Path(__file__).resolve().parent.glob("*.sv"):
        shutil.copy(path, points / path.name)
    out = work / "library"
    command = ["/usr/bin/python3", "-B", ROOT / "verif/harness/build_rtl.py", "--config", config, "--out", out, "--coverage", "--instead", points,
               "--include", build.BUILD / "generated/include", "--libraries", *build.rtl_archives()]  # fmt: skip
    build.run_step(f"building the RTL as '{config}' with counters", [str(word) for word in command], "coverage.log")
    return out / "libheddle_rtl.so"


def run(test, counts):
    """Runs a test and adds what it has reached to the counts."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HEDDLE_COVERAGE": folder}
        done = subprocess.run([str(word) for word in test.command], env=environment, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CoverError(f"{test.name} fails: {' '.join(str(word) for word in test.command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        files = list(Path(folder).glob("*.dat"))
        if not files:
            raise CoverError(f"{test.name} has counted nothing")
        for path in files:
            data.add(counts, path.read_text(errors="replace"))


def tests(path, sessions):
    """The directed programs, and random runs in helpings whose counters fit on a disk."""
    found = [test for test in campaign.programs(build.BUILD, path, 0)]
    fuzzer = build.BUILD / "verif/random/heddle-fuzz"
    for seed in range(1, sessions + 1, 20):
        count = min(20, sessions + 1 - seed)
        found.append(campaign.Test(f"random:{seed}", [fuzzer, "--library", path, "--jobs", "1", "--no-shrink", "--seed", seed, "--count", count]))
    return found


def arguments():
    parser = argparse.ArgumentParser(prog="heddle cover", description=__doc__, allow_abbrev=False)
    parser.add_argument("--config", default="nano", metavar="C", help="configuration (default: %(default)s)")
    parser.add_argument("--sessions", type=int, default=100, metavar="N", help="random runs (default: %(default)s)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report, as Markdown, with every line that was not reached")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    args = parser.parse_args()
    if args.sessions < 0:
        parser.error("--sessions takes a number from 0")
    for name in ("report", "json"):
        if (path := getattr(args, name)) and not path.absolute().parent.is_dir():
            parser.error(f"--{name}: there is no directory '{path.absolute().parent}'")
    return args


def main():
    args = arguments()
    start = time.monotonic()
    try:
        rows = plan.read()
        path = library(args.config)
        counts = {}
        chosen = tests(path, args.sessions)
        for number, test in enumerate(chosen, 1):
            print(f"[{number}/{len(chosen)}] {test.name}", file=sys.stderr, flush=True)
            run(test, counts)
    except (build.BuildError, CoverError, plan.PlanError) as error:
        print(f"heddle cover: {error}", file=sys.stderr)
        return 1
    result = data.summary(counts)
    missed = plan.missed(rows, data.points(counts))
    print(data.table(result))
    reached = sum(row["name"] not in missed for row in rows)
    for name, points in missed.items():
        print(f"plan: {name}: not reached: {', '.join(points)}")
    figures = {"line": data.percent(*result["line"]["all"]), "toggle": data.percent(*result["toggle"]["all"]),
               "functional": data.percent(reached, len(rows))}  # fmt: skip
    print(f"line {figures['line']} %, toggle {figures['toggle']} %, rows of the plan {figures['functional']} % ({reached} of {len(rows)}); "
          f"{len(chosen)} tests, {time.monotonic() - start:.0f} s")  # fmt: skip
    if args.report:
        args.report.write_text(data.report(result, counts, rows, missed))
    if args.json:
        args.json.write_text(json.dumps({"tool": "cover", "pass": not missed, "config": args.config, **figures, "missed": missed}, indent=2) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
