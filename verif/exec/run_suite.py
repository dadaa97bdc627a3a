#!/usr/bin/python3
"""Runs a folder of bare-metal programs, public suites for example, and gives a table.

    run_suite.py FOLDER... [--config C] [--backend rtl|model] [--lanes all|each|alternate|MASK ...] [-- EXEC OPTIONS]

Every ELF file under each FOLDER runs by `heddle-exec` on each set of lanes: `all`; `each`, on each lane alone in turn;
`alternate`, on the even and on the odd lanes (two sets); or a mask. A program passes a set of lanes when every lane of it writes 1
to tohost and, where NAME.reference_output lies beside NAME.elf, its signature is that. --known FILE... lists programs that are
expected not to pass: `GROUP/NAME  why` a line; they are counted on their own, and one that passes all the same is an error.

Builds nothing: `./heddle exec` has built heddle-exec, and with it the RTL library of a configuration."""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "heddle"))

import rtl  # noqa: E402
import shape  # noqa: E402


class Program:
    def __init__(self, folder, elf):
        self.elf = elf
        parts = elf.relative_to(folder).with_suffix("").parts
        self.group = "/".join(parts[:-1]) or folder.name
        self.name = f"{self.group}/{parts[-1]}"
        reference = elf.with_suffix(".reference_output")
        self.reference = reference if reference.exists() else None


def lane_count(config):
    from specgen_lib import device
    from specgen_lib.located_yaml import Mark, load

    path = ROOT / "docs" / "spec" / "configurations.yaml"
    return device.read_configurations(load(path), Mark(str(path), 1)).parse(config)[1]["lanes"]


def lane_sets(text, lanes):
    """The masks that `text` stands for."""
    if text == "all":
        return ["all"]
    if text == "each":
        return [hex(1 << lane) for lane in range(lanes)]
    if text == "alternate":
        if lanes < 2:
            raise SystemExit("run_suite.py: --lanes alternate needs two lanes")
        even = sum(1 << lane for lane in range(0, lanes, 2))
        return [hex(even), hex(even << 1)]
    return [text]


def signature_text(path):
    """Lines of a signature; what a file of the suite has around them does not count."""
    return [line.strip().lower() for line in path.read_text().splitlines() if line.strip()]


class Runner:
    def __init__(self, arguments):
        self.arguments = arguments
        self.config = shape.canonical(arguments.config)
        build = Path(os.environ.get("HEDDLE_BUILD", ROOT / "build" / "release"))
        self.command = [str(build / "tools" / "exec" / "heddle-exec")]
        self.options = ["--config", self.config, "--backend", arguments.backend, *arguments.options]
        if arguments.backend == "rtl":
            self.options += ["--rtl-library", str(build / "rtl" / rtl.slug(self.config))]
            if not (build / "rtl" / rtl.slug(self.config) / "libheddle_rtl.so").exists():
                raise SystemExit(f"run_suite.py: the RTL as '{self.config}' is not built: ninja -C {build} {rtl.target(self.config, False)}")
        if not Path(self.command[0]).exists():
            raise SystemExit(f"run_suite.py: {self.command[0]} is not built")

    def run(self, program, masks):
        """Runs a program on every mask; returns what is wrong, or nothing, and the number of cycles."""
        cycles = 0
        with tempfile.TemporaryDirectory() as folder:
            for mask in masks:
                signature, report = Path(folder) / "signature", Path(folder) / "report.json"
                command = [*self.command, str(program.elf), *self.options, "--lanes", mask, "--json", str(report)]
                if program.reference:
                    command += ["--signature", str(signature)]
                try:
                    done = subprocess.run(command, capture_output=True, text=True, timeout=self.arguments.timeout)
                except subprocess.TimeoutExpired:
                    return f"lanes {mask}: not done after {self.arguments.timeout} s", cycles
                if report.exists() and report.stat().st_size:
                    cycles += json.loads(report.read_text())["cycles"]
                if done.returncode:
                    return f"lanes {mask}: {done.stderr.strip()}", cycles
                if program.reference:
                    got, expected = signature_text(signature), signature_text(program.reference)
                    if got != expected:
                        pairs = enumerate(zip(got, expected))
                        at, pair = next(((i, p) for i, p in pairs if p[0] != p[1]), (min(len(got), len(expected)), None))
                        what = f"is {pair[0]}, the reference has {pair[1]}" if pair else f"of {len(got)} lines, the reference has {len(expected)}"
                        return f"lanes {mask}: line {at + 1} of the signature {what}", cycles
        return "", cycles


