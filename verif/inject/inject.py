#!/usr/bin/python3
"""Lets things go wrong in the device and on its memory port, one bit or one response at a time, and says what becomes of it
(verif/inject/README.md)."""

import argparse
import json
import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import sites

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools/heddle"), str(ROOT / "verif/coverage"), str(ROOT / "verif/mutants")]

import build
import cover
import shape

# How a launch can end; the device alone, as it would in hardware.
UNHARMED, FAULT, TIMEOUT, WRONG = "unharmed", "fault reported", "timeout reported", "wrong result"
# What notices a wrong result in simulation, with lock-step, assertions and rules of the bus.
RULE, ASSERTION, LOCKSTEP, SILENT = "rule of the bus", "assertion", "lock-step", "nothing"
RESULTS, WORDS, SUM = 0x80100000, 24 * 8, 0x80110000
CLOCK_SECONDS = 600


class InjectError(Exception):
    """The tool cannot do its work; the text says why."""


@dataclass
class Clean:
    """The run without a fault: what the port moves, how long it takes, what comes out."""

    cycles: int
    reads: int
    writes: int
    results: str


class Runs:
    """Launches of one program on one library."""

    def __init__(self, library):
        folder = build.BUILD / "verif/harness"
        self.command = [folder / "heddle-rtl-run", library, folder / "test/programs/results.elf", "--local", "8,1,1", "--groups", "3,1,1",
                        "--scratch", "64", "--latency", "20", "--dump", f"{RESULTS},{(SUM - RESULTS) // 4 + 1}"]  # fmt: skip

    def run(self, *options):
        command = [str(word) for word in (*self.command, *options)]
        try:
            return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=CLOCK_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise InjectError(f"no answer in {CLOCK_SECONDS} s; is the machine too busy? {' '.join(command)}") from error

    def clean(self):
        done = self.run()
        found = re.search(r": (\d+) cycles in .* lines read (\d+) written (\d+)", done.stdout)
        if done.returncode or not found:
            raise InjectError(f"the program fails without a fault: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        return Clean(*(int(number) for number in found.groups()), results(done.stdout))

    def outcome(self, fault, clean):
        """(how the device alone ends, what notices a wrong result)."""
        limits = ["--max-cycles", 5 * clean.cycles + 5000, "--max-idle", 5000]
        done = self.run("--fault", fault, "--no-lockstep", "--no-checks", *limits)
        how = ending(done, clean)
        return how, noticed(self.run("--fault", fault, *limits)) if how == WRONG else ""


def results(said):
    """The dump in what a run has printed."""
    return "\n".join(line for line in said.splitlines() if re.fullmatch(r"(?:[0-9a-f]{8} ?)+", line))


def ending(done, clean):
    if done.returncode == 0:
        return UNHARMED if results(done.stdout) == clean.results else WRONG
    said = done.stdout + done.stderr
    if "not done after" in said or re.search(r"neither retired|was not answered|did not end the launch", said):
        return TIMEOUT
    if done.returncode == 2:
        return FAULT  # or a rejection: the host is told
    if re.search(r"the device refuses", said):
        return FAULT
    raise InjectError(f"an ending that is not known (status {done.returncode}): {said[-2000:]}")


def noticed(done):
    said = done.stdout + done.stderr
    if "rule broken" in said:
        return RULE
    if "assertion" in said:
        return ASSERTION
    return LOCKSTEP if done.returncode == 3 else SILENT


def draw(kind, clean, registers, beats, bits, generator):
    """A fault of a kind, as text for heddle-rtl-run, and where it is."""
    if kind in sites.BUS:
        number = generator.randrange(clean.writes // beats if kind.startswith("write") else clean.reads)
        bit = generator.randrange(bits[kind])
        return f"{kind},{number},{bit}", ""
    signal, width, name = generator.choice(registers[kind])
    bit = generator.randrange(width)
    return f"state,{generator.randrange(100, clean.cycles)},{bit},{signal}", f"{name}, bit {bit}"


def arguments():
    parser = argparse.ArgumentParser(prog="heddle inject", description=__doc__, allow_abbrev=False)
    parser.add_argument("--count", type=int, default=20, metavar="N", help="faults of each kind (default: %(default)s)")
    parser.add_argument("--kind", action="append", choices=[*sites.BUS, *sites.STATE], metavar="K", help="only of this kind (may be given again)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which ones are drawn (default: %(default)s)")
    parser.add_argument("--config", default="nano", metavar="C", help="configuration (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="at once (default: processors)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every fault with its outcome as JSON")
    args = parser.parse_args()
    for name, least in (("count", 1), ("jobs", 1), ("seed", 0)):
        if getattr(args, name) < least:
            parser.error(f"--{name} takes a number from {least}")
    if args.json and not args.json.absolute().parent.is_dir():
        parser.error(f"--json: there is no directory '{args.json.absolute().parent}'")
    return args


def inject(args):
    """A row for each fault."""
    parameters = shape.parameters(args.config)
    library = cover.library(shape.canonical(args.config))
    registers = sites.read(library.parent / "signals.json")
    runs = Runs(library)
    clean = runs.clean()
    beats = parameters["memory_beats"]
    bits = {kind: count or parameters["line_bytes"] // beats * 8 for kind, count in sites.BUS.items()}
    ids = max(1, (parameters["memory_requests"] - 1).bit_length())
    bits["read-id"] = bits["write-id"] = ids
    print(f"{clean.cycles} cycles without a fault; {clean.reads} beats read, {clean.writes} written", flush=True)
    chosen = []
    for kind in args.kind or [*sites.BUS, *sites.STATE]:
        generator = random.Random(f"{args.seed} {kind}")
        chosen += [(kind, *draw(kind, clean, registers, beats, bits, generator)) for _ in range(args.count)]

    def judge(row):
        kind, fault, where = row
        how, by = runs.outcome(fault, clean)
        return {"kind": kind, "fault": fault, "where": where, "outcome": how, "noticed": by}

    rows = []
    with ThreadPoolExecutor(args.jobs) as pool:
        for row in pool.map(judge, chosen):
            rows.append(row)
            if row["outcome"] == WRONG:
                print(f"{row['kind']:15} {row['fault']:28} wrong result, noticed by {row['noticed']} {row['where']}", flush=True)
    return rows


def table(rows):
    heads = (UNHARMED, FAULT, TIMEOUT, WRONG, f"by {RULE}", f"by {ASSERTION}", f"by {LOCKSTEP}", f"by {SILENT}")
    lines = ["| fault | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for kind in [*dict.fromkeys(row["kind"] for row in rows), "all"]:
        mine = [row for row in rows if kind in (row["kind"], "all")]
        cells = [sum(row["outcome"] == how for row in mine) for how in (UNHARMED, FAULT, TIMEOUT, WRONG)]
        cells += [sum(row["noticed"] == by for row in mine) for by in (RULE, ASSERTION, LOCKSTEP, SILENT)]
        lines.append(f"| {kind} | " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def main():
    args = arguments()
    try:
        rows = inject(args)
    except (build.BuildError, shape.ShapeError, sites.SiteError, InjectError) as error:
        print(f"heddle inject: {error}", file=sys.stderr)
        return 1
    print(table(rows))
    if args.json:
        args.json.write_text(json.dumps({"tool": "inject", "pass": True, "config": args.config, "seed": args.seed, "rows": rows}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
