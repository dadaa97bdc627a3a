"""heddle bench --suite sim: how fast the golden model and the verilated RTL run on the host.

Rates are by processor time of the process: a busy host changes that less than the wall clock. Rows of the model have both; with
several threads the wall clock counts."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import build
import report
import rtl
import shape

NAME = "sim"
HELP = "speed of the model and of the RTL simulation"
# Work, example, its arguments, shape, back end, lock-step, lane-instructions per second that we want, and those of Vortex on one thread.
RTL_WORKS = [
    ("sgemm 64", "sgemm", ["--n", "64"], "base:cores=1,warps=4,lanes=4", "off", 450_000, 141_000),
    ("sgemm 64", "sgemm", ["--n", "64"], "edge", "off", 700_000, 157_000),
    ("sgemm 64", "sgemm", ["--n", "64"], "edge", "on", None, None),
]
# Work, example, its arguments, shape, host threads, lane-instructions per second that we want.
# With the management core beside the lanes, and the lanes alone.
MODEL_WORKS = [
    ("sgemm 256", "sgemm", ["--n", "256"], "base:cores=1", 1, 400_000_000),
    ("sgemm 256", "sgemm", ["--n", "256"], "base", 1, 400_000_000),
    ("sgemm 256", "sgemm", ["--n", "256"], "base", 2, None),
    ("sgemm 256", "sgemm", ["--n", "256"], "base:management=0", 1, 400_000_000),
    ("sgemm 256", "sgemm", ["--n", "256"], "base:management=0", 2, None),
]
UNIT = "lane-instructions/s"


def add_options(group):
    group.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each row; the median counts (default: 3)")


def program_rows():
    """The model's own benchmark: endless programs, without a launch; one row per program and lane count."""
    program = build.BUILD / "golden_model" / "bench" / "heddle_model_bench"
    output = subprocess.run([program, "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
    rows = []
    for bench in json.loads(output)["benchmarks"]:
        name, _, lanes = bench["name"].partition("/")
        rows.append({"name": "model." + name.removeprefix("BM_").lower(), "args": f"lanes={lanes}", "config": "", "unit": UNIT,
                     "value": bench["lane_instrs"], "host_seconds": bench["real_time"] * 1e-9})  # fmt: skip
    return rows


def measure(example, arguments, config, options, clock, repeat):
    """One example, `repeat` times: the median run's result, with its rate by that clock."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        command = [build.BUILD / "examples" / example / example, "--config", config, *options, "--json", path, "--", *arguments]
        for _ in range(repeat):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise build.BuildError(f"{example} failed on '{config}':\n{done.stdout}{done.stderr}")
            result = json.loads(path.read_text())
            results.append({**result, "rate": result["lane_instrs"] / result[clock]})
    return sorted(results, key=lambda r: r["rate"])[len(results) // 2]


def example_row(name, arguments, config, result, wanted, **more):
    return {
        "name": name, "args": " ".join(arguments), "config": config, "cycles": result["cycles"], "warp_instrs": result["warp_instrs"],
        "lane_instrs": result["lane_instrs"], "value": result["rate"], "unit": UNIT, "peak": wanted,
        "of_peak": None if wanted is None else result["rate"] / wanted, "host_seconds": result["host_seconds"], "khz": result["khz"],
        "processor_seconds": result["processor_seconds"], **more,
    }  # fmt: skip


def rtl_rows(works, repeat):
    rows = []
    print("\n| RTL simulation | shape | lock-step | kHz | lane-instructions a second | at least | Vortex | times |\n|---|---|---|---|---|---|---|---|")
    for work, example, arguments, config, lockstep, wanted, vortex in works:
        options = ["--rtl-library", rtl.directory(config, False), "--lockstep", lockstep]
        result = measure(example, arguments, config, options, "processor_seconds", repeat)
        khz = result["cycles"] / result["processor_seconds"] / 1000
        rows.append(example_row(f"rtl.{example}.lockstep_{lockstep}", arguments, config, result, wanted, vortex=vortex))
        times = f"{result['rate'] / vortex:.1f}" if vortex else ""
        print(f"| {work} | {config} | {lockstep} | {khz:.1f} | {result['rate']:,.0f} | {text(wanted)} | {text(vortex)} | {times} |", flush=True)
    for checked in [row for row in rows if row["name"].endswith("_on")]:
        alone = next(row for row in rows if row["config"] == checked["config"] and row["name"].endswith("_off"))
        cost = 100 * (1 - checked["value"] / alone["value"])
        rows.append({"name": "rtl.lockstep_cost", "args": checked["args"], "config": checked["config"], "unit": "percent", "value": cost})
        print(f"\nLock-step costs {cost:.0f} % of the speed on {checked['config']}.")
    return rows


def model_rows(repeat):
    rows = []
    print("\nMillion lane-instructions a second of the golden model:\n")
    print("| work | shape | host threads | by processor time of all threads | by the wall clock | at least |\n|---|---|---|---|---|---|")
    for work, example, arguments, config, threads, wanted in MODEL_WORKS:
        options = ["--backend", "model", "--threads", str(threads)]
        result = measure(example, arguments, config, options, "processor_seconds" if threads == 1 else "host_seconds", repeat)
        rows.append(example_row(f"model.{example}", arguments, config, result, wanted, threads=threads))
        by_clock = [result["lane_instrs"] / result[clock] / 1e6 for clock in ("processor_seconds", "host_seconds")]
        print(f"| {work} | {config} | {threads} | {by_clock[0]:,.0f} | {by_clock[1]:,.0f} | {text(wanted and wanted / 1e6)} |", flush=True)
    return rows


def text(value):
    return "" if value is None else f"{value:,.0f}"


def run(arguments):
    if arguments.sizes:
        raise ValueError(f"--suite sim has no sizes: {' '.join(arguments.sizes)}")
    if arguments.repeat < 1:
        raise ValueError("--repeat takes a number from 1")
    works = RTL_WORKS
    if arguments.config:
        config = shape.canonical(arguments.config)
        works = [("sgemm 64", "sgemm", ["--n", "64"], config, lockstep, None, None) for lockstep in ("off", "on")]
    examples = [f"example_{name}" for name in dict.fromkeys(work[1] for work in works + MODEL_WORKS)]
    for config in dict.fromkeys(work[3] for work in works):
        build.build(["heddle_model_bench", *examples, rtl.target(config, False)], rtl_config=config, title="building the benchmarks")
    print(f"By processor time, on a host with {os.cpu_count()} processors; median of {arguments.repeat}.")
    rows = model_rows(arguments.repeat) + rtl_rows(works, arguments.repeat)
    programs = program_rows()
    print("\nPrograms on the golden model, without a launch:\n")
    report.print_rows(programs)
    return {"rows": rows + programs}, True
