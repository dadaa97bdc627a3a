#!/usr/bin/python3
"""Tests of specgen: each kind of fault in a source is rejected with its file and line; outputs are stable and complete."""

import contextlib
import io
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import specgen  # noqa: E402
from specgen_lib import outputs, spec  # noqa: E402
from specgen_lib.located_yaml import SpecError  # noqa: E402

ROW = '  - {name: %s, extension: X, class: alu, format: R, bits: "%s", doc: "test"}\n'
FREE = "1111111 ttttt sssss 000 ddddd 0101011"  # no row has these


def run(*arguments):
    """(exit status, stdout, stderr) of specgen."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = specgen.main([str(a) for a in arguments])
    return status, out.getvalue(), err.getvalue()


class FaultTest(unittest.TestCase):
    """Plants one fault in a copy of docs/spec."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(specgen.DEFAULT_SPEC, self.folder / "spec")

    def edit(self, file, old, new):
        """Replaces the only occurrence of `old`, or appends `new` where `old` is empty. Returns the line of the first difference."""
        path = self.folder / "spec" / f"{file}.yaml"
        text = path.read_text(encoding="utf-8")
        if not old:
            path.write_text(text + new, encoding="utf-8")
            return text.count("\n") + 1
        self.assertEqual(text.count(old), 1, f"{old!r} must occur once in {file}.yaml")
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def assert_fault(self, file, line, text):
        status, out, err = run("--spec", self.folder / "spec", "--out", self.folder / "out")
        self.assertEqual(status, 1, err)
        self.assertEqual(out, "")
        self.assertEqual(err.count("\n"), 1, err)
        self.assertIn(f"{file}.yaml:{line}: ", err)
        self.assertIn(text, err)
        self.assertFalse((self.folder / "out").exists(), "nothing may be written")

    def check(self, file, old, new, text, skip=0):
        """`skip`: lines from the first difference to the one that must be named."""
        line = self.edit(file, old, new)
        self.assert_fault(file, line + skip, text)

    # ---- instructions ----

    def test_overlapping_encodings(self):
        self.check("instructions", "", ROW % ("twin", "0000000 ttttt sssss 000 ddddd 0110011"), "'twin' overlaps 'add' (")

    def test_partly_overlapping_encodings(self):
        row = '  - {name: wide, extension: X, class: alu, format: I, bits: "iiiiiiiiiiii sssss 000 ddddd 0110011", doc: "test"}\n'
        self.check("instructions", "", row, "'wide' overlaps 'add' (")

    def test_overlap_names_a_word_of_both(self):
        self.edit("instructions", "", ROW % ("twin", "0100000 ttttt sssss 101 ddddd 0110011"))
        _, _, err = run("--spec", self.folder / "spec")
        self.assertIn("both match 0x40005033", err)

    def test_undeclared_refinement(self):
        self.check("instructions", "refines: fence, ", "", "'pause' overlaps 'fence'")

    def test_refines_unknown_row(self):
        self.check("instructions", "refines: fence,", "refines: fense,", "refines 'fense', which is no other row")

    def test_refines_row_that_does_not_contain_it(self):
        self.check("instructions", "refines: fence,", "refines: fence.i,", "not a proper part of its encodings")

    def test_unassigned_bit(self):
        self.check("instructions", "", ROW % ("hole", FREE.replace("1111111", "11-1111")), "bit 29 is '-': unassigned")

    def test_field_the_format_does_not_have(self):
        self.check("instructions", "", ROW % ("odd", FREE.replace("1111111", "uuuuu11")), "rs3 is not there in format R")

    def test_missing_field(self):
        self.check("instructions", "", ROW % ("none", FREE.replace("ttttt", "00000")), "format R has rs2 ('t') there")

    def test_misplaced_field(self):
        self.check("instructions", "", ROW % ("moved", "1111111 ttttt ssss 0000 ddddd 0101011"), "format R has rs1 ('s') there")

    def test_too_few_bits(self):
        self.check("instructions", "", ROW % ("few", FREE[1:]), "has 31 characters, not 32")

    def test_too_many_bits(self):
        self.check("instructions", "", ROW % ("many", "1" + FREE), "has 33 characters, not 32")

    def test_open_opcode(self):
        self.check("instructions", "", ROW % ("open", FREE[:-1] + "x"), "bits 6:0 (the opcode) must be fixed")

    def test_compressed_opcode(self):
        self.check("instructions", "", ROW % ("half", FREE[:-1] + "0"), "bits 1:0 must be 11")

    def test_duplicate_instruction(self):
        self.check("instructions", "", ROW % ("add", FREE), "instruction 'add' is already used at ")

    def test_instructions_that_differ_in_the_dot_only(self):
        row = ROW % ("fence", FREE)
        self.edit("instructions", "", row.replace("fence", "lr.w"))
        _, _, err = run("--spec", self.folder / "spec")
        self.assertIn("'lr.w' is already used", err)

    def test_unknown_class(self):
        self.check("instructions", "", (ROW % ("odd", FREE)).replace("alu", "fpu"), "'class' is 'fpu', not one of alu, ")

    def test_unknown_format(self):
        self.check("instructions", "", (ROW % ("odd", FREE)).replace("format: R", "format: Q"), "'format' is 'Q', not one of")

    def test_operand_of_two_register_files(self):
        self.check("instructions", "", ROW % ("mixed", FREE.replace("sssss", "sSSSS")), "bit 18 is 'S': one operand, two register files")

    # ---- special functions ----

    def test_missing_row(self):
        self.check("special_functions", "    - [1073741809, -8388323, 64775]\n", "", "table 'rcp' has 127 rows, not 128")

    def test_row_of_two(self):
        self.check("special_functions", "[1073741809, -8388323, 64775]", "[1073741809, -8388323]", "a row is [c0, c1, c2]")

    def test_coefficient_too_large(self):
        self.check("special_functions", "[1073741809, -8388323, 64775]", "[1073741809, -8388323, 131072]", "c2 is 131072, which has no 18 signed bits")

    # ---- 16-bit instructions ----

    def test_compressed_overlap(self):
        row = '  - {name: c.twin, bits: "100 0 ddddd ttttt 10", expands: add, rs1: 0, nonzero: "td", doc: "test"}\n'
        self.check("compressed", "", row, "'c.twin' overlaps 'c.mv' (")

    def test_compressed_fields_that_are_not_0_keep_rows_apart(self):
        self.check("compressed", 'imm: 0, nonzero: "s", doc: "x1', 'imm: 0, doc: "x1', "'c.jalr' overlaps 'c.ebreak' (", skip=0)

    def test_compressed_refinement_undeclared(self):
        self.check("compressed", " refines: c.lui,", "", "overlaps 'c.addi16sp' (", skip=1)

    def test_compressed_refines_what_does_not_contain_it(self):
        self.check("compressed", "refines: c.lui,", "refines: c.li,", "'c.addi16sp' is no part of 'c.li'")

    def test_compressed_unassigned_bit(self):
        self.check("compressed", '"100 0 11 bbb 00 ttt 01"', '"100 - 11 bbb 00 ttt 01"', "bit 12 is '-': unassigned")

    def test_compressed_too_few_bits(self):
        self.check("compressed", '"100 0 11 bbb 00 ttt 01"', '"100 11 bbb 00 ttt 01"', "has 15 characters, not 16")

    def test_compressed_of_32_bits(self):
        self.check("compressed", '"100 0 11 bbb 00 ttt 01"', '"100 0 11 bbb 00 ttt 11"', "bits 15:13 and 1:0 must be fixed")

    def test_compressed_place_of_other_length(self):
        self.check("compressed", 'place: "5:4|9:6|2|3"', 'place: "5:4|9:6|2"', "'place' has 7 bits, but there are 8 i bits")

    def test_compressed_place_twice(self):
        self.check("compressed", 'place: "5:4|9:6|2|3"', 'place: "5:4|9:6|2|4"', "a bit is given twice")

    def test_compressed_place_outside(self):
        self.check("compressed", 'place: "5:4|9:6|2|3"', 'place: "5:4|12:9|2|3"', "the immediate of addi has bits 11:0 only")

    def test_compressed_missing_operand(self):
        self.check("compressed", "expands: lui,  place", "expands: addi,  place", "rs1 of addi comes from 0 places, not one")

    def test_compressed_operand_twice(self):
        self.check("compressed", "expands: sub, ", "expands: sub, rs2: 1, ", "rs2 of sub comes from 2 places, not one")

    def test_compressed_expansion_of_nothing(self):
        self.check("compressed", "expands: sub, ", "expands: subb, ", "'subb' is no row of instructions.yaml")

    # ---- management core ----

    def test_management_faults(self):
        csr, source = "{name: mscratch,      number: 0x340", "{name: dma,           number: 7"
        for old, new, text in (
            ("[I, M, Zicsr", "[I, Q, Zicsr", "no row of instructions.yaml has extension 'Q'"),
            (csr, csr.replace("0x340", "0x341"), "has number 0x341, as 'mscratch' ("),
            ("number: 0x344, access: rw", "number: 0x330, access: rw", "'mip' has number 0x330, as 'mhpmevent' ("),
            ("kind: pending,", "kind: waiting,", "'kind' is 'waiting', not one of"),
            ("kind: stored,   mask: 0x8000001F", "kind: stored", "kind stored needs 'mask'"),
            ("base: 0x0200_1000", "base: 0x0200_0000", "window 'watchdog' overlaps 'timer' ("),
            ("base: 0x0200_1000", "base: 0x0200_1800", "base a multiple of it"),
            ("device: watchdog,", "device: dog,", "'dog' is no device of this file"),
            ("hart: rx, ", "hart: rz, ", "'hart' is 'rz', not made of r, w, x"),
            ("{name: kick,          offset: 0x0C", "{name: kick,          offset: 0x08", "'kick' overlaps 'grace' ("),
            ("{name: message,       offset: 0x80", "{name: message,       offset: 0x10", "'message' overlaps 'boot_command' ("),
            ('{name: cause, bits: "5:4"}', '{name: cause, bits: "1"}', "field 'cause' overlaps 'sleeping' ("),
            ("value: mgmt_sram_bytes", "value: mgmt_ram_bytes", "names no configuration parameter: 'mgmt_ram_bytes'"),
            ("host: r, value: 0x544D4748", "host: rw, value: 0x544D4748", "'value' is for registers that nobody writes"),
            (source, source.replace("7", "6"), "interrupt source number '6' is already used at "),
            ("{name: bad_magic,      value: 0x82", "{name: bad_magic,      value: 0x182", "'value' is 386, outside 0..255"),
            ("{name: entry,            offset: 0x1C", "{name: entry,            offset: 0x40", "'entry' is no word of the header"),
        ):
            with self.subTest(text):
                self.setUp()
                path = self.folder / "spec" / "management.yaml"
                before = path.read_text(encoding="utf-8")
                self.assertEqual(before.count(old), 1, old)
                path.write_text(before.replace(old, new), encoding="utf-8")
                status, _, err = run("--spec", self.folder / "spec")
                self.assertEqual(status, 1, text)
                self.assertRegex(err, r"management\.yaml:\d+: ")
                self.assertIn(text, err)

    # ---- CSRs ----

    def test_duplicate_csr_number(self):
        row = "  - {name: twin, number: 0x305, access: rw, kind: lane}\n"
        self.check("csrs", "", row, "CSR number 0x305 of CSR 'twin' is already used at ")

    def test_duplicate_csr_name(self):
        self.check("csrs", "", "  - {name: mtvec, number: 0x7C0, access: rw, kind: lane}\n", "CSR 'mtvec' is already used at ")

    def test_csr_number_out_of_range(self):
        self.check("csrs", "", "  - {name: far, number: 0x1000, access: rw, kind: lane}\n", "'number' is 4096, outside 0..4095")

    def test_csr_access_against_number(self):
        self.check("csrs", "", "  - {name: odd, number: 0xCF0, access: rw, kind: lane}\n", "does not go with access rw")

    def test_csr_constant_without_value(self):
        self.check("csrs", "", "  - {name: odd, number: 0xFC0, access: ro, kind: constant}\n", "kind constant needs 'value'")

    def test_csr_value_where_none_belongs(self):
        row = "  - {name: odd, number: 0x7C0, access: rw, kind: lane, value: 1}\n"
        self.check("csrs", "", row, "kind lane takes no 'value'")

    # ---- registers ----

    def test_overlapping_registers(self):
        row = '  - {name: twin, offset: 0x024, access: ro, doc: ""}\n'
        self.check("registers", "", row, "'twin' overlaps 'status' (")

    def test_register_inside_an_array(self):
        row = '  - {name: inside, offset: 0x218, access: ro, doc: ""}\n'
        self.check("registers", "", row, "'inside' overlaps 'region_attr' (")

    def test_register_beyond_the_block(self):
        row = '  - {name: far, offset: 0xF00, access: ro, count: 128, stride: 4, doc: ""}\n'
        self.check("registers", "", row, "reaches offset 0x1000")

    def test_unaligned_register(self):
        self.check("registers", "", '  - {name: odd, offset: 0x402, access: ro, doc: ""}\n', "must be multiples of 4")

    def test_duplicate_register(self):
        row = '  - {name: status, offset: 0x400, access: ro, doc: ""}\n'
        self.check("registers", "", row, "register 'status' is already used at ")

    def test_overlapping_fields(self):
        self.check("registers", '{name: aborted, bits: "3"}', '{name: aborted, bits: "2"}', "field 'aborted' overlaps 'fault' (")

    def test_duplicate_field(self):
        self.check("registers", '{name: aborted, bits: "3"}', '{name: busy, bits: "3"}', "field 'busy' is already used at ")

    def test_field_outside_the_word(self):
        self.check("registers", '{name: aborted, bits: "3"}', '{name: aborted, bits: "32"}', "outside 31:0")

    def test_reversed_field(self):
        self.check("registers", 'bits: "10:8"', 'bits: "8:10"', "outside 31:0 or reversed")

    def test_constant_too_wide(self):
        self.check("registers", 'bits: "15:0", value: 0', 'bits: "15:0", value: 65536', "does not fit 16 bits")

    def test_constant_of_unknown_parameter(self):
        self.check("registers", "value: line_bytes", "value: line_byte", "names no configuration parameter: 'line_byte'")

    def test_locked_read_only_register(self):
        row = '  - {name: odd, offset: 0x400, access: ro, locked: true, doc: ""}\n'
        self.check("registers", "", row, "'locked' is for rw registers")

    def test_command_without_fields(self):
        self.check("registers", "", '  - {name: odd, offset: 0x400, access: wo, doc: ""}\n', "a wo register is made of fields")

    # ---- host port ----

    def test_host_dma_faults(self):
        for old, new, text in (
            ("{name: tail,               offset: 0x02C", "{name: tail,               offset: 0x030", "'completed' overlaps 'tail' ("),
            ("{name: read,        value: 4", "{name: read,        value: 3", "'read' has the name or number of 'pin' ("),
            ("{name: dma_error,   value: 3", "{name: dma_error,   value: 4", "outside 0..3"),
            ("{name: device,   offset: 0x08", "{name: device,   offset: 0x09", "no multiple of 4"),
            ("{name: software, offset: 0x14", "{name: software, offset: 0x20", "outside 0..28"),
            ('{name: fence,     bits: "5"}', '{name: fence,     bits: "4"}', "flag 'fence' overlaps"),
            ('{name: fence,     bits: "5"}', '{name: fence,     bits: "32"}', "outside 31:0"),
            ("base: 0x1000   #", "base: 0x10000  #", "outside 0..61440"),
        ):
            with self.subTest(text=text):
                skip = 1 if "overlaps 'tail'" in text else 0
                self.check("host_dma", old, new, text, skip)
                shutil.copy(specgen.DEFAULT_SPEC / "host_dma.yaml", self.folder / "spec" / "host_dma.yaml")

    # ---- memory map ----

    def test_overlapping_windows(self):
        row = "  - {name: twin, base: 0x4080_0000, size: 0x0080_0000}\n"
        self.check("memory_map", "", row, "window 'twin' overlaps 'private' (")

    def test_unaligned_window(self):
        self.check("memory_map", "", "  - {name: odd, base: 0x5000_0100, size: 0x1000}\n", "base a multiple of it")

    def test_window_beyond_the_addresses(self):
        row = "  - {name: far, base: 0xF000_0000, size: 0x2000_0000}\n"
        self.check("memory_map", "", row, "ends beyond 32-bit addresses")

    def test_cause_given_twice(self):
        self.check("causes", "", '  - {name: twin, number: 24, doc: "x"}\n', "cause 'twin' has the number of 'collective_deadlock' (")

    # ---- configurations ----

    def test_value_out_of_range(self):
        self.check("configurations", "cores: 1, warps: 8,  lanes: 8", "cores: 1, warps: 8,  lanes: 64", "lanes is 64, outside 1..32")

    def test_value_no_power_of_two(self):
        self.check("configurations", "cores: 1, warps: 8,  lanes: 8", "cores: 1, warps: 8,  lanes: 6", "lanes is 6, not a power of two")

    def test_unknown_parameter(self):
        self.check("configurations", "cores: 1, warps: 8,  lanes: 8", "cores: 1, warp: 8,  lanes: 8", "unknown parameter 'warp'")

    def test_default_out_of_range(self):
        self.check("configurations", "min: 4,    max: 32,     default: 16,", "min: 4,    max: 32,     default: 2,", "regions is 2, outside 4..32")

    def test_broken_constraint(self):
        old = "warps: 8,  lanes: 8"
        new = "warps: 8,  lanes: 8, icache_bytes: 512, icache_ways: 8, line_bytes: 128"
        self.check("configurations", old, new, "holds at least one line per way")

    def test_constraint_with_unknown_name(self):
        self.check("configurations", "icache_ways * line_bytes", "icache_ways * os", "'os' is no parameter")

    def test_constraint_with_code(self):
        self.check("configurations", "icache_ways * line_bytes", "icache_ways.real", "not allowed in a condition")

    def test_need_of_a_later_parameter(self):
        self.check("configurations", "needs: {lanes: 8}", "needs: {matrix_dim: 4}", "'needs' names 'matrix_dim', which is no parameter above")

    def test_need_of_nothing(self):
        self.check("configurations", "needs: {lanes: 8}", "needs: {lanes: 0}", "the least value of 'lanes' must be a number above 0, not 0")

    def test_two_needs(self):
        self.check("configurations", "needs: {lanes: 8}", "needs: {lanes: 8, warps: 2}", "'needs' is one parameter and its least value")

    def test_duplicate_parameter(self):
        row = '  - {name: cores, min: 1, max: 4, default: 1, doc: "test"}\nconstraints:\n'
        self.check("configurations", "constraints:\n", row, "parameter 'cores' is already defined at ")

    def test_duplicate_configuration(self):
        self.check("configurations", "", "  - {name: edge, values: {}}\n", "configuration 'edge' is already defined at ")

    # ---- any file ----

    def test_unknown_key(self):
        for file, old in (
            ("instructions", "{name: wfi,"),
            ("csrs", "{name: mtvec,"),
            ("registers", "{name: status,"),
            ("memory_map", "{name: private,"),
            ("configurations", "{name: cores,"),
        ):
            with self.subTest(file):
                self.setUp()
                self.check(file, old, old + " colour: red,", "unknown key 'colour' (known: ")

    def test_unknown_key_at_the_top(self):
        self.check("memory_map", "", "doors: []\n", "unknown key 'doors'")

    def test_missing_key(self):
        self.check("memory_map", "", "  - {name: odd, base: 0x5000_0000}\n", "'size' is missing")

    def test_key_given_twice(self):
        self.check("memory_map", "", "  - {name: odd, base: 0x5000_0000, base: 0x6000_0000, size: 4096}\n", "'base' is given twice")

    def test_wrong_type(self):
        self.check("memory_map", "", '  - {name: odd, base: "0x5000_0000", size: 4096}\n', "'base' must be a number")

    def test_flag_that_is_none(self):
        self.check("registers", 'bits: "0", locked: true', 'bits: "0", locked: 1', "'locked' must be true or false")

    def test_bad_name(self):
        self.check("memory_map", "", "  - {name: Odd, base: 0x5000_0000, size: 4096}\n", "'Odd' is not a lower-case name")

    def test_reserved_name(self):
        self.check("registers", "", '  - {name: module, offset: 0x400, access: ro, doc: ""}\n', "reserved word")

    def test_line_inside_a_long_entry(self):
        row = "  - name: odd\n    base: 0x5000_0000\n    size: 3\n"
        self.check("memory_map", "", row, "'size' is 3, outside", skip=2)

    def test_broken_yaml(self):
        self.check("memory_map", "", "  - {name: odd\n", "expected ',' or '}'", skip=1)

    def test_empty_file(self):
        (self.folder / "spec" / "csrs.yaml").write_text("# nothing\n", encoding="utf-8")
        self.assert_fault("csrs", 1, "the file is empty")

    def test_missing_file(self):
        (self.folder / "spec" / "csrs.yaml").unlink()
        status, _, err = run("--spec", self.folder / "spec")
        self.assertEqual(status, 1)
        self.assertIn("csrs.yaml: No such file", err)


class ConfigurationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spec = spec.read(specgen.DEFAULT_SPEC)

    def test_override(self):
        name, values = self.spec.configurations.parse("base:cores=1,warps=4,lanes=4")
        self.assertEqual((name, values["cores"], values["warps"], values["lanes"]), ("base", 1, 4, 4))
        self.assertEqual(values["icache_bytes"], 16384)

    def test_rejected(self):
        for text, expected in (
            ("huge", "unknown configuration 'huge' (known: nano, edge, base)"),
            ("edge:wraps=4", "unknown key 'wraps'"),
            ("edge:warps", "'warps' is not key=number"),
            ("edge:warps=", "is not key=number"),
            ("edge:warps=-1", "is not key=number"),
            ("edge:warps=0x4", "is not key=number"),
            ("edge:warps=0", "warps is 0, outside 1..32"),
            ("edge:warps=4,warps=4", "'warps' is given twice"),
            ("edge:lanes=3", "lanes is 3, not a power of two"),
            ("edge:icache_bytes=512,icache_ways=8,line_bytes=128", "at least one line per way"),
            ("edge:lanes=4,copy_engine=1", "copy_engine needs lanes=8 or more, which is 4"),
            ("edge:copy_engine=0,matrix_dim=4", "matrix_dim needs copy_engine=1 or more, which is 0"),
            ("nano:matrix_fp8=1", "matrix_fp8 needs matrix_dim=4 or more, which is 0"),
        ):
            with self.subTest(text), self.assertRaises(SpecError) as caught:
                self.spec.configurations.parse(text)
            self.assertIn(expected, str(caught.exception))

    def test_what_is_needed_is_implied(self):
        configurations = self.spec.configurations
        for text, expected in (
            ("base:lanes=4", "base:lanes=4"),
            ("base:copy_engine=0,lanes=4", "base:lanes=4"),
            ("base:matrix_fp8=0,copy_engine=0,matrix_dim=0", "base:copy_engine=0"),
            ("edge:matrix_fp8=0,warps=8", "edge:matrix_fp8=0"),
            ("nano:copy_engine=1,lanes=8", "nano:lanes=8,copy_engine=1"),
        ):
            with self.subTest(text):
                name, values = configurations.parse(text)
                self.assertEqual(configurations.canonical(name, values), expected)
                self.assertEqual(configurations.parse(expected), (name, values))
        self.assertEqual(configurations.parse("base:lanes=4")[1]["matrix_fp4"], 0)

    def test_command_line_reports_it(self):
        status, _, err = run("--config", "huge")
        self.assertEqual(status, 1)
        self.assertIn("unknown configuration 'huge'", err)


class OutputTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_every_listed_file_is_written_and_lists_itself_as_generated(self):
        status, listed, _ = run("--list")
        self.assertEqual(status, 0)
        self.assertEqual(run("--out", self.folder)[0], 0)
        written = sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file())
        self.assertEqual(written, sorted(listed.split()))
        for name in written:
            text = (self.folder / name).read_text(encoding="utf-8")
            self.assertIn("Generated by tools/specgen", text.split("\n")[0], name)
            self.assertTrue(text.endswith("\n"), name)

    def test_unchanged_files_keep_their_time(self):
        run("--out", self.folder)
        before = {p: p.stat().st_mtime_ns for p in self.folder.rglob("*.*")}
        run("--out", self.folder, "--config", "base")
        changed = [p.name for p, time in before.items() if p.is_file() and p.stat().st_mtime_ns != time]
        self.assertEqual(changed, ["heddle_config_pkg.sv"])

    def test_only(self):
        self.assertEqual(run("--out", self.folder, "--only", "rtl")[0], 0)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["rtl"])
        self.assertEqual(run("--only", "rlt")[0], 1)

    def test_unwritable_folder(self):
        (self.folder / "rtl").write_text("a file", encoding="utf-8")
        status, _, err = run("--out", self.folder)
        self.assertEqual(status, 1)
        self.assertTrue(err.startswith("specgen: "), err)

    def test_configuration_reaches_the_package(self):
        specification = spec.read(specgen.DEFAULT_SPEC)
        text = outputs.generate(specification, "nano:warps=7")["rtl/heddle_config_pkg.sv"]
        self.assertRegex(text, r"Warps\s+= 7;")
        self.assertRegex(text, r"LineBytes\s+= 16;")

    def test_every_instruction_reaches_every_output(self):
        specification = spec.read(specgen.DEFAULT_SPEC)
        files = outputs.generate(specification, "edge")
        for instruction in specification.instructions:
            with self.subTest(instruction.name):
                self.assertRegex(files["rtl/heddle_isa_pkg.sv"], rf"op = .*\bOP_{instruction.macro}\b")
                self.assertIn(f'{{"{instruction.name}", ', files["include/heddle/generated/isa.h"])
                self.assertRegex(files["include/heddle/generated/isa.h"], rf"return Op::{instruction.camel};")
                self.assertIn(f"`{instruction.name}`", files["reference/instructions.md"])
                if instruction.extension == "Xheddle":
                    self.assertRegex(files["asm/xheddle.inc"], rf"\.macro {re.escape(instruction.name)}\b")
                    self.assertIn(f"HEDDLE_INSN_{instruction.macro}", files["include/heddle/heddle_isa.h"])

    def test_committed_reference_is_up_to_date(self):
        for name, text in outputs.generate(spec.read(specgen.DEFAULT_SPEC), "edge").items():
            if name.startswith("reference/"):
                committed = specgen.DEFAULT_SPEC.parent / name
                self.assertEqual(committed.read_text(encoding="utf-8"), text, "run: tools/specgen/specgen.py --out docs --only reference")


if __name__ == "__main__":
    unittest.main()
