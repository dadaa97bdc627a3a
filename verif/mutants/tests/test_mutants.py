#!/usr/bin/python3
"""The parts of `heddle mutants` on what they must find: shares, wrappers, kills, hangs, equivalence, opinions."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import aig
import campaign
import equivalence
import judged
import library
import netlist
import results
from engines import SolverError

# Fails for mutant 1, hangs for mutant 2.
SCRIPT = 'case $HEDDLE_MUTANT in 1) echo "field: commit.mask"; exit 3;; 2) while :; do :; done;; 4) kill -SEGV $$;; esac'
NETLIST = r"""
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
  // 1: the same written otherwise. 2: differs when both bits of a are set three times. 3: only q is another, 4: only before reset.
  reg [1:0] n;
  reg [1:0] old;
  always @(posedge clk_i, negedge rst_ni)
    if (!rst_ni) n <= 0; else if (a_i == 3 && n != 3) n <= n + 1;
  always @(posedge clk_i) old <= mutsel == 4 && !rst_ni ? 0 : a_i;
  always @(posedge clk_i, negedge rst_ni)
    if (!rst_ni) q <= 0;
    else q <= mutsel == 1 ? ~(~q ^ a_i) : mutsel == 2 && n == 3 ? q : mutsel == 3 && a_i == 0 ? ~q : q ^ a_i ^ (old & ~old);
endmodule
module part__user(clk_i, rst_ni, a_i, changed_o, mutsel);
  input clk_i;
  input rst_ni;
  input [1:0] a_i;
  output changed_o;
  input [15:0] mutsel;
  wire [1:0] q;
  part__tiny \u_tiny[0]  (
    .clk_i(clk_i), .rst_ni(rst_ni), .a_i(a_i), .q_o(q), .mutsel(mutsel)
  );
  assign changed_o = a_i != 0 && (^q);
