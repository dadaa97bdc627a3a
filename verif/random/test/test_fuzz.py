#!/usr/bin/python3
"""heddle-fuzz end to end: it finds a planted bug, makes it small, and the file it writes shows the bug again; a failure becomes a waveform,
from a snapshot; wrong calls are refused. The library with the planted bugs can trace."""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

arguments = argparse.Namespace()

# Counts down for some thousand cycles, then stores 0 where 1 is expected: the failure comes late, and needs no bug.
WRONG_RESULT = {
    "format": "heddle fuzz replay 1",
    "failure": {"kind": "check", "detail": ""},
    "configuration": "nano",
    "seed": 1,
    "planted_bug": 0,
    "memory": {"kind": "fixed", "latency": 10, "bandwidth_percent": 100, "random_stalls": False, "bus_error": ["1", "0"]},
    "launches": [
        {
            "code_base": "0x80000000", "groups": [1, 1, 1], "local": [2, 1, 1], "scratch_size": 0, "private_size": 1024,
            "private_base": "0xa0000000", "kernel": "0", "arguments": "0", "abort_after": 0, "poll": 1000,
            "code": ["00001537 lui a0, 1", "fff50513 addi a0, a0, -1", "fe051ee3 bnez a0, .-4", "805005b7 lui a1, 0x80500",
                     "00a5a023 sw a0, 0(a1)", "0000000b hd.exit"],
            "addresses": [], "regions": [["0x80100000", "0x80500fff", 7]], "data": [], "checks": [["0x80500000", "1", 3, 5]],
        }
    ],
}  # fmt: skip


def call(*words):
    return subprocess.run([str(word) for word in (arguments.program, *words)], capture_output=True, text=True, check=False, timeout=600)


