#!/usr/bin/python3
"""The parts of `heddle cover`: counters that are added up, waivers, the plan, what is refused."""

import fnmatch
import json
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "harness")]

import data
import plan
import signals
import summary
import waivers

COUNTER = "x_q"
SIGNALS = [{"module": "alu", "path": "u_a", "name": COUNTER, "width": 4, "depth": 0},
           {"module": "alu", "path": "u_b", "name": COUNTER, "width": 4, "depth": 0},
           {"module": "ram", "path": "u_c", "name": "mem", "width": 8, "depth": 2},
           {"module": "table", "path": "u_d", "name": "pc_q", "width": 3, "depth": 2}]  # fmt: skip
BITS = "T 0f 03\nT 00 04\nT ffff ffff\nT 0507 0107\n"


def counter(file, line, page, what, hierarchy, count):
    fields = {"f": file, "l": line, "n": 1, "page": page, "o": what, "h": hierarchy}
    return "C '" + "".join(f"\x01{key}\x02{value}" for key, value in fields.items()) + f"' {count}\n"


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.counts = data.Counts()
        (self.folder / "signals.json").write_text(json.dumps(SIGNALS))
        self.reader = data.Reader(self.counts, "nano", self.folder / "signals.json")

    def add(self, text, reader=None):
        (self.folder / "x.dat").write_text(text)
        (reader or self.reader).add(self.folder / "x.dat")
        self.counts.settle()


class Counters(Files):
    def test_lines_of_instances_count_as_one(self):
        alu = "/x/rtl/core/alu.sv"
        self.assertTrue(data.of_design(f"{data.ROOT}/rtl/core/alu.sv"))
        self.assertFalse(data.of_design(f"{data.ROOT}/verif/harness/rtl/m.sv"))
        with unittest.mock.patch.object(data, "ROOT", "/verif/points"):
            self.assertTrue(data.of_design("/verif/points/rtl/core/alu.sv"))
            self.assertFalse(data.of_design("/verif/points/verif/harness/rtl/m.sv"))
        self.add(counter(alu, 7, "v_line/alu", "block", "TOP.a", 0) + counter(alu, 8, "v_branch/alu__L1", "if", "TOP.a", 0) + BITS)
        self.add(counter(alu, 7, "v_line/alu", "block", "TOP.b", 3) + counter("/x/verif/harness/rtl/m.sv", 1, "v_line/m", "block", "TOP", 0) + BITS)
        self.assertEqual(self.counts.lines, {("alu", "rtl/core/alu.sv", 7, "block"): 3, ("alu", "rtl/core/alu.sv", 8, "if"): 0})

    def test_points(self):
        self.add(counter("/x/points/p.sv", 9, "v_user/core_points", "issue", "TOP.gen_unit__BRA__1__KET__.issue", 0)
                 + counter("/x/points/p.sv", 9, "v_user/core_points", "issue", "TOP.gen_unit__BRA__0__KET__.issue", 2)
                 + counter("/x/rtl/core/a.sv", 9, "v_user/alu", "a_rule", "TOP", 2)
                 + counter("/x/points/p.sv", 9, "v_user/copy_points", "rank", "TOP.gen_core__BRA__1__KET__.u_points.gen_rank__BRA__3__KET__", 5)
                 + counter("/x/points/p.sv", 9, "v_user/copy_points", "done", "TOP.gen_core__BRA__1__KET__.u_points", 6)
                 + "I OP_LW 0 4\nI OP_LW 7 0\n" + BITS)  # fmt: skip
        points = {"issue.mul": 0, "issue.alu": 2, "rank.3": 5, "done": 6, "instruction.lw.all_free_room": 4, "instruction.lw.part_hazard_full": 0}
        self.assertEqual(self.counts.points, points)

    def test_bits_that_rise_and_fall(self):
        self.add(BITS)
        signal = self.counts.signals[("alu", COUNTER, "nano")]
        self.assertEqual((signal.bits, signal.toggled()), (0b1111, 0b0111))
        # Memories do not count; of a register for each warp every element does.
        self.assertNotIn(("ram", "mem", "nano"), self.counts.signals)
        table = self.counts.signals[("table", "pc_q", "nano")]
        self.assertEqual((table.bits, table.toggled()), (0x0707, 0x0701))
        self.assertEqual(summary.missed_bits(self.counts), [("alu", COUNTER, "nano", 0b1000), ("table", "pc_q", "nano", 0b110)])
        self.assertEqual(summary.by_module(self.counts), {"all": [0, 0, 7, 10], "alu": [0, 0, 3, 4], "table": [0, 0, 4, 6]})

    def test_signals_of_another_shape(self):
        self.add(BITS)
        # x_q is as in the first shape, and rises and falls in its upper bit; pc_q is wider here, y_q was not there.
        rows = [SIGNALS[0], {**SIGNALS[3], "width": 5}, {**SIGNALS[0], "name": "y_q"}]
        (self.folder / "signals.json").write_text(json.dumps(rows))
        self.add("T 08 08\nT 1f1f 1f1f\nT 01 01\n", data.Reader(self.counts, "edge", self.folder / "signals.json"))
        # So do counts that were written, and are read and added up.
        self.counts.tests = ["a"]
        self.counts.write(self.folder / "counts")
        total = data.Counts()
        for _ in range(2):
            total.add(data.Counts.read(self.folder / "counts"))
        total.settle()
        self.assertEqual((total.signals, total.tests), (self.counts.signals, ["a", "a"]))
        found = {key: (signal.bits, signal.toggled()) for key, signal in total.signals.items()}
        self.assertEqual(found, {("alu", COUNTER, "nano"): (0b1111, 0b1111), ("alu", "y_q", "edge"): (0b1111, 1), ("table", "pc_q", "nano"): (0x0707, 0x0701)})

    def test_refused(self):
        for text, why in ((BITS.replace("T 0f 03\n", ""), "3 signals, but the library has 4"), ("", "0 signals"),
                          (BITS.replace("0f 03", "0f"), "not the bits"), ("I OP_LW 8 1\n" + BITS, "not a count")):  # fmt: skip
            with self.assertRaisesRegex(data.DataError, why):
                self.add(text)
        (self.folder / "bad.json").write_text("{")
        for name in ("bad.json", "missing.json"):
            with self.assertRaisesRegex(data.DataError, "not a list of signals"):
                data.Reader(self.counts, "nano", self.folder / name)
            with self.assertRaisesRegex(data.DataError, "not a file of counts"):
                data.Counts.read(self.folder / name)


