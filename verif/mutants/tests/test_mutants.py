#!/usr/bin/python3
"""The parts of `heddle mutants` on what they must find: shares, wrappers, kills, hangs, equivalence, opinions."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import campaign
import equivalence
import judged
import mutants
import netlist

# Fails for mutant 1, hangs for mutant 2.
SCRIPT = 'case $HEDDLE_MUTANT in 1) echo "field: commit.mask"; exit 3;; 2) while :; do :; done;; 4) kill -SEGV $$;; esac'
NETLIST = """
module part__tiny(clk_i, rst_ni, a_i, q_o, mutsel);
  input clk_i;
  wire clk_i;
  input rst_ni;
  wire rst_ni;
  input [1:0] a_i;
  wire [1:0] a_i;
  output [1:0] q_o;
  wire [1:0] q_o;
  input [15:0] mutsel;
  wire [15:0] mutsel;
  reg [1:0] q;
  assign q_o = q;
  // 1: the same written otherwise. 2: differs when both bits of a are set three times.
  reg [1:0] n;
  always @(posedge clk_i, negedge rst_ni)
    if (!rst_ni) n <= 0; else if (a_i == 3 && n != 3) n <= n + 1;
  always @(posedge clk_i, negedge rst_ni)
    if (!rst_ni) q <= 0;
    else q <= mutsel == 1 ? ~(~q ^ a_i) : mutsel == 2 && n == 3 ? q : q ^ a_i;
