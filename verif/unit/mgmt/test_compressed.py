#!/usr/bin/python3
"""Every 16-bit word: docs/spec/compressed.yaml against LLVM, which disassembles it and assembles the instruction it stands for."""

import pathlib
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools/specgen"))

import specgen  # noqa: E402
from specgen_lib import spec  # noqa: E402

LLVM_MC = ("llvm-mc-19", "-triple=riscv32", "-M", "no-aliases")


def llvm(arguments, text):
    """(standard output, standard error); undecodable words are warnings, not failures."""
    result = subprocess.run([*LLVM_MC, *arguments], input=text, capture_output=True, text=True, check=False)
    return result.stdout, result.stderr


def disassemble(halves):
    """{half: assembly text} of those that LLVM knows."""
    text = "\n".join(f"0x{half & 0xFF:02x} 0x{half >> 8:02x}" for half in halves)
    out, err = llvm(("-mattr=+c", "--disassemble"), text + "\n")
    unknown = {int(line) - 1 for line in re.findall(r"<stdin>:(\d+):\d+: warning: invalid instruction", err)}
    known = [half for index, half in enumerate(halves) if index not in unknown]
    lines = [line.strip() for line in out.splitlines() if line.strip() and not line.strip().startswith(".")]
    if len(lines) != len(known):
        raise AssertionError(f"{len(lines)} lines for {len(known)} halfwords")
    return dict(zip(known, lines))


def expanded_text(text):
    """What a compressed instruction stands for, in assembly."""
    name, _, rest = text.partition("\t")
    operands = [part.strip() for part in rest.split(",")] if rest else []
    same = {"c.addi", "c.srli", "c.srai", "c.andi", "c.sub", "c.xor", "c.or", "c.and", "c.slli", "c.add", "c.addi16sp"}
    base = {"c.addi16sp": "addi", "c.addi4spn": "addi", "c.lwsp": "lw", "c.swsp": "sw"}.get(name, name[2:])
    if name in same:
        return f"{base} {operands[0]}, {operands[0]}, {operands[1]}"
    if name == "c.lui":  # a negative operand where rd is x0
        return f"lui {operands[0]}, {int(operands[1]) & 0xFFFFF}"
    if name in ("c.addi4spn", "c.lw", "c.sw", "c.lwsp", "c.swsp", "c.ebreak"):
        return f"{base} {', '.join(operands)}"
    if name == "c.nop":
        return f"addi zero, zero, {operands[0] if operands else 0}"
    if name == "c.li":
        return f"addi {operands[0]}, zero, {operands[1]}"
    if name == "c.mv":
        return f"add {operands[0]}, zero, {operands[1]}"
    if name in ("c.j", "c.jal"):
        return f"jal {'zero' if name == 'c.j' else 'ra'}, {operands[0]}"
    if name in ("c.jr", "c.jalr"):
        return f"jalr {'zero' if name == 'c.jr' else 'ra'}, 0({operands[0]})"
    if name in ("c.beqz", "c.bnez"):
        return f"{name[2:5]} {operands[0]}, zero, {operands[1]}"
    if name in ("c.slli64", "c.srli64", "c.srai64"):  # shift by 0: a hint
        return f"{name[2:6]} {operands[0]}, {operands[0]}, 0"
    raise AssertionError(f"unexpected {text!r}")


def reserved(text):
    """What LLVM disassembles although the specification reserves it on RV32: all zeros, c.lui by 0, shifts by more than 31."""
    name, _, rest = text.partition("\t")
    last = rest.split(",")[-1].strip()
    return name == "c.unimp" or (name == "c.lui" and last == "0") or (name in ("c.slli", "c.srli", "c.srai") and int(last) > 31)


def assemble(texts):
    out, err = llvm(("-mattr=-c", "--show-encoding"), "\n".join(texts) + "\n")
    if err:
        raise AssertionError(err)
    words = []
    for match in re.findall(r"encoding: \[([^]]*)\]", out):
        words.append(int.from_bytes(bytes(int(part, 16) for part in match.split(",")), "little"))
    return words


class CompressedTest(unittest.TestCase):
    def test_every_halfword(self):
        rows = sorted(spec.read(specgen.DEFAULT_SPEC).compressed, key=lambda row: not row.refines)
        halves = [half for half in range(0x10000) if half & 3 != 3]
        ours = {}
        for half in halves:
            for row in rows:
                word = row.expand(half)
                if word is not None:
                    ours[half] = word
                    break
        theirs = disassemble(halves)
        theirs = {half: text for half, text in theirs.items() if not reserved(text)}
        self.assertEqual(sorted(theirs), sorted(ours))
        expected = assemble([expanded_text(theirs[half]) for half in sorted(theirs)])
        self.assertEqual(len(expected), len(theirs))
        for half, word in zip(sorted(theirs), expected):
            self.assertEqual(f"{ours[half]:08x}", f"{word:08x}", f"{half:04x} {theirs[half]}")


if __name__ == "__main__":
    unittest.main()
