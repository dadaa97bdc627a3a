#!/usr/bin/python3
"""Runs the checks on one small file and compares with what they must say: every expected text, or success if none is given."""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("module", help="name of the file and of its top module")
    parser.add_argument("texts", nargs="*", help="a finding that must be printed; with any, the exit status must not be 0")
    args = parser.parse_args()
    command = ["/usr/bin/python3", "-B", HERE.parent / "synth.py", "--target", "xilinx", "--check", "--build", args.build]
    command += ["--top", args.module, "--sources", HERE / f"{args.module}.sv"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    printed = result.stdout + result.stderr
    missing = [text for text in args.texts if text not in printed]
    print(printed)
    print(f"exit status {result.returncode}", *(f"missing: {text}" for text in missing), sep="\n")
    return 1 if missing or (result.returncode == 0) == bool(args.texts) else 0


if __name__ == "__main__":
    sys.exit(main())