class Signals(unittest.TestCase):
    def test_members_of_the_header(self):
        with tempfile.TemporaryDirectory() as folder:
            top, part, header = (Path(folder) / name for name in ("die.sv", "part.sv", "root.h"))
            top.write_text("module heddle_die (\n  input x\n);\n  part #(\n    .W(f(g(2)))\n  ) u_part (\n    .x\n  );\nendmodule\n")
            part.write_text("module part;\nendmodule\n")
            prefix = "    CData/*0:0*/ tb_top__DOT__u_die__DOT__"
            header.write_text(f"{prefix}busy_q;\n{prefix}__Vcell__x;\n{prefix}gen_x__BRA__1__KET____DOT__u_part__DOT__a_q;\n"
                              "    VlUnpacked<IData/*29:0*/, 4> tb_top__DOT__u_die__DOT__u_part__DOT__pc_q;\n"
                              "    CData/*0:0*/ tb_top__DOT__u_host__DOT__b;\n")  # fmt: skip
            found = [(row["module"], row["path"], row["name"], row["width"], row["depth"]) for row in signals.read(header, [top, part])]
            below = [(row["module"], row["path"], row["name"]) for row in signals.read(header, [top, part], "tb_top.u_die.u_part", "part")]
        self.assertEqual(below, [("part", "", "pc_q")])
        self.assertEqual(found, [("heddle_die", "", "busy_q", 1, 0), ("part", "gen_x[1].u_part", "a_q", 1, 0), ("part", "u_part", "pc_q", 30, 4)])


