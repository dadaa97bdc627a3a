"""Runs of one library with mutants: which test kills which mutant."""

import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


class Experience:
    """How often a test has killed: what it says of a module is what it did there, and until then what it does elsewhere."""

    def __init__(self):
        self.kills, self.runs = Counter(), Counter()

    def add(self, module, killed):
        self.kills[module] += killed
        self.runs[module] += 1

    def rate(self, module):
        elsewhere = (self.kills.total() + 1) / (self.runs.total() + 2)
        return (self.kills[module] + 2 * elsewhere) / (self.runs[module] + 2)


@dataclass
class Test:
    name: str
    command: list
    seconds: float = 0.0  # of processor time, without a mutant
    cycles: tuple = ()  # that it says it simulates, without a mutant
    touches: frozenset = frozenset()  # mutants that change a bit at their place while it runs: no other can it kill
    seen: Experience = field(default_factory=Experience, compare=False)

    def of_unit(self):
        """It is a unit bench, not a program on the device."""
        return self.name.startswith("bench:")

    def worth(self, module):
        """Kills in the module that a second of it is likely to bring."""
        return self.seen.rate(module) / (self.seconds + 0.1)


@dataclass
class Outcome:
    how: str  # passed, the reason for which it failed, or hang
    seconds: float  # of processor time, if nothing else runs
    cycles: tuple
    touches: frozenset


IN_FLUSH = 40  # cycles before the end of a launch, when what is dirty is written back


class BaselineError(Exception):
    """A test fails without a mutant: nothing that it says about mutants would count."""


class BusyError(Exception):
    """A test has had no answer for so long that the clock ended it, not the processor time that it used: that says nothing about a mutant."""


# A mutant that makes a test take so much longer hangs: so many times its processor time, and so many seconds more. The load of the machine must
# not kill mutants, so what the clock ends (here, or the fuzzer by its own limit) stops the campaign.
HANG_FACTOR, HANG_SECONDS, CLOCK_SECONDS = 8, 3, 3600
# Of processor time; a test that takes longer costs a campaign more than it finds.
LONGEST = 8
FUZZER, RUNNER, ELVES = "verif/random/heddle-fuzz", "verif/harness/heddle-rtl-run", "verif/harness/test/programs"
OUTCOME, TOUCHED = "outcome.json", "touched.txt"
# How much the benches draw where they may be told: as much as ends within LONGEST in a netlist. What fails stops at once, and does not go on to
# say the same in each cycle.
AMOUNTS = {"GTEST_BREAK_ON_FAILURE": "1", "FPU_VECTORS": "6000", "MATRIX_GROUPS": "1500", "MATRIX_DESCRIPTORS": "150", "COPY_COMMANDS": "200",
           "HEDDLE_MGMT_PROGRAMS": "15"}  # fmt: skip
PROGRAMS = Path(__file__).resolve().parents[1] / "harness/test/programs"


def copies(build, folder):
    """The programs that tests are made of, where no build changes them while a campaign runs; in the places that they have in `build`."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in (build / FUZZER, build / RUNNER, *(build / ELVES).glob("*.elf")):
        copy = folder / path.relative_to(build)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return folder


def launch_cycles(command):
    """How many cycles a launch takes, as the runner prints it."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    found = re.search(r"^launch: (\d+) cycles", done.stdout, re.M)
    if done.returncode or not found:
        raise BaselineError(f"{' '.join(str(word) for word in command)} failed:\n{done.stdout}{done.stderr}")
    return int(found[1])


