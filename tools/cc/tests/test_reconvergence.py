#!/usr/bin/python3
"""Over the examples, the issue slots of Heddle's path selection against an exact post-dominator stack on the same
binary, in the model:
no more in the geometric mean, and none over 1.4 times as many. Programs that never end on a stack (locks between
lanes) have no figure."""

import json
import math
import os
import pathlib
import subprocess
import tempfile
import unittest

EXAMPLES = pathlib.Path(os.environ.get("HEDDLE_EXAMPLES", "build/release/examples"))
NAMES = ["vecadd", "mandelbrot", "matmul", "histogram", "bitonic", "collatz", "bfs", "libc", "spmv", "softmax", "libm"]


class Reconvergence(unittest.TestCase):
    def ratios(self, config):
        """{example: our slots / those of the stack}"""
        found = {}
        with tempfile.TemporaryDirectory() as directory:
            for name in NAMES:
                output = pathlib.Path(directory) / f"{name}.json"
                subprocess.run(
                    [
                        (EXAMPLES / name / name).resolve(),
                        "--backend",
                        "model",
                        "--config",
                        config,
                        "--stack-reference",
                        "--json",
                        output,
                    ],
                    cwd=directory,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
                result = json.loads(output.read_text(encoding="utf-8"))
                self.assertTrue(result["pass"], name)
                found[name] = 1 / result["stack_reference"]["stack_over_heddle"]
        return found

    def check(self, config):
        ratios = self.ratios(config)
        mean = math.exp(sum(math.log(ratio) for ratio in ratios.values()) / len(ratios))
        text = ", ".join(f"{name} {ratio:.3f}" for name, ratio in ratios.items())
        print(f"{config}: {text}; geometric mean {mean:.3f}")
        self.assertLessEqual(mean, 1.0, text)
        self.assertLessEqual(max(ratios.values()), 1.4, text)

    def test_edge(self):
        self.check("edge")

    def test_base(self):
        self.check("base")

    def test_widest_warp(self):
        self.check("base:lanes=32")


if __name__ == "__main__":
    unittest.main()
