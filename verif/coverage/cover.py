#!/usr/bin/python3
"""Measures what the tests reach: lines and bits of the RTL, and the functional points of the test plan (verif/coverage/README.md)."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import data
import plan
import summary
import waivers

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools/heddle"), str(ROOT / "verif/mutants")]

import build
import campaign
import shape
import unit_benches

ERRORS = (build.BuildError, data.DataError, plan.PlanError, shape.ShapeError, unit_benches.BenchError, waivers.WaiverError)
WORK = ROOT / "build/coverage"
BARS = {"line": 98.0, "toggle": 90.0, "functional": 100.0}
# The smallest with management core and DMA engine; with two of everything and several launches; with engines. A signal counts in the first one that has it.
CONFIGS = ("nano:memory_requests=16,management=1,host_dma=1,dma_beats=32",
           "nano:cores=2,l2_banks=2,l2_ecc=1,memory_requests=16,memory_beats=1,issue_ports=2,launches=2,management=1",
           "edge")  # fmt: skip
# Benches of what programs on the device cannot bring about as they like: the host's port, the memory's answers to the management core, operands and commands of
# the engines, launches that meet, snoops and full queues of the caches.
BENCHES = ("bridge_narrow", "mgmt_small", "mgmt_usual", "copy_engine", "copy_walk", "mbarrier", "matrix_dot", "matrix_engine_4", "engines", "control_bench",
           "scrubber_bench", "port_one", "port_two", "core_csrs", "caches", "cache_two_cores", "dcache_small")  # fmt: skip
TARGETS = ("heddle_harness", "heddle_bus", "heddle-rtl-run", "heddle-fuzz", "harness_programs", "queue_test", "queue_kernels", "firmware_image")


reading = threading.Lock()  # counts, and what is printed


class CoverError(Exception):
    """A run failed; the text says which."""


def library(config):
    """The library with counters."""
    work = WORK / config.translate(str.maketrans(":=,", "---"))
    build.build(TARGETS, title="building the tests")
    points = work / "points"
    shutil.rmtree(points, ignore_errors=True)
    points.mkdir(parents=True)
    for path in Path(__file__).resolve().parent.glob("*_points.sv"):
        shutil.copy(path, points / path.name)
    out = work / "library"
    command = ["/usr/bin/python3", "-B", ROOT / "verif/harness/build_rtl.py", "--config", config, "--out", out, "--coverage", "--instead", points,
               "--include", build.BUILD / "generated/include", "--libraries", *build.rtl_archives()]  # fmt: skip
    build.run_step(f"building the RTL as '{config}' with counters", [str(word) for word in command], "coverage.log")
    return out / "libheddle_rtl.so"


def run(test, reader):
    """Runs a test and adds what it has reached to the counts."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HEDDLE_COVERAGE": folder}
        done = subprocess.run([str(word) for word in test.command], env=environment, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CoverError(f"{test.name} fails: {' '.join(str(word) for word in test.command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        files = list(Path(folder).glob("*.dat"))
        if not files:
            raise CoverError(f"{test.name} has counted nothing; is it run on a library with counters?")
        with reading:
            for path in files:
                reader.add(path)


def tests(path, config, sessions):
    """The directed programs, those for what the configuration has besides, and random runs in helpings whose counters fit on a disk."""
    parameters = shape.parameters(config)
    found = campaign.programs(build.BUILD, path, 0)
    if parameters["matrix_dim"]:
        found += campaign.engines(build.BUILD, path)
    if parameters["host_dma"]:
        found += campaign.dma(build.BUILD, path)
    # (Long ones, of the management core and of launches: where there is DMA or are several launches. Of engines they say nothing.)
    if parameters["management"] and (parameters["host_dma"] or parameters["launches"] > 1):
        found += campaign.queues(build.BUILD, path, (config, parameters))
    fuzzer = build.BUILD / "verif/random/heddle-fuzz"
    for seed in range(1, sessions + 1, 10):
        count = min(10, sessions + 1 - seed)
        found.append(campaign.Test(f"random:{seed}", [fuzzer, "--library", path, "--jobs", "1", "--no-shrink", "--seed", seed, "--count", count]))
    return found


def arguments():
    parser = argparse.ArgumentParser(prog="heddle cover", description=__doc__, allow_abbrev=False)
    parser.add_argument("--config", action="append", metavar="C", help=f"configuration (may be given again; default: {' and '.join(CONFIGS)})")
    parser.add_argument("--bench", action="append", metavar="B",
                        help=f"unit bench (may be given again; with --config or --bench only what is named; default: {', '.join(BENCHES)})")  # fmt: skip
    parser.add_argument("--counts", type=Path, metavar="FILE", help="write what was counted")
    parser.add_argument("--merge", type=Path, nargs="+", metavar="FILE", help="run nothing; the figures of several such files, in their order")
    parser.add_argument("--sessions", type=int, default=60, metavar="N", help="random runs on each (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("HEDDLE_JOBS") or os.cpu_count() or 1), metavar="N",
                        help="tests of a configuration at once (default: %(default)s)")  # fmt: skip
    parser.add_argument("--module", action="append", metavar="M", help="list what was not reached of this module (may be given again)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report, an HTML page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    args = parser.parse_args()
    if args.sessions < 0:
        parser.error("--sessions takes a number from 0")
    if args.jobs < 1:
        parser.error("--jobs takes a number from 1")
    for name in ("report", "json", "counts"):
        if (path := getattr(args, name)) and not path.absolute().parent.is_dir():
            parser.error(f"--{name}: there is no directory '{path.absolute().parent}'")
    known = {path.stem for path in (ROOT / "rtl").rglob("*.sv")}
    for module in args.module or []:
        if module not in known:
            parser.error(f"--module: there is no module '{module}' in rtl")
    return args


def attempt(reader, failures, place, test):
    """A test that fails counts nothing; the others go on, so that a long run is not lost, and the whole fails."""
    print(f"{place} {test.name}", file=sys.stderr, flush=True)
    try:
        run(test, reader)
    except CoverError as error:
        failures.append(test.name)
        print(error, file=sys.stderr, flush=True)
    else:
        reader.counts.tests.append(test.name)


def keep(counts, args):
    """Now: a run that is interrupted later has counted until here."""
    if args.counts:
        counts.write(args.counts)


def measure(args, failures):
    """The counts of all runs; the names of tests that fail are added to `failures`."""
    counts = data.Counts()
    for config in args.config:
        path = library(config)
        reader = data.Reader(counts, config, path.parent / "signals.json")
        chosen = tests(path, config, args.sessions)
        places = [f"[{number}/{len(chosen)}] {config}" for number in range(1, len(chosen) + 1)]
        pool = ThreadPoolExecutor(args.jobs)
        try:
            for _ in pool.map(partial(attempt, reader, failures), places, chosen):
                pass
        finally:
            pool.shutdown(cancel_futures=True)
        keep(counts, args)
    for number, name in enumerate(args.bench, 1):
        test, signals = unit_benches.make(name, WORK / f"bench-{name}")
        attempt(data.Reader(counts, test.name, signals), failures, f"[{number}/{len(args.bench)}]", test)
        keep(counts, args)
    return counts


def merged(paths):
    counts = data.Counts()
    for path in paths:
        counts.add(data.Counts.read(path))
    return counts


def source(name, line):
    return (ROOT / name).read_text().splitlines()[line - 1]


def list_module(counts, module):
    for name, line in sorted({key[1:3] for key, count in counts.lines.items() if key[0] == module and not count}):
        print(f"  {name}:{line}: {source(name, line).strip()}")
    for _, name, config, bits in (row for row in summary.missed_bits(counts) if row[0] == module):
        print(f"  {config}: {name}: bits {summary.ranges(bits)}")


def main():
    args = arguments()
    start = time.monotonic()
    try:
        rows, entries = plan.read(), waivers.read()
        whole = args.config is None and args.bench is None and not args.merge  # what the plan is for
        if whole:
            args.config, args.bench = CONFIGS, BENCHES
        args.config, args.bench = [shape.canonical(text) for text in args.config or []], list(args.bench or [])
        failures = []
        counts = merged(args.merge) if args.merge else measure(args, failures)
        if args.merge:
            keep(counts, args)
        counts.settle()
        missed = plan.missed(rows, plan.groups(counts.points), counts.tests if whole else None, plan.labels())
        taken, wrong = waivers.apply(entries, counts, source)
        waived = list(zip(entries, taken, strict=True))
    except ERRORS as error:
        print(f"heddle cover: {error}", file=sys.stderr)
        return 1
    modules = summary.by_module(counts)
    print(summary.table(modules))
    for module in args.module or []:
        print(f"{module}: not reached")
        list_module(counts, module)
    for name, points in missed.items():
        print(f"plan: {name}: not reached: {', '.join(points)}")
    lines, all_lines, bits, all_bits = modules["all"]
    figures = {"line": data.percent(lines, all_lines), "toggle": data.percent(bits, all_bits),
               "functional": data.percent(len(rows) - len(missed), len(rows))}  # fmt: skip
    crosses = [count for name, count in counts.points.items() if name.startswith("instruction.")]
    below = [name for name, bar in BARS.items() if figures[name] < bar]
    heading = (f"line {figures['line']} %, toggle {figures['toggle']} %, rows of the plan {figures['functional']} % ({len(rows) - len(missed)} of "
               f"{len(rows)}); instruction x lanes x hazard x stall {sum(map(bool, crosses))} of {len(crosses)}; "
               f"waived {sum(number for _, number in waived)}; {len(counts.tests)} tests, {time.monotonic() - start:.0f} s")  # fmt: skip
    print(heading)
    for text in wrong:
        print(text)
    for name in below:
        print(f"below the bar: {name}, {figures[name]} % of {BARS[name]} %")
    for name in failures:
        print(f"failed: {name}")
    if args.report:
        args.report.write_text(summary.page(counts, modules, rows, missed, heading, waived))
    if args.json:
        result = {"tool": "cover", "pass": not (below or wrong or failures), **figures, "configs": args.config, "benches": args.bench,
                  "tests": len(counts.tests), "failed": failures, "missed": missed, "modules": modules}  # fmt: skip
        args.json.write_text(json.dumps(result, indent=2) + "\n")
    return 1 if below or wrong or failures else 0


if __name__ == "__main__":
    sys.exit(main())
