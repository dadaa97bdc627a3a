"""Random memory traffic in lock-step, until so many accesses of lanes have been compared.

usage: traffic.py RUNNER ELF LIBRARY... [--accesses N] [--first-seed N] [--rounds N] [--groups N] [--local N]

Each launch of traffic.S has a seed of its own, which decides what its lanes access, the latency of the memory, and the random stalls and
order of its answers. Every library gets its share of the accesses. Fails at the first launch that diverges or faults, and prints it; the sums
are printed in any case.
"""
import argparse
import re
import subprocess
import sys

LATENCIES = (1, 5, 20, 30, 60, 100, 150, 300)


def launch(arguments, library, seed):
    """One launch: whether it was clean, what it said, and the configuration, cycles, slots and accesses it counted."""
    command = [
        arguments.runner, library, arguments.elf, "--local", f"{arguments.local},1,1", "--groups", f"{arguments.groups},1,1", "--scratch", "256",
        "--args", str((seed % 0x10000) << 16 | arguments.rounds), "--latency", str(LATENCIES[seed % len(LATENCIES)]), "--random-stalls",
        "--seed", str(seed)
    ]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    counts = re.search(r"^(\S+): (\d+) cycles .* lock-step compared (\d+) slots, (\d+) accesses", result.stdout, re.MULTILINE)
    return result.returncode == 0 and counts is not None, " ".join(command) + "\n" + result.stdout + result.stderr, counts


def measure(arguments, library, wanted):
    """Launches until so many accesses were compared; returns whether all were clean, and the accesses."""
    name, launches, cycles, slots, accesses = library, 0, 0, 0, 0
    clean, text = True, ""
    while clean and accesses < wanted:
        clean, text, counts = launch(arguments, library, arguments.first_seed + launches)
        launches += 1
        if counts:
            name = counts[1]
            cycles, slots, accesses = cycles + int(counts[2]), slots + int(counts[3]), accesses + int(counts[4])
    print(f"{name}: {launches} launches, {cycles:,} cycles, {slots:,} slots, {accesses:,} accesses: {'clean' if clean else 'NOT CLEAN'}", flush=True)
    if not clean:
        print(text, flush=True)
    return clean, accesses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runner", help="heddle-rtl-run")
    parser.add_argument("elf", help="traffic.elf")
    parser.add_argument("library", nargs="+", help="libheddle_rtl.so")
    parser.add_argument("--accesses", type=int, default=20_000_000, help="of all libraries together (default: 20 million)")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=100, help="of the loop of each lane, at most 65,535")
    parser.add_argument("--groups", type=int, default=8)
    parser.add_argument("--local", type=int, default=8)
    arguments = parser.parse_args()
    if arguments.accesses < 1 or not 1 <= arguments.rounds <= 0xFFFF:
        parser.error("--accesses must be positive, --rounds in 1 to 65,535")
    total, clean = 0, True
    for library in arguments.library:
        one_clean, accesses = measure(arguments, library, arguments.accesses / len(arguments.library))
        clean, total = clean and one_clean, total + accesses
    print(f"{total:,} accesses in lock-step: {'no difference' if clean else 'FAILED'}")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
