"""Configures and builds what a command needs: one CMake tree for the host programs, with an RTL library per configuration in it."""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
# Ninja has finished so many steps of so many.
STEP = re.compile(r"\[\d+/\d+\] ")


class BuildError(Exception):
    """A configure or build step failed; the text says which and where its output is."""


def run_step(title, command, log_name):
    """Runs a step: on a terminal its output is shown, otherwise one line, and its last lines if it fails."""
    log = ROOT / "build" / log_name
    log.parent.mkdir(parents=True, exist_ok=True)
    if sys.stderr.isatty():
        status = subprocess.run(command, cwd=ROOT, stdout=sys.stderr).returncode
        if status:
            raise BuildError(f"{title} failed (exit status {status})")
        return
    print(f"heddle: {title}", file=sys.stderr, flush=True)
    with log.open("w") as out:
        status = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT).returncode
    if status:
        sys.stderr.write("".join(log.read_text(errors="replace").splitlines(keepends=True)[-40:]))
        raise BuildError(f"{title} failed (exit status {status}); the whole output is in {log.relative_to(ROOT)}")


def cached_configs():
    """RTL configurations the tree is configured for beyond those of the tests."""
    cache = BUILD / "CMakeCache.txt"
    if not cache.exists():
        return None
    for line in cache.read_text().splitlines():
        if line.startswith("HEDDLE_RTL_CONFIGS:"):
            return [c for c in line.split("=", 1)[1].split(";") if c]
    return []


def configure(rtl_config=None):
    """Makes sure that the tree is configured, and has targets for `rtl_config` (canonical text)."""
    known = cached_configs()
    if known is not None and (BUILD / "build.ninja").exists() and (rtl_config is None or rtl_config in known):
        return
    wanted = list(known or [])
    if rtl_config is not None and rtl_config not in wanted:
        wanted.append(rtl_config)
    if (BUILD / "CMakeCache.txt").exists() and not (BUILD / "build.ninja").exists():
        shutil.rmtree(BUILD / "CMakeFiles", ignore_errors=True)
        (BUILD / "CMakeCache.txt").unlink()
    run_step(
        "configuring",
        ["cmake", "--preset", "release", f"-DHEDDLE_RTL_CONFIGS={';'.join(wanted)}"],
        "configure.log",
    )


def configure_opencl():
    """Configures anew a tree that was configured before the packages of OpenCL were there."""
    configure()
    if "heddle-opencl" not in (BUILD / "build.ninja").read_text():
        run_step("configuring with OpenCL", ["cmake", str(BUILD)], "configure.log")


def build(targets, rtl_config=None, title=None):
    """Builds the targets; returns once they are up to date. With nothing to do it says nothing."""
    configure(rtl_config)
    jobs = os.environ.get("HEDDLE_JOBS")
    run_ninja(
        title or f"building {' '.join(targets)}",
        ["ninja", "-C", str(BUILD), *(["-j", jobs] if jobs else []), *targets],
        ROOT / "build" / "build.log",
    )


def run_ninja(title, command, log):
    """Runs Ninja. Says so only once it has something to do: on a terminal as a line that advances, otherwise as one line."""
    log.parent.mkdir(parents=True, exist_ok=True)
    terminal = sys.stderr.isatty()
    columns = shutil.get_terminal_size().columns
    said = []

    def say(text):
        if terminal:
            print(f"\r\033[K{f'heddle: {text}'[: columns - 1]}", end="", file=sys.stderr, flush=True)
        elif not said:
            print(f"heddle: {title}", file=sys.stderr, flush=True)
        said.append(text)

    # (A dry run could not tell beforehand: to it, the check for new source files is always work.) Ninja reports steps
    # that have ended; the first may take minutes.
    timer = threading.Timer(1.0, lambda: said or say(title))
    timer.daemon = True
    timer.start()
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as ninja:
        for line in ninja.stdout:
            out.write(line)
            if STEP.match(line) and "Re-checking globbed" not in line:
                say(f"{title} {line.strip()}")
    timer.cancel()
    if terminal and said:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    if ninja.returncode:
        sys.stderr.write("".join(log.read_text(errors="replace").splitlines(keepends=True)[-40:]))
        raise BuildError(f"{title} failed (exit status {ninja.returncode}); the whole output is in {os.path.relpath(log, ROOT)}")


def rtl_archives():
    """What an RTL library is linked from besides the verilated code, users first; there once the tree has been configured."""
    return [Path(line) for line in (BUILD / "rtl" / "archives.txt").read_text().splitlines()]
