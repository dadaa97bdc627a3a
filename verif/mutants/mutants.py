#!/usr/bin/python3
"""Measures what the tests are worth: small errors in the RTL, one at a time, and which of them are found (verif/mutants/README.md)."""

import argparse
import os
import random
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import benches
import campaign
import equivalence
import judged
import library
import netlist
import proofs
import results

ROOT = netlist.ROOT

import build
import design
from engines import SolverError, require
from yosys import YosysError

ERRORS = (results.ResultError, SolverError, build.BuildError, design.DesignError, YosysError, netlist.NetlistError, campaign.BaselineError,
          campaign.BusyError, judged.JudgedError)  # fmt: skip
DEFAULT = ["core"]
TOGETHER = 130  # mutants in a library: more parts make it slower, more libraries take longer to compile
CONSTANT = "the bit is a constant that this does not change, or one of which any value will do"
PROVED = "proved: no sequence of inputs shows a difference at the ports of"


def arguments():
    parser = argparse.ArgumentParser(prog="heddle mutants", description=__doc__, allow_abbrev=False)
    parser.add_argument("--module", action="append", metavar="M", help="only in this module, or this folder of rtl (may be given again; default: core)")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="mutants altogether (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which ones are drawn (default: %(default)s)")
    parser.add_argument("--config", default="nano", metavar="C", help="configuration (default: %(default)s)")
    parser.add_argument("--sessions", type=int, default=150, metavar="N", help="random runs among the tests (default: %(default)s)")
    parser.add_argument("--most", type=int, default=60, metavar="N", help="tests that a mutant has to survive, of those it touches (default: %(default)s)")
    parser.add_argument("--prove", type=int, default=20, metavar="S", help="seconds for the proof that a survivor is equivalent; 0: none")
    parser.add_argument("--tests", metavar="REGEX", help="only the tests whose name matches, as a table of an earlier run gives it")
    parser.add_argument("--no-programs", action="store_true", help="unit benches alone, built in a tenth of the time of a device; some modules need this")
    parser.add_argument("--no-benches", action="store_true", help="leave out the unit benches")
    parser.add_argument("--no-formal", action="store_true", help="leave out the proofs of heddle formal")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="mutants at once (default: processors)")
    parser.add_argument("--survivors", type=Path, metavar="FILE", help="write the survivors, as entries for judged.yaml")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON, as they come")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="JSON of an earlier run of the same mutants: what it killed is not run again")
    parser.add_argument("--again", type=Path, metavar="FILE", help="no mutants are drawn: the survivors of this file (rows.csv, or JSON), of --module if given")
    parser.add_argument("--merge", type=Path, nargs="+", metavar="FILE", help="run nothing; the table of several such files")
    parser.add_argument("--report", action="store_true", help="run nothing; survivors and table of the rows that are kept in verif/mutants/rows.csv")
    parser.add_argument("--keep", action="store_true", help="with --merge: keep them there")
    parser.add_argument("--list", action="store_true", help="list what can be mutated")
    args = parser.parse_args()
    for name, least in (("count", 1), ("jobs", 1), ("sessions", 0), ("most", 1), ("prove", 0), ("seed", 0)):
        if getattr(args, name) < least:
            parser.error(f"--{name} takes a number from {least}")
    try:
        re.compile(args.tests or "")
    except re.error as error:
        parser.error(f"--tests: '{args.tests}' is no regular expression: {error}")
    if args.keep and not args.merge:
        parser.error("--keep goes with --merge: name the files with the rows that are to be kept")
    if args.no_programs and args.no_benches:
        parser.error("--no-programs and --no-benches leave no tests")
    if args.count >= 2**netlist.SELECT_BITS:
        parser.error(f"--count takes a number up to {2**netlist.SELECT_BITS - 1}")
    for name in ("json", "survivors"):
        if (path := getattr(args, name)) and not path.absolute().parent.is_dir():
            parser.error(f"--{name}: there is no directory '{path.absolute().parent}'")
    return args


