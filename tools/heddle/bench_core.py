"""heddle bench --suite core: cycles of the plain kernels at the shapes at which the strongest open peer (Vortex) has published its own, the
rates that a core reaches at most, and where the cycles of the warp slots go."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import build
import report
import rtl
import shape

# Work, example, its arguments, shape, cycles that we want to stay below, and Vortex's (on its RTL, same kernel and shape).
WORKS = [
    ("sgemm 128", "sgemm", ["--n", "128"], "base:cores=1,warps=4,lanes=4", 1_500_000, 5_957_013),
    ("sgemm 128", "sgemm", ["--n", "128"], "base:cores=1,warps=4", 400_000, 1_821_882),
    ("sgemm 128", "sgemm", ["--n", "128"], "base:warps=8", 180_000, 796_877),
    ("sgemm 64", "sgemm", ["--n", "64"], "edge", 100_000, 560_828),
    ("conv3x3 64x64", "conv3x3", ["--n", "64"], "edge", 30_000, 162_052),
    ("relu 16,384", "relu", ["--n", "16384"], "edge", 25_000, 351_006),
    ("vecadd 16,384", "vecadd", ["--n", "16384"], "base:cores=1,warps=4,lanes=4", 60_000, 292_046),
    ("vecadd 16,384", "vecadd", ["--n", "16384"], "base:cores=1,warps=4", 20_000, 75_335),
]
# What of a rate's limit is reached: work, example, arguments, shape, function of the run's result and the device's shape, unit, limit.
RATES = [
    ("FMA, registers", "peak", ["--work", "fma", "--n", "200"], "edge", "fma", 1.0),
    ("FMA, registers", "peak", ["--work", "fma", "--n", "200"], "base", "fma", 1.0),
    ("FMA, registers, 4 warps", "peak", ["--work", "fma", "--n", "200"], "edge:warps=4", "fma", 1.0),
    ("integer, registers, 4 warps", "peak", ["--work", "alu", "--n", "200"], "edge:warps=4", "ipc", 2.0),
    ("tiled sgemm 256", "sgemm_tiled", ["--n", "256"], "base", "fma", 1.0),
    ("tiled sgemm 256", "sgemm_tiled", ["--n", "256"], "base", "ipc", 2.0),
]


def add_options(parser):
    parser.add_argument("--only", metavar="TEXT", help="core: only the rows whose work or shape has this in it")
    parser.add_argument("--mem-latency", type=int, default=100, metavar="CYCLES", help="core: of the memory; 2 shows the core's own limits (default: 100)")


def chosen(rows, text):
    return [row for row in rows if not text or text in row[0] or text in row[1] or text in row[3]]


def measure(example, arguments, config, options):
    """One run of an example on the RTL: the object that its --json gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        command = [build.BUILD / "examples" / example / example, "--config", config, "--rtl-library", rtl.directory(config, False)]
        command += ["--lockstep", options.lockstep, "--mem-latency", str(options.mem_latency), "--json", path, "--", *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise build.BuildError(f"{example} failed on '{config}':\n{done.stdout}{done.stderr}")
        return json.loads(path.read_text())


def operations(example, arguments):
    """Fused multiply-adds of one lane's share: all of the run's, over all lanes."""
    n = int(arguments[arguments.index("--n") + 1])
    return n**3 if example == "sgemm_tiled" else None


def rate(row, result):
    """FMA per lane and cycle, or instructions per cycle and core."""
    example, arguments, config, kind = row[1], row[2], row[3], row[4]
    if kind == "ipc":
        return result["ipc"]
    cores, warps, lanes = shape.dimensions(config)
    if example == "peak":
        return 60 * int(arguments[-1]) * warps / result["cycles"]
    return operations(example, arguments) / (result["cycles"] * cores * lanes)


def json_row(name, arguments, config, result, **more):
    return {
        "name": name, "args": " ".join(arguments), "config": config, "cycles": result["cycles"],
        "warp_instrs": result["warp_instrs"], "lane_instrs": result["lane_instrs"], "host_seconds": result["host_seconds"],
        "khz": result["khz"], "warp_cycles": result["warp_cycles"], **more,
    }  # fmt: skip


def stalls(name, config, result):
    total = sum(result["warp_cycles"].values())
    shares = " | ".join(f"{100 * value / total:.1f}" for value in result["warp_cycles"].values())
    return f"| {name} | {config} | {shares} |"


def run(options):
    works, rates = chosen(WORKS, options.only), chosen(RATES, options.only)
    if not works and not rates:
        print(f"heddle bench: no row of the core suite has '{options.only}' in it", file=sys.stderr)
        return 2
    for config in dict.fromkeys(row[3] for row in works + rates):
        examples = dict.fromkeys(f"example_{row[1]}" for row in works + rates if row[3] == config)
        build.build([*examples, rtl.target(config, False)], rtl_config=config, title=f"building the core suite and the RTL as '{config}'")
    rows, accounts = [], []
    if works:
        print("| work | shape | cycles | at most | Vortex | times fewer | IPC |")
        print("|---|---|---|---|---|---|---|")
    for name, example, arguments, config, limit, vortex in works:
        result = measure(example, arguments, config, options)
        cycles = result["cycles"]
        print(f"| {name} | {config} | {cycles:,} | {limit:,} | {vortex:,} | {vortex / cycles:.1f} | {result['ipc']:.2f} |", flush=True)
        rows.append(json_row(name, arguments, config, result, value=cycles, unit="cycles", peak=limit, of_peak=limit / cycles, vortex=vortex))
        accounts.append(stalls(name, config, result))
    if rates:
        print("\n| work | shape | rate | unit | limit | of the limit |")
        print("|---|---|---|---|---|---|")
    results = {}
    for row in rates:
        name, example, arguments, config, kind, limit = row
        key = (example, tuple(arguments), config)
        if key not in results:
            results[key] = measure(example, arguments, config, options)
            accounts.append(stalls(name, config, results[key]))
        value = rate(row, results[key])
        unit = "FMA/lane/cycle" if kind == "fma" else "IPC"
        print(f"| {name} | {config} | {value:.3f} | {unit} | {limit:g} | {100 * value / limit:.1f} % |", flush=True)
        rows.append(json_row(name, arguments, config, results[key], value=value, unit=unit, peak=limit, of_peak=value / limit))
    print("\nWhere the cycles of the warp slots went, in percent:\n")
    print(f"| work | shape | {' | '.join(rows[0]['warp_cycles'])} |")
    print("|---|---|" + "---|" * len(rows[0]["warp_cycles"]))
    print("\n".join(accounts))
    if options.json:
        report.write(options.json, "bench", True, rows=rows)
    return 0
