"""Runs of one library with mutants: which test kills which mutant."""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Test:
    name: str
    command: list
    seconds: float = 0.0  # that it takes without a mutant


class BaselineError(Exception):
    """A test fails without a mutant: nothing that it says about mutants would count."""


# A mutant that makes a test take so much longer hangs: so many times its time, and so many seconds more.
HANG_FACTOR, HANG_SECONDS = 10, 10


def programs(build, library):
    """Small programs and random ones on the verilated device, in lock-step, the quickest first."""
    runner = build / "verif/harness/heddle-rtl-run"
    folder = build / "verif/harness/test/programs"
    shape = ["--local", "7,1,1", "--groups", "3,2,1", "--scratch", "256", "--latency", "20", "--max-cycles", "300000"]
    tests = []
    for elf in sorted(folder.glob("*.elf")):
        # `forever` does not end; `special` takes long.
        if elf.stem in ("forever",):
            continue
        tests.append(Test(f"program:{elf.stem}", [runner, library, elf, *shape]))
        tests.append(Test(f"program:{elf.stem}:stalls", [runner, library, elf, *shape, "--random-stalls", "--seed", "3"]))
    many = ["--launches", "6", "--groups", "5,3,2", "--local", "3,2,1", "--latency", "20", "--random-stalls"]
    tests.append(Test("launch:many", [runner, library, folder / "smoke.elf", "--scratch", "256", *many]))
    tests.append(Test("launch:abort", [runner, library, folder / "forever.elf", "--scratch", "256", "--local", "7,1,1", "--groups", "9,1,1",
                                       "--max-cycles", "3000", "--expect-abort"]))  # fmt: skip
    for name, elf, options in (
        ("reject_local", "smoke", ["--local", "4096,1,1", "--expect-reject", "1"]),
        ("reject_grid", "smoke", ["--groups", "1,0,1", "--expect-reject", "2"]),
        ("reject_private", "smoke", ["--private", "6", "--expect-reject", "4"]),
        ("bus_error_store", "smoke", ["--latency", "20", "--bus-error", "0x80100000,0x80100fff", "--expect-cause", "7"]),
        ("bus_error_fetch", "smoke", ["--latency", "20", "--bus-error", "0x80000000,0x8000003f", "--expect-cause", "1"]),
        ("bus_error_handled", "traps", ["--latency", "20", "--bus-error", "0x80000040,0x80000050", "--local", "7,1,1"]),
    ):
        tests.append(Test(f"launch:{name}", [runner, library, folder / f"{elf}.elf", "--scratch", "256", *options]))
    return tests


def run(test, mutant, limit):
    """How the test ended: passed, the reason for which it failed, or hang."""
    environment = {**os.environ, "HEDDLE_MUTANT": str(mutant)}
    process = subprocess.Popen([str(part) for part in test.command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, errors="replace", start_new_session=True)  # fmt: skip
    try:
        said, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "hang"
    if process.returncode == 0:
        return "passed"
    field = re.search(r"field: (\S+)", said)
    if field:
        return field[1]
    if process.returncode < 0:
        return f"signal {-process.returncode}"
    return "assertion" if "ssertion" in said else "error"


def baseline(tests):
    """The tests in order of their time, all of which pass without a mutant."""
    for test in tests:
        start = time.monotonic()
        how = run(test, 0, 120)
        test.seconds = time.monotonic() - start
        if how != "passed":
            raise BaselineError(f"{test.name} fails without a mutant ({how}): {' '.join(str(part) for part in test.command)}")
    return sorted(tests, key=lambda test: test.seconds)


def kill(tests, mutant):
    """(test that kills it, how), or None: it survives all of them. What killed others comes first."""
    for test in sorted(tests, key=lambda t: -HITS.get(t.name, 0) / (t.seconds + 0.05)):
        how = run(test, mutant, HANG_FACTOR * test.seconds + HANG_SECONDS)
        if how != "passed":
            HITS[test.name] = HITS.get(test.name, 0) + 1
            return test.name, how
    return None


# How many mutants each test has killed.
HITS = {}
