"""Rows of `heddle bench --suite matrix` that are not one product: the example `attention`, on the engine and the lanes (docs/blas.md)."""

import json
import subprocess
import tempfile
from pathlib import Path

import build
import report
import rtl
import shape

EXAMPLE = "example_attention"
PROGRAM = build.BUILD / "examples" / "attention" / "attention"
# Arguments, and the share of the array's peak that an array of 16 is to reach with the default memory.
LARGE = (
    (("--tokens", "512"), 0.60),
    (("--tokens", "512", "--heads", "2"), 0.60),
    (("--tokens", "512", "--heads", "2", "--causal"), None),
    (("--tokens", "512", "--format", "fp8_e4m3"), None),
)
SMALL = ((("--tokens", "64"), None),)


def works(config):
    """What is measured on a shape; nothing where the example does not run."""
    known = shape.parameters(config)
    tile = 4 * known["matrix_dim"]
    if known["warps"] != known["lanes"] or (tile, known["lanes"]) not in ((16, 8), (32, 8), (64, 16)):
        return ()
    return [work for work in (LARGE if tile == 64 else SMALL) if known["matrix_fp8"] or "fp8_e4m3" not in work[0]]


def judge(row, goal, plain):
    """`goal` of the share of the peak, with the default memory and without lock-step; None where there is none."""
    goal = goal if plain else None
    row.update(goal=goal, goal_of=None if goal is None else "of_peak", met=None if goal is None else row["of_peak"] >= goal)


def run(config, options, plain):
    """Measures and prints; the rows."""
    rows = []
    for words, goal in works(config):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "row.json"
            command = [PROGRAM, "--config", config, "--rtl-library", rtl.directory(config, False), *options, "--json", path, "--", *words]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                raise build.BuildError(f"attention failed on '{config}':\n{done.stdout}")
            rows += json.loads(path.read_text())["rows"]
        judge(rows[-1], goal, plain)
    if rows:
        print("\nattention:")
        report.print_rows(rows)
    for row in rows:
        if row["goal"] is not None:
            print(f"  {row['args']}: goal: {100 * row['goal']:.0f} % at least, {'met' if row['met'] else 'missed'}")
    return rows