def read_known(paths):
    known = {}
    for path in paths:
        for line in path.read_text().splitlines():
            line = line.split("#")[0].strip()
            if line:
                name, _, why = line.partition(" ")
                known[name] = why.strip()
    return known


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--config", default="edge", help="configuration (default: edge)")
    parser.add_argument("--backend", choices=("rtl", "model"), default="rtl")
    parser.add_argument("--lanes", nargs="+", default=["all"], metavar="SET", help="all, each, alternate, or masks (default: all)")
    parser.add_argument("--only", metavar="REGEX", default="", help="only programs whose GROUP/NAME matches")
    parser.add_argument("--known", type=Path, nargs="+", default=[], metavar="FILE", help="programs that are expected not to pass, with the reason")
    parser.add_argument("--timeout", type=float, default=600, metavar="S", help="host seconds for one run (default: 600)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="programs at once (default: 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments = parser.parse_args(sys.argv[1:split])
    arguments.options = sys.argv[split + 1 :]
    try:
        runner = Runner(arguments)
    except shape.ShapeError as error:
        raise SystemExit(f"run_suite.py: {error}") from error
    lanes = lane_count(runner.config)
    known = read_known(arguments.known)
    programs = [Program(folder, elf) for folder in arguments.folders for elf in sorted(folder.rglob("*.elf"))]
    programs = [p for p in programs if re.search(arguments.only, p.name)]
    if not programs:
        raise SystemExit("run_suite.py: no program found: folders with ELF files are wanted")
    names = set()
    for program in programs:
        if program.name in names:
            raise SystemExit(f"run_suite.py: two programs are {program.name}: run their folders one by one")
        names.add(program.name)

    rows, wrong = [], 0
    print(f"{'group':22} {'lanes':12} {'programs':>8} {'passed':>6} {'failed':>6} {'known':>6} {'cycles':>14} {'seconds':>8}", flush=True)
    for lane_set in arguments.lanes:
        masks = lane_sets(lane_set, lanes)
        for group in dict.fromkeys(p.group for p in programs):
            members = [p for p in programs if p.group == group]
            begin = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
                results = list(pool.map(lambda program: runner.run(program, masks), members))
            failures = {p.name: text for p, (text, _) in zip(members, results) if text}
            unexpected = {name: text for name, text in failures.items() if name not in known}
            surprising = [p.name for p in members if p.name in known and p.name not in failures]
            wrong += len(unexpected) + len(surprising)
            row = {
                "group": group, "lanes": lane_set, "config": runner.config, "backend": arguments.backend, "programs": len(members),
                "passed": len(members) - len(failures), "failed": len(unexpected), "known": len(failures) - len(unexpected),
                "cycles": sum(cycles for _, cycles in results), "seconds": round(time.monotonic() - begin, 1), "failures": failures,
            }  # fmt: skip
            rows.append(row)
            print(f"{group:22} {lane_set:12} {row['programs']:8} {row['passed']:6} {row['failed']:6} {row['known']:6} "
                  f"{row['cycles']:14,} {row['seconds']:8}", flush=True)  # fmt: skip
            for name, text in failures.items():
                print(f"  {name}: {'known: ' + known[name] if name in known else text.splitlines()[0]}")
            for name in surprising:
                print(f"  {name}: passes, though it is listed as known not to")
    if arguments.json:
        arguments.json.write_text(json.dumps({"tool": "exec-suite", "pass": wrong == 0, "rows": rows}, indent=2) + "\n")
    print(f"{wrong} unexpected outcomes" if wrong else "every outcome as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
