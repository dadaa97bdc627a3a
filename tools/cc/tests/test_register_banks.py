#!/usr/bin/python3
"""Registers of kernels are spread over the banks: same program under other names, fewer cycles for operands."""

import collections
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import register_banks  # pylint: disable=wrong-import-position

KERNEL = """\
\t.type\t__hd_direct_k,@function
__hd_direct_k:                          # @__hd_direct_k
.Lfunc_begin0:
\tfadd.s\tfa1, fs0, ft0                    # f8 and f0: outside the loop
.LBB0_1:                                # %loop
\tflw\tft1, 0(a1)
\tfmadd.s\tfa0, ft1, fa7, ft2              # f1 and f17
\tfmadd.s\tfa0, fa0, fa2, fa2              # f10 and f12, which is one source twice
\t.insn r 43, 0, 0, ft1, fa7, ft1          # fa7
\tbnez\ta2, .LBB0_1
{end}
.Lfunc_end0:
"""


def code(text):
    return [line for line in text.split("\n") if line.startswith("\tf") or line.startswith("\t.insn")]


def conflicts(text):
    """Sources beyond the first in a bank, over the instructions with three operands behind the destination's comma."""
    names = {f"ft{i}": i if i < 8 else 20 + i for i in range(12)} | {f"fa{i}": 10 + i for i in range(8)} | {"fs0": 8}
    total = 0
    for line in code(text):
        if line.startswith("\tfmadd") or line.startswith("\tfadd"):
            numbers = {names[name] for name in re.findall(r"\bf[tas]\d+", line.split("#")[0].split(",", 1)[1])}
            total += max(collections.Counter(number % 8 for number in numbers).values()) - 1
    return total


class RegisterBanks(unittest.TestCase):
    def test_conflicts_go(self):
        before = KERNEL.format(end="\t.insn r 11, 0, 0, zero, zero, zero")
        after = register_banks.spread(before)
        self.assertEqual(conflicts(before), 2)
        self.assertEqual(conflicts(after), 0)

    def test_same_program(self):
        """Each register has one new name, no two have the same, and those that a caller keeps stay."""
        before = KERNEL.format(end="\tunimp")
        after = register_banks.spread(before)
        names = {}
        for old, new in zip(before.split("\n"), after.split("\n"), strict=True):
            self.assertEqual(re.sub(r"\bf[tas]\d+", "F", old.split("#")[0]), re.sub(r"\bf[tas]\d+", "F", new.split("#")[0]))
            for a, b in zip(re.findall(r"\bf[tas]\d+", old.split("#")[0]), re.findall(r"\bf[tas]\d+", new.split("#")[0]), strict=True):
                self.assertEqual(names.setdefault(a, b), b)
        self.assertEqual(len(set(names.values())), len(names))
        self.assertEqual(names["fs0"], "fs0")

    def test_left_alone(self):
        """Where registers have a meaning for others, or stand in encodings that are not read."""
        for end in ("\tcall\tsinf", "\tjr\ta0", "\tret", "\t.word\t0x12345"):
            before = KERNEL.format(end=end)
            self.assertEqual(register_banks.spread(before), before)
        before = KERNEL.format(end="\tunimp").replace("__hd_direct_k", "k")
        self.assertEqual(register_banks.spread(before), before)


if __name__ == "__main__":
    unittest.main()
