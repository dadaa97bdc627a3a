"""Runs litmus.S with several seeds and sums up the outcomes of each test.

usage: litmus.py RUNNER LIBRARY ELF [--local N] [--rounds N] [--seeds FIRST LAST] [--expect-forbidden]

Fails if a run fails (a forbidden outcome is a fault of cause 3), or if fewer than twelve tests showed more than one
outcome: then nothing was interleaved. With --expect-forbidden it succeeds if some run had a forbidden outcome.
"""
import argparse
import re
import subprocess
import sys

# Name, what bit 0, 1, ... of the outcome say, forbidden outcomes; as in litmus.S.
TESTS = [
    ("MP", "y=1 x=1", 0x0), ("MP+fences", "y=1 x=1", 0x2), ("MP+fence+addr", "y=1 x=1", 0x2),
    ("MP+rel+acq", "y=1 x=1", 0x2), ("SB", "0:y=1 1:x=1", 0x0), ("SB+fences", "0:y=1 1:x=1", 0x1),
    ("SB+amos", "0:y=1 1:x=1", 0x1), ("LB", "0:x=1 1:y=1", 0x0), ("LB+datas", "0:x=1 1:y=1", 0x8),
    ("LB+fences", "0:x=1 1:y=1", 0x8), ("CoRR", "first=1 second=1", 0x2), ("CoWR", "read0 read2 last1", 0xEA),
    ("CoRR, two readers", "2:12 2:21 3:12 3:21", 0x240), ("2+2W+fences", "x=1 y=1", 0x8),
    ("S+fences", "y=1 last-x=2", 0x8), ("R+fences", "x=1 last-y=2", 0x4), ("WRC+fences", "1:x=1 2:y=1 2:x=1", 0x8),
    ("IRIW", "2:x=1 2:y=1 3:y=1 3:x=1", 0x0), ("IRIW+fences", "2:x=1 2:y=1 3:y=1 3:x=1", 0x20),
    ("IRIW+addrs", "2:x=1 2:y=1 3:y=1 3:x=1", 0x20), ("CoRW, CoWR", "first=2 second=0 both=1", 0xFE),
]
HISTOGRAM = 0x80100000


def run(arguments, seed):
    """One launch; returns its exit code, its text and 16 counters for each test."""
    command = [
        arguments.runner, arguments.library, arguments.elf, "--groups", "4,1,1", "--local", f"{arguments.local},1,1",
        "--latency", str(5 + seed * 7 % 50), "--random-stalls", "--seed", str(seed), "--args",
        str((seed * 40503 % 0x8000) << 16 | arguments.rounds), "--dump", f"{HISTOGRAM},{16 * len(TESTS)}"
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    words = [int(word, 16) for word in re.findall(r"\b[0-9a-f]{8}\b(?!:)", "\n".join(
        line for line in result.stdout.splitlines() if re.fullmatch(r"([0-9a-f]{8} ?)+", line.strip())))]
    return result.returncode, " ".join(command) + "\n" + result.stdout + result.stderr, words


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runner")
    parser.add_argument("library")
    parser.add_argument("elf")
    parser.add_argument("--local", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs=2, default=[1, 2])
    parser.add_argument("--expect-forbidden", action="store_true")
    arguments = parser.parse_args()
    total = [[0] * 16 for _ in TESTS]
    faults = 0
    for seed in range(arguments.seeds[0], arguments.seeds[1] + 1):
        code, text, words = run(arguments, seed)
        if "fault: cause 3 " in text:
            faults += 1
        if (code != 0 or len(words) != 16 * len(TESTS)) and not (arguments.expect_forbidden and faults):
            print(text)
            return 1
        for i, word in enumerate(words):
            total[i // 16][i % 16] += word
    varied = 0
    for (name, bits, forbidden), counts in zip(TESTS, total):
        seen = {outcome: count for outcome, count in enumerate(counts) if count}
        varied += len(seen) > 1
        print(f"{name:18} {bits:26} " + "  ".join(
            f"{'!' if forbidden >> outcome & 1 else ''}{outcome:04b}: {count}" for outcome, count in seen.items()))
    print(f"{sum(map(sum, total))} outcomes, {varied} tests with more than one, {faults} runs with a forbidden one")
    if arguments.expect_forbidden:
        return 0 if faults else 1
    if varied < 12:
        print("too few tests had more than one outcome: the warps were not interleaved")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
