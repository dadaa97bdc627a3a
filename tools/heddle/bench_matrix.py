"""heddle bench --suite matrix: products on the matrix engine by shape and format (bench/matrix, docs/blas.md)."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

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


def run(arguments):
    config = shape.canonical(arguments.config or (WHOLE_CONFIG if arguments.whole else CONFIG))
    if not shape.parameters(config)["matrix_dim"]:
        raise ValueError(f"'{config}' has no matrix engine: take edge or base, or add copy_engine=1,matrix_dim=4 to --config")
    build.build(["bench_matrix"], title="building the benchmarks")
    check_options(arguments)
    build.build(["bench_matrix", rtl.target(config, False)], rtl_config=config, title=f"building the RTL as '{config}'")
    print(f"heddle: measuring '{config}'", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        command = [PROGRAM, "--config", config, "--rtl-library", rtl.directory(config, False), *run_options(arguments), "--json", path]
        done = subprocess.run([*command, "--", *sizes(arguments)], stdout=sys.stderr)
        if done.returncode:
            raise build.BuildError(f"the matrix benchmarks failed on '{config}'")
        rows = json.loads(path.read_text())["rows"]
    report.print_rows(rows)
    print("\nthe same, of what the array has to do with whole rows, columns and groups of K:")
    for row in rows:
        print(f"  {row['args']:40}  {100 * row['of_rounded_peak']:6.1f} %")
    plot = bench_plots.roofline(rows, config, arguments.memory, arguments.plots / f"matrix-{rtl.slug(config)}-roofline.png")
    print(f"\nplot: {plot}")
    return {"rows": rows, "memory": arguments.memory, "plots": [str(plot)]}, True
