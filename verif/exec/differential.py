#!/usr/bin/python3
"""Random programs of the base set on Heddle and on qemu-system-riscv32: the same ELF, the same signature.

    differential.py --runner HEDDLE_EXEC [--seed N] [--count N] [--config C] [--lanes MASK] [--backend model|rtl --rtl-library DIR]

Program i has seed N + i (random_base.py). It runs on as many harts of QEMU as the mask has lanes up to its highest, and what the
lanes of the mask leave in memory (data, registers, flags, traps) must be what those harts leave. The first difference is
explained; its program is kept."""

import argparse
import concurrent.futures
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import qemu
import random_base

HERE = Path(__file__).resolve().parent
MARCH = "rv32imaf_zfh_zba_zbb_zicsr_zifencei"


class Failure(Exception):
    """What went wrong with a program."""


def build(seed, harts, size, folder):
    source, elf = folder / f"random{seed}.S", folder / f"random{seed}.elf"
    source.write_text(random_base.Writer(seed, harts, size).write())
    command = ["clang-19", "--target=riscv32", f"-march={MARCH}", "-nostdlib", "-fuse-ld=lld-19", "-I", str(HERE / "env")]
    command += [f"-Wl,-T,{HERE / 'env' / 'program.ld'}", "-Wl,-e,_start", str(source), "-o", str(elf)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{source}: cannot be built: {done.stderr}")
    return elf


def place(offset):
    """What lies at a byte of a hart's data."""
    index = (offset - random_base.REGISTERS) // 4
    if offset < random_base.REGISTERS:
        return f"data word {offset // 4}"
    if offset >= random_base.TRAPS:
        trap, field = divmod(offset - random_base.TRAPS, 16)
        return f"{('cause', 'pc', 'value', 'padding')[field // 4]} of trap {trap}"
    names = {64: "fcsr", 65: "mscratch"}
    return names.get(index) or (f"x{index}" if index < 32 else f"f{index - 32}")


def compare(seed, got, expected, lanes):
    area = random_base.AREA
    if len(got) != len(expected):
        raise Failure(f"seed {seed}: a signature of {len(got)} bytes, QEMU's has {len(expected)}")
    for lane in lanes:
        for offset in range(0, area, 4):
            at = lane * area + offset
            if got[at : at + 4] != expected[at : at + 4]:
                pair = [int.from_bytes(data[at : at + 4], "little") for data in (got, expected)]
                raise Failure(f"seed {seed}: lane {lane}: {place(offset)} is {pair[0]:#010x}, {qemu.QEMU} has {pair[1]:#010x}")


def read_signature(path):
    return b"".join(bytes.fromhex(line)[::-1] for line in path.read_text().split())


def run_one(seed, arguments, lanes, folder):
    """Returns the number of lane-instructions, or raises Failure. The program's files stay where it fails."""
    elf = build(seed, lanes[-1] + 1, arguments.size, folder)
    signature, report = elf.with_suffix(".signature"), elf.with_suffix(".json")
    command = [arguments.runner, elf, "--config", arguments.config, "--backend", arguments.backend, "--seed", str(seed)]
    command += ["--lanes", hex(sum(1 << lane for lane in lanes)), "--signature", signature, "--json", report, *arguments.options]
    if arguments.rtl_library:
        command += ["--rtl-library", arguments.rtl_library]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"seed {seed}: {done.stderr.strip()}")
    try:
        expected = qemu.signature(elf, lanes[-1] + 1)
    except qemu.QemuError as error:
        raise Failure(f"seed {seed}: {error}") from error
    compare(seed, read_signature(signature), expected, lanes)
    count = json.loads(report.read_text())["lane_instrs"]
    for file in folder.glob(f"random{seed}.*"):
        file.unlink()
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--runner", required=True, help="the program heddle-exec (or one like it)")
    parser.add_argument("--seed", type=int, default=1, help="of the first program (default: 1)")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="programs (default: 100)")
    parser.add_argument("--size", type=int, default=120, metavar="N", help="statements of a program, roughly (default: 120)")
    parser.add_argument("--config", default="edge")
    parser.add_argument("--lanes", default="0xff", metavar="MASK", help="lanes (default: 0xff, those of edge)")
    parser.add_argument("--backend", choices=("model", "rtl"), default="model")
    parser.add_argument("--rtl-library", metavar="DIR")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="programs at once (default: 1)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the files of failed programs go (default: a new folder)")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments = parser.parse_args(sys.argv[1:split])
    arguments.options = sys.argv[split + 1 :]
    mask = int(arguments.lanes, 0)
    lanes = [lane for lane in range(32) if mask >> lane & 1]
    if not lanes or arguments.count < 1:
        parser.error("at least one lane and one program are wanted")
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="heddle-differential-"))
    folder.mkdir(parents=True, exist_ok=True)
    failures, instructions = [], 0
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for future in [pool.submit(run_one, seed, arguments, lanes, folder) for seed in seeds]:
            try:
                instructions += future.result()
            except Failure as failure:
                failures.append(failure)
                print(failure, flush=True)
    print(f"{arguments.count} programs on {len(lanes)} lanes, {instructions:,} lane-instructions: {len(failures)} differ from {qemu.QEMU}")
    if failures:
        print(f"the programs are in {folder}")
        return 1
    if not arguments.keep:
        folder.rmdir()
    return 0


if __name__ == "__main__":
    sys.exit(main())
