#!/usr/bin/python3
"""What `heddle formal` must say of a small design: what holds, what fails, what holds for want of cases, what it cannot decide."""

import argparse
import functools
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import assertions
import engines
import formal
import tasks

BUILD = Path("build")
COUNTER = "verif/formal/tests/counter.sv"


def task(mode, checks="counter_checker.sv", **more):
    entry = {"name": f"test.{mode}", "module": "counter", "top": "counter", "files": [COUNTER], "checks": [f"../tests/{checks}"]}
    return tasks.Task(**{**entry, "mode": mode, "depth": 12, "timeout": 60, **more})


def statuses(rows):
    return {row["property"]: row["status"] for row in rows}


@functools.cache
def rows_of(mode):
    return formal.Runner(BUILD).run(task(mode))


class Verdicts(unittest.TestCase):
    def run_task(self, *args, **more):
        return formal.Runner(BUILD).run(task(*args, **more))

    def test_pdr_proves_and_finds_vacuous_and_unreachable(self):
        found = statuses(rows_of("pdr"))
        self.assertEqual(found["a_below"], "proved")
        self.assertEqual(found["a_own"], "proved")
        self.assertEqual(found["a_next"], "proved")
        # Its premise never holds.
        self.assertEqual(found["a_never_asked"], "vacuous")
        self.assertEqual(found["c_six"], "reached")
        self.assertEqual(found["c_seven"], "unreached")

    def test_covers_name_the_cycle(self):
        rows = {row["property"]: row for row in rows_of("pdr")}
        # Reset in cycle 0; counts from cycle 1 on.
        self.assertEqual(rows["c_six"]["depth"], 7)
        self.assertEqual(rows["c_one"]["depth"], 2)

    def test_failure_has_waveform_and_cycles(self):
        for mode in ("pdr", "bmc", "prove"):
            rows = self.run_task(mode, checks="wrong_checker.sv")
            failed = [row for row in rows if row["status"] == "failed"]
            self.assertEqual([row["property"] for row in failed], ["a_below_five"], rows)
            self.assertTrue(Path(failed[0]["vcd"]).is_file())
            self.assertRegex(failed[0]["text"], r"(?m)^count_q .*\b5$")
            # What was not decided because of it is not passed.
            self.assertNotIn("proved", [row["status"] for row in rows])

    def test_bounded_is_called_bounded(self):
        self.assertEqual(statuses(rows_of("bmc"))["a_below"], "bounded")

    def test_induction(self):
        self.assertEqual(statuses(rows_of("prove"))["a_below"], "proved")

    def test_not_inductive_is_inconclusive(self):
        rows = self.run_task("prove", checks="not_inductive_checker.sv", depth=3)
        self.assertEqual(statuses(rows)["a_not_nine"], "inconclusive")
        self.assertIn("not inductive", rows[0]["text"])

    def test_assumed_assertion_is_taken_for_granted(self):
        found = statuses(self.run_task("pdr", assume=["a_own"]))
        self.assertNotIn("a_own", found)

    def test_unknown_assumption_is_an_error(self):
        rows = self.run_task("pdr", assume=["a_missing"])
        self.assertEqual(rows[0]["status"], "inconclusive")
        self.assertIn("a_missing", rows[0]["text"])

    def test_broken_variants(self):
        broken = [tasks.Broken("wraps late", COUNTER, "(count_q == 3'd6)", "(count_q == 3'd7)"),
                  tasks.Broken("harmless", COUNTER, "count_q + 3'd1;", "count_q + 3'b001;")]  # fmt: skip
        for mode in ("pdr", "bmc"):
            found = statuses(self.run_task(mode, broken=broken))
            self.assertEqual(found["broken: wraps late"], "refuted")
            self.assertEqual(found["broken: harmless"], "not refuted")

    def test_broken_variant_that_changes_nothing_is_an_error(self):
        rows = self.run_task("pdr", broken=[tasks.Broken("gone", COUNTER, "no such text", "")])
        self.assertEqual(rows[0]["status"], "inconclusive")
        self.assertIn("not once", rows[0]["text"])

    def test_missing_solver_is_inconclusive(self):
        with mock.patch.object(engines.shutil, "which", lambda tool: None):
            rows = self.run_task("pdr")
        self.assertEqual([row["status"] for row in rows], ["inconclusive"])
        self.assertIn("is missing", rows[0]["text"])

    def test_timeout_is_inconclusive(self):
        real = engines._run
        with mock.patch.object(engines, "_run", lambda command, work, log, timeout: real(["sleep", "30"], work, log, 0.2)):
            found = statuses(self.run_task("bmc"))
        self.assertEqual(found["a_below"], "inconclusive")

    def test_covers_without_answer_are_not_called_vacuous(self):
        real = engines.reachability
        with mock.patch.object(engines, "reachability", lambda work, timeout, *_: (real(work, timeout)[0], {}, False)):
            found = statuses(self.run_task("bmc"))
        self.assertEqual(set(found.values()), {"inconclusive"})

    def test_solver_that_says_nothing_is_inconclusive(self):
        with mock.patch.object(engines, "_run", lambda *args: ""):
            for mode in ("pdr", "bmc", "prove"):
                self.assertEqual(statuses(self.run_task(mode))["a_below"], "inconclusive")