class Fuzz(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = pathlib.Path(self.folder.name)

    def test_finds_and_shrinks(self):
        outcome = self.out / "outcome.json"
        result = call("--library", arguments.planted, "--planted-bug", 7, "--seed", 1, "--count", 500, "--out", self.out, "--json", outcome)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        said = json.loads(outcome.read_text())
        self.assertFalse(said["pass"])
        self.assertEqual(said["mismatches"], 1)
        failure = said["failures"][0]
        self.assertEqual((failure["kind"], failure["detail"]), ("mismatch", "writeback.data"))
        self.assertLessEqual(failure["instructions"], 12)
        self.assertIn("lb", result.stdout)
        self.assertIn(failure["replay"], result.stdout)
        again = call("--replay", failure["file"], "--replay-library", arguments.planted)
        self.assertEqual(again.returncode, 1)
        self.assertIn("the failure is still there: mismatch writeback.data", again.stdout)
        asked = call("--replay", failure["file"])
        self.assertEqual((asked.returncode, asked.stdout), (0, "nano:management=1,planted_bug=31\n"))
        other = call("--replay", failure["file"], "--replay-library", arguments.library)
        self.assertEqual(other.returncode, 2)
        self.assertIn("is of configuration 'nano:management=1,planted_bug=31'", other.stderr)
        sound = call("--replay", failure["file"], "--replay-library", arguments.library, "--other-configuration", "--expect-pass")
        self.assertEqual(sound.returncode, 0, sound.stdout)

    def test_same_seed_same_run(self):
        said = []
        for jobs in (1, 1, 2):
            outcome = self.out / "outcome.json"
            result = call("--library", arguments.library, "--seed", 77, "--count", 12, "--jobs", jobs, "--json", outcome)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            run = json.loads(outcome.read_text())
            said.append([run[key] for key in ("sessions", "programs", "compared", "lane_instrs", "cycles", "faults", "aborts", "resets")])
        self.assertEqual(said[0], said[1])
        self.assertEqual(said[0], said[2])

    def test_wave_from_a_snapshot(self):
        path, wave = self.out / "wrong.json", self.out / "wrong.fst"
        path.write_text(json.dumps(WRONG_RESULT))
        result = call("--replay", path, "--replay-library", arguments.planted, "--other-configuration", "--wave", wave, "--window", 700)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("it has to be 0x1", result.stdout)
        first, last = map(int, re.search(r"waveform of cycles (\d+) to (\d+)", result.stdout).groups())
        self.assertGreater(first, 5000)
        self.assertGreaterEqual(last - first, 700)
        self.assertLess(last - first, 4000)
        # The last value change is in the last cycle: two ticks are a cycle, and there is one reset before them.
        vcd = subprocess.run(["fst2vcd", str(wave)], capture_output=True, text=True, check=True).stdout
        times = [int(line[1:]) for line in vcd.splitlines() if re.fullmatch(r"#\d+", line)]
        self.assertGreaterEqual(times[0], 2 * first)
        self.assertLessEqual(abs(times[-1] - 2 * last), 40)

    def test_reset_in_the_middle(self):
        path = self.out / "reset.json"
        session = json.loads(json.dumps(WRONG_RESULT))
        right = session["launches"][0]
        right["checks"][0][1] = "0"
        endless = json.loads(json.dumps(right))
        endless.update(code=["0000006f j ."], checks=[], reset_after=700)
        session["launches"] = [endless, right]
        path.write_text(json.dumps(session))
        result = call("--replay", path, "--replay-library", arguments.library, "--expect-pass")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        right["checks"][0][1] = "1"  # and what comes after it runs
        path.write_text(json.dumps(session))
        result = call("--replay", path, "--replay-library", arguments.library)
        self.assertIn("it has to be 0x1", result.stdout)

    def test_abort_meets_a_refused_write_back(self):
        # In every cycle from the start of a launch to its end: it has to end as aborted or in a fault, never as if its store were there.
        path = self.out / "abort.json"
        session = json.loads(json.dumps(WRONG_RESULT))
        session["memory"]["bus_error"] = ["0x80500000", "0x80500003"]
        launch = session["launches"][0]
        launch.update(code=["805005b7 lui a1, 0x80500", "00a5a023 sw a0, 0(a1)", "0000000b hd.exit"], checks=[["0x80500000", "1", 0, 1]])
        session["launches"] = [dict(launch, abort_after=cycles) for cycles in range(1, 160)]
        path.write_text(json.dumps(session))
        result = call("--replay", path, "--replay-library", arguments.library, "--expect-pass")
        self.assertEqual(result.returncode, 0, result.stdout[-3000:] + result.stderr)

    def test_abort_meets_a_fault(self):
        # In every cycle: whichever comes first ends the launch, and what faults while the warps are being ended is not shown.
        faults = {
            "trap": ["00100073 ebreak"],
            "misaligned load": ["805005b7 lui a1, 0x80500", "0015a503 lw a0, 1(a1)"],
            # Lane 0 waits for lane 1, which waits at the barrier.
            "collective": ["f14022f3 csrr t0, mhartid", "00300513 li a0, 3", "00028463 beqz t0, .+8", "0200000b hd.barrier",
                           "12a5958b hd.vote.any.sync a1, a1, a0"],
            "refused load": ["806005b7 lui a1, 0x80600", "0005a503 lw a0, 0(a1)"],
        }  # fmt: skip
        for name, words in faults.items():
            with self.subTest(name):
                path = self.out / "abort.json"
                session = json.loads(json.dumps(WRONG_RESULT))
                session["memory"]["bus_error"] = ["0x80600000", "0x8060003f"]
                launch = session["launches"][0]
                launch.update(code=[*words, "0000000b hd.exit"], checks=[["0x80500000", "1", 0, 1]])
                launch["regions"] = [["0x80100000", "0x80700fff", 7]]
                session["launches"] = [dict(launch, abort_after=cycles) for cycles in range(1, 160)]
                path.write_text(json.dumps(session))
                result = call("--replay", path, "--replay-library", arguments.library, "--expect-pass")
                self.assertEqual(result.returncode, 0, result.stdout[-3000:] + result.stderr)

    def test_no_wave_without_a_failure(self):
        path, wave = self.out / "right.json", self.out / "right.fst"
        right = json.loads(json.dumps(WRONG_RESULT))
        right["launches"][0]["checks"][0][1] = "0"
        path.write_text(json.dumps(right))
        result = call("--replay", path, "--replay-library", arguments.planted, "--other-configuration", "--wave", wave)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("it passes: no waveform", result.stdout)
        self.assertFalse(wave.exists())

    def refused(self, text, *words):
        result = call(*words)
        self.assertNotEqual(result.returncode, 0, result.stdout)
        self.assertIn(text, result.stdout + result.stderr)

    def test_wrong_calls(self):
        self.refused("--library", "--count", 1)
        self.refused("cannot load the RTL library", "--library", self.out / "none.so")
        other = re.search(r"/\S*/libc\.so\.6", pathlib.Path("/proc/self/maps").read_text()).group()
        self.refused("is not an RTL library", "--library", other, "--count", 1)
        self.refused("--count", "--library", arguments.library, "--count", 0)
        self.refused("--seed", "--library", arguments.library, "--seed", "one")
        self.refused("--minutes", "--library", arguments.library, "--minutes", 0)
        self.refused("--out", "--library", arguments.library, "--out", self.out / "none")
        self.refused("--frobnicate", "--frobnicate")
        self.refused("cannot be read", "--replay", self.out / "none.json")
        (self.out / "bad.json").write_text("{")
        self.refused("parse error", "--replay", self.out / "bad.json")
        path = self.out / "wrong.json"
        path.write_text(json.dumps(WRONG_RESULT))
        self.refused("built without tracing", "--replay", path, "--replay-library", arguments.library, "--wave", self.out / "a.fst")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("program", "library", "planted"):
        parser.add_argument(f"--{name}", required=True)
    parser.parse_args(namespace=arguments)
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
