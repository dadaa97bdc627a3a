"""heddle bench: measurements, as a table and as JSON. Suite `sim`: how fast the golden model and the verilated RTL run on the host;
suite `core` is in bench_core.py."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import bench_core
import build
import report
import rtl
import shape

# Example, its arguments, and what it stands for.
SIM_EXAMPLE = ("matmul", ["--m", "64", "--n", "64", "--k", "64"])


def add(jobs):
    parser = jobs.add_parser("bench", help="measure the hardware or the simulators", allow_abbrev=False)
    parser.add_argument("--suite", choices=("core", "sim"), required=True, help="core: cycles of plain kernels; sim: speed of the simulators")
    parser.add_argument("--config", default="edge", help="configuration of the RTL rows (default: edge)")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each row; the median counts (default: 3)")
    parser.add_argument("--lockstep", choices=("on", "off"), default="off", help="core: check every instruction meanwhile (default: off)")
    bench_core.add_options(parser)
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON")
    parser.set_defaults(action=run)


def median(values):
    return sorted(values)[len(values) // 2]


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
    if arguments.suite == "core":
        return bench_core.run(arguments)
    config = shape.canonical(arguments.config)
    if arguments.repeat < 1:
        print("heddle bench: --repeat takes a number from 1", file=sys.stderr)
        return 2
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
    print(f"{'row':34} {'arguments':28} {'config':28} {'value':>16} unit")
    for row in rows:
        print(f"{row['name']:34} {row['args']:28} {row['config']:28} {row['value']:>16,.1f} {row['unit']}")
    if arguments.json:
        report.write(arguments.json, "bench", True, rows=rows)
    return 0