class Run:
    """A campaign: some parts after others, mutant after mutant."""

    def __init__(self, args, whole):
        self.args, self.whole, self.start = args, whole, time.monotonic()
        # Now, not after an hour; a survivor that no solver has seen would be called one that it could not decide.
        require(*(["yosys", "berkeley-abc"] if args.prove or not args.no_formal else []), *([] if args.no_formal else ["yosys-smtbmc", "z3"]))
        self.opinions, self.again = judged.read(), {}
        if args.again:
            self.again = self.survivors(whole)
        self.chosen = whole.choose(sorted({row["module"] for row in self.again.values()}) if args.again else args.module or DEFAULT)
        known = results.read(args.resume, whole) if args.resume else []
        self.known = {results.identity(row): row for row in known if row.get("rtl") == whole.version(row["module"])}
        self.rows, self.experience, self.wanted = [], {}, re.compile(args.tests or "")
        for row in self.known.values():
            if row["killed"]:
                self.experience.setdefault(row["by"], campaign.Experience()).add(row["module"], True)

    def survivors(self, whole):
        """{identity: row} of those that live in the file, of today's sources."""
        wanted = {module for modules in whole.choose(self.args.module).values() for module in modules} if self.args.module else whole.paths
        rows = [row for row in results.read(self.args.again, whole) if row["module"] in wanted and not results.older(row, whole)]
        found = {results.identity(row): row for row in rows if not row["killed"] and row["class"] not in ("equivalent", "performance only")}
        if not found:
            raise results.ResultError(f"{self.args.again} has no survivor of today's sources in these modules")
        return found

    def all(self):
        if not self.args.no_programs:
            build.build(["heddle_harness", "heddle-rtl-run", "heddle-fuzz", "harness_programs"], title="building the tests")
        shares = library.share({part: self.whole.lines(modules) for part, modules in self.chosen.items()}, self.args.count)
        if self.again:
            shares = {part: sum(row["module"] in modules for row in self.again.values()) for part, modules in self.chosen.items()}
        groups = library.groups(shares, TOGETHER)
        for counts in groups:
            self.group(counts, last=counts is groups[-1])
        results.show(self.rows, self.whole)
        print(f"{time.monotonic() - self.start:.0f} s")
        if self.args.survivors:
            judged.write(self.args.survivors, [(row, self.whole.line(row["source"])) for row in self.rows if not row["killed"]])

    def group(self, counts, last):
        args, begin, parts = self.args, time.monotonic(), ", ".join(counts)
        work = ROOT / "build/mutants" / re.sub(r"[^\w.-]+", "_", f"{args.config}-{parts}-{'again' if self.again else args.seed}")
        with library.alone(work):
            again = [(row["module"], row["mutant"], row["source"]) for row in self.again.values()]
            mutants, made = library.make(self.whole, args.config, self.chosen, counts, args.seed, work, not args.no_programs, again)
            tests = [] if args.no_programs else campaign.programs(campaign.copies(build.BUILD, work / "tests"), made, args.sessions)
            if not args.no_benches:
                tests += benches.make(build.BUILD, self.whole, library.befores(mutants, counts), work, self.wanted)
        tests = [test for test in tests if self.wanted.search(test.name)]
        for test in tests:
            test.seen = self.experience.setdefault(test.name, campaign.Experience())
        tests = campaign.baseline(tests, work / "tests.json")
        print(f"{parts}: {len(mutants)} mutants, {len(tests)} tests of {sum(test.seconds for test in tests):.0f} s; "
              f"ready after {time.monotonic() - begin:.0f} s", flush=True)  # fmt: skip
        constant = {(part, local) for part in counts for local in equivalence.constant((work / f"{part}.yosys/{part}.v").read_text())}
        formal = None if args.no_formal else proofs.Proofs(ROOT / "build", work, self.whole, args.config)
        # In any order, so that what an interrupted run has done is a fair sample.
        random.Random(args.seed).shuffle(mutants)
        with ThreadPoolExecutor(args.jobs) as pool:
            for place, row in enumerate(pool.map(lambda mutant: self.judge(mutant, tests, formal, work, constant), mutants), 1):
                self.rows.append(row)
                fate = f"{row['by']} ({row['how']})" if row["killed"] else f"SURVIVED: {row['class']}"
                print(f"{row['number']:5} {row['source']:28} {row['mutant'][:70]:70} {fate}", flush=True)
                if args.json:
                    results.save(args.json, self.rows, last and place == len(mutants), config=args.config, seed=args.seed,
                                 host_seconds=round(time.monotonic() - self.start, 1))  # fmt: skip

    def judge(self, mutant, tests, formal, work, constant):
        """The row of a mutant."""
        args = self.args
        row = {"number": mutant.number, "module": mutant.module, "part": self.whole.folder(mutant.module), "source": mutant.source,
               "mutant": mutant.change, "seed": args.seed, "rtl": self.whole.version(mutant.module)}  # fmt: skip
        row["seed"] = self.again.get(results.identity(row), row)["seed"]
        old = self.known.get(results.identity(row))
        if old and old["killed"]:
            return {**old, **row}
        if (mutant.part, mutant.local) in constant:
            return {**row, "touched": 0, "tried": 0, "killed": False, "by": "", "how": "", "class": "equivalent", "reason": CONSTANT}
        # Benches take a fraction of a second, proofs seconds, programs as long as it takes until one meets the error.
        fate = campaign.Fate()
        for level in (True, False):
            if not fate.by:
                fate.add(campaign.kill([test for test in tests if test.of_unit() == level], mutant.number, mutant.module, args.most))
            if not fate.by and formal and level:
                fate.by, fate.how = formal.kill(mutant) or ("", "")
        row |= {"touched": fate.touched, "tried": fate.tried}
        if fate.by:
            return {**row, "killed": True, "by": fate.by, "how": fate.how}
        kind, reason = judged.opinion(self.opinions, row, self.whole)
        if old and not kind and old["reason"].startswith(PROVED):
            kind, reason = old["class"], old["reason"]
        if not kind and args.prove:
            module, row["proof"] = equivalence.decide(work, mutant, args.prove)
            if module:
                kind, reason = "equivalent", f"{PROVED} {module}"
        if not kind and fate.slower:
            kind, reason = judged.TIME, f"{fate.tried} tests make a difference at its place and pass, but in another number of cycles"
        if not kind:
            kind, reason = "not looked at", (f"{fate.tried} tests make a difference at its place" if fate.touched else
                                             "no test makes a difference at its place")  # fmt: skip
        return {**row, "killed": False, "by": "", "how": "", "class": kind, "reason": reason}


def merge(args, whole):
    rows = results.merge(args.merge or [results.KEPT], whole)
    results.show(rows, whole)
    if args.keep:
        results.keep(rows)
    if args.json:
        results.save(args.json, rows, True)
    if args.survivors:
        judged.write(args.survivors, [(row, whole.line(row["source"])) for row in rows if not row["killed"]])


def main():
    args = arguments()
    whole = netlist.Design(device=not args.no_programs)
    if args.list:
        for part in whole.parts:
            print(f"{part}: {', '.join(sorted(whole.below(part) - {part}))}")
        return 0
    try:
        merge(args, whole) if args.merge or args.report else Run(args, whole).all()
        return 0
    except ERRORS as error:
        print(f"heddle mutants: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("heddle mutants: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
