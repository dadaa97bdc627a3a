#!/usr/bin/python3
"""Synthesizes the design with Yosys and prints what it takes, after checking that it can be synthesized."""

import argparse
import json
import pathlib
import re
import shutil
import sys
import time

import checks
import design
import merge
import report
from yosys import Yosys, YosysError

TARGETS = ("xilinx", "asic", "ice40")


class Failure(Exception):
    """The design or the call is at fault; the text says how."""


class Parser(argparse.ArgumentParser):
    """argparse, with errors in one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n  see {self.prog} --help\n")


def target(text):
    if text not in TARGETS:
        raise argparse.ArgumentTypeError(f"unknown target '{text}' (known: {', '.join(TARGETS)})")
    return text


def arguments():
    parser = Parser(prog="heddle synth", description=__doc__)
    parser.add_argument("--target", required=True, type=target, metavar="TARGET", help="what to synthesize for: xilinx (UltraScale+)")
    parser.add_argument("--config", default="edge", metavar="C", help="configuration, like edge or base:cores=1 (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="only check: latches, loops, drivers, memories")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the result there, too")
    parser.add_argument("--build", type=pathlib.Path, default=design.ROOT / "build", metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument("--top", default=None, metavar="MODULE", help=f"a part of the design (default: {design.TOP})")
    # For the tests of the checks: these files instead of the design.
    parser.add_argument("--sources", type=pathlib.Path, nargs="+", default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


def prepare(args):
    """An empty work folder with all sources in it; returns it, the sources in order, the top module, and the numbers of the configuration."""
    name = "-".join(filter(None, (args.top, None if args.sources else args.config)))
    work = args.build / "synth" / re.sub(r"[^\w.-]", "_", f"{name}-check" if args.check else name)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    if args.sources:
        sources, top, numbers = args.sources, args.top, None
    else:
        generated = design.generate(args.config, work / "generated")
        sources, top = design.files(generated), args.top or design.TOP
        # The memories that must be there are those of the whole device.
        numbers = design.configuration(generated) if top == design.TOP else None
    copies = []
    for source in sources:
        if (work / source.name).exists():
            raise Failure(f"two source files are called {source.name}")
        copies.append(pathlib.Path(shutil.copy(source, work / source.name)))
    return work, copies, top, numbers


def refuse(findings):
    if findings:
        raise Failure("\n".join(str(finding) for finding in findings))


def netlist(top):
    """Yosys commands from merged.il to a netlist: synth_xilinx with two changes that save most of its time.

    Resource sharing is left out, which finds next to nothing. LUTs are mapped by abc instead of abc9, whose preparation
    walks the whole design again for every module.
    """
    return [
        "read_rtlil merged.il",
        f"{checks.XILINX} -top {top} -run begin:coarse",
        "techmap -map +/cmp2lut.v -map +/cmp2lcu.v -D LUT_WIDTH=6",
        "alumacc",
        "opt",
        "memory -nomap",
        "opt_clean",
        f"{checks.XILINX} -run map_memory:map_ffram",
        *checks.LEFTOVER,
        f"{checks.XILINX} -run map_ffram:map_luts",
        "opt_expr -mux_undef -noclkinv",
        # Costs of LUTs with 1 to 8 inputs; those of 7 and 8 are several LUTs and a multiplexer. On wide multiplexers the longer
        # scripts of abc take ten times as long and find no fewer LUTs.
        "abc -luts 2:2,3,6:5,10,20 -script +strash;if",
        "clean",
        "xilinx_srl -fixed -minlen 3",
        "techmap -map +/xilinx/lut_map.v -map +/xilinx/cells_map.v -D LUT_WIDTH=6",
        "xilinx_dffopt",
        "opt_lut_ins -tech xilinx",
        f"{checks.XILINX} -run finalize:check",
        "check -assert",
        "tee -q -o netlist.json stat -json",
    ]


def synthesize(yosys, work, sources, top, numbers, check_only):
    """The rows per module, the total and the cells of the whole netlist; None of them if `check_only`. Raises Failure with every finding.

    `numbers` are those of the configuration: with them, the memories of the architecture must be there.
    """
    yosys.run(work, checks.elaborate(top, sources), "elaborate.log")
    refuse(checks.wrong_logic(work, sources))
    merged, stands_for = merge.merge((work / "elaborated.il").read_text())
    (work / "merged.il").write_text(merged)
    yosys.run(work, checks.map_memories(top) if check_only else netlist(top), "synth.log")
    found = checks.wrong_memories(work)
    if numbers:
        statistics = json.loads((work / "memories.json").read_text())
        found += checks.missing_memories(statistics, (work / "leftover.txt").read_text(), stands_for, numbers)
    refuse(found)
    return None if check_only else report.rows(json.loads((work / "netlist.json").read_text()), top)


def main():
    args = arguments()
    result = {"tool": "synth", "pass": False, "target": args.target, "config": args.config}
    try:
        if args.target != "xilinx":
            raise Failure(f"target {args.target} is not available yet; available: xilinx")
        start = time.monotonic()
        name = args.top or args.config
        work, sources, top, numbers = prepare(args)
        yosys = Yosys(args.build / "synth/yosys")
        if found := synthesize(yosys, work, sources, top, numbers, args.check):
            ordered, total, cells = found
            print("\n".join(report.table(ordered, total)))
            result |= total | {"cells": sum(cells.values()), "rows": ordered}
        result |= {"pass": True, "host_seconds": round(time.monotonic() - start, 1)}
        print(f"{name}: no latch, no combinational loop, one driver per net, every memory in RAM ({result['host_seconds']} s)")
    except (Failure, design.DesignError, YosysError) as error:
        result["error"] = str(error)
        print(f"heddle synth: {error}", file=sys.stderr)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0 if result["pass"] else 1


if __name__ == "__main__":
    sys.exit(main())
