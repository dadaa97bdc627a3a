#!/usr/bin/python3
"""What heddle-exec does with the small programs of verif/exec/programs on the management core."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

arguments = argparse.Namespace()


class Management(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def call(self, program, *words):
        report = self.path / "report.json"
        command = [arguments.exec, arguments.programs / f"{program}.elf", "--core", "mgmt", "--backend", "model", "--json", report, *words]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60, cwd=self.path)
        return done, json.loads(report.read_text())

    def run_program(self, program, status, *words, says=()):
        done, report = self.call(program, *words)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)
        self.assertEqual((report["tool"], report["pass"], "error" in report), ("exec", status == 0, status != 0))
        return report

    def test_compressed_fault_and_interrupt(self):
        signature = self.path / "signature"
        report = self.run_program("management", 0, "--signature", signature)
        self.assertEqual(report["verdicts"], [{"lane": 0, "tohost": 1, "pass": True}])
        self.assertEqual(signature.read_text().split(), ["00000005", "00001000", "80000007", "00000002"])
        self.assertGreater(report["cycles"], 40)

    def test_verdicts(self):
        self.run_program("pass", 0)
        self.run_program("endless", 0)  # mhartid is 0
        self.run_program("fail", 5, says=["test 5 failed (tohost 0xb)"])
        self.run_program("request", 1, says=["a request to the host"])

    def test_ends(self):
        report = self.run_program("trap", 1, says=["a trap without a handler", "main"])
        self.assertEqual(report["error"]["address"], 0x1000)
        self.run_program("asleep", 1, says=["sleeps at 0x8", "nothing can wake it"])
        self.run_program("pass", 1, "--max-cycles", "5", says=["no end after 5 cycles", "--max-cycles"])

    def test_refused(self):
        self.run_program("pass_private", 1, says=["private window", "0x80000000"])
        self.run_program("pass", 2, "--lanes", "0x2", says=["names lane 1"])
        self.run_program("management", 2, "--signature", self.path / "s", "--end-signature", "_start", says=["signature is empty"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--exec", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.parse_args(namespace=arguments)
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
