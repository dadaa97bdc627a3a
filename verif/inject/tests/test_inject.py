#!/usr/bin/python3
"""The parts of `heddle inject`: what registers are, how runs end, what is refused."""

import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import inject
import sites


def row(module, name, width, depth=0):
    return {"module": module, "path": "u_x", "name": name, "width": width, "depth": depth}


class Sites(unittest.TestCase):
    def test_kinds(self):
        for signal, kind in ((row("dispatcher", "state_q", 2), "state-machine"), (row("issue", "turn_q", 4), "control"), (row("fetch", "pc_q", 30, 4), "data"),
                             (row("ram_1r1w", "mem", 32, 64), "memory"), (row("issue", "turn_d", 4), None), (row("issue_stage", "order_q", 32, 4), None),
                             (row("host_port", "cycles_q", 64), None), (row("stability_check", "held_q", 8), None)):  # fmt: skip
            self.assertEqual(sites.kind_of(signal), kind, signal)

    def test_list(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "signals.json"
            path.write_text(json.dumps([row("a", "b_d", 1), row("a", "state_q", 2), row("a", "v_q", 1), row("a", "pc_q", 30, 4), row("fifo", "mem", 8, 2)]))
            self.assertEqual(sites.read(path), {"state-machine": [(1, 2, "u_x.state_q")], "control": [(2, 1, "u_x.v_q")],
                                                "data": [(3, 120, "u_x.pc_q")], "memory": [(4, 16, "u_x.mem")]})  # fmt: skip
            path.write_text(json.dumps([row("a", "state_q", 2)]))
            with self.assertRaisesRegex(sites.SiteError, "no registers of kind 'control'"):
                sites.read(path)
            with self.assertRaisesRegex(sites.SiteError, "not a list"):
                sites.read(Path(folder) / "missing.json")


class Outcomes(unittest.TestCase):
    clean = inject.Clean(1000, 40, 20, "00000001 00000002")

    def ending(self, status, out="", err=""):
        return inject.ending(subprocess.CompletedProcess([], status, out, err), self.clean)

    def test_endings(self):
        self.assertEqual(self.ending(0, "nano: 9 cycles\n00000001 00000002\n"), inject.UNHARMED)
        self.assertEqual(self.ending(0, "nano: 9 cycles\n00000001 00000003\n"), inject.WRONG)
        self.assertEqual(self.ending(2, "fault: cause 5 pc 0x80000000"), inject.FAULT)
        self.assertEqual(self.ending(2, "not done after 9 cycles: aborting\naborted"), inject.TIMEOUT)
        for text in ("has neither retired an instruction", "a register read at offset 4 was not answered", "the abort did not end the launch"):
            self.assertEqual(self.ending(4, "", text), inject.TIMEOUT)
        with self.assertRaisesRegex(inject.InjectError, "status -11"):
            self.ending(-11)

    def test_what_notices(self):
        for status, text, by in ((3, "field: commit.pc", inject.LOCKSTEP), (4, "AXI4 rule broken in cycle 3", inject.RULE),
                                 (4, "cycle 3: assertion or $stop at x.sv:3", inject.ASSERTION), (0, "", inject.SILENT)):  # fmt: skip
            self.assertEqual(inject.noticed(subprocess.CompletedProcess([], status, text, "")), by)

    def test_faults_are_drawn_within_the_run(self):
        generator = random.Random(1)
        bits = {kind: number or 64 for kind, number in sites.BUS.items()}
        for _ in range(200):
            for kind in sites.BUS:
                name, number, bit = inject.draw(kind, self.clean, {}, 2, bits, generator)[0].split(",")
                self.assertEqual(name, kind)
                self.assertLess(int(number), 10 if kind.startswith("write") else 40)
                self.assertLess(int(bit), bits[kind])
            fault, where = inject.draw("control", self.clean, {"control": [(7, 3, "u_a.b_q")]}, 2, bits, generator)
            self.assertRegex(fault, r"^state,\d+,[012],7$")
            self.assertIn("u_a.b_q", where)

    def test_table(self):
        rows = [{"kind": "control", "outcome": inject.WRONG, "noticed": inject.LOCKSTEP}, {"kind": "control", "outcome": inject.FAULT, "noticed": ""}]
        self.assertIn("| control | 0 | 1 | 0 | 1 | 0 | 0 | 1 | 0 |", inject.table(rows))


class Options(unittest.TestCase):
    def test_refused(self):
        for options, status, why in ((["--count", "0"], 2, "--count takes a number from 1"), (["--kind", "rain"], 2, "invalid choice"),
                                     (["--json", "/nowhere/x"], 2, "there is no directory"), (["--config", "nona"], 1, "nona")):  # fmt: skip
            done = subprocess.run([sys.executable, "-B", HERE.parent / "inject.py", *options], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main()
