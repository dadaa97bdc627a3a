#!/usr/bin/python3
"""The suite runner and the differential run must be able to fail."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

import build_suite  # noqa: E402

arguments = argparse.Namespace()

# A heddle-exec with a wrong bit in one word of the signature.
WRONG = """#!/usr/bin/python3
import pathlib, subprocess, sys
status = subprocess.run(["{exec}", *sys.argv[1:]]).returncode
file = pathlib.Path(sys.argv[sys.argv.index("--signature") + 1])
words = file.read_text().split()
words[256 + 5] = "%08x" % (int(words[256 + 5], 16) ^ 0x400)
file.write_text("\\n".join(words) + "\\n")
sys.exit(status)
"""


def call(*words):
    environment = {**os.environ, "HEDDLE_BUILD": str(arguments.build)}
    command = ["/usr/bin/python3", "-B", *[str(word) for word in words]]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)


class Suite(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def add(self, name, program, reference=None):
        elf = self.path / "suite" / f"{name}.elf"
        elf.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(arguments.programs / f"{program}.elf", elf)
        if reference:
            elf.with_suffix(".reference_output").write_text("\n".join(reference) + "\n")

    def suite(self, status, *words, says=()):
        report = self.path / "report.json"
        result = call(HERE / "run_suite.py", self.path / "suite", "--backend", "model", "--config", "nano", "--json", report, *words)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for text in says:
            self.assertIn(text, result.stdout)
        written = json.loads(report.read_text())
        self.assertEqual(written["pass"], status == 0)
        return written["rows"]

    def test_passes(self):
        self.add("a/pass", "pass", ["01020304", "55A55555", "00001234"])
        self.add("b/reset", "reset")
        rows = self.suite(0, "--lanes", "all", "each", "alternate", "0x2")
        self.assertEqual([(row["group"], row["lanes"], row["passed"]) for row in rows],
                         [(group, lanes, 1) for lanes in ("all", "each", "alternate", "0x2") for group in ("a", "b")])  # fmt: skip

    def test_failures(self):
        self.add("a/pass", "pass", ["01020304", "55a55555", "00001235"])
        self.add("a/fail", "fail")
        self.add("a/short", "pass", ["01020304", "55a55555"])
        rows = self.suite(1, says=["a/pass: lanes all: line 3 of the signature is 00001234, the reference has 00001235",
                                   "test 5 failed", "a/short: lanes all: line 3 of the signature of 3 lines", "3 unexpected"])  # fmt: skip
        self.assertEqual((rows[0]["passed"], rows[0]["failed"]), (0, 3))

    def test_known(self):
        self.add("a/fail", "fail")
        known = self.path / "known"
        known.write_text("a/fail  it fails # that is what it is for\n")
        rows = self.suite(0, "--known", known, says=["a/fail: known: it fails"])
        self.assertEqual((rows[0]["failed"], rows[0]["known"]), (0, 1))
        self.add("a/pass", "pass")
        known.write_text("a/fail  it fails\na/pass  should not\n")
        self.suite(1, "--known", known, says=["a/pass: passes, though it is listed", "1 unexpected"])

    def test_nothing_to_run(self):
        result = call(HERE / "run_suite.py", self.path, "--backend", "model")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no program found", result.stderr)

    def test_same_name(self):
        self.add("a/pass", "pass")
        result = call(HERE / "run_suite.py", self.path / "suite", self.path / "suite", "--backend", "model")
        self.assertEqual(result.returncode, 1)
        self.assertIn("two programs are a/pass", result.stderr)

    def test_difference_is_found(self):
        runner = self.path / "exec"
        runner.write_text(WRONG.format(exec=arguments.build / "tools/exec/heddle-exec"))
        runner.chmod(0o755)
        result = call(HERE / "differential.py", "--runner", runner, "--count", 1, "--config", "nano", "--lanes", 1, "--keep", self.path / "kept")
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("seed 1: lane 0: x5 is 0x", result.stdout)
        self.assertIn("1 differ", result.stdout)
        self.assertTrue((self.path / "kept" / "random1.elf").exists())

    def test_conditions_of_the_architecture_tests(self):
        case = 'RVTEST_CASE({0},"//check ISA:=regex(.*32.*);check ISA:=regex(.*I.*{1}.*);def TEST_CASE_1=True;",x)'
        lanes, management = (build_suite.CORES[core].isa for core in ("simt", "mgmt"))
        self.assertEqual(build_suite.arch_test_case(case.format(0, "M"), lanes), ["TEST_CASE_1=True"])
        self.assertIsNone(build_suite.arch_test_case(case.format(0, "Zbs"), lanes))
        self.assertIsNone(build_suite.arch_test_case(case.format(0, "C"), lanes))
        self.assertEqual(build_suite.arch_test_case(case.format(0, "C"), management), ["TEST_CASE_1=True"])
        self.assertIsNone(build_suite.arch_test_case(case.format(0, "Zbb"), management))
        self.assertEqual(build_suite.arch_test_case(case.format(0, "Zk") + case.format(1, "Zbb"), lanes), ["TEST_CASE_1=True"])
        with self.assertRaises(SystemExit):
            build_suite.arch_test_case('RVTEST_CASE(0,"//wish ISA;",x)', lanes)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.parse_args(namespace=arguments)
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
