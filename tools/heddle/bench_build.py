"""heddle bench --suite build: how long the RTL of a configuration takes to build, cold and after a change of one line.

In a copy of the sources, so that nothing of the tree changes, and without the compiler cache. Processor time over the number of
processors is what the wall clock would show on a host with nothing else to do, if all of it ran in parallel."""

import contextlib
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import build
import rtl
import shape

NAME = "build"
HELP = "time to build the RTL, cold and after a change"
# What build_rtl.py reads of the tree.
SOURCES = ["rtl", "verif/harness", "tools/lint", "tools/specgen", "tools/special_functions", "docs/spec"]
# Leaf modules, and something in a line of each before and after.
CHANGES = [
    ("rtl/core/alu.sv", "+ 33'(subtract)", "- 33'(subtract)"),
    ("rtl/mem/fetch_ahead.sv", "next_q + line_address_t'(1)", "next_q + line_address_t'(2)"),
]
COLD_SECONDS = 90
CHANGE_SECONDS = 30


def add_options(group):
    del group  # none of its own


class Copy:
    """The copied sources, and their build."""

    def __init__(self, folder, config):
        self.folder = folder
        self.config = config
        shutil.rmtree(folder, ignore_errors=True)
        for source in SOURCES:
            shutil.copytree(build.ROOT / source, folder / source)

    def change(self, module, before, after):
        """Puts `after` where `before` stands in the module, once."""
        path = self.folder / module
        text = path.read_text()
        if text.count(before) != 1:
            raise build.BuildError(f"{module} has '{before}' {text.count(before)} times: tools/heddle/bench_build.py needs another line to change")
        path.write_text(text.replace(before, after))

    def build(self):
        """One build: its row without a name."""
        command = ["/usr/bin/python3", "-B", self.folder / "verif" / "harness" / "build_rtl.py", "--config", self.config, "--out", self.folder / "out"]
        command += ["--include", build.BUILD / "generated" / "include", "--libraries", *build.rtl_archives()]
        environment = {**os.environ, "CCACHE_DISABLE": "1", "HEDDLE_JOBS": str(os.cpu_count())}
        log = self.folder / "build.log"
        used, began = processor_seconds(), time.monotonic()
        with log.open("w") as out:
            done = subprocess.run(command, cwd=self.folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        wall = time.monotonic() - began
        text = log.read_text(errors="replace")
        if done.returncode:
            raise build.BuildError(f"the RTL does not build:\n{text[-4000:]}")
        compiled = len(re.findall(r"^\[\d+/\d+\] .* -c ", text, re.MULTILINE))
        return {"host_seconds": wall, "processor_seconds": processor_seconds() - used, "compiled": compiled}


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def row(name, config, measured, limit):
    value = measured["processor_seconds"] / os.cpu_count()
    print(f"| {name} | {config} | {measured['compiled']} | {measured['host_seconds']:.1f} | {measured['processor_seconds']:.1f} | {value:.1f} | {limit} |",
          flush=True)  # fmt: skip
    return {"name": name, "args": "", "config": config, "value": value, "unit": "s", "peak": limit, "of_peak": value / limit, **measured}


def run(arguments):
    if arguments.sizes:
        raise ValueError(f"--suite build has no sizes: {' '.join(arguments.sizes)}")
    config = shape.canonical(arguments.config or "edge")
    build.build([rtl.target(config, False)], rtl_config=config, title=f"building the RTL as '{config}'")
    print(f"heddle: building it again, without the compiler cache, on {os.cpu_count()} processors", file=sys.stderr, flush=True)
    folder = build.ROOT / "build" / "bench" / "rtl-build"
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        copy = Copy(folder, config)
        print("| RTL build | shape | files compiled | wall clock, s | processor time, s | the same by the processors, s | at most |")
        print("|---|---|---|---|---|---|---|")
        rows = [row("cold", config, copy.build(), COLD_SECONDS)]
        for module, before, after in CHANGES:
            copy.change(module, before, after)
            rows.append(row(f"one line of {Path(module).name}", config, copy.build(), CHANGE_SECONDS))
    return {"rows": rows}, True