endmodule
"""


def script_test(name="shell", script=SCRIPT):
    return campaign.Test(name, ["sh", "-c", script], seconds=0.05)


class Shares(unittest.TestCase):
    def test_all_are_handed_out(self):
        lines = {"a": 1000, "b": 10, "c": 1}
        for count in (1, 3, 7, 1000):
            shares = library.share(lines, count)
            self.assertEqual(sum(shares.values()), count)
            self.assertTrue(all(shares.values()))
        self.assertEqual(set(library.share(lines, 7)), set(lines))

    def test_groups(self):
        self.assertEqual(library.groups({"a": 150, "b": 60, "c": 60, "d": 20}, 130), [{"a": 150}, {"b": 60, "c": 60}, {"d": 20}])
        mutants = [netlist.Mutant(number, local, part, "", "", "", "") for number, local, part in ((1, 1, "a"), (3, 3, "a"), (4, 1, "b"))]
        self.assertEqual(library.befores(mutants, ["a", "b", "c"]), {"a": 0, "b": 3, "c": 4})


class Parts(unittest.TestCase):
    def setUp(self):
        self.whole = netlist.Design()

    def test_monitors_see_into_no_part(self):
        for part in self.whole.parts:
            self.assertFalse(self.whole.below(part) & {"simt_core", "l2_data", "scratchpad", "host_port", "mgmt_subsystem", "heddle_die"})

    def test_without_a_device_there_are_more(self):
        with self.assertRaisesRegex(netlist.NetlistError, "monitor"):
            self.whole.choose(["launch_port"])
        with self.assertRaisesRegex(netlist.NetlistError, "cannot be mutated"):
            self.whole.choose(["scrubber"])
        alone = netlist.Design(device=False)
        self.assertEqual(alone.choose(["launch_port", "launch_check"]), {"host_port": ["launch_check", "launch_port"]})
        self.assertEqual(alone.choose(["scrubber"]), {"scrubber": ["scrubber"]})

    def test_a_module_is_mutated_in_the_innermost_part(self):
        alone = netlist.Design(device=False)
        chosen = alone.choose(["matrix", "copy", "scratch_lines", "engine_operands"])
        self.assertEqual(chosen["dot_unit"], ["dot_fp4", "dot_round", "dot_unit"])
        self.assertIn("matrix_fetch", chosen["matrix_engine"])
        self.assertFalse(set(chosen["dot_unit"]) & set(chosen["matrix_engine"]))
        self.assertEqual(chosen["mbarrier_unit"], ["mbarrier_unit"])
        self.assertNotIn("scratch_lines", chosen["engine_operands"])

    def test_no_part_is_in_another(self):
        inside = [module for part in self.whole.parts for module in self.whole.below(part) - {part}]
        self.assertFalse(set(inside) & set(self.whole.parts))

    def test_by_module_and_by_folder(self):
        self.assertEqual(self.whole.choose(["scoreboard"]), {"issue_stage": ["scoreboard"]})
        chosen = self.whole.choose(["core"])
        self.assertIn("lsu_check", chosen["memory_unit"])
        self.assertIn("path_rules", chosen["warp_control"])
        self.assertNotIn("l2_tags", chosen)
        # A monitor looks at the ports of mgmt_subsystem.
        management = self.whole.choose(["mgmt"])
        self.assertIn("mgmt_core", management)
        self.assertFalse({"mgmt_device", "mgmt_subsystem"} & set(management))
        self.assertNotIn("mgmt_trace", management["mgmt_core"])
        self.assertEqual(set(netlist.Design(device=False).choose(["mgmt"])), {"mgmt_device"})
        self.assertEqual(set(self.whole.choose(["core/lsu"])["memory_unit"]) - self.whole.below("memory_unit"), set())

    def test_refused(self):
        with self.assertRaisesRegex(netlist.NetlistError, "no module and no folder"):
            self.whole.choose(["allu"])
        for module in ("simt_core", "mgmt_trace"):
            with self.assertRaisesRegex(netlist.NetlistError, "monitor"):
                self.whole.choose([module])


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
        wrapped = netlist.wrapper(text, "p", "m", ["a_i", "b_i", "c_o", "\\d_o[1:0]", "\\d_o[2]", "mutsel"], netlist.selector(7))
        self.assertIn("p__m u_mutated (.a_i (flat_a_i), .b_i(b_i), .c_o (flat_c_o), .\\d_o[1:0] (flat_d_o[1:0]), .\\d_o["
                      "2] (flat_d_o[2]), .mutsel(16'(mutant_pkg::Mutant - 7)))", wrapped)
        self.assertIn("flat_a_i[($size(a_i)-1-i)*$bits(a_i[0]) +: $bits(a_i[0])] = a_i[i]", wrapped)
        self.assertIn("c_o[i] = flat_c_o", wrapped)
        self.assertIn("assign d_o = flat_d_o;", wrapped)
        self.assertNotIn("body", wrapped)
        with self.assertRaisesRegex(netlist.NetlistError, "e_i"):
            netlist.wrapper(text, "p", "m", ["e_i"], "0")

    def test_another_shape_is_the_source(self):
        text = (
            "module m #(\n  parameter int unsigned N = 4,  // of them\n  parameter bit B = 1'b1,\n  localparam int L = N\n) (\n"
            "  input  a_t   a_i\n);\n  body\nendmodule\n"
        )
        with mock.patch.dict(netlist.BY_THEMSELVES, {"m": {"N": 7}}):
            wrapped = netlist.wrapper(text, "m", "m", ["a_i", "mutsel"], "0", {"a_i": 3})
            inside = netlist.wrapper(text, "p", "m", ["a_i", "mutsel"], "0")
        self.assertIn("if (N == (7) && B == (1'b1)) begin", wrapped)
        self.assertIn("if ($bits(a_i) != 3) $error", wrapped)
        self.assertIn("m__source #(.N(N), .B(B)) u_source (.*);", wrapped)
        self.assertIn("module m__source #(", wrapped)
        self.assertIn("  body\n", wrapped)
        self.assertNotIn("body", inside)

    def test_widths(self):
        text = (
            "module p__m(a_i, b_o, mutsel);\n  input [3:0] a_i;\n  wire [3:0] a_i;\n  output b_o;\n  input [15:0] mutsel;\nendmodule\n"
            "module q(c);\n  input c;\nendmodule\n"
        )
        self.assertEqual(netlist.widths(text, "p__m"), {"a_i": 4, "b_o": 1})

    def test_names(self):
        text = (
            "module \\top\n  cell \\fifo$top.u_a \\u_a\n  cell \\fifo$top.u_b \\u_b\nend\n"
            "module \\fifo$top.u_a\nend\nmodule \\fifo$top.u_b\nend\n"
        )
        renamed, kinds = netlist.renamed("p", text)
        self.assertEqual(kinds, {"p__top": "top", "p__fifo": "fifo", "p__fifo__2": "fifo"})
        self.assertIn("  cell \\p__fifo__2 \\u_b\n", renamed)

    def test_watched(self):
        body = (
            "module {}(a, mutsel);\n  assign _3_ = mutsel == 16'h00{};\n  assign \\q[1:0] [1] = _3_ ? 1'h0 : \\a[1:0] [0];\n"
            "  assign x = c ? d : e;\nendmodule\n"
        )
        watched, places = netlist.watched(body.format("m", "1a") + body.format("n", "1b"), 100)
        self.assertEqual(places, {26, 27})
        self.assertIn("(1'h0) != (\\a[1:0] [0])) mutant_pkg::heddle_mutant_touched(126);\nendmodule", watched)
        self.assertEqual(watched.count("always_comb"), 2)


class Campaign(unittest.TestCase):
    def test_how_runs_end(self):
        for mutant, how in ((0, "passed"), (1, "mismatch commit.mask"), (2, "hang"), (4, "signal 11")):
            self.assertEqual(campaign.run(script_test(), mutant, 1).how, how)

    def test_a_program_that_is_gone_kills_nothing(self):
        with self.assertRaisesRegex(campaign.BaselineError, "cannot be run"):
            campaign.run(campaign.Test("bench:x:Y.Z", ["./nowhere"]), 1)

    def test_random_runs(self):
        self.assertEqual(campaign.ending(1, "\nseed 392: mismatch commit.mask, after 1.0 s\nwhat"), "mismatch commit.mask")
        self.assertEqual(campaign.ending(1, "[  FAILED  ] Launch.Ends (3 ms)\n"), "failed Launch.Ends")
        self.assertEqual(campaign.ending(-5, "[ RUN      ] Launch.Begins\n[ RUN      ] Launch.Ends\nx.cc:3: Failure\n"), "failed Launch.Ends")
        self.assertEqual(campaign.ending(1, "\nseed 392: crash signal 24 (CPU time limit exceeded), after 1.0 s\n"), "hang")

    def test_a_busy_machine_kills_nothing(self):
        with self.assertRaisesRegex(campaign.BusyError, "busy"):
            campaign.run(script_test(script="echo 'seed 3: timeout, after 300.0 s'; exit 1"), 1)
        with mock.patch.object(campaign, "CLOCK_SECONDS", 0.2), self.assertRaisesRegex(campaign.BusyError, "busy"):
            campaign.run(script_test(script="sleep 60"), 1)

    def test_kill(self):
        tests = [script_test("passes", "echo 7 cycles"), script_test()]
        tests[0].cycles = ("7",)
        self.assertEqual(campaign.kill(tests, 1, "m", 9), campaign.Fate())  # nothing touches it, nothing is run
        for test in tests:
            test.touches = frozenset((1, 3))
        self.assertEqual(campaign.kill(tests, 1, "m", 9), campaign.Fate("shell", "mismatch commit.mask", 2, 2))
        self.assertEqual(tests[1].seen.kills, {"m": 1})
        self.assertEqual(campaign.kill(tests, 3, "m", 9), campaign.Fate("", "", 2, 2))
        tests[0].cycles = ("8",)
        self.assertEqual(campaign.kill(tests, 3, "m", 9), campaign.Fate("", "", 2, 2, True))
        # The one that has killed comes first, and there is no second.
        self.assertEqual(campaign.kill(tests, 3, "m", 1), campaign.Fate("", "", 2, 1))

    def test_baseline_says_what_is_touched(self):
        tests = [script_test(script="echo 3 >>$HEDDLE_MUTANTS_TOUCHED; echo 5 >>$HEDDLE_MUTANTS_TOUCHED"), script_test(script=":")]
        campaign.baseline(tests)
        self.assertEqual([test.touches for test in tests], [{3, 5}, set()])

    def test_baseline_must_pass(self):
        with self.assertRaisesRegex(campaign.BaselineError, "shell fails without a mutant"):
            campaign.baseline([script_test(script="exit 1")])

    def test_no_test_is_no_campaign(self):
        with self.assertRaises(campaign.BaselineError):
            campaign.baseline([])

    def test_baseline_is_kept(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(campaign, "LONGEST", 1):
            note, count = Path(folder) / "note.json", Path(folder) / "count"
            tests = [script_test(script=f"echo x >>{count}; echo 7 cycles; echo 4 >>$HEDDLE_MUTANTS_TOUCHED"),
                     script_test("long", "while :; do :; done")]  # fmt: skip
            for _ in range(2):
                kept = campaign.baseline(tests, note)
                self.assertEqual([test.name for test in kept], ["shell"])
                self.assertEqual((kept[0].cycles, kept[0].touches), (("7",), {4}))
            self.assertEqual(count.read_text(), "x\n")


class Again(unittest.TestCase):
    RTLIL = """module \\part__tiny
  attribute \\src "tiny.sv:7.5-7.9|tiny.sv:6.3-8.4"
  attribute \\full_case 1
  cell $mux $procmux$3
    connect \\S \\a
  end
  cell \\part__other \\u_other
  end
