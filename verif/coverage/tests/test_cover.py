#!/usr/bin/python3
"""The parts of `heddle cover`: counters that are added up, the plan, what is refused."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import data
import plan


def counter(file, line, page, what, hierarchy, count):
    fields = {"f": file, "l": line, "n": 1, "page": page, "o": what, "h": hierarchy}
    return "C '" + "".join(f"\x01{key}\x02{value}" for key, value in fields.items()) + f"' {count}\n"


class Counters(unittest.TestCase):
    def setUp(self):
        self.counts = {}
        first = counter("/x/rtl/core/alu.sv", 7, "v_line/alu", "block", "TOP.a", 0) + counter("/x/rtl/core/alu.sv", 8, "v_toggle/alu__L1", "q[0]", "TOP.a", 0)
        second = counter("/x/rtl/core/alu.sv", 7, "v_line/alu", "block", "TOP.b", 3) + counter("/x/verif/harness/rtl/m.sv", 1, "v_line/m", "block", "TOP", 0)
        points = counter("/x/points/core_points.sv", 9, "v_user/core_points", "issue", "TOP.gen_unit__BRA__1__KET__.issue", 0)
        points += counter("/x/points/core_points.sv", 9, "v_user/core_points", "issue", "TOP.gen_unit__BRA__0__KET__.issue", 2)
        for text in ("# SystemC::Coverage-3\n" + first, second + points):
            data.add(self.counts, text)

    def test_instances_count_as_one(self):
        result = data.summary(self.counts)
        self.assertEqual(result["line"], {"all": (1, 1), "alu": (1, 1)})
        self.assertEqual(result["toggle"], {"all": (0, 1), "alu": (0, 1)})
        self.assertIn("alu", data.table(result))

    def test_points_by_unit(self):
        self.assertEqual(data.points(self.counts), {"issue.mul": 0, "issue.alu": 2})


class Plan(unittest.TestCase):
    def test_is_well_formed(self):
        labels = (HERE.parent / "core_points.sv").read_text()
        for row in plan.read():
            for point in row["points"]:
                self.assertRegex(labels, rf"\b{point.split('.')[0]}\s*: cover property")

    def test_missed(self):
        rows = [{"name": "a", "tests": ["x"], "points": ["issue.*"]}, {"name": "b", "tests": ["x"], "points": ["other"]}]
        self.assertEqual(plan.missed(rows, {"issue.alu": 1, "issue.mul": 0, "other": 1}), {"a": ["issue.mul"]})
        with self.assertRaisesRegex(plan.PlanError, "no point 'other'"):
            plan.missed(rows, {"issue.alu": 1})

    def test_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "plan.yaml"
            for text, why in (("features: [{name: a}]", "name, tests and points"), ("x: 1", "features"),
                              ("features: [{name: a, tests: [x], points: [y]}, {name: a, tests: [x], points: [y]}]", "two features")):  # fmt: skip
                path.write_text(text)
                with self.assertRaisesRegex(plan.PlanError, why):
                    plan.read(path)

    def test_options(self):
        done = subprocess.run([sys.executable, "-B", HERE.parent / "cover.py", "--sessions", "-1"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--sessions takes a number from 0", done.stderr)


if __name__ == "__main__":
    unittest.main()
