"""heddle bench --suite queues: kernels through queues and firmware, on the RTL of the management core (bench/queues, docs/queues.md)."""

import json
import subprocess
import tempfile
from pathlib import Path

import build
import rtl
import shape

NAME = "queues"
HELP = "kernels through queues and firmware"
PROGRAM = build.BUILD / "bench" / "queues" / "queues"


def add_options(_group):
    pass


def run(arguments):
    config = shape.canonical(arguments.config or "edge")
    build.build(["bench_queues", rtl.target(config, False)], rtl_config=config, title=f"building the benchmark and the RTL as '{config}'")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        command = [PROGRAM, "--config", config, "--rtl-library", rtl.directory(config, False), "--json", path,
                   "--firmware", build.BUILD / "firmware" / "heddle_firmware.bin", "--kernels", PROGRAM.parent / "kernels.bin"]  # fmt: skip
        if subprocess.run([*command, *arguments.sizes], check=False).returncode:
            raise build.BuildError(f"the queue benchmark failed on '{config}'")
        return json.loads(path.read_text()), True
