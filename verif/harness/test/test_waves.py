#!/usr/bin/python3
"""Waveforms end to end: a small program runs on a tracing library; the GTKWave save file names only signals that the FST has; the
committed instruction words, put through the filter of the save file, read as the program."""

import argparse
import pathlib
import re
import subprocess
import sys

SAVE_FILE = pathlib.Path(__file__).resolve().parents[1] / "waves" / "heddle.gtkw"


def listed():
    """The signals of the save file, and those that it sends through the filter."""
    signals, filtered, through_filter = [], [], False
    for line in SAVE_FILE.read_text().splitlines():
        if line.startswith("@"):
            through_filter = False
        elif line.startswith("^"):
            through_filter = not line.startswith("^0")
        elif line and line[0] not in "[*-":
            signals.append(line)
            if through_filter:
                filtered.append(line)
    return signals, filtered


def read_vcd(stream, wanted):
    """Names of all signals, and the values that those of `wanted` take, as numbers."""
    scope, names, codes, values = [], set(), {}, {name: set() for name in wanted}
    for line in stream:
        words = line.split()
        if not words:
            continue
        if words[0] == "$scope":
            scope.append(words[2])
        elif words[0] == "$upscope":
            scope.pop()
        elif words[0] == "$var":
            name = ".".join([*scope, words[4]]) + ("".join(words[5:-1]) if int(words[2]) > 1 else "")
            names.add(name)
            if name in values:
                codes[words[3]] = name
        elif len(words) == 2 and words[1] in codes and re.fullmatch("b[01]+", words[0]):
            values[codes[words[1]]].add(int(words[0][1:], 2))
    return names, values


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("runner", "library", "elf", "filter", "fst"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--expect", nargs="+", required=True, help="instructions that the program commits")
    args = parser.parse_args()
    pathlib.Path(args.fst).unlink(missing_ok=True)
    subprocess.run([args.runner, args.library, args.elf, "--scratch", "256", "--latency", "20", "--trace", args.fst], check=True)
    signals, filtered = listed()
    if not signals or not filtered:
        sys.exit(f"{SAVE_FILE} lists {len(signals)} signals, {len(filtered)} of them with a filter")
    with subprocess.Popen(["fst2vcd", args.fst], stdout=subprocess.PIPE, text=True) as vcd:
        names, values = read_vcd(vcd.stdout, filtered)
    missing = [signal for signal in signals if signal not in names]
    if missing:
        sys.exit("the waveform lacks signals of the save file:\n  " + "\n  ".join(missing))
    instructions = sorted({word for words in values.values() for word in words})
    text = "".join(f"{word:08x}\n" for word in instructions)
    said = subprocess.run([args.filter], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    absent = [expected for expected in args.expect if expected not in said]
    if absent:
        sys.exit(f"not among the committed instructions: {absent}; there are {said}")
    print(f"{len(signals)} signals, {len(instructions)} instructions as text")


if __name__ == "__main__":
    main()
