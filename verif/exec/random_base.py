#!/usr/bin/python3
"""Writes a random bare-metal program (assembly) of the base instruction set from a seed, for several harts or lanes, each with data
of its own. It ends as env/end.h says; its signature is every hart's data: what it loaded and stored, its registers, its traps.

Usage: random_base.py SEED OUT.S [--harts N] [--size STATEMENTS]

Instructions come from docs/spec/instructions.yaml: every one of I, M, A, F, Zba, Zbb and Zfh. There are branches, loops, calls,
indirect jumps and traps, which go another way in each hart. What may differ between two correct machines is left out: counters,
misaligned accesses, mtval of ebreak."""

import argparse
import functools
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "specgen"))

from specgen_lib import isa  # noqa: E402
from specgen_lib.located_yaml import Mark, load  # noqa: E402

EXTENSIONS = ("I", "M", "A", "F", "Zba", "Zbb", "Zfh")
STRAIGHT = ("alu", "mul", "div", "load", "store", "amo", "fma", "fmisc", "fcvt", "fdiv")
CONDITIONS = ("beq", "bne", "blt", "bge", "bltu", "bgeu")
SIZES = {"lb": 1, "lbu": 1, "lh": 2, "lhu": 2, "lw": 4, "flh": 2, "flw": 4, "sb": 1, "sh": 2, "sw": 4, "fsh": 2, "fsw": 4}

# Registers with a purpose; all others hold values.
RA, DATA, LOG, COUNTER, COUNTER2, ADDRESS = 1, 2, 3, 4, 30, 31  # ra, sp, gp, tp, t5, t6
VALUES = [n for n in range(5, 30)]
# Bytes of a hart's data: random words, registers at the end, log of traps.
WORDS, REGISTERS, TRAPS, AREA = 256, 1024, 1536, 2048

INTERESTING = [0, 1, 2, 0xFFFF_FFFF, 0x8000_0000, 0x7FFF_FFFF, 0xFFFF, 0x8000, 0x1F, 0x20, 0xFF00_FF00, 0x0080_0000]
FLOATS = [
    0x0000_0000, 0x8000_0000, 0x3F80_0000, 0xBF80_0000, 0x3F80_0001, 0x3F7F_FFFF, 0x0000_0001, 0x8000_0001, 0x007F_FFFF, 0x0080_0000,
    0x7F7F_FFFF, 0xFF7F_FFFF, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7F80_0001, 0xFFC0_0001, 0x4F00_0000, 0xCF00_0000, 0x4F80_0000,
    0x3F00_0000, 0x3380_0000, 0x3880_0000, 0x477F_F000, 0x5F00_0000, 0x2000_0000,
]  # fmt: skip
HALVES = [0x0000, 0x8000, 0x3C00, 0xBC00, 0x3C01, 0x3BFF, 0x0001, 0x8001, 0x03FF, 0x0400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0x7C01]
# Words that no machine of this instruction set knows: no such opcode, function or CSR; a write to a read-only CSR.
ILLEGAL = [0x0000_0000, 0xFE00_0033, 0x0000_7003, 0x0000_2063, 0x7C00_2573, 0xF140_1073, 0x0000_3023, 0x0000_5053]


@functools.cache
def instruction_table():
    path = ROOT / "docs" / "spec" / "instructions.yaml"
    rows = isa.read_instructions(load(path), Mark(str(path), 1))
    return [row for row in rows if row.extension in EXTENSIONS and row.klass in STRAIGHT and row.name != "auipc"]


