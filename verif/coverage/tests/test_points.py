#!/usr/bin/python3
"""The points fit the design in every configuration that `heddle cover` measures: what they are bound to has the signals that they name."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "verif/coverage"), str(ROOT / "verif/harness")]

import build_rtl
import cover


class Points(unittest.TestCase):
    def test_bind(self):
        for config in cover.CONFIGS:
            with self.subTest(config), tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                specgen = [sys.executable, "-B", ROOT / "tools/specgen/specgen.py", "--out", folder / "generated", "--only", "rtl", "--config", config]
                subprocess.run([str(word) for word in specgen], check=True, capture_output=True)
                files = [*build_rtl.sources(folder / "generated"), *sorted((ROOT / "verif/coverage").glob("*_points.sv"))]
                command = ["verilator", "--lint-only", "--top-module", "tb_top", "-Wall", "--assert", "--no-timing", "--coverage-line", "--coverage-user",
                           ROOT / "tools/lint/waivers.vlt", ROOT / "verif/coverage/coverage.vlt", *files]  # fmt: skip
                done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr[:4000])


if __name__ == "__main__":
    unittest.main()
