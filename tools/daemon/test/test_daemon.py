#!/usr/bin/python3
"""heddle daemon, heddle smi and an example through them, as a user meets them; and wrong calls."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest

arguments = argparse.Namespace()


def call(*command, **environment):
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=arguments.work,
        env={**os.environ, **environment},
    )


class WrongCalls(unittest.TestCase):
    def refused(self, command, status, *texts):
        result = call(*command)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for text in texts:
            self.assertIn(text, result.stderr)

    def test_daemon(self):
        daemon = arguments.daemon
        self.refused([daemon, "--config", "nano"], 2, "no management core", "add management=1")
        self.refused([daemon, "--config", "huge"], 1, "unknown configuration 'huge'")
        self.refused([daemon, "--config", "nano:management=1", "--firmware", "/nowhere", "--backend", "model"], 1, "/nowhere cannot be read")
        self.refused([daemon, "--backend", "remote"], 2, "for its clients")

    def test_smi(self):
        smi = arguments.smi
        self.refused([smi, "--socket", "/nowhere/x"], 1, "no heddle daemon at /nowhere/x", "'heddle daemon'")
        self.refused([smi, "--config", "huge"], 2, "unknown configuration 'huge'")
        self.assertNotEqual(call(smi, "--config", "nano", "--socket", "x").returncode, 0)
        self.assertNotEqual(call(smi, "--config", "nano", "--console").returncode, 0)

    def test_run(self):
        example = arguments.example
        self.refused([example, "--backend", "remote", "--config", "nano"], 2, "the device is the daemon's", "--config")
        self.refused([example, "--backend", "remote", "--trace", "fst"], 2, "--trace")
        result = call(example, "--backend", "remote", HEDDLE_SOCKET="/nowhere/x")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no heddle daemon at /nowhere/x", result.stderr)

    def test_shape(self):
        result = call(arguments.smi, "--config", "nano:management=1", "--json", "shape.json")
        self.assertEqual(result.returncode, 0, result.stderr)
        shape = json.loads((arguments.work / "shape.json").read_text())["device"]
        self.assertEqual((shape["lanes"], shape["management"]), (2, 1))


class Served(unittest.TestCase):
    def setUp(self):
        self.socket = arguments.work / "test.socket"
        self.daemon = subprocess.Popen(
            [arguments.daemon, "--backend", "model", "--config", "edge", "--firmware", arguments.firmware, "--socket", self.socket],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.assertIn("edge on the model", self.daemon.stdout.readline())

    def tearDown(self):
        self.daemon.terminate()
        self.assertEqual(self.daemon.wait(30), 0)
        self.daemon.stdout.close()
        self.assertFalse(self.socket.exists())

    def test_examples(self):
        environment = {"HEDDLE_SOCKET": str(self.socket), "HEDDLE_BACKEND": "remote"}
        for example in (arguments.example, arguments.faults, arguments.engines):
            result = call(example, "--json", "run.json", **environment)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            run = json.loads((arguments.work / "run.json").read_text())
            self.assertEqual((run["backend"], run["config"]), ("remote", "edge"))
            self.assertGreater(run["warp_instrs"], 0)
        result = call(arguments.smi, "--json", "smi.json", **environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("faults    the last 1", result.stdout)
        status = json.loads((arguments.work / "smi.json").read_text())
        self.assertEqual((status["contexts"], status["queues"], status["memory"]["in_contexts"]), ([], [], 0))
        self.assertGreater(status["activity"]["kernels"], 10)
        result = call(arguments.smi, "--console", **environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"^\[\d+\] firmware started, interface 1\.2\n")
        self.assertRegex(result.stdout, r"\] queue \d failed: packet \d+, reason 71 \(fault\): cause \d+, pc 0x8")

    def test_running_kernels_show(self):
        environment = {"HEDDLE_SOCKET": str(self.socket), "HEDDLE_BACKEND": "remote"}
        client = subprocess.Popen([arguments.long, "--", "--n", "512"], env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        seen = None
        for _ in range(200):
            call(arguments.smi, "--json", "smi.json", **environment)
            seen = json.loads((arguments.work / "smi.json").read_text())
            if seen["kernels"]:
                break
            time.sleep(0.02)
        client.kill()
        client.wait()
        self.assertIn("sgemm", seen["kernels"][0]["owner"])
        self.assertEqual(len(seen["contexts"]), 1)
        self.assertEqual(seen["queues"][0]["firmware"]["errors"], 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("daemon", "smi", "firmware", "example", "faults", "engines", "long", "work"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    arguments, rest = parser.parse_known_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=[sys.argv[0], *rest])