class Forms(unittest.TestCase):
    def rewrite(self, text):
        return assertions.rewrite(text, "x.sv")

    def test_implication(self):
        text = self.rewrite("a_x : assert property (@(posedge clk_i) disable iff (!rst_ni) f(a, b) && c |-> d[1]);")
        self.assertEqual(text, "always_comb begin if (rst_ni && (f(a, b) && c)) a_x : assert (d[1]); end")

    def test_next_cycle(self):
        text = self.rewrite("a_x : assert property (@(posedge clk_i) disable iff (!rst_ni) a |=> $stable(b));")
        self.assertIn("<= rst_ni && (a);", text)
        self.assertIn("== (b))", text)

    def test_rising_edge(self):
        text = self.rewrite("a_x : assert property (@(posedge clk_i) disable iff (!rst_ni) $rose(a | b) |-> c);")
        self.assertRegex(text, r"\(\(a \| b\) && !formal_before_1_q\)\)\) a_x : assert \(c\)")

    def test_disabled(self):
        text = self.rewrite("a_x : assert property (@(posedge clk_i) disable iff (!rst_ni || c) a |=> b);")
        self.assertIn("<= rst_ni && !c && (a);", text)
        self.assertIn("if (rst_ni && !c && (formal_before_1_q[0])) a_x : assert (b);", text)

    def test_immediate(self):
        self.assertEqual(self.rewrite("a_x : assert (!(a || b) || c);"), "if ((a || b)) a_x : assert (c);")
        self.assertEqual(self.rewrite("a_x : assert (!a || b || c);"), "if (a) a_x : assert (b || c);")
        self.assertEqual(self.rewrite("a_x : assert ((a & b) == c);"), "a_x : assert ((a & b) == c);")

    def test_lines_stay(self):
        text = "a\na_x : assert property (@(posedge clk_i) disable iff (!rst_ni)\n  a |->\n  b);\nlast\n"
        self.assertEqual(self.rewrite(text).count("\n"), text.count("\n"))

    def test_unknown_form_is_an_error(self):
        for body in ("@(posedge clk_i) disable iff (!rst_ni) a ##1 b", "@(negedge clk_i) a", "@(posedge clk_i) disable iff (!rst_ni) $fell(a)"):
            with self.assertRaisesRegex(assertions.AssertionFormError, r"x\.sv:1"):
                self.rewrite(f"a_x : assert property ({body});")


class List(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tasks.yaml"
            path.write_text(text)
            return tasks.read(path)

    def test_faults_are_named(self):
        good = "{name: a, module: m, files: [f.sv], mode: pdr, depth: 0"
        self.assertEqual(len(self.read(f"tasks: [{good}}}]")), 1)
        for text, said in (
            (f"tasks: [{good}}}, {good}}}]", "two tasks"),
            (f"tasks: [{good}, dept: 1}}]", "unknown key 'dept'"),
            ("tasks: [{name: a, module: m, mode: pdr, depth: 0}]", "'files' is missing"),
            (f"tasks: [{good.replace('pdr', 'guess')}}}]", "unknown mode 'guess'"),
            (f"tasks: [{good.replace('depth: 0', 'depth: deep')}}}]", "not of type int"),
            (f"tasks: [{good}, broken: [{{name: b, file: other.sv, from: x, to: y}}]}}]", "no file of the task"),
            ("tasks: [", "tasks.yaml"),
        ):
            with self.assertRaisesRegex(tasks.TaskError, said):
                self.read(text)

    def test_quick_tasks_are_those_of_ctest(self):
        listed = (HERE.parent / "CMakeLists.txt").read_text().split("HEDDLE_FORMAL_QUICK ")[1].split(")")[0].split()
        self.assertEqual(sorted(listed), sorted(task.name for task in tasks.read() if task.quick))

    def test_every_task_has_a_broken_variant(self):
        shapes = {task.module for task in tasks.read() if task.broken}
        self.assertEqual(sorted({task.module for task in tasks.read()} - shapes), [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=BUILD)
    known, rest = parser.parse_known_args()
    BUILD = known.build
    unittest.main(argv=[sys.argv[0], *rest])
