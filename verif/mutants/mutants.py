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


def share(chosen, count):
    """{module: mutants}: `count` spread by the length of the sources, at least one each if there are enough."""
    lines = {module: len(path.read_text().splitlines()) for module, path in chosen.items()}
    total = sum(lines.values())
    shares = {module: count * size // total for module, size in lines.items()}
    # What rounding left goes to the longest that have least.
    for module in sorted(lines, key=lambda m: (shares[m] > 0, -lines[m])):
        if sum(shares.values()) >= count:
            break
        shares[module] += 1
    for module in sorted(lines, key=lines.get, reverse=True):
        if sum(shares.values()) >= count:
            break
        shares[module] += count - sum(shares.values())
    return {module: number for module, number in shares.items() if number}


def make(args, work, shares):
    """All mutants, and the library that has them."""
    generated = design.generate(args.config, work / "generated")
    yosys = Yosys(ROOT / "build/synth/yosys")
    mutants, first = [], 1
    shutil.rmtree(work / "mutated", ignore_errors=True)
    for module, count in shares.items():
        found = netlist.mutate(yosys, work, generated, module, count, args.seed, first)
        mutants += found
        first += len(found)
        print(f"{module}: {len(found)} mutants", flush=True)
    libraries = [build.BUILD / part for part in (
        "verif/harness/libheddle_harness.a", "verif/harness/libheddle_bus.a", "verif/lockstep/libheddle_lockstep.a",
        "golden_model/libheddle_model.a", "golden_model/libheddle_fp.a", "tools/disassembler/libheddle_disassembler.a")]  # fmt: skip
    command = ["/usr/bin/python3", "-B", ROOT / "verif/harness/build_rtl.py", "--config", args.config, "--out", work / "library",
               "--instead", work / "mutated", "--include", build.BUILD / "generated/include", "--libraries", *libraries]  # fmt: skip
    print("building the library", flush=True)
    with open(work / "build.log", "w", encoding="utf-8") as log:
        if subprocess.run([str(part) for part in command], stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
            raise netlist.NetlistError(f"the library of mutants cannot be built; see {work / 'build.log'}")
    return mutants, work / "library/libheddle_rtl.so"


def arguments():
    parser = argparse.ArgumentParser(prog="heddle mutants", description=__doc__, allow_abbrev=False)
    parser.add_argument("--module", action="append", default=[], metavar="M", help="only this module (may be given again)")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="mutants altogether (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which ones are drawn (default: %(default)s)")
    parser.add_argument("--config", default="nano", metavar="C", help="configuration (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="mutants at once (default: processors)")
    parser.add_argument("--prove", type=int, default=20, metavar="S", help="seconds for the proof that a survivor is equivalent; 0: none")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")
    parser.add_argument("--list", action="store_true", help="list the modules that can be mutated")
    args = parser.parse_args()
    known = netlist.modules()
    if args.list:
        return args, known
    for module in args.module:
        if module not in known:
            parser.error(f"no module '{module}' to mutate; heddle mutants --list names them")
    if not 1 <= args.count < 2**netlist.SELECT_BITS:
        parser.error(f"--count takes a number from 1 to {2**netlist.SELECT_BITS - 1}")
    if args.jobs < 1:
        parser.error("--jobs takes a number from 1")
    return args, {module: path for module, path in known.items() if module in args.module or not args.module}


def main():
    args, chosen = arguments()
    if args.list:
        print("\n".join(chosen))
        return 0
    start = time.monotonic()
    work = ROOT / "build/mutants" / re.sub(r"[^\w.-]", "_", f"{args.config}-{'-'.join(args.module) or 'all'}"[:80])
    work.mkdir(parents=True, exist_ok=True)
    try:
        opinions = judged.read()
        build.build(["heddle_harness", "heddle-rtl-run", "harness_programs", "harness_random_programs"], title="building the tests")
        mutants, library = make(args, work, share(chosen, args.count))
        tests = campaign.baseline(campaign.programs(build.BUILD, library))
    except (build.BuildError, design.DesignError, YosysError, netlist.NetlistError, campaign.BaselineError, judged.JudgedError) as error:
        print(f"heddle mutants: {error}", file=sys.stderr)
        return 1
    built = time.monotonic() - start
    print(f"{len(mutants)} mutants, {len(tests)} tests of {sum(test.seconds for test in tests):.0f} s; built in {built:.0f} s", flush=True)

    formal = proofs.Proofs(ROOT / "build", work, args.config)

    def judge(mutant):
        row = {"module": mutant.module, "mutant": mutant.change, "source": mutant.source, "number": mutant.number}
        if found := campaign.kill(tests, mutant.number) or formal.kill(mutant):
            return {**row, "killed": True, "by": f"{found[0]} ({found[1]})"}
        kind, reason = judged.opinion(opinions, mutant, ROOT)
        if not kind and args.prove and equivalence.proved(work, mutant, args.prove):
            kind, reason = "equivalent", "proved: no sequence of inputs shows a difference at the ports"
        return {**row, "killed": False, "by": "", "class": kind or "untested", "reason": reason}

    rows = []
    with ThreadPoolExecutor(args.jobs) as pool:
        for row in pool.map(judge, mutants):
            rows.append(row)
            fate = f"killed by {row['by']}" if row["killed"] else f"SURVIVED ({row['class']})"
            print(f"{row['number']:5} {row['module']:18} {row['source']:28} {row['mutant'][:60]:60} {fate}", flush=True)
    return report(args, rows, built, time.monotonic() - start)


def report(args, rows, built, seconds):
    print()
    modules = list(dict.fromkeys(row["module"] for row in rows))
    for module in modules:
        mine = [row for row in rows if row["module"] == module]
        killed, counted = score(mine)
        print(f"{module:24} {killed:4} of {counted:4} killed{'':3} {100 * killed / counted if counted else 100:5.1f} %")
    killed, counted = score(rows)
    value = round(100 * killed / counted, 1) if counted else 100.0
    equivalent = len(rows) - counted
    print(f"{killed} of {counted} killed: {value} % (and {equivalent} equivalent), {seconds:.0f} s, {built:.0f} s of them to build")
    if args.json:
        result = {"tool": "mutants", "pass": True, "killed": killed, "total": counted, "score": value, "equivalent": equivalent,
                  "config": args.config, "seed": args.seed, "host_seconds": round(seconds, 1), "rows": rows}  # fmt: skip
        args.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0


def score(rows):
    """(killed, mutants that can be killed)."""
    return sum(row["killed"] for row in rows), sum(row["killed"] or row["class"] != "equivalent" for row in rows)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, subprocess.CalledProcessError) as error:
        print(f"heddle mutants: {error or 'interrupted'}", file=sys.stderr)
        sys.exit(130)
