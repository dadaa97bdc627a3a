#!/usr/bin/python3
"""Measures what the tests are worth: small errors in the RTL, one at a time, and which of them are found (verif/mutants/README.md)."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import campaign
import equivalence
import judged
import netlist
import proofs

ROOT = netlist.ROOT
sys.path.insert(0, str(ROOT / "tools/heddle"))

import build
import design
from yosys import Yosys, YosysError

ERRORS = (build.BuildError, design.DesignError, YosysError, netlist.NetlistError, campaign.BaselineError, campaign.BusyError, judged.JudgedError)
DEFAULT = ["core"]
CLASSES = ("equivalent", "performance only", "untested", "not looked at")


def share(lines, count):
    """{part: mutants} of {part: lines}: `count` spread by the length of the sources, at least one each if there are enough."""
    total = sum(lines.values())
    order = sorted(lines, key=lines.get, reverse=True)
    shares = {part: int(place < count) for place, part in enumerate(order)}
    left = count - sum(shares.values())
    for part in order:
        shares[part] += left * lines[part] // total
    shares[order[0]] += count - sum(shares.values())
    return {part: number for part, number in shares.items() if number}


def make(args, whole, chosen, work):
    """All mutants, and the library that has them."""
    generated = design.generate(args.config, work / "generated")
    yosys = Yosys(ROOT / "build/synth/yosys")
    mutants, first = [], 1
    shutil.rmtree(work / "mutated", ignore_errors=True)
    for part, count in share({part: whole.lines(modules) for part, modules in chosen.items()}, args.count).items():
        found = netlist.mutate(yosys, work, generated, whole, part, chosen[part], count, args.seed, first)
        mutants += found
        first += len(found)
        print(f"{part}: {len(found)} mutants", flush=True)
    command = ["/usr/bin/python3", "-B", ROOT / "verif/harness/build_rtl.py", "--config", args.config, "--out", work / "library",
               "--instead", work / "mutated", "--include", build.BUILD / "generated/include", "--libraries", *build.rtl_archives()]  # fmt: skip
    print("building the library", flush=True)
    with open(work / "build.log", "w", encoding="utf-8") as log:
        if subprocess.run([str(part) for part in command], stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
            raise netlist.NetlistError(f"the library of mutants cannot be built; see {work / 'build.log'}")
    return mutants, work / "library/libheddle_rtl.so"


def arguments():
    parser = argparse.ArgumentParser(prog="heddle mutants", description=__doc__, allow_abbrev=False)
    parser.add_argument("--module", action="append", metavar="M", help="only in this module, or this folder of rtl (may be given again; default: core)")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="mutants altogether (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which ones are drawn (default: %(default)s)")
    parser.add_argument("--config", default="nano", metavar="C", help="configuration (default: %(default)s)")
    parser.add_argument("--sessions", type=int, default=30, metavar="N", help="random runs that a survivor has survived (default: %(default)s)")
    parser.add_argument("--prove", type=int, default=20, metavar="S", help="seconds for the proof that a survivor is equivalent; 0: none")
    parser.add_argument("--no-formal", action="store_true", help="leave out the proofs of heddle formal")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="mutants at once (default: processors)")
    parser.add_argument("--survivors", type=Path, metavar="FILE", help="write the survivors, as entries for judged.yaml")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")
    parser.add_argument("--list", action="store_true", help="list what can be mutated")
    args = parser.parse_args()
    for name, least in (("count", 1), ("jobs", 1), ("sessions", 0), ("prove", 0), ("seed", 0)):
        if getattr(args, name) < least:
            parser.error(f"--{name} takes a number from {least}")
    if args.count >= 2**netlist.SELECT_BITS:
        parser.error(f"--count takes a number up to {2**netlist.SELECT_BITS - 1}")
    for name in ("json", "survivors"):
        if (path := getattr(args, name)) and not path.absolute().parent.is_dir():
            parser.error(f"--{name}: there is no directory '{path.absolute().parent}'")
    return args


def run(args, whole):
    start = time.monotonic()
    chosen = whole.choose(args.module or DEFAULT)
    opinions = judged.read()
    name = re.sub(r"[^\w.-]", "_", f"{args.config}-{'-'.join(args.module or DEFAULT)}")[:80]
    work = ROOT / "build/mutants" / name
    work.mkdir(parents=True, exist_ok=True)
    build.build(["heddle_harness", "heddle-rtl-run", "heddle-fuzz", "harness_programs"], title="building the tests")
    mutants, library = make(args, whole, chosen, work)
    tests = campaign.programs(build.BUILD, library, args.sessions)
    campaign.baseline(tests)
    built = time.monotonic() - start
    print(f"{len(mutants)} mutants, {len(tests)} tests of {sum(test.seconds for test in tests):.0f} s; built in {built:.0f} s", flush=True)
    formal = None if args.no_formal else proofs.Proofs(ROOT / "build", work, whole, args.config)

    def judge(mutant):
        row = {"number": mutant.number, "module": mutant.module, "source": mutant.source, "mutant": mutant.change}
        found, slower = campaign.kill(tests, mutant.number)
        if not found and formal:
            found = formal.kill(mutant)
        if found:
            return {**row, "killed": True, "by": found[0], "how": found[1]}
        kind, reason = judged.opinion(opinions, mutant, whole)
        if not kind and args.prove and equivalence.proved(work, mutant, args.prove):
            kind, reason = "equivalent", "proved: no sequence of inputs shows a difference at the ports of the module"
        if not kind and slower:
            kind, reason = "not looked at", "tests take another number of cycles"
        return {**row, "killed": False, "by": "", "how": "", "class": kind or "not looked at", "reason": reason}

    rows = []
    with ThreadPoolExecutor(args.jobs) as pool:
        for row in pool.map(judge, mutants):
            rows.append(row)
            fate = f"{row['by']} ({row['how']})" if row["killed"] else f"SURVIVED: {row['class']}"
            print(f"{row['number']:5} {row['source']:28} {row['mutant'][:70]:70} {fate}", flush=True)
    report(args, whole, rows, built, time.monotonic() - start)
    return 0


def report(args, whole, rows, built, seconds):
    killed, counted = score(rows)
    survivors = [row for row in rows if not row["killed"]]
    print("\nsurvivors:" if survivors else "\nno survivors")
    for row in survivors:
        print(f"  {row['source']:28} {row['mutant']}\n    | {whole.line(row['source'])}\n    {row['class']}{': ' if row['reason'] else ''}{row['reason']}")
    print(f"\n{'module':24} {'mutants':>7} {'killed':>7} {'equivalent':>10} {'score':>7}")
    for module in sorted({row["module"] for row in rows}):
        mine = [row for row in rows if row["module"] == module]
        print(table_line(module, mine))
    print(table_line("all", rows))
    by = {}
    for row in rows:
        kind = row["by"].split(":")[0] or f"survived, {row['class']}"
        by[kind] = by.get(kind, 0) + 1
    print(", ".join(f"{kind}: {number}" for kind, number in sorted(by.items(), key=lambda item: -item[1])))
    print(f"{seconds:.0f} s, {built:.0f} s of them to build")
    value = percent(killed, counted)
    if args.json:
        result = {"tool": "mutants", "pass": True, "killed": killed, "total": counted, "score": value, "equivalent": len(rows) - counted,
                  "config": args.config, "seed": args.seed, "host_seconds": round(seconds, 1), "rows": rows}  # fmt: skip
        args.json.write_text(json.dumps(result, indent=2) + "\n")
    if args.survivors:
        judged.write(args.survivors, [(row, whole.line(row["source"])) for row in survivors])


def table_line(name, rows):
    killed, counted = score(rows)
    return f"{name:24} {len(rows):7} {killed:7} {len(rows) - counted:10} {percent(killed, counted):6.1f} %"


def percent(part, whole):
    return round(100 * part / whole, 1) if whole else 100.0


def score(rows):
    """(killed, mutants that can be killed)."""
    return sum(row["killed"] for row in rows), sum(row["killed"] or row["class"] != "equivalent" for row in rows)


def main():
    args = arguments()
    whole = netlist.Design()
    if args.list:
        for part in whole.parts:
            print(f"{part}: {', '.join(sorted(whole.below(part) - {part}))}")
        return 0
    try:
        return run(args, whole)
    except ERRORS as error:
        print(f"heddle mutants: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("heddle mutants: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