class Waivers(unittest.TestCase):
    def setUp(self):
        self.counts = data.Counts({("alu", "a.sv", 1, "if"): 0, ("alu", "a.sv", 2, "if"): 4})
        self.counts.signals = {("alu", COUNTER, "nano"): data.Signal(0b1111, 0b0011, 0b0001)}

    def apply(self, *entries):
        return waivers.apply(entries, self.counts, lambda name, line: ["", "default: x", "y = 1"][line])

    def test_taken_out(self):
        line = {"kind": "line", "module": "*", "text": "default:", "reason": "r"}
        bits = {"kind": "toggle", "module": "alu", "signal": "x*", "bits": ["0", "2-3"], "reason": "r"}
        self.assertEqual(self.apply(line, bits), ([1, 2], []))
        self.assertEqual(summary.by_module(self.counts)["all"], [1, 1, 1, 2])

    def test_one_part_several_times(self):
        self.assertEqual(waivers.mask(["1-2 x3 by 8", 5]), 0b110_0000_0110_0010_0110)
        self.assertEqual(waivers.mask("4 x2 by 1"), 0b11_0000)

    def test_constant(self):
        bits = {"kind": "constant", "module": "alu", "signal": "x*", "bits": ["2-3"], "reason": "r"}
        self.assertEqual(self.apply(bits), ([2], []))
        taken, wrong = self.apply({**bits, "bits": ["0-1"]})
        self.assertEqual((taken, len(wrong)), ([1], 1))
        self.assertIn("1 have changed", wrong[0])

    def test_that_are_for_nothing(self):
        line = {"kind": "line", "module": "alu", "text": "y =", "reason": "r"}
        for entry, why in (({**line, "text": "z"}, "nothing that this waiver is for"), (line, "all that this waiver is for has been reached"),
                           ({"kind": "toggle", "module": "alu", "signal": COUNTER, "bits": "0", "reason": "r"}, "has been reached")):  # fmt: skip
            taken, wrong = self.apply(entry)
            self.assertEqual((taken, len(wrong)), ([0], 1))
            self.assertIn(why, wrong[0])

    def test_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "waivers.yaml"
            for text in ("waivers: [{kind: line, module: a, text: b}]", "waivers: [{kind: line, module: a, text: b, reason: ' '}]", "x: 1",
                         *(f"waivers: [{{kind: toggle, module: a, signal: b, bits: {b}, reason: r}}]" for b in ("4-x", "4-3", "4 x2", "-1"))):  # fmt: skip
                path.write_text(text)
                with self.assertRaises(waivers.WaiverError):
                    waivers.read(path)
        self.assertIsInstance(waivers.read(), list)


class Plan(unittest.TestCase):
    def test_is_well_formed(self):
        labels = plan.labels()
        for row in plan.read():
            for point in row["points"]:
                name = point.removeprefix("!").split(".")[0]
                if not name.startswith("instruction"):
                    self.assertTrue(fnmatch.filter(labels, name), name)

    def test_has_every_point(self):
        meant = {point.split(".")[0] for row in plan.read() for point in row["points"] if not point.startswith("!")}
        self.assertEqual([label for label in sorted(plan.labels()) if not any(fnmatch.fnmatch(label, name) for name in meant)], [])

    def test_missed(self):
        rows = [{"name": "a", "tests": ["x"], "points": ["issue.*"]}, {"name": "b", "tests": ["x"], "points": ["other"]},
                {"name": "c", "tests": ["x"], "points": ["issue.*", "!issue.mul"]}]  # fmt: skip
        self.assertEqual(plan.missed(rows, {"issue.alu": 1, "issue.mul": 0, "other": 1}), {"a": ["issue.mul"]})
        with self.assertRaisesRegex(plan.PlanError, "no point 'other'"):
            plan.missed(rows, {"issue.alu": 1, "issue.mul": 1})
        self.assertEqual(plan.missed(rows, {"issue.alu": 1, "issue.mul": 1}, known={"other"}), {"b": ["other"]})
        self.assertEqual(plan.missed([{"name": "a", "tests": ["x"], "points": ["instruction_part.*"]}], {}, known={"other"}), {"a": ["instruction_part.*"]})
        with self.assertRaisesRegex(plan.PlanError, "no test 'x'"):
            plan.missed(rows, {"issue.alu": 1, "issue.mul": 1, "other": 1}, ["y:1"])

    def test_groups_of_instructions(self):
        counts = plan.groups({"instruction.lw.all_free_room": 4, "instruction.lw.part_hazard_room": 3, "x": 1})
        self.assertEqual((counts["instruction.lw"], counts["instruction_part.lw"], counts["instruction_room.lw"], counts["x"]), (7, 3, 7, 1))
        self.assertEqual((counts["cross.lw.part_hazard_room"], counts["instruction_hazard.lw"]), (3, 3))

    def test_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "plan.yaml"
            for text, why in (("features: [{name: a}]", "name, tests and points"), ("x: 1", "features"),
                              ("features: [{name: a, tests: [x], points: [y]}, {name: a, tests: [x], points: [y]}]", "two features")):  # fmt: skip
                path.write_text(text)
                with self.assertRaisesRegex(plan.PlanError, why):
                    plan.read(path)


class Options(unittest.TestCase):
    def test_refused(self):
        for options, why in ((["--sessions", "-1"], "--sessions takes a number from 0"), (["--module", "nothing"], "no module 'nothing'"),
                             (["--report", "/nowhere/x"], "there is no directory '/nowhere'")):  # fmt: skip
            done = subprocess.run([sys.executable, "-B", HERE.parent / "cover.py", *options], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(why, done.stderr)
        done = subprocess.run([sys.executable, "-B", HERE.parent / "cover.py", "--config", "nona"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nona", done.stderr)


if __name__ == "__main__":
    unittest.main()
