#!/usr/bin/python3
"""How full warps are, and what an exact post-dominator stack would need: the table of docs/divergence.md, as Markdown.

The examples must have been built (`heddle run EXAMPLE` once each)."""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(program, config, folder):
    """The report of one run on the model, with the stack beside it."""
    result = folder / "run.json"
    command = [program, "--backend", "model", "--config", config, "--stack-reference", "--json", result]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return json.loads(result.read_text())


def cells(report, ratios):
    stack = report["stack_reference"]
    row = [f"{100 * report['simd_efficiency']:.1f}"]
    if "problem" in stack:  # the program does not end under a stack: its slots are those of the run
        return [*row, f"{report['warp_instrs']:,}", "never ends", ""]
    ratios.append(stack["heddle_slots"] / stack["stack_slots"])
    return [*row, f"{stack['heddle_slots']:,}", f"{stack['stack_slots']:,}", f"{ratios[-1]:.2f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help="build directory")
    parser.add_argument("--configs", nargs="+", default=["edge", "base"])
    options = parser.parse_args()
    # `faults` has no figure: its kernels end in errors.
    programs = [path / path.name for path in sorted((options.build / "examples").iterdir()) if (path / path.name).is_file() and path.name != "faults"]
    print("| |" + "|".join(f" {config}: SIMD % | slots | stack | ours " for config in options.configs) + "|")
    print("|---|" + "---|" * 4 * len(options.configs))
    ratios = {config: [] for config in options.configs}
    with tempfile.TemporaryDirectory() as folder:
        for program in programs:
            row = [cell for config in options.configs for cell in cells(run(program, config, pathlib.Path(folder)), ratios[config])]
            print(f"| {program.name} | {' | '.join(row)} |", flush=True)
    means = [f"| | | {math.exp(sum(map(math.log, ratios[config])) / len(ratios[config])):.3f} " for config in options.configs]
    print(f"| geometric mean of the {len(ratios[options.configs[0]])} with a figure | {'| '.join(means)}|")
    print("| worst | " + "| ".join(f"| | | {max(ratios[config]):.2f} " for config in options.configs) + "|")


if __name__ == "__main__":
    main()
