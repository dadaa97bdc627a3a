#!/usr/bin/python3
"""The parts of `heddle mutants` on what they must find: shares, wrappers, kills, hangs, equivalence, opinions."""

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
SCRIPT = 'case $HEDDLE_MUTANT in 1) echo "field: commit.mask"; exit 3;; 2) sleep 60;; 4) kill -SEGV $$;; esac'
NETLIST = """
module tiny_mutated(clk_i, rst_ni, a_i, q_o, mutsel);
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
        chosen = netlist.modules()
        for count in (1, 7, len(chosen), 1000):
            shares = mutants.share(chosen, count)
            self.assertEqual(sum(shares.values()), count)
            self.assertTrue(all(shares.values()))
        self.assertEqual(set(mutants.share(chosen, 1000)), set(chosen))

    def test_monitored_and_shaped_modules_are_left_out(self):
        chosen = netlist.modules()
        for module in ("simt_core", "fifo", "rr_arbiter", "heddle_die"):
            self.assertNotIn(module, chosen)
        self.assertIn("branch_unit", chosen)


class Wrappers(unittest.TestCase):
    def test_ports(self):
        text = "// x\nmodule m\n  import p::*;\n(\n  input  a_t   a_i [N],   // comment\n  input  b_t   b_i,\n  output logic c_o [N]\n);\n  body\nendmodule\n"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.sv"
            path.write_text(text)
            wrapped = netlist.wrapper(path, "m", ["a_i", "b_i", "c_o", "mutsel"])
            with self.assertRaisesRegex(netlist.NetlistError, "d_i"):
                netlist.wrapper(path, "m", ["d_i"])
        self.assertIn(".a_i(flat_a_i), .b_i(b_i), .c_o(flat_c_o), .mutsel(16'(mutant_pkg::Mutant))", wrapped)
        self.assertIn("flat_a_i[i*$bits(a_i[0]) +: $bits(a_i[0])] = a_i[i]", wrapped)
        self.assertIn("c_o[i] = flat_c_o", wrapped)
        self.assertNotIn("body", wrapped)


class Campaign(unittest.TestCase):
    def test_how_runs_end(self):
        self.assertEqual(campaign.run(script_test(), 0, 10), "passed")
        self.assertEqual(campaign.run(script_test(), 1, 10), "commit.mask")
        self.assertEqual(campaign.run(script_test(), 2, 0.3), "hang")
        self.assertEqual(campaign.run(script_test(), 4, 10), "signal 11")

    def test_kill(self):
        tests = [script_test("passes", "true"), script_test()]
        self.assertEqual(campaign.kill(tests, 1), ("shell", "commit.mask"))
        self.assertIsNone(campaign.kill(tests, 3))
        with mock.patch.object(campaign, "HANG_SECONDS", 0.2):
            self.assertEqual(campaign.kill(tests, 2), ("shell", "hang"))

    def test_baseline_must_pass(self):
        with self.assertRaisesRegex(campaign.BaselineError, "shell fails without a mutant"):
            campaign.baseline([script_test(script="exit 1")])


class Equivalence(unittest.TestCase):
    def proved(self, number):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "tiny.yosys").mkdir()
            (work / "tiny.yosys/tiny_netlist.v").write_text(NETLIST)
            return equivalence.proved(work, netlist.Mutant(number, "tiny", "", ""), 20)

    def test_same(self):
        self.assertTrue(self.proved(1))

    def test_differs_late(self):
        self.assertFalse(self.proved(2))


class Opinions(unittest.TestCase):
    def test_by_text_of_the_line(self):
        path = netlist.modules()["branch_unit"]
        number, line = next((n, text) for n, text in enumerate(path.read_text().splitlines(), 1) if "input" in text)
        mutant = netlist.Mutant(1, "branch_unit", "inv -cell $7 -port A", f"branch_unit.sv:{number}")
        entry = {"module": "branch_unit", "line": line.strip(), "change": "inv -cell $7", "class": "equivalent", "reason": "because"}
        self.assertEqual(judged.opinion([entry], mutant, netlist.ROOT), ("equivalent", "because"))
        self.assertEqual(judged.opinion([{**entry, "change": "const0"}], mutant, netlist.ROOT), ("", ""))

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
