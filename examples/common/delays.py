#!/usr/bin/python3
"""An example under seeds of random delays: every run has to pass, and to give the bits that the model gives without them.

    delays.py PROGRAM [--seeds N] [--first N] [--rtl-library DIRECTORY] CASE...

A CASE is the example's own options in one word; they take turns. On the model the copy and the matrix engine take random times; on
the RTL, in lock-step, memory answers after random times, in random order, and stalls. An example that checks its result to the bit
need not print a digest.
"""

import argparse
import re
import shlex
import subprocess
import sys

CONFIG = "edge"


def run(program, case, options):
    """What went wrong, or None, and the digests that were printed."""
    words = [program, "--config", CONFIG, *options, "--", *shlex.split(case)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    error = None if done.returncode == 0 else done.stderr.strip() or f"exit status {done.returncode}"
    return error, re.findall(r"digest of the result (\w+)", done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("cases", metavar="CASE", nargs="+")
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="how many (default: 200)")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="the first of them (default: 1)")
    parser.add_argument("--rtl-library", metavar="DIRECTORY", help="of the verilated edge; default: the model")
    args = parser.parse_args()
    if args.seeds < 1:
        parser.error("--seeds: at least 1")

    delays = ["--rtl-library", args.rtl_library, "--random-stalls"] if args.rtl_library else ["--backend", "model", "--engine-delays"]
    expected = {}
    for case in args.cases:
        error, expected[case] = run(args.program, case, ["--backend", "model"])
        if error:
            print(f"without delays, {case}: {error}")
            return 1
    failed = 0
    for seed in range(args.first, args.first + args.seeds):
        case = args.cases[seed % len(args.cases)]
        error, got = run(args.program, case, [*delays, "--seed", str(seed)])
        if error is None and got != expected[case]:
            error = f"the result is another one than without delays ({' '.join(got)}, {' '.join(expected[case])})"
        if error:
            failed += 1
            print(f"seed {seed}, {case}: {error}", flush=True)
    print(f"{args.seeds - failed} of {args.seeds} seeds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
