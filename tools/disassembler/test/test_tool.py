#!/usr/bin/python3
"""heddle-dis as a user meets it: exit status, output, errors. Usage: test_tool.py HEDDLE_DIS"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = None


def run(*arguments):
    return subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, check=False)


class ToolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "code.c").write_text("void _start(void) {\n  for (;;) {}\n}\n", encoding="utf-8")

    def clang(self, *arguments):
        command = ["clang-19", "--target=riscv32", "-march=rv32ima", "-mabi=ilp32", "-g", "-nostdlib", "-fuse-ld=lld", "code.c", *arguments]
        subprocess.run(command, cwd=self.folder, check=True)

    def test_program(self):
        self.clang("-o", "code.elf")
        result = run(self.folder / "code.elf")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("<_start>:", result.stdout)
        self.assertNotIn("code.c:2", result.stdout)

    def test_source(self):
        self.clang("-o", "code.elf")
        result = run("--source", self.folder / "code.elf")
        self.assertEqual(result.returncode, 0)
        self.assertIn("code.c:2    for (;;) {}", result.stdout)

    def test_plain(self):
        self.clang("-o", "code.elf")
        self.assertRegex(run(self.folder / "code.elf").stdout, r"  j 0x")
        self.assertRegex(run("--plain", self.folder / "code.elf").stdout, r"  jal zero, 0x")

    def test_source_of_an_object(self):
        self.clang("-c", "-o", "code.o")
        result = run("--source", self.folder / "code.o")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertEqual(result.stderr, f"heddle dis: {self.folder}/code.o: is not linked; source lines are known of linked programs only\n")

    def test_no_program(self):
        result = run(self.folder / "code.c")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertEqual(result.stderr, f"heddle dis: {self.folder}/code.c: is not an ELF file\n")

    def test_usage(self):
        self.assertNotEqual(run().returncode, 0)
        self.assertNotEqual(run("--fast", "x").returncode, 0)
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("--source", result.stdout)

    def test_full_disk(self):
        self.clang("-o", "code.elf")
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([TOOL, self.folder / "code.elf"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot be written", result.stderr)


if __name__ == "__main__":
    TOOL = sys.argv.pop(1)
    unittest.main()