end
module \\part__tiny__2
  attribute \\src "tiny.sv:7.5-7.9"
  cell $eq $5
  end
end
"""

    def commands(self, *rows):
        kinds = {"part__tiny": "tiny", "part__tiny__2": "tiny", "part__other": "other"}
        with mock.patch("builtins.print"):
            return netlist.commands_of(self.RTLIL, kinds, rows).split("\n")[:-1]

    def test_as_they_were(self):
        self.assertEqual(self.commands(("tiny", "cnot1 -cell $procmux$3 -port A -portbit 2 -ctrlbit 3", "tiny.sv:7"),
                                       ("tiny", "inv -cell $5 -port Y -portbit 0", "tiny.sv:7"), ("tiny", "inv -cell u_other -port q -portbit 0", "tiny.sv")),
                         ["mutate -ctrl mutsel 16 1 -mode cnot1 -module part__tiny -cell $procmux$3 -port A -portbit 2 -ctrlbit 3 -src tiny.sv:7",
                          "mutate -ctrl mutsel 16 2 -mode inv -module part__tiny__2 -cell $5 -port Y -portbit 0 -src tiny.sv:7",
                          "mutate -ctrl mutsel 16 3 -mode inv -module part__tiny -cell u_other -port q -portbit 0 -src tiny.sv"])  # fmt: skip

    def test_another_cell_is_no_such_mutant(self):
        # The names that Yosys gives move when another module changes: the line must be the same. No line is no place of u_other.
        self.assertEqual(self.commands(("tiny", "inv -cell $procmux$3 -port A -portbit 2", "tiny.sv:70"),
                                       ("tiny", "inv -cell $6 -port A -portbit 2", "tiny.sv"),
                                       ("tiny", "inv -cell u_other -port q -portbit 0", "tiny.sv:7")), [])  # fmt: skip


class Equivalence(unittest.TestCase):
    def decide(self, number, text=NETLIST):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "part.yosys").mkdir()
            (work / "part.yosys/part.v").write_text(text)
            return equivalence.decide(work, netlist.Mutant(number + 5, number, "part", "tiny", "part__tiny", "", ""), 20)

    def test_same(self):
        self.assertEqual(self.decide(1), ("tiny", "tiny: no difference at its ports"))
        self.assertEqual(self.decide(4)[0], "tiny")

    def test_differs_late(self):
        self.assertEqual(self.decide(2), ("", "tiny: a difference at its ports; user: a difference at its ports"))

    def test_nobody_sees_it(self):
        # Both bits of q at once, and their sum is all that is used.
        self.assertEqual(self.decide(3), ("user", "tiny: a difference at its ports; user: no difference at its ports"))

    def test_no_answer_is_no_proof(self):
        with mock.patch.object(equivalence, "abc", return_value=""):
            self.assertEqual(self.decide(2)[1], "tiny: no answer in time; user: no answer in time")
        with mock.patch.object(equivalence, "PREPARE_SECONDS", 0.01):
            self.assertEqual(self.decide(1), ("", "tiny: no graph of it in time"))

    def test_a_missing_program_is_named(self):
        with mock.patch.dict("os.environ", {"PATH": "/nowhere"}), self.assertRaisesRegex(SolverError, "yosys"):
            self.decide(1)

    def test_constants(self):
        text = ("module m(mutsel);\n" + "".join(f"  assign s{n} = mutsel == 16'h000{n};\n" for n in range(1, 5)) +
                "  assign a = s1 ? 1'h0 : 1'h0;\n  assign b = s2 ? 1'h1 : 1'h0;\n"
                "  assign c = s3 ? _1_ : 1'hx;\n  assign d = s4 ? a : a;\nendmodule\n")  # fmt: skip
        self.assertEqual(equivalence.constant(text), {1, 3})

    def test_a_graph_is_written(self):
        builder = aig.Builder()
        a, b = builder.input(), builder.input()
        register = builder.latch()
        differ = builder.differ(builder.both(a, b), builder.both(b, a) ^ 1)
        self.assertEqual(differ, 1)
        self.assertEqual(builder.any([]), 0)
        output = builder.choose(register, a, b)
        header = builder.aiger(output, {register: a}).split(b"\n")[:3]
        self.assertEqual(header, [b"aig 6 2 1 1 3", b"2", b"13"])


class Levels(unittest.TestCase):
    def test_fates_add_up(self):
        fate = campaign.Fate(touched=3, tried=2, slower=True)
        fate.add(campaign.Fate(by="random:1", how="hang", touched=4, tried=1))
        self.assertEqual(fate, campaign.Fate("random:1", "hang", 7, 3, True))


class Opinions(unittest.TestCase):
    def test_by_text_of_the_line(self):
        whole = netlist.Design()
        number, line = next((n, text) for n, text in enumerate(whole.texts["branch_unit"].splitlines(), 1) if "input" in text)
        mutant = {"module": "branch_unit", "mutant": "inv -cell $7 -port A", "source": f"branch_unit.sv:{number}"}
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

    def test_results(self):
        whole = netlist.Design()
        row = {"module": "alu", "mutant": "inv -cell $1", "source": "alu.sv:3", "killed": True, "by": "random:1"}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "some.json"
            path.write_text(json.dumps({"rows": [row]}))
            self.assertEqual(results.read(path, whole), [{**row, "part": "core"}])
            for text in ("", "{}", '{"rows": [{}]}', '{"rows": 3}'):
                path.write_text(text)
                with self.assertRaisesRegex(results.ResultError, "some.json"):
                    results.read(path, whole)

    def test_rows_are_kept(self):
        whole = netlist.Design()
        row = {"module": "alu", "mutant": "inv -cell $1", "source": "alu.sv:3", "rtl": whole.version("alu")}
        lives = {**row, "killed": False, "by": "", "how": "", "class": "untested", "reason": "a, b"}
        dies = {**row, "killed": True, "by": "random:1", "how": "hang"}
        with tempfile.TemporaryDirectory() as folder:
            with mock.patch.object(results, "KEPT", Path(folder) / "rows.csv"):
                results.keep([lives, {**dies, "mutant": "inv -cell $2", "rtl": "0"}])
                rows = results.merge([results.KEPT], whole)
                self.assertEqual([(r["killed"], r["class"], results.older(r, whole)) for r in rows], [(False, "untested", False), (True, "", True)])
                other = Path(folder) / "other.json"
                # What is about today's source counts, then what was killed.
                results.save(other, [dies, {**lives, "mutant": "inv -cell $2"}], True)
                for order in ([results.KEPT, other], [other, results.KEPT]):
                    self.assertEqual([r["killed"] for r in results.merge(order, whole)], [True, False])

    def test_score(self):
        rows = [{"killed": True}, {"killed": False, "class": "equivalent"}, {"killed": False, "class": "untested"}]
        self.assertEqual(results.score(rows), (1, 2))


if __name__ == "__main__":
    unittest.main()
