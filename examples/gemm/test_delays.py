#!/usr/bin/python3
"""gemm under 200 seeds of random delays of the engines: every run has to give the expected bits."""

import subprocess
import sys

CONFIG = "edge"
SIZES = (
    ("fp16", 20, 36, 300),
    ("mxfp8_e4m3", 33, 17, 260),
    ("nvfp4", 16, 50, 520),
    ("int8", 40, 40, 96),
)


def main():
    program = sys.argv[1]
    failed = []
    for seed in range(1, 201):
        name, m, n, k = SIZES[seed % len(SIZES)]
        options = ["--backend", "model", "--config", CONFIG, "--engine-delays", "--seed", str(seed)]
        words = [program, *options, "--", "--m", str(m), "--n", str(n), "--k", str(k), "--format", name]
        run = subprocess.run(words, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            failed.append(f"seed {seed}: {run.stderr.strip()}")
    for text in failed:
        print(text)
    print(f"{200 - len(failed)} of 200 seeds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