endmodule
"""


def script_test(name="shell", script=SCRIPT):
    return campaign.Test(name, ["sh", "-c", script], seconds=0.05)


class Shares(unittest.TestCase):
    def test_all_are_handed_out(self):
        lines = {"a": 1000, "b": 10, "c": 1}
        for count in (1, 3, 7, 1000):
            shares = mutants.share(lines, count)
            self.assertEqual(sum(shares.values()), count)
            self.assertTrue(all(shares.values()))
        self.assertEqual(set(mutants.share(lines, 7)), set(lines))


class Parts(unittest.TestCase):
    def setUp(self):
        self.whole = netlist.Design()

    def test_monitors_see_into_no_part(self):
        for part in self.whole.parts:
            self.assertFalse(self.whole.below(part) & {"simt_core", "l2_data", "scratchpad", "host_port", "heddle_die"})

    def test_no_part_is_in_another(self):
        inside = [module for part in self.whole.parts for module in self.whole.below(part) - {part}]
        self.assertFalse(set(inside) & set(self.whole.parts))

    def test_by_module_and_by_folder(self):
        self.assertEqual(self.whole.choose(["scoreboard"]), {"issue_stage": ["scoreboard"]})
        chosen = self.whole.choose(["core"])
        self.assertIn("lsu_check", chosen["memory_unit"])
        self.assertIn("path_rules", chosen["warp_control"])
        self.assertNotIn("l2_tags", chosen)
        self.assertEqual(set(self.whole.choose(["core/lsu"])["memory_unit"]) - self.whole.below("memory_unit"), set())

    def test_refused(self):
        with self.assertRaisesRegex(netlist.NetlistError, "no module and no folder"):
            self.whole.choose(["allu"])
        with self.assertRaisesRegex(netlist.NetlistError, "monitor"):
            self.whole.choose(["simt_core"])


class Command(unittest.TestCase):
    def refused(self, *words):
        command = [sys.executable, "-B", HERE.parent / "mutants.py", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_bad_input(self):
        self.assertIn("--count takes a number from 1", self.refused("--count", "0"))
        self.assertIn("--count takes a number up to", self.refused("--count", "70000"))
        self.assertIn("'allu' cannot be mutated", self.refused("--module", "allu"))
        self.assertIn("no directory", self.refused("--json", "nowhere/x.json"))


class Netlists(unittest.TestCase):
    def test_wrapper(self):
        text = (
            "// x\nmodule m\n  import p::*;\n(\n  input  a_t   a_i [N],   // it, is\n"
            "  input  b_t   b_i,\n  output logic c_o [N],\n  output d_t   d_o\n);\n  body\nendmodule\n"
        )
        wrapped = netlist.wrapper(text, "p", "m", ["a_i", "b_i", "c_o", "\\d_o[1:0]", "\\d_o[2]", "mutsel"])
        self.assertIn("p__m u_mutated (.a_i (flat_a_i), .b_i(b_i), .c_o (flat_c_o), .\\d_o[1:0] (flat_d_o[1:0]), .\\d_o["
                      "2] (flat_d_o[2]), .mutsel(16'(mutant_pkg::Mutant)))", wrapped)
        self.assertIn("flat_a_i[i*$bits(a_i[0]) +: $bits(a_i[0])] = a_i[i]", wrapped)
        self.assertIn("c_o[i] = flat_c_o", wrapped)
        self.assertIn("assign d_o = flat_d_o;", wrapped)
        self.assertNotIn("body", wrapped)
        with self.assertRaisesRegex(netlist.NetlistError, "e_i"):
            netlist.wrapper(text, "p", "m", ["e_i"])

    def test_names(self):
        text = (
            "module \\top\n  cell \\fifo$top.u_a \\u_a\n  cell \\fifo$top.u_b \\u_b\nend\n"
            "module \\fifo$top.u_a\nend\nmodule \\fifo$top.u_b\nend\n"
        )
        renamed, kinds = netlist.renamed("p", text)
        self.assertEqual(kinds, {"p__top": "top", "p__fifo": "fifo", "p__fifo__2": "fifo"})
        self.assertIn("  cell \\p__fifo__2 \\u_b\n", renamed)


class Campaign(unittest.TestCase):
    def test_how_runs_end(self):
        for mutant, how in ((0, "passed"), (1, "mismatch commit.mask"), (2, "hang"), (4, "signal 11")):
            self.assertEqual(campaign.run(script_test(), mutant, 1).how, how)

    def test_random_runs(self):
        self.assertEqual(campaign.ending(1, "\nseed 392: mismatch commit.mask, after 1.0 s\nwhat"), "mismatch commit.mask")
        self.assertEqual(campaign.ending(1, "\nseed 392: crash signal 24 (CPU time limit exceeded), after 1.0 s\n"), "hang")

    def test_a_busy_machine_kills_nothing(self):
        with self.assertRaisesRegex(campaign.BusyError, "busy"):
            campaign.run(script_test(script="echo 'seed 3: timeout, after 300.0 s'; exit 1"), 1)
        with mock.patch.object(campaign, "CLOCK_SECONDS", 0.2), self.assertRaisesRegex(campaign.BusyError, "busy"):
            campaign.run(script_test(script="sleep 60"), 1)

    def test_kill(self):
        tests = [script_test("passes", "echo 7 cycles"), script_test()]
        tests[0].cycles = ("7",)
        self.assertEqual(campaign.kill(tests, 1)[0], ("shell", "mismatch commit.mask"))
        self.assertEqual(tests[1].kills, 1)
        self.assertEqual(campaign.kill(tests, 3), (None, False))
        tests[0].cycles = ("8",)
        self.assertEqual(campaign.kill(tests, 3), (None, True))

    def test_baseline_must_pass(self):
        with self.assertRaisesRegex(campaign.BaselineError, "shell fails without a mutant"):
            campaign.baseline([script_test(script="exit 1")])


class Equivalence(unittest.TestCase):
    def proved(self, number):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "part.yosys").mkdir()
            (work / "part.yosys/part.v").write_text(NETLIST)
            return equivalence.proved(work, netlist.Mutant(number, "part", "tiny", "part__tiny", "", ""), 20)

    def test_same(self):
        self.assertTrue(self.proved(1))

    def test_differs_late(self):
        self.assertFalse(self.proved(2))


class Opinions(unittest.TestCase):
    def test_by_text_of_the_line(self):
        whole = netlist.Design()
        number, line = next((n, text) for n, text in enumerate(whole.texts["branch_unit"].splitlines(), 1) if "input" in text)
        mutant = netlist.Mutant(1, "execute", "branch_unit", "execute__branch_unit", "inv -cell $7 -port A", f"branch_unit.sv:{number}")
        entry = {"module": "branch_unit", "line": line.strip(), "change": "inv -cell $7", "class": "equivalent", "reason": "because"}
        self.assertEqual(judged.opinion([entry], mutant, whole), ("equivalent", "because"))
        self.assertEqual(judged.opinion([{**entry, "change": "const0"}], mutant, whole), ("", ""))

    def test_faults_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "judged.yaml"
            path.write_text("- {module: a, line: b, change: c, class: harmless, reason: d}\n")
            with self.assertRaisesRegex(judged.JudgedError, "class"):
                judged.read(path)
        judged.read()

    def test_score(self):
        rows = [{"killed": True}, {"killed": False, "class": "equivalent"}, {"killed": False, "class": "untested"}]
        self.assertEqual(mutants.score(rows), (1, 2))


if __name__ == "__main__":
    unittest.main()
