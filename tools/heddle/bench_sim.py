"""heddle bench --suite sim: how fast the golden model and the verilated RTL run on the host."""

import json
import subprocess
import tempfile
from pathlib import Path

import build
import report
import rtl
import shape

NAME = "sim"
HELP = "speed of the model and of the RTL simulation"
# Example, its arguments, and what it stands for.
SIM_EXAMPLE = ("matmul", ["--m", "64", "--n", "64", "--k", "64"])


def add_options(group):
    group.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each row; the median counts (default: 3)")


def model_rows():
    """The model's own benchmark, one row per program and lane count."""
    program = build.BUILD / "golden_model" / "bench" / "heddle_model_bench"
    output = subprocess.run([program, "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
    rows = []
    for bench in json.loads(output)["benchmarks"]:
        name, _, lanes = bench["name"].partition("/")
        rows.append(
            {"name": "model." + name.removeprefix("BM_").lower(), "args": f"lanes={lanes}", "config": "", "unit": "lane-instructions/s",
             "value": bench["lane_instrs"], "warp_instrs": None, "lane_instrs": None, "cycles": None, "host_seconds": bench["real_time"] * 1e-9}
        )  # fmt: skip
    return rows


def rtl_row(config, lockstep, repeat):
    """One example on the RTL, `repeat` times; the median run's figures."""
    example, arguments = SIM_EXAMPLE
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeat):
            path = Path(folder) / "run.json"
            command = [build.BUILD / "examples" / example / example, "--config", config, "--rtl-library", rtl.directory(config, False)]
            command += ["--lockstep", lockstep, "--json", path, "--", *arguments]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise build.BuildError(f"{example} failed on '{config}':\n{done.stdout}{done.stderr}")
            results.append(json.loads(path.read_text()))
    result = sorted(results, key=lambda r: r["khz"])[len(results) // 2]
    return {
        "name": f"rtl.{example}.lockstep_{lockstep}", "args": " ".join(arguments), "config": config, "unit": "kHz", "value": result["khz"],
        "cycles": result["cycles"], "warp_instrs": result["warp_instrs"], "lane_instrs": result["lane_instrs"],
        "host_seconds": result["host_seconds"], "khz": result["khz"],
    }  # fmt: skip


def run(arguments):
    config = shape.canonical(arguments.config or "edge")
    if arguments.sizes:
        raise ValueError(f"--suite sim has no sizes: {' '.join(arguments.sizes)}")
    if arguments.repeat < 1:
        raise ValueError("--repeat takes a number from 1")
    build.build(
        ["heddle_model_bench", f"example_{SIM_EXAMPLE[0]}", rtl.target(config, False)], rtl_config=config, title="building the benchmarks"
    )
    rows = model_rows()
    checked = rtl_row(config, "on", arguments.repeat)
    alone = rtl_row(config, "off", arguments.repeat)
    rows += [checked, alone]
    for row in (checked, alone):
        rate = row["lane_instrs"] / row["host_seconds"]
        rows.append({**row, "name": row["name"] + ".lanes", "unit": "lane-instructions/s", "value": rate})
    cost = 1 - checked["value"] / alone["value"]
    rows.append({"name": "rtl.lockstep_cost", "args": checked["args"], "config": config, "unit": "percent", "value": 100 * cost})
    report.print_rows(rows)
    return {"rows": rows}, True
