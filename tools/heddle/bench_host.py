"""heddle bench --suite host: the DMA engine between a host memory and a device memory of fixed latency (verif/unit/host, docs/host_port.md)."""

import re
import subprocess

import build

NAME = "host"
HELP = "DMA between host memory and device memory"
# The benches of the DMA engine and the configurations that they are built for.
BENCHES = {"edge:host_dma=1": "bridge_wide", "nano:host_dma=1,dma_beats=32": "bridge_narrow"}


def add_options(_group):
    pass


def parse(output, config):
    """Rows from the lines that the bench prints: `figure DIRECTION BYTES LATENCY SHIFT BEATS_PER_CYCLE DESCRIPTORS`."""
    rows = []
    for found in re.finditer(r"^figure (\S+) (\d+) (\d+) (\d+) (\S+) (\d+)$", output, re.M):
        name, size, latency, shift, value, count = found.groups()
        text = f"bytes={size},descriptors={count},latency={latency},shift={shift}"
        rows.append({"name": name, "args": text, "config": config, "value": float(value), "unit": "beats/cycle", "peak": 1.0, "of_peak": float(value)})
    return rows


def run(arguments):
    config = arguments.config or next(iter(BENCHES))
    if config not in BENCHES:
        raise ValueError(f"--suite host measures {' and '.join(BENCHES)}, not {config}")
    if arguments.sizes:
        raise ValueError("--suite host has no sizes")
    build.build([BENCHES[config]], title="building the bench of the DMA engine")
    program = build.BUILD / "verif" / "unit" / "host" / BENCHES[config] / "obj" / BENCHES[config]
    done = subprocess.run([program, "--gtest_also_run_disabled_tests", "--gtest_filter=Speed.DISABLED_Figures"], capture_output=True, text=True)
    rows = parse(done.stdout, config)
    if done.returncode or not rows:
        raise build.BuildError(f"the bench of the DMA engine failed:\n{done.stdout}{done.stderr}")
    print(f"{'':12} {'bytes':>8} {'latency':>8} {'shift':>6}  of the port's width")
    for row in rows:
        values = dict(item.split("=") for item in row["args"].split(","))
        print(f"{row['name']:12} {values['bytes']:>8} {values['latency']:>8} {values['shift']:>6}  {100 * row['value']:.1f} %")
    return {"rows": rows}, True
