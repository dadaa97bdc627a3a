#!/usr/bin/python3
"""Lints all RTL of one configuration: with Verilator (-Wall) or with slang. Every warning is an error."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/synth"))

# pylint: disable=wrong-import-position  # the path comes first
import design
from yosys import Yosys, YosysError


def verilator(work, sources, top):
    """What Verilator says; empty if nothing. With assertions, as simulations are built."""
    command = ["verilator", "--lint-only", "-Wall", "--assert", "--top-module", top]
    command += [str(ROOT / "tools/lint/waivers.vlt"), *map(str, sources)]
    result = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    return result.stderr.strip() or ("" if result.returncode == 0 else f"verilator ended with status {result.returncode}")


def slang(work, sources, tops, yosys):
    """What slang says; empty if nothing. Without assertions, as the design is synthesized."""
    for source in sources:
        shutil.copy(source, work / source.name)
    names = " ".join(source.name for source in sources)
    commands = []
    for top in tops:
        commands += [f"read_slang {design.SLANG} --top {top} {names}", "design -reset"]
    try:
        yosys.run(work, commands, "slang.log")
    except YosysError as error:
        return str(error)
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, choices=("verilator", "slang"))
    parser.add_argument("--config", default="edge", metavar="C", help="configuration (default: %(default)s)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", metavar="DIR", help="folder to work in")
    args = parser.parse_args()
    work = args.build / "lint" / args.tool / re.sub(r"[^\w.-]", "_", args.config)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        sources = design.files(design.generate(args.config, work / "generated"))
        tops = (design.TOP, *design.OTHER_TOPS)
        if args.tool == "verilator":
            said = "\n".join(filter(None, (verilator(work, sources, top) for top in tops)))
        else:
            said = slang(work, sources, tops, Yosys(args.build / "synth/yosys"))
    except (design.DesignError, YosysError) as error:
        said = str(error)
    if said:
        print(said, file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
