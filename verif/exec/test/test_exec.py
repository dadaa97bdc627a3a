#!/usr/bin/python3
"""What heddle-exec does with the small programs of verif/exec/programs, on one back end."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

arguments = argparse.Namespace()
# The configuration has two lanes at least; what is said about lanes is spelled for this many.
LANES = {"nano": 2, "edge": 8}


class Exec(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.lanes = LANES[arguments.config]

    def call(self, *words):
        config = [] if "--config" in words else ["--config", arguments.config]
        command = [arguments.exec, *config, "--backend", arguments.backend, *words]
        if arguments.rtl_library:
            command += ["--rtl-library", arguments.rtl_library]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=300, cwd=self.path)

    def run_program(self, program, status, *words, says=()):
        """Runs a program and checks the exit status, the texts on stderr and that the JSON agrees; returns the JSON."""
        report = self.path / "report.json"
        result = self.call(arguments.programs / f"{program}.elf", "--json", report, *words)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for text in says:
            self.assertIn(text, result.stderr)
        self.assertIn("PASS" if status == 0 else "FAIL", result.stdout)
        written = json.loads(report.read_text())
        self.assertEqual((written["tool"], written["pass"]), ("exec", status == 0))
        self.assertEqual("error" in written, status != 0)
        return written

    def verdicts(self, report):
        return {verdict["lane"]: verdict["tohost"] for verdict in report["verdicts"]}

    def test_pass(self):
        report = self.run_program("pass", 0)
        self.assertEqual(self.verdicts(report), {lane: 1 for lane in range(self.lanes)})
        self.assertGreater(report["warp_instrs"], 10)
        if arguments.backend == "rtl":
            self.assertGreater(report["lockstep"]["compared"], 10)
            self.assertEqual(report["lockstep"]["copied"], 0)

    def test_without_lockstep(self):
        report = self.run_program("differ", 40, "--lockstep", "off")
        self.assertEqual(self.verdicts(report)[1], 81)
        self.assertEqual(report["lockstep"]["compared"], 0)

    def test_fail(self):
        report = self.run_program("fail", 5, says=["test 5 failed (tohost 0xb)"])
        self.assertEqual(self.verdicts(report), {lane: 11 for lane in range(self.lanes)})
        self.assertIn("test 5 failed", report["error"]["cause"])

    def test_lanes(self):
        report = self.run_program("pass", 0, "--lanes", "0x2")
        self.assertEqual(self.verdicts(report), {1: 1})
        # Two instructions of the boot code are for both lanes, the rest for one.
        self.assertLess(report["lane_instrs"], 2 * report["warp_instrs"])
        self.assertEqual(self.verdicts(self.run_program("pass", 0, "--lanes", "1")), {0: 1})

    def test_reset_state(self):
        self.run_program("reset", 0)
        self.run_program("reset", 0, "--lanes", "0b10")
        if self.lanes > 4:
            self.run_program("reset", 0, "--lanes", "0x15")

    def test_differ(self):
        report = self.run_program("differ", 40, says=["lanes differ:", "lane 0: pass", "lane 1: test 40 failed (tohost 0x51)"])
        expected = {lane: 2 * lane + 1 for lane in range(self.lanes)} | {0: 1, 1: 81}
        self.assertEqual(self.verdicts(report), expected)
        self.run_program("differ", 0, "--lanes", "0x1")

    def test_endless(self):
        report = self.run_program("endless", 1, "--max-cycles", "5000", says=["no end after", "--max-cycles", "wander", "lane 0: pass"])
        self.assertEqual(self.verdicts(report)[0], 1)
        self.assertIsNone(self.verdicts(report)[1])
        self.run_program("endless", 0, "--max-cycles", "5000", "--lanes", "0x1")

    def test_exits(self):
        report = self.run_program("exits", 1, says=["ended without a store to tohost", "1"])
        self.assertEqual(self.verdicts(report)[0], 1)
        self.assertIsNone(self.verdicts(report)[1])

    def test_trap(self):
        report = self.run_program("trap", 1, says=["a trap without a handler", "load from an address outside every allocation", "0x00001000", "main"])
        self.assertEqual(report["error"]["address"], 0x1000)
        self.assertEqual(report["error"]["lane"], 0)

    def test_request(self):
        self.run_program("request", 1, says=["a request to the host", "which this machine has not"])

    def signature(self, program, status, *words):
        file = self.path / "signature"
        self.run_program(program, status, "--signature", file, *words)
        return file.read_text().split()

    def test_signature(self):
        self.assertEqual(self.signature("pass", 0), ["01020304", "55a55555", "00001234"])
        self.assertEqual(self.signature("pass", 0, "--signature-granularity", "1")[:5], ["04", "03", "02", "01", "55"])
        self.assertEqual(self.signature("pass", 0, "--signature-granularity", "8"), ["55a5555501020304", "0000000000001234"])
        self.assertEqual(self.signature("pass", 0, "--end-signature", "second", "--begin-signature", "first"), ["55a55555"])

    def test_shared_and_private_data(self):
        # In device memory all lanes read the same word; the highest lane's sum remains.
        self.assertEqual(self.signature("own", 0), [f"{1000 + self.lanes - 1:08x}", "beefdead"])
        self.assertEqual(self.signature("own_private", 0, "--lanes", "0x2"), ["000003e9", "beefdead"])
        self.run_program("own_private", 0)  # without a signature nothing differs
        self.run_program("own_private", 1, "--signature", self.path / "sums", says=["the signatures of lanes 0 and 1 differ, first at byte 0"])
        for lane in range(self.lanes):
            self.assertEqual((self.path / f"sums.{lane}").read_text().split(), [f"{1000 + lane:08x}", "beefdead"])
        self.assertEqual(self.signature("pass_private", 0), ["01020304", "55a55555", "00001234"])

    def refused(self, words, *texts):
        result = self.call(*words)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        for text in texts:
            self.assertIn(text, result.stderr)

    def test_bad_calls(self):
        good = arguments.programs / "pass.elf"
        self.refused([], "elf")
        self.refused(["nowhere.elf"], "nowhere.elf", "cannot be opened")
        self.refused([arguments.programs / "forgetful.elf"], "has no symbol 'tohost'", "--tohost")
        self.refused([good, "--tohost", "answer"], "has no symbol 'answer'", "--tohost")
        self.refused([good, "--signature", "s", "--begin-signature", "x"], "has no symbol 'x'", "--begin-signature")
        self.refused([good, "--signature", "s", "--end-signature", "_start"], "the signature is empty")
        self.refused([good, "--signature", "nowhere/s"], "nowhere/s: cannot be written")
        self.refused([good, "--json", "nowhere/j"], "nowhere/j: cannot be written")
        self.refused([good, "--lanes", "0"], "--lanes", "has no lane")
        self.refused([good, "--lanes", hex(1 << self.lanes)], f"names lane {self.lanes}, but a warp has lanes 0 to {self.lanes - 1}")
        self.refused([good, "--lanes", "0x1ffffffffffffffff"], "names lane 63")
        self.refused([good, "--lanes", "first"], "'first' is no lane mask")
        if arguments.backend == "rtl":
            self.refused([good, "--core", "mgmt", "--config", "nano"], "has no management core", "--config nano:management=1")
        self.refused([good, "--max-cycles", "0"], "--max-cycles")
        self.refused([good, "--signature-granularity", "3"], "--signature-granularity")
        self.refused([good, "--config", "edge:lanes=3"], "lanes is 3, not a power of two")
        self.refused([good, "--colour", "red"], "--colour", "--help")
        text = self.path / "text.elf"
        text.write_text("no program")
        self.refused([text], "not an ELF file", "bare-metal RV32")
        self.refused(["/bin/true"], "not a RISC-V program", "bare-metal RV32")
        wide = bytearray(good.read_bytes())
        low = self.path / "low.elf"
        address = wide.index((0x8000_0000).to_bytes(4, "little"), 52)  # of the first program header
        wide[address : address + 4] = (0x1000).to_bytes(4, "little")
        low.write_bytes(wide)
        self.refused([low], "does not fit", "0x80000000")

    def test_refusal_in_json(self):
        report = self.path / "report.json"
        self.refused([arguments.programs / "forgetful.elf", "--json", report], "has no symbol 'tohost'")
        written = json.loads(report.read_text())
        self.assertEqual((written["tool"], written["pass"], written["program"]), ("exec", False, "forgetful.elf"))
        self.assertIn("has no symbol 'tohost'", written["error"]["cause"])

    def test_only_checked(self):
        result = self.call(arguments.programs / "pass.elf", "--check-options")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--exec", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--rtl-library")
    parser.parse_args(namespace=arguments)
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
