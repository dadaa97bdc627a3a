"""heddle bench --suite matrix: products on the matrix engine by shape and format (bench/matrix, docs/blas.md)."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import bench_attention
import bench_plots
import build
import report
import rtl
import shape

NAME = "matrix"
HELP = "products on the matrix engine, by shape and format"
PROGRAM = build.BUILD / "bench" / "matrix" / "matrix"
# Small enough for a laptop; --whole: what a product's user would ask about.
CONFIG = "edge"
WHOLE_CONFIG = "base"
WHOLE_SHAPES = "128x128x128,256x256x256,512x512x512,1024x1024x1024,77x513x129,1000x1000x1000"
# What WHOLE_CONFIG is to reach with the default memory: shape, formats (empty: all but fp16), figure of the row, goal. Cycles: at most.
GOALS = [
    ((128, 128, 128), ("fp16",), "cycles", 7000),
    ((256, 256, 256), ("fp16",), "of_peak", 0.90),
    ((512, 512, 512), ("fp16",), "of_peak", 0.95),
    ((1024, 1024, 1024), ("fp16",), "of_peak", 0.97),
    ((512, 512, 512), (), "of_peak", 0.90),
    ((77, 513, 129), ("fp16",), "of_rounded_peak", 0.85),
    ((1000, 1000, 1000), ("fp16",), "of_rounded_peak", 0.85),
]


def add_options(group):
    group.add_argument("--whole", action="store_true", help=f"up to 1024 cubed, on {WHOLE_CONFIG} unless --config says otherwise: hours")


def run_options(arguments):
    options = ["--memory", arguments.memory, "--lockstep", arguments.lockstep]
    for name in ("mem_latency", "mem_bandwidth"):
        if getattr(arguments, name) is not None:
            options += [f"--{name.replace('_', '-')}", getattr(arguments, name)]
    return options


def sizes(arguments):
    whole = arguments.whole and not any(word.startswith("--shapes") for word in arguments.sizes)
    return [*(["--shapes", WHOLE_SHAPES] if whole else []), *arguments.sizes]


def check_options(arguments):
    """The program knows its options; it is asked before minutes are spent on the RTL."""
    done = subprocess.run([PROGRAM, *run_options(arguments), "--check-options", "--", *sizes(arguments)], capture_output=True, text=True)
    if done.returncode or done.stdout:  # help
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
        sys.exit(done.returncode)


def as_goals_say(arguments):
    """With the default memory, and without lock-step."""
    return arguments.memory == "fixed" and arguments.mem_latency is None and arguments.mem_bandwidth is None and arguments.lockstep == "off"


def add_goals(rows, config, arguments):
    """Gives each row `goal`, what it is a goal for, and whether it is met; None where there is none."""
    measured = config == WHOLE_CONFIG and as_goals_say(arguments)
    for row in rows:
        row.update(goal=None, goal_of=None, met=None)
        for size, formats, key, goal in GOALS if measured else []:
            of_row = tuple(report.argument(row, name) for name in "mnk")
            if of_row == size and (row["format"] in formats if formats else row["format"] != "fp16"):
                row.update(goal=goal, goal_of=key, met=row[key] <= goal if key == "cycles" else row[key] >= goal)


def goal_text(row):
    if row["goal"] is None:
        return ""
    goal = f"{row['goal']:,} cycles at most" if row["goal_of"] == "cycles" else f"{100 * row['goal']:.0f} % at least"
    return f"  goal: {goal}{' of this' if row['goal_of'] == 'of_rounded_peak' else ''}, {'met' if row['met'] else 'missed'}"


def run(arguments):
    config = shape.canonical(arguments.config or (WHOLE_CONFIG if arguments.whole else CONFIG))
    if not shape.parameters(config)["matrix_dim"]:
        raise ValueError(f"'{config}' has no matrix engine: take edge or base, or add copy_engine=1,matrix_dim=4 to --config")
    build.build(["bench_matrix"], title="building the benchmarks")
    check_options(arguments)
    # Whoever asks for certain shapes wants these.
    attention = bench_attention.works(config) and not arguments.sizes
    examples = [bench_attention.EXAMPLE] if attention else []
    build.build(["bench_matrix", *examples, rtl.target(config, False)], rtl_config=config, title=f"building the RTL as '{config}'")
    print(f"heddle: measuring '{config}'", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        command = [PROGRAM, "--config", config, "--rtl-library", rtl.directory(config, False), *run_options(arguments), "--json", path]
        done = subprocess.run([*command, "--", *sizes(arguments)], stdout=sys.stderr)
        if done.returncode:
            raise build.BuildError(f"the matrix benchmarks failed on '{config}'")
        rows = json.loads(path.read_text())["rows"]
    add_goals(rows, config, arguments)
    report.print_rows(rows)
    print("\nthe same, of what the array has to do with whole rows, columns and groups of K:")
    for row in rows:
        print(f"  {row['args']:40}  {100 * row['of_rounded_peak']:6.1f} %{goal_text(row)}")
    others = bench_attention.run(config, run_options(arguments), as_goals_say(arguments)) if attention else []
    plot = bench_plots.roofline(rows, config, arguments.memory, arguments.plots / f"matrix-{rtl.slug(config)}-roofline.png")
    print(f"\nplot: {plot}")
    return {"rows": rows + others, "memory": arguments.memory, "plots": [str(plot)]}, True
