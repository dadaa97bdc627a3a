"""heddle bench --suite memory: bandwidth, latency and atomics of the memory system (bench/memory, docs/memory.md)."""

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

NAME = "memory"
HELP = "bandwidth, latency and atomics of the memory system"
PROGRAM = build.BUILD / "bench" / "memory" / "memory"
# What is measured beside --config, for the table of figures: shapes and the groups of rows that it needs.
FIGURE_GROUPS = {
    "base": ["stream", "latency", "banks", "atomics", "histogram"],
    "base:cores=1,warps=4": ["examples"],
    "base:cores=1,warps=4,lanes=4": ["examples"],
    "edge": ["examples"],
}


def add_options(group):
    group.add_argument("--memory", default="fixed", help="what lies behind the port: fixed, ddr4 or hbm (default: fixed)")
    group.add_argument("--mem-latency", metavar="N", help="cycles of memory 'fixed' (default: 100)")
    group.add_argument("--mem-bandwidth", metavar="X", help="lines per cycle and direction, at most 1 (default: 1)")
    group.add_argument("--lockstep", default="off", help="on: check every instruction against the model meanwhile (default: off)")
    group.add_argument("--figures", choices=("on", "off"), default="on", help="measure the shapes of the table of figures, too (default: on)")
    group.add_argument("--plots", type=Path, default=build.ROOT / "build" / "bench", metavar="DIR", help="where to (default: build/bench)")


def run_options(arguments):
    options = ["--memory", arguments.memory, "--lockstep", arguments.lockstep]
    for name in ("mem_latency", "mem_bandwidth"):
        if getattr(arguments, name) is not None:
            options += [f"--{name.replace('_', '-')}", getattr(arguments, name)]
    return options


def check_options(arguments):
    """The program knows its options; it is asked before minutes are spent on the RTL."""
    command = [PROGRAM, *run_options(arguments), "--check-options", "--", *arguments.sizes]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or done.stdout:  # help
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
        sys.exit(done.returncode)


def measure(config, groups, arguments):
    """The rows of one configuration. Throws BuildError if a result was wrong."""
    names = ", ".join(groups) if groups else "all"
    build.build(["bench_memory", rtl.target(config, False)], rtl_config=config, title=f"building the benchmarks and the RTL as '{config}'")
    print(f"heddle: measuring '{config}' ({names})", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        command = [PROGRAM, "--config", config, "--rtl-library", rtl.directory(config, False), *run_options(arguments), "--json", path, "--"]
        command += ["--groups", ",".join(groups)] if groups else []
        done = subprocess.run([*command, *arguments.sizes], capture_output=True, text=True)
        if done.returncode:
            raise build.BuildError(f"the memory benchmarks failed on '{config}':\n{done.stdout}{done.stderr}")
        return json.loads(path.read_text())["rows"]


class Figures:
    """The table of figures: one line per figure, from the rows that were measured."""

    def __init__(self, rows):
        self.rows = rows
        self.lines = []

    def find(self, config, name, **arguments):
        found = [
            row for row in self.rows
            if row["config"] == config and row["name"] == name and all(report.argument(row, key) == value for key, value in arguments.items())
        ]  # fmt: skip
        return found[0] if found else None

    def add(self, what, config, value, unit, goal=None, at_least=False, vortex=None):
        met = None if goal is None else (value >= goal if at_least else value <= goal)
        self.lines.append(
            {"what": what, "config": config, "value": value, "unit": unit, "goal": goal, "at_least": at_least, "met": met, "vortex": vortex}
        )

    def cycles(self, what, config, name, goal, vortex):
        if row := self.find(config, name):
            self.add(what.format(report.argument(row, "n")), config, row["cycles"], "cycles", goal, vortex=vortex)

    def collect(self):
        known = shape.parameters("base")
        if row := self.find("base", "copy"):
            self.add(f"copy of {report.argument(row, 'n') * 4:,} bytes, of a line a cycle", "base", 100 * row["of_peak"], "%", 95, at_least=True)
        self.cycles("vecadd, {} elements, one a work-item", "base:cores=1,warps=4", "vecadd", 20_000, 75_335)
        self.cycles("vecadd, {} elements, one a work-item", "base:cores=1,warps=4,lanes=4", "vecadd", 60_000, 292_046)
        self.cycles("relu, {} elements, one a work-item", "edge", "relu", 30_000, 351_006)
        if row := self.find("base", "scratchpad", stride=1):
            self.add("scratchpad accesses a lane and cycle", "base", row["value"] / row["peak"], "", 1, at_least=True)
        alu = self.find("base", "latency.alu")
        for what, size, goal in (("L1", "dcache_bytes", 4), ("L2", "l2_bytes", 30)):
            row = self.find("base", "latency.memory", bytes=known[size] // 2)
            if alu and row:
                self.add(f"load to use, {what} hit, more than an ALU result", "base", row["value"] - alu["value"], "cycles", goal)
        for memory in ("memory", "scratchpad"):
            row = next((r for r in self.rows if r["config"] == "base" and r["name"] == f"atomic.{memory}" and r["args"] == "lanes=64,one word"), None)
            if row:
                self.add(f"64 lanes add to one word of {memory}, per lane", "base", 1 / row["value"], "cycles", 2)
        self.cycles("histogram, {} values, 256 bins, scratchpad atomics", "base", "histogram", None, None)
        return self.lines


def print_figures(lines):
    print(f"\n{'figure':58}  {'config':30}  {'measured':>14}  {'goal':>12}  {'':7}  {'Vortex':>9}")
    for line in lines:
        measured = f"{report.number(line['value'])} {line['unit']}".strip()
        goal = "" if line["goal"] is None else f"{'>=' if line['at_least'] else '<='} {line['goal']:,}"
        met = {None: "", True: "met", False: "missed"}[line["met"]]
        print(f"{line['what']:58}  {line['config']:30}  {measured:>14}  {goal:>12}  {met:7}  {report.number(line['vortex']):>9}")


def run(arguments):
    config = shape.canonical(arguments.config or "base")
    build.build(["bench_memory"], title="building the benchmarks")
    check_options(arguments)
    rows = measure(config, [], arguments)
    # Who chooses groups does not want others measured.
    if arguments.figures == "on" and not any(word.startswith("--groups") for word in arguments.sizes):
        for other, groups in FIGURE_GROUPS.items():
            if other != config:
                rows += measure(other, groups, arguments)
    report.print_rows(rows)
    figures = Figures(rows).collect()
    if figures:
        print_figures(figures)
    own = [row for row in rows if row["config"] == config]
    stem = arguments.plots / f"memory-{rtl.slug(config)}"
    plots = [str(path) for path in bench_plots.draw(own, config, shape.parameters(config), arguments.memory, stem)]
    print("\nplots: " + ", ".join(plots))
    return {"rows": rows, "figures": figures, "memory": arguments.memory, "plots": plots}, True