def programs(build, library, sessions):
    """Random programs, and the directed ones of the harness, on the verilated device in lock-step."""
    fuzzer, runner, folder, tests = build / FUZZER, build / RUNNER, build / ELVES, []
    for seed in range(1, sessions + 1):
        command = [fuzzer, "--library", library, "--jobs", "1", "--no-shrink", "--seed", seed, "--count", 1, "--json", OUTCOME]
        tests.append(Test(f"random:{seed}", command))
    shape = ["--local", "7,1,1", "--groups", "2,1,1", "--scratch", "256", "--latency", "20", "--max-cycles", "300000"]
    for source in sorted(PROGRAMS.glob("*.S")):
        # Those do not end, fault on purpose, want options of their own or engines.
        if source.stem not in ("forever", "access", "alias", "far", "results", "stores", "traffic", "turns", "engines", "engine_faults", "waits", "leftovers"):
            tests.append(Test(f"program:{source.stem}", [runner, library, folder / f"{source.stem}.elf", *shape, "--random-stalls", "--seed", "3"]))
    smoke = [runner, library, folder / "smoke.elf", "--scratch", "256"]
    for name, options in (
        ("many", ["--launches", "6", "--groups", "5,3,2", "--local", "3,2,1", "--latency", "20", "--random-stalls"]),
        ("reject_local", ["--local", "4096,1,1", "--expect-reject", "1"]),
        ("reject_grid", ["--groups", "1,0,1", "--expect-reject", "2"]),
        ("reject_private", ["--private", "6", "--expect-reject", "4"]),
        ("bus_error_load", ["--latency", "20", "--bus-error", "0x80100000,0x80100fff", "--expect-cause", "5"]),
        ("bus_error_fetch", ["--latency", "20", "--bus-error", "0x80000000,0x8000003f", "--expect-cause", "1"]),
    ):
        tests.append(Test(f"launch:{name}", [*smoke, *options]))
    tests.append(Test("launch:reject_scratchpad", [*smoke[:3], "--scratch", "1000000", "--expect-reject", "3"]))
    stores = [runner, library, folder / "stores.elf", "--local", "7,1,1", "--latency", "20", "--expect-cause", "25"]
    tests.append(Test("launch:bus_error_store", [*stores, "--bus-error", "0x80100000,0x80100fff"]))
    early = ["--args", "20000", "--bus-error", "0x80100010,0x80100010", "--max-cycles", "100000"]
    tests.append(Test("launch:bus_error_store_early", [*stores, *early]))
    memory = [runner, library, folder / "memory.elf", "--local", "7,1,1", "--scratch", "256", "--random-stalls", "--expect-cause", "5"]
    tests.append(Test("launch:bus_error_random", [*memory, "--latency", "20", "--bus-error", "0x80100400,0x801004ff"]))
    handled = ["--local", "7,1,1", "--scratch", "256", "--latency", "20", "--bus-error", "0x80000040,0x80000050"]
    tests.append(Test("launch:bus_error_handled", [runner, library, folder / "traps.elf", *handled]))
    abort = ["--scratch", "256", "--local", "7,1,1", "--groups", "9,1,1", "--max-cycles", "3000", "--expect-abort"]
    tests.append(Test("launch:abort", [runner, library, folder / "forever.elf", *abort]))
    for name, options in (("registers", ["--walk-registers"]), ("many_results", ["--groups", "9,1,1", "--launches", "3"])):
        tests.append(Test(f"launch:{name}", [runner, library, folder / "results.elf", "--local", "8,1,1", "--scratch", "64", *options]))
    # Too late: the last dozens of its cycles write back what is dirty.
    dirty = [runner, library, folder / "results.elf", "--local", "8,1,1", "--groups", "3,1,1", "--scratch", "64", "--latency", "20"]
    tests.append(Test("launch:abort_flush", [*dirty, "--abort-after", launch_cycles(dirty) - IN_FLUSH]))
    at_once = ["--local", "7,1,1", "--abort-after", "0", "--launches", "2", "--expect-abort"]
    tests.append(Test("launch:abort_at_once", [runner, library, folder / "forever.elf", *at_once]))
    tests += far(runner, library, folder)
    results = ["--local", "8,1,1", "--groups", "3,1,1", "--scratch", "64", "--latency", "20", "--random-stalls"]
    tests.append(Test("program:results", [runner, library, folder / "results.elf", *results]))
    traffic = ["--local", "8,1,1", "--groups", "8,1,1", "--scratch", "256", "--args", "100", "--latency", "30", "--random-stalls", "--seed", "1"]
    tests.append(Test("program:traffic", [runner, library, folder / "traffic.elf", *traffic]))
    turns = ["--local", "8,1,1", "--launches", "12", "--latency", "30", "--random-stalls", "--host-turns", "0x80100000,0x80110000,8"]
    tests.append(Test("program:turns", [runner, library, folder / "turns.elf", *turns]))
    return tests


