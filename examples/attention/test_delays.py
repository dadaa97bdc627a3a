#!/usr/bin/python3
"""attention under 200 seeds of random delays of the engines: every run has to give the same bits as without them."""

import re
import subprocess
import sys

CONFIG = "edge"
SIZES = (
    ("--tokens", "70", "--causal"),
    ("--tokens", "50", "--heads", "2"),
    ("--tokens", "70", "--causal", "--format", "fp8_e4m3"),
    ("--tokens", "16", "--heads", "3", "--causal"),
)


def digest(program, size, options):
    """Of the result; an explanation where there is none."""
    words = [program, "--backend", "model", "--config", CONFIG, *options, "--", *size]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    found = re.search(r"digest of the result (\w+)", run.stdout)
    return found.group(1) if run.returncode == 0 and found else run.stderr.strip() or "no digest"


def main():
    program = sys.argv[1]
    expected = [digest(program, size, ()) for size in SIZES]
    failed = []
    for seed in range(1, 201):
        which = seed % len(SIZES)
        got = digest(program, SIZES[which], ("--engine-delays", "--seed", str(seed)))
        if got != expected[which]:
            failed.append(f"seed {seed}, {' '.join(SIZES[which])}: {got}, without delays {expected[which]}")
    for text in failed:
        print(text)
    print(f"{200 - len(failed)} of 200 seeds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
