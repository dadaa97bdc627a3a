#!/usr/bin/python3
"""How much the instructions of the examples work on uniform and affine values: the table of docs/scalarisation.md, as Markdown.

The examples must have been built (`heddle run EXAMPLE` once each)."""

import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ["sgemm", "sgemm_tiled", "matmul", "conv3x3", "relu", "vecadd", "reduction", "softmax", "blackscholes", "nbody", "spmv", "bfs", "mandelbrot"]


def patterns(options, example, folder):
    """By kind of instruction: how many there were, and how many of those on uniform and on affine values."""
    result = folder / "run.json"
    command = [options.build / "examples" / example / example, "--backend", "model", "--config", options.config, "--value-patterns", "--json", result]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return json.loads(result.read_text())["value_patterns"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help="build directory")
    parser.add_argument("--config", default="edge")
    options = parser.parse_args()
    print("| example | uniform | of those: loads | others | affine | all loads |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for example in EXAMPLES:
            kinds = patterns(options, example, pathlib.Path(folder))
            instructions = sum(kind["instructions"] for kind in kinds.values())
            uniform = sum(kind["uniform"] for kind in kinds.values())
            loads = kinds["load"]
            shown = [uniform, loads["uniform"], uniform - loads["uniform"], sum(kind["affine"] for kind in kinds.values()), loads["instructions"]]
            print(f"| {example} | {' | '.join(f'{100 * count / instructions:.1f}' for count in shown)} |", flush=True)


if __name__ == "__main__":
    main()
