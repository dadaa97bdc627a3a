"""Configures and builds what a command needs: one CMake tree for the host programs, with an RTL library per configuration in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"


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


def build(targets, rtl_config=None, title=None):
    """Builds the targets; returns once they are up to date."""
    configure(rtl_config)
    ninja = ["ninja", "-C", str(BUILD)]
    # A dry run first: with nothing to do there is nothing to say.
    dry = subprocess.run([*ninja, "-n", "-d", "explain", *targets], capture_output=True, text=True, cwd=ROOT)
    if dry.returncode == 0 and "no work to do" in dry.stdout:
        return
    jobs = os.environ.get("HEDDLE_JOBS")
    run_step(title or f"building {' '.join(targets)}", [*ninja, *(["-j", jobs] if jobs else []), *targets], "build.log")