def far(runner, library, folder):
    """Programs and data at addresses of which every bit is 0 and 1 in turn, and faults there; large grids."""
    places = ["--at", "0x80000000,0xd5555554,0xaaaaaaa8,0xffff0000", "--private-base", "0xa0000000,0x95555540,0xeaaaaa80",
              "--region", "0x80000000,0xffffffff", "--latency", "20", "--random-stalls"]  # fmt: skip
    options = ["--local", "8,1,1", "--launches", "6", "--args", "16,0xaaaaaa18,0x55555508"]
    tests = [Test("far:far", [runner, library, folder / "far.elf", *places, *options])]
    one_bit = [*places, "--local", "8,1,1", "--launches", "3", "--args", "1,0x55555508,0xaaaaaa18"]
    tests.append(Test("far:alias", [runner, library, folder / "alias.elf", *one_bit]))
    for name in ("calls", "collectives", "float_memory", "memory", "special", "speculation", "traps"):
        tests.append(Test(f"far:{name}", [runner, library, folder / f"{name}.elf", *places, "--local", "7,1,1", "--launches", "4", "--scratch", "256"]))
    # An access of each kind that has no region, but for the fetch, and those that memory refuses.
    wild = ["--local", "5,1,1", "--launches", "6", "--args", "0x55555500,0x2aaaaa80,0x7fffff00"]
    for kind, cause in ((0, 5), (1, 7), (2, 7), (3, 5), (4, 7), (6, 5), (7, 7)):
        tests.append(Test(f"far:fault_{kind}", [runner, library, folder / "access.elf", *places, *wild, "--kernel", kind, "--expect-cause", cause]))
    for kind, cause in ((0, 5), (1, 25), (2, 7)):
        refused = ["--region", "0x80000000,0xffffffff", "--local", "5,1,1", "--launches", "4", "--latency", "20", "--kernel", kind, "--expect-cause", cause]
        high = ["--args", "0xd5555500,0xaaaaaa80,0xffff0000,0x95555500", "--bus-error", "0x90000000,0xffffffff"]
        low = ["--at", "0xd5555554,0xaaaaaaa8", "--args", "0x8aaaaa80,0x95555500", "--bus-error", "0x80000000,0x9fffffff"]
        for side, where in (("high", high), ("low", low)):
            tests.append(Test(f"far:refused_{side}_{kind}", [runner, library, folder / "access.elf", *refused, *where]))
    for axis, groups in enumerate(("300,1,1", "1,300,1", "1,1,300")):
        tests.append(Test(f"far:groups_{axis}", [runner, library, folder / "smoke.elf", "--groups", groups, "--latency", "20"]))
    return tests


def engines(build, library):
    """Programs for copy and matrix engine and mbarriers, and what goes wrong with them."""
    runner, folder = build / RUNNER, build / ELVES
    command = [runner, library, "--scratch", "4096", "--accumulators", "1", "--latency", "20"]
    tests = []
    for seed in (1, 2):
        options = ["--random-stalls", "--seed", seed, "--max-cycles", "100000"]
        tests.append(Test(f"engines:program_{seed}", [*command, folder / "engines.elf", "--local", "13,1,1", "--groups", "9,1,1", "--args", "1", *options]))
        tests.append(Test(f"engines:waits_{seed}", [*command, folder / "waits.elf", "--local", "29,1,1", "--groups", "5,1,1", *options]))
    shape = [folder / "engine_faults.elf", "--local", "20,1,1", "--groups", "5,1,1", "--launches", "3", "--max-cycles", "60000"]
    for kernel, cause in ((0, 26), (1, 27), (2, 28), (3, 28), (4, 26), (5, 7), (6, 6), (7, 28)):
        tests.append(Test(f"engines:fault_{kernel}", [*command, *shape, "--kernel", kernel, "--expect-cause", cause]))
    refused = ["--kernel", "8", "--bus-error", "0x80104000,0x8010403f", "--expect-cause", "26"]
    tests.append(Test("engines:refused", [*command, *shape, *refused]))
    tests.append(Test("engines:reject", [runner, library, folder / "smoke.elf", "--accumulators", "3", "--expect-reject", "5"]))
    return tests


def dma(build, library):
    """Programs and data that come to the device by DMA."""
    runner, folder = build / RUNNER, build / ELVES
    turns = ["--local", "8,1,1", "--launches", "6", "--latency", "30", "--random-stalls", "--host-turns", "0x80100000,0x80110000,8"]
    memory = ["--local", "7,1,1", "--groups", "3,2,1", "--scratch", "256", "--latency", "20", "--launches", "2"]
    return [Test("dma:turns", [runner, library, folder / "turns.elf", *turns, "--by-dma"]),
            Test("dma:memory", [runner, library, folder / "memory.elf", *memory, "--by-dma"])]  # fmt: skip


def queues(build, library, config):
    """Kernels through queues and firmware, on a device with the management core. `config`: what `library` is of, as text; the parameters."""
    text, parameters = config
    command = [build / "verif/queues/queue_test", build / "firmware/heddle_firmware.bin", build / "verif/queues/kernels.bin", text, Path(library).parent]
    tests = [Test("queues:all", command)]
    if parameters["launches"] > 1:
        tests.append(Test("queues:several", [*command, "random", "--gtest_filter=Storm*:*AtOnce:*AtATime:*Order:*Barrier*"]))
    else:
        tests.append(Test("queues:random", [*command, "random", "--gtest_filter=Storm*:*Order"]))
    return tests


