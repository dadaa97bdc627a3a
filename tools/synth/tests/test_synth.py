#!/usr/bin/python3
"""Tests of the parts of heddle synth that need no Yosys."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position  # the path comes first
import checks
import design
import merge
import report

SHAPE = {"Cores": 2, "Warps": 4, "Lanes": 2, "IcacheBytes": 512, "ScratchpadBytes": 1024}


def statistics(register_bits=16128):
    """Two cores with a register file, an instruction cache of two ways, and one scratchpad."""
    bits = {"\\die": 0, "\\scratchpad$die.pad": 0, "\\ram$die.pad.u_ram": 8192}
    for core in range(2):
        bits[f"\\register_file$die.core[{core}].rf"] = 0
        bits[f"\\ram$die.core[{core}].rf.u_ram"] = register_bits
        bits[f"\\icache$die.core[{core}].ic"] = 64
        for way in range(2):
            bits[f"\\ram$die.core[{core}].ic.way[{way}].u_ram"] = 2048
    return {"modules": {name: {"num_memory_bits": count} for name, count in bits.items()}}


def leftover(module, words, width, write_ports=1):
    return "\n".join(
        [
            f"module {module}", "  cell $mem_v2 \\mem", f"    parameter \\SIZE {words}", f"    parameter \\WIDTH {width}",
            f"    parameter \\WR_PORTS 32'{write_ports:032b}", "    parameter \\RD_PORTS 1", '    parameter \\MEMID "\\\\mem"', "  end", "end", "",
        ]
    )  # fmt: skip


class KnownMemories(unittest.TestCase):
    def test_all_there(self):
        self.assertEqual(checks.missing_memories(statistics(), "", {}, SHAPE), [])

    def test_one_bit_less_is_found(self):
        found = checks.missing_memories(statistics(16127), "", {}, SHAPE)
        self.assertEqual([finding.module for finding in found], ["register_file"])

    def test_bits_that_became_flip_flops_do_not_count(self):
        text = leftover("\\ram$die.pad.u_ram", 64, 32)
        self.assertEqual([finding.module for finding in checks.missing_memories(statistics(), text, {}, SHAPE)], ["scratchpad"])

    def test_merged_modules_share_their_fate(self):
        text = leftover("\\ram$die.core[0].ic.way[0].u_ram", 64, 32)
        stands_for = {"\\ram$die.core[1].ic.way[1].u_ram": "\\ram$die.core[0].ic.way[0].u_ram"}
        found = checks.missing_memories(statistics(), text, stands_for, SHAPE)
        self.assertIn("8192 bits of RAM, but 4224 are RAM", found[0].text)

    def test_a_constant_table_takes_nothing_away(self):
        text = leftover("\\ram$die.pad.u_ram", 64, 32, write_ports=0)
        self.assertEqual(checks.missing_memories(statistics(), text, {}, SHAPE), [])


class Merge(unittest.TestCase):
    @staticmethod
    def leaf(name, number, kind="$and"):
        return f"attribute \\src \"x.sv:{number}\"\nmodule \\{name}\n  wire $t${number}\n  cell {kind} $x${number}\n    connect \\Y $t${number}\n  end\nend\n"

    def test_equal_modules_become_one(self):
        text = "autoidx 9\n" + self.leaf("leaf$top.a", 1) + self.leaf("leaf$top.b", 2) + self.leaf("leaf$top.c", 3, "$or")
        text += "attribute \\top 1\nmodule \\top\n" + "".join(f"  cell \\leaf$top.{i} \\{i}\n  end\n" for i in "abc") + "end\n"
        merged, stands_for = merge.merge(text)
        self.assertEqual(stands_for, {"\\leaf$top.b": "\\leaf$top.a"})
        self.assertEqual(merged.count("module "), 3)
        self.assertIn("cell \\leaf$top.a \\b", merged)
        self.assertIn("cell \\leaf$top.c \\c", merged)
        self.assertTrue(merged.startswith("autoidx 9\n"))
        self.assertIn("attribute \\top 1\nmodule \\top", merged)

    def test_equal_text_of_different_modules_stays(self):
        merged, stands_for = merge.merge("autoidx 9\n" + self.leaf("one", 1) + self.leaf("two", 2))
        self.assertEqual(stands_for, {})
        self.assertEqual(merged.count("module "), 2)

    def test_connections_are_not_confused(self):
        def crossed(name, first, second):
            return f"module \\leaf${name}\n  wire $a${first}\n  wire $a${second}\n  connect \\y $a${first}\nend\n"

        swapped = crossed("b", 3, 4).replace("connect \\y $a$3", "connect \\y $a$4")
        _, stands_for = merge.merge("autoidx 9\n" + crossed("a", 1, 2) + swapped)
        self.assertEqual(stands_for, {})


class Report(unittest.TestCase):
    def test_instances_are_counted(self):
        modules = {
            "\\top": {"num_cells_by_type": {"LUT6": 1, "leaf$top.a": 3, "RAMB18E2": 1}},
            "\\leaf$top.a": {"num_cells_by_type": {"LUT2": 2, "FDCE": 5, "RAM32M16": 1, "CARRY4": 1}},
        }
        rows, total, cells = report.rows({"modules": modules}, "top")
        self.assertEqual(total, {"lut": 31, "lutram": 24, "ff": 15, "dsp": 0, "bram": 0.5})
        self.assertEqual([(row["module"], row["instances"]) for row in rows], [("leaf", 3), ("top", 1)])
        self.assertEqual(sum(cells.values()), 1 + 1 + 3 * (2 + 5 + 1 + 1))


class Sources(unittest.TestCase):
    def test_unpacked_arrays_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "m.sv"
            source.write_text(
                "module m;\n  logic [3:0] packed_q;\n  logic [W-1:0] mem [Depth];\n  word_t table_q [4][2];\n"
                "  assign x = y[3];\n  some_e state [2]; // logic [1:0] comment [4];\nendmodule\n"
            )
            self.assertEqual(checks.unpacked_arrays([source]), {"m": {"mem", "table_q", "state"}})

    def test_a_list_that_names_a_missing_file_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "files.f"
            path.write_text("rtl/none.sv\n")
            with self.assertRaisesRegex(design.DesignError, "rtl/none.sv, which does not exist"):
                design.read_list(path)


if __name__ == "__main__":
    unittest.main()