class Writer:
    def __init__(self, seed, harts, size):
        self.random = random.Random(seed)
        self.harts, self.size = harts, size
        self.table = instruction_table()
        self.lines, self.labels, self.functions = [], 0, []
        r = self.random
        # Which kinds this program leans on.
        self.weights = {row.name: r.choice([1, 1, 2, 6]) for row in self.table}
        self.kinds = {row.klass: r.choice([0.3, 1, 1, 3]) for row in self.table}

    def put(self, text):
        self.lines.append("  " + text)

    def mark(self, label):
        self.lines.append(f"{label}:")

    def label(self):
        self.labels += 1
        return f".L{self.labels}"

    def value(self):
        return self.random.choice(VALUES)

    def encode(self, row, **fields):
        """The word of an instruction; fields that are not given are random."""
        r, word = self.random, row.match
        for letter, (high, low) in isa.FORMATS[row.format]:
            width = high - low + 1
            if letter in "dstu":
                chosen = fields.get(letter)
                if chosen is None:
                    chosen = r.randrange(32) if row.is_float(letter) else r.choice([*VALUES, *VALUES, 0])
            elif letter == "m":
                chosen = r.choice([0, 1, 2, 3, 4, 7, 7])
            elif letter == "i" and "i" in fields:
                chosen = fields["i"] >> 5 if (high, low) == (31, 25) else fields["i"]
            else:
                chosen = r.getrandbits(width)
            word |= (chosen & ((1 << width) - 1)) << low
        return word

    def address(self, align):
        """t6 = an aligned place in the first half of the hart's words."""
        self.put(f"andi x{ADDRESS}, x{self.value()}, {(WORDS * 2 - 1) & -align}")
        self.put(f"add x{ADDRESS}, x{ADDRESS}, x{DATA}")

    def straight(self):
        row = self.random.choices(self.table, [self.weights[row.name] * self.kinds[row.klass] for row in self.table])[0]
        if row.klass in ("load", "store"):
            align = SIZES[row.name]
            self.address(align)
            word = self.encode(row, s=ADDRESS, i=self.random.randrange(WORDS * 2) & -align)
        elif row.klass == "amo":
            self.address(4)
            word = self.encode(row, s=ADDRESS)
        else:
            word = self.encode(row)
        self.put(f".4byte {word:#010x} # {row.name}")

    def float_state(self):
        r = self.random
        kind = r.randrange(5)
        if kind == 0:
            self.put(f"csrrwi x{self.value()}, frm, {r.randrange(5)}")
        elif kind == 1:  # another mode in each hart, never a reserved one
            self.put(f"andi x{ADDRESS}, x{self.value()}, 3")
            self.put(f"csrrw x{self.value()}, frm, x{ADDRESS}")
        elif kind == 2:
            self.put(f"csrr{r.choice('wsc')} x{self.value()}, fflags, x{self.value()}")
        elif kind == 3:
            self.put(f"csrr x{self.value()}, fcsr")
        else:
            self.put(f"csrrci x{self.value()}, fcsr, {r.randrange(32)}")

    def reserved_pair(self):
        """A loop of LR and SC on a word of the hart's own, which succeeds in the end."""
        again = self.label()
        # What is added survives a failure: the number of times that SC fails differs from machine to machine.
        old, new, failed, added = self.random.sample(VALUES, 4)
        self.address(4)
        self.mark(again)
        self.put(f"lr.w{self.random.choice(['', '.aq', '.aqrl'])} x{old}, (x{ADDRESS})")
        self.put(f"add x{new}, x{old}, x{added}")
        self.put(f"sc.w{self.random.choice(['', '.rl'])} x{failed}, x{new}, (x{ADDRESS})")
        self.put(f"bnez x{failed}, {again}")

    def trap(self):
        self.put(self.random.choice(["ecall", "ebreak", *[f".4byte {word:#010x} # illegal" for word in ILLEGAL]]))

    def condition(self, target):
        self.put(f"{self.random.choice(CONDITIONS)} x{self.value()}, x{self.random.choice([*VALUES, 0])}, {target}")

    def block(self, statements, loops, calls):
        r = self.random
        while statements > 0:
            kinds = ["straight", "float", "reserved", "trap", "pc", "if", "else", "switch", "loop", "call", "csr"]
            weights = [60, 3, 2, 2, 2, 5, 4, 2, 3 if loops < 2 else 0, 3 if calls else 0, 1]
            kind = r.choices(kinds, weights)[0]
            statements -= 1
            if kind == "straight":
                for _ in range(r.randrange(1, 6)):
                    self.straight()
            elif kind == "float":
                self.float_state()
            elif kind == "reserved":
                self.reserved_pair()
            elif kind == "trap":
                self.trap()
            elif kind == "pc":
                self.put(r.choice([f"auipc x{self.value()}, {r.getrandbits(20):#x}", "fence", "fence.i", f"fence {r.choice(['r,w', 'rw,w', 'iorw,iorw'])}"]))
            elif kind == "csr":
                self.put(f"csrr{r.choice('wsc')} x{self.value()}, mscratch, x{self.value()}")
            elif kind in ("if", "else"):
                size = r.randrange(1, 6)
                statements -= size
                done, other = self.label(), self.label()
                self.condition(other)
                self.block(size, loops, calls)
                if kind == "else":
                    self.put(f"j {done}")
                self.mark(other)
                if kind == "else":
                    self.block(r.randrange(1, 4), loops, calls)
                    self.mark(done)
            elif kind == "switch":
                table, done = self.label(), self.label()
                arms = [self.label() for _ in range(4)]
                self.put(f"andi x{ADDRESS}, x{self.value()}, 3")
                self.put(f"slli x{ADDRESS}, x{ADDRESS}, 2")
                base = self.value()
                self.put(f"la x{base}, {table}")
                self.put(f"add x{ADDRESS}, x{ADDRESS}, x{base}")
                self.put(f"jalr x{r.choice([0, self.value()])}, 0(x{ADDRESS})")
                self.mark(table)
                for arm in arms:
                    self.put(f"j {arm}")
                for arm in r.sample(arms, 4):
                    self.mark(arm)
                    self.block(r.randrange(1, 3), loops, calls)
                    self.put(f"j {done}")
                self.mark(done)
            elif kind == "loop":
                counter, again, done = (COUNTER, COUNTER2)[loops], self.label(), self.label()
                size = r.randrange(1, 6)
                statements -= size
                if r.random() < 0.5:
                    self.put(f"li x{counter}, {r.randrange(1, 6)}")
                else:
                    self.put(f"andi x{counter}, x{self.value()}, 7")
                    self.put(f"addi x{counter}, x{counter}, 1")
                self.mark(again)
                self.block(size, loops + 1, calls)
                if r.random() < 0.4:
                    self.condition(done)
                self.put(f"addi x{counter}, x{counter}, -1")
                self.put(f"bnez x{counter}, {again}")
                self.mark(done)
            elif kind == "call":
                function = r.randrange(len(self.functions))
                if r.random() < 0.5:
                    self.put(f"jal x{RA}, {self.functions[function]}")
                else:
                    self.put(f"la x{ADDRESS}, {self.functions[function]}")
                    self.put(f"jalr x{RA}, 0(x{ADDRESS})")

    def data_word(self):
        r = self.random
        kind = r.randrange(6)
        if kind == 0:
            return r.choice(INTERESTING)
        if kind == 1:
            return r.choice(FLOATS)
        if kind == 2:
            return 0xFFFF_0000 | r.choice([r.choice(HALVES), r.getrandbits(16)])
        if kind == 3:
            return 0x3F00_0000 + r.getrandbits(25)
        return r.getrandbits(32)

    def write(self):
        r = self.random
        self.functions = [self.label() for _ in range(r.randrange(1, 4))]
        out = self.lines
        out += ['#include "end.h"', ".option norvc", ".section .text.init", ".globl _start", "_start:"]
        self.put("la t0, handler")
        self.put("csrw mtvec, t0")
        self.put("li t0, 0x6000 # mstatus.FS, where there is one to set")
        self.put("csrs mstatus, t0")
        self.put("csrw fcsr, zero")
        self.put("csrr t0, mhartid")
        self.put(f"li t1, {AREA}")
        self.put("mul t0, t0, t1")
        self.put(f"la x{DATA}, begin_signature")
        self.put(f"add x{DATA}, x{DATA}, t0")
        self.put(f"li x{LOG}, {TRAPS}")
        self.put(f"add x{LOG}, x{LOG}, x{DATA}")
        self.put("csrw mscratch, zero")
        for n in range(32):
            self.put(f"flw f{n}, {4 * r.randrange(WORDS)}(x{DATA})")
        for n in VALUES:
            self.put(f"lw x{n}, {4 * r.randrange(WORDS)}(x{DATA})")
        self.block(self.size, 0, True)
        self.put("j finish")
        for function in self.functions:
            self.mark(function)
            # A counter of the caller's is not the function's to change.
            self.block(r.randrange(2, 8), 2, False)
            self.put("ret")
        self.epilogue()
        return "\n".join(out) + "\n"

    def epilogue(self):
        out = self.lines
        self.mark("finish")
        for n in VALUES:
            self.put(f"sw x{n}, {REGISTERS + 4 * n}(x{DATA})")
        for n in range(32):
            self.put(f"fsw f{n}, {REGISTERS + 128 + 4 * n}(x{DATA})")
        self.put("csrr t0, fcsr")
        self.put(f"sw t0, {REGISTERS + 256}(x{DATA})")
        self.put("csrr t0, mscratch")
        self.put(f"sw t0, {REGISTERS + 260}(x{DATA})")
        # Elsewhere the first hart waits for the others.
        self.put("csrr t0, marchid")
        self.put("li t1, HEDDLE_MARCHID")
        self.put("beq t0, t1, finished")
        self.put("la t0, arrived")
        self.put("li t1, 1")
        self.put("amoadd.w.aqrl zero, t1, (t0)")
        self.put("csrr t1, mhartid")
        self.mark("park")
        self.put("bnez t1, park")
        self.put(f"li t1, {self.harts}")
        self.mark("wait")
        self.put("lw t2, 0(t0)")
        self.put("bne t1, t2, wait")
        self.mark("finished")
        self.put("HEDDLE_END")
        # Cause, pc and value of every trap go round in 512 bytes; the instruction is skipped.
        self.put(".balign 4")
        self.mark("handler")
        trap_bytes = AREA - TRAPS
        for text in (
            f"csrr x{ADDRESS}, mcause", f"sw x{ADDRESS}, 0(x{LOG})", f"addi x{ADDRESS}, x{ADDRESS}, -3", "beqz t6, skip_value",
            "csrr t6, mtval", "skip_value:", f"sw x{ADDRESS}, 8(x{LOG})", f"csrr x{ADDRESS}, mepc", f"sw x{ADDRESS}, 4(x{LOG})",
            f"addi x{ADDRESS}, x{ADDRESS}, 4", f"csrw mepc, x{ADDRESS}", f"addi x{LOG}, x{LOG}, 16",
            f"sub x{ADDRESS}, x{LOG}, x{DATA}", f"addi x{ADDRESS}, x{ADDRESS}, -{AREA // 2}", f"addi x{ADDRESS}, x{ADDRESS}, -{AREA // 2}",
            "bnez t6, handled", f"addi x{LOG}, x{LOG}, -{trap_bytes}", "handled:", "mret",
        ):  # fmt: skip
            self.put(text)
        out += [".data", "HEDDLE_TOHOST", ".balign 4", "arrived: .word 0", ".balign 64", ".globl begin_signature, end_signature", "begin_signature:"]
        shared = [self.random.random() < 0.5 for _ in range(WORDS)]
        common = [self.data_word() for _ in range(WORDS)]
        for hart in range(self.harts):
            words = [common[i] if hart == 0 or shared[i] else self.data_word() for i in range(WORDS)]
            for i in range(0, WORDS, 8):
                self.put(".word " + ", ".join(f"{word:#010x}" for word in words[i : i + 8]))
            self.put(f".skip {AREA - 4 * WORDS}")
        out.append("end_signature:")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("seed", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--harts", type=int, default=1)
    parser.add_argument("--size", type=int, default=120, help="statements, roughly (default: 120)")
    arguments = parser.parse_args()
    arguments.out.write_text(Writer(arguments.seed, arguments.harts, arguments.size).write())


if __name__ == "__main__":
    main()