def run(test, mutant, limit=CLOCK_SECONDS, watch=False):
    """How the test ended; `limit` is of processor time. `watch` also finds which mutants it touches."""
    environment = {**AMOUNTS, **os.environ, "HEDDLE_MUTANT": str(mutant)}
    seconds = max(1, round(limit))
    with tempfile.TemporaryDirectory() as folder:  # for what a random run leaves behind
        if watch:
            environment["HEDDLE_MUTANTS_TOUCHED"] = f"{folder}/{TOUCHED}"
        process = subprocess.Popen(["/bin/sh", "-c", f'ulimit -c 0; ulimit -t {seconds}; exec "$@"', "sh", *(str(part) for part in test.command)],
                                   env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True, cwd=folder)  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            said, _ = process.communicate(timeout=CLOCK_SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise BusyError(f"{test.name}: no answer in {CLOCK_SECONDS} s; is the machine too busy?") from error
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        touched = Path(folder) / TOUCHED
        touches = frozenset(map(int, touched.read_text().split())) if touched.is_file() else frozenset()
        outcome = Path(folder) / OUTCOME
        if outcome.is_file():
            said += f"{json.loads(outcome.read_text())['cycles']} cycles"
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if process.returncode in (126, 127):  # as the shell says it: another run has cleared the folder
        raise BaselineError(f"{test.name} cannot be run: {said.strip()}")
    how = ending(process.returncode, said)
    if how == "timeout":
        raise BusyError(f"{test.name}: a random run had no answer in time; is the machine too busy?")
    return Outcome(how, used, tuple(re.findall(r"(\d+) cycles", said)), touches)


def ending(status, said):
    if status == 0:
        return "passed"
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return "hang"
    if found := re.search(r"^seed \d+: (.*), after", said, re.M):
        return "hang" if re.search(rf"signal ({int(signal.SIGXCPU)}|{int(signal.SIGKILL)})\b", found[1]) else found[1]
    if found := re.search(r"field: (\S+)", said):
        return f"mismatch {found[1]}"
    if found := re.search(r"^\[  FAILED  \] (\S+)", said, re.M):
        return f"failed {found[1]}"
    if status == -signal.SIGTRAP and (found := re.findall(r"^\[ RUN      \] (\S+)", said, re.M)):
        return f"failed {found[-1]}"
    if status < 0:
        return f"signal {-status}"
    return "assertion" if "ssertion" in said else "error"


def baseline(tests, note=None):
    """Those of the tests that end soon. All pass without a mutant; what each takes, and which mutants it touches. `note` is a file that keeps
    the result for another run with the same programs."""
    stamp = hashlib.sha256()
    for path in sorted({part for test in tests for part in test.command if isinstance(part, Path)}):
        stamp.update(path.read_bytes())
    known = json.loads(note.read_text()) if note and note.is_file() else {}
    if known.get("programs") != stamp.hexdigest():
        known = {"programs": stamp.hexdigest(), "tests": {}}
    for test in tests:
        key = " ".join(str(part) for part in test.command)
        if key not in known["tests"]:
            outcome = run(test, 0, LONGEST, watch=True)
            if outcome.how not in ("passed", "hang"):
                raise BaselineError(f"{test.name} fails without a mutant ({outcome.how}): {key}")
            known["tests"][key] = {"seconds": outcome.seconds, "cycles": outcome.cycles, "touches": sorted(outcome.touches),
                                   "ends": outcome.how == "passed"}  # fmt: skip
            if note:
                note.write_text(json.dumps(known))
        found = known["tests"][key]
        test.seconds, test.cycles, test.touches = found["seconds"], tuple(found["cycles"]), frozenset(found["touches"])
        if not found["ends"]:
            print(f"{test.name} is left out: it takes more than {LONGEST} s", flush=True)
    ending = [test for test in tests if known["tests"][" ".join(str(part) for part in test.command)]["ends"]]
    if not ending:  # or every mutant would survive
        raise BaselineError("no test is left; of a bench NAME there are tests if the expression of --tests is found in bench:NAME:")
    return ending


@dataclass
class Fate:
    """Of a mutant."""

    by: str = ""  # the test that killed it; empty: it lives
    how: str = ""
    touched: int = 0  # tests in which it makes a difference at its place
    tried: int = 0  # of them, those that were run
    slower: bool = False  # one of them takes another number of cycles

    def add(self, other):
        """What became of it in other tests, after these."""
        self.by, self.how, self.slower = other.by, other.how, self.slower or other.slower
        self.touched += other.touched
        self.tried += other.tried


def kill(tests, mutant, module, most):
    """What becomes of the mutant in at most so many of the tests that touch it; those that are likely to kill soon come first."""
    mine = [test for test in tests if mutant in test.touches]
    fate = Fate(touched=len(mine))
    for test in sorted(mine, key=lambda t: -t.worth(module))[:most]:
        outcome = run(test, mutant, HANG_FACTOR * test.seconds + HANG_SECONDS)
        test.seen.add(module, outcome.how != "passed")
        fate.tried += 1
        if outcome.how != "passed":
            fate.by, fate.how = test.name, outcome.how
            return fate
        fate.slower |= outcome.cycles != test.cycles
    return fate
