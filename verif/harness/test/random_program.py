#!/usr/bin/python3
"""Writes a random program (assembly) from a seed: arithmetic, memory of all kinds with races, atomics, divergence, loops,
calls, traps, barriers, collectives and floating point in all rounding modes. It always ends: loops are bounded and locks are not taken.

Usage: random_program.py SEED OUT.S [SIZE]
"""

import random
import sys

SHARED, OWN, SCRATCH, PRIVATE = "s1", "s2", "s3", "s8"  # base registers
COUNTERS = ["s4", "s5", "s6", "s7"]  # of loops, by nesting
VALUES = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t1", "t2", "t3", "t4", "s9", "s10", "s11"]

REGISTER_OPS = (
    "add sub sll slt sltu xor srl sra or and mul mulh mulhsu mulhu div divu rem remu sh1add sh2add sh3add andn orn xnor "
    "min minu max maxu rol ror czero.eqz czero.nez"
).split()
IMMEDIATE_OPS = "addi slti sltiu xori ori andi".split()
SHIFT_OPS = "slli srli srai rori".split()
UNARY_OPS = "clz ctz cpop sext.b sext.h zext.h orc.b rev8".split()
FLOATS = [f"fa{i}" for i in range(8)] + [f"ft{i}" for i in range(4)] + ["ft0", "fs0", "fs11"]
FLOAT_ROUNDED = {"fadd": 2, "fsub": 2, "fmul": 2, "fdiv": 2, "fsqrt": 1, "fmadd": 3, "fmsub": 3, "fnmadd": 3, "fnmsub": 3}
FLOAT_EXACT = "fmin fmax fsgnj fsgnjn fsgnjx".split()
FLOAT_SPECIAL = "hd.rcp hd.rsqrt hd.exp2 hd.log2 hd.sin hd.cos".split()
ROUNDINGS = ["rne", "rtz", "rdn", "rup", "rmm", "dyn", "dyn", "dyn", "dyn"]
FLOAT_LOADS = {"flw": 4, "flh": 2}
FLOAT_STORES = {"fsw": 4, "fsh": 2}
# Zeros, ones, subnormals and their borders, the largest, infinities, NaNs, integer limits; halves boxed and not.
FLOAT_CONSTANTS = [
    0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x3F800001, 0x3F7FFFFF, 0x00000001, 0x80000001, 0x007FFFFF, 0x00800000,
    0x80800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0xFFC00001, 0x4F000000, 0xCF000000,
    0x4EFFFFFF, 0x4F800000, 0x3F000000, 0x33800000, 0x5F000000, 0x20000000, 0x38800000, 0x477FF000, 0xFFFF0000, 0xFFFF8000,
    0xFFFF3C00, 0xFFFFBC00, 0xFFFF0001, 0xFFFF03FF, 0xFFFF0400, 0xFFFF7BFF, 0xFFFFFBFF, 0xFFFF7C00, 0xFFFFFC00, 0xFFFF7E00,
    0xFFFF7C01, 0xFFFF3BFF, 0xFFFF3C01, 0xFFFF5640, 0x00003C00, 0x7FFF3C00,
]  # fmt: skip
LOADS = {"lb": 1, "lbu": 1, "lh": 2, "lhu": 2, "lw": 4}
STORES = {"sb": 1, "sh": 2, "sw": 4}
AMOS = "amoswap amoadd amoxor amoand amoor amomin amomax amominu amomaxu".split()
CONDITIONS = "beq bne blt bge bltu bgeu".split()
READABLE_CSRS = ["mhartid", "instret", "cycle", "misa", "mstatus", "0xCC0", "0xCC3", "0xCCE", "0xCCF", "0xCD2", "mtval", "mcause"]


class Writer:
    def __init__(self, seed, size):
        self.random = random.Random(seed)
        self.budget = size
        self.lines = []
        self.labels = 0
        self.functions = 0
        self.floating = self.random.choice([0, 1, 1, 3])  # how much of it is floating point

    def put(self, text):
        self.lines.append("    " + text)

    def label(self):
        self.labels += 1
        return f"label{self.labels}"

    def value(self):
        return self.random.choice(VALUES)

    def source(self):
        return self.random.choice([*VALUES, "zero", "s0"])

    def float(self):
        return self.random.choice(FLOATS)

    def float_constant(self):
        r = self.random
        return r.choice([r.choice(FLOAT_CONSTANTS), r.choice(FLOAT_CONSTANTS), r.randrange(1 << 32), 0xFFFF0000 | r.randrange(1 << 16),
                         0x3F000000 + r.randrange(1 << 25)])  # fmt: skip

    def float_statement(self):
        """One or a few floating-point instructions."""
        r = self.random
        kind = r.choices(["rounded", "exact", "convert", "to_integer", "from_integer", "compare", "move", "load", "store", "csr",
                          "mode", "special", "constant", "stream", "illegal"],
                         [20, 5, 3, 4, 4, 4, 4, 5, 5, 3, 2, 4, 8, 2, 0.3])[0]  # fmt: skip
        width = r.choice("ssh")
        if kind in ("rounded", "stream"):
            for _ in range(1 if kind == "rounded" else r.randrange(4, 14)):
                op = r.choice(list(FLOAT_ROUNDED))
                operands = ", ".join(self.float() for _ in range(1 + FLOAT_ROUNDED[op]))
                self.put(f"{op}.{width} {operands}, {r.choice(ROUNDINGS)}")
        elif kind == "exact":
            self.put(f"{r.choice(FLOAT_EXACT)}.{width} {self.float()}, {self.float()}, {self.float()}")
        elif kind == "convert":
            self.put(f"{r.choice(['fcvt.h.s', 'fcvt.s.h'])} {self.float()}, {self.float()}, {r.choice(ROUNDINGS)}")
        elif kind == "to_integer":
            self.put(f"fcvt.{r.choice(['w', 'wu'])}.{width} {r.choice([self.value(), self.value(), 'zero'])}, {self.float()}, {r.choice(ROUNDINGS)}")
        elif kind == "from_integer":
            self.put(f"fcvt.{width}.{r.choice(['w', 'wu'])} {self.float()}, {self.source()}, {r.choice(ROUNDINGS)}")
        elif kind == "compare":
            rd = r.choice([self.value(), self.value(), self.value(), "zero"])
            if r.random() < 0.2:
                self.put(f"fclass.{width} {rd}, {self.float()}")
            else:
                self.put(f"{r.choice(['feq', 'flt', 'fle'])}.{width} {rd}, {self.float()}, {self.float()}")
        elif kind == "move":
            if r.random() < 0.5:
                self.put(f"fmv.{r.choice(['w', 'h'])}.x {self.float()}, {self.source()}")
            else:
                self.put(f"fmv.x.{r.choice(['w', 'h'])} {r.choice([self.value(), 'zero'])}, {self.float()}")
        elif kind == "load":
            op = r.choice(list(FLOAT_LOADS))
            self.address(FLOAT_LOADS[op])
            self.put(f"{op} {self.float()}, 0(t5)")
        elif kind == "store":
            op = r.choice(list(FLOAT_STORES))
            self.address(FLOAT_STORES[op])
            self.put(f"{op} {self.float()}, 0(t5)")
        elif kind == "csr":
            name = r.choice(["fflags", "fflags", "fcsr", "frm"])
            form = r.choice(["r", "r", "w", "s", "c"])
            if form == "r":
                self.put(f"csrr {self.value()}, {name}")
            elif name == "fflags":
                self.put(f"csrr{form} {self.value()}, fflags, {self.source()}")
            else:
                self.put(f"csrr{form}i {self.value()}, {name}, {r.randrange(5)}")
        elif kind == "mode":
            # Modes that differ from lane to lane, rarely reserved ones; those do not stay for long.
            reserved = r.random() < 0.2
            self.put(f"andi t5, {self.source()}, {7 if reserved else 3}")
            self.put(f"csrrw {self.value()}, frm, t5")
            if reserved:
                for _ in range(3):
                    self.float_statement()
                self.put("csrwi frm, 4")
        elif kind == "special":
            self.put(f"{r.choice(FLOAT_SPECIAL)} {self.float()}, {self.float()}")
        elif kind == "constant":
            self.put(f"li t5, {self.float_constant()}")
            if r.random() < 0.3:
                self.put(f"xor t5, t5, {self.source()}")
            self.put(f"fmv.w.x {self.float()}, t5")
        else:
            self.put(r.choice([".word 0x00b55553", ".word 0x18b56553", ".word 0x10b55543", ".word 0xc0056553"]))

    def address(self, size, base=None):
        """Leaves an address in t5, mostly aligned, in a small area so that lanes meet."""
        base = base or self.random.choice([SHARED, SHARED, OWN, OWN, OWN, SCRATCH, SCRATCH, PRIVATE])
        mask = self.random.choice([12, 28, 60, 124, 252])
        if base == PRIVATE:
            mask = 28
        low = 0 if self.random.random() < 0.04 else 4 - size  # rarely misaligned
        self.put(f"andi t5, {self.source()}, {mask | (low and (low & -size) & 3) | (3 if low == 0 and size > 1 and self.random.random() < 0.3 else 0)}")
        if size < 4 and self.random.random() < 0.7:
            self.put(f"ori t5, t5, {self.random.randrange(0, 4, size)}")
        self.put(f"add t5, t5, {base}")

    def statement(self, nesting, calls):
        self.budget -= 1
        r = self.random
        kind = r.choices(
            ["register", "immediate", "unary", "load", "store", "amo", "lrsc", "csr", "vote", "shuffle", "sync", "if",
             "ifelse", "loop", "call", "switch", "barrier", "fence", "pause", "illegal", "ecall", "wild", "exit", "upper", "float"],
            [20, 10, 4, 12, 10, 3, 1, 2, 2, 3, 1, 5, 4, 3, 2, 1, 0.7, 1, 0.5, 0.3, 0.3, 0.5, 0.2, 2, 45 * self.floating])[0]  # fmt: skip
        if kind == "float":
            self.float_statement()
        elif kind == "register":
            self.put(f"{r.choice(REGISTER_OPS)} {self.value()}, {self.source()}, {self.source()}")
        elif kind == "immediate":
            if r.random() < 0.5:
                self.put(f"{r.choice(IMMEDIATE_OPS)} {self.value()}, {self.source()}, {r.randrange(-2048, 2048)}")
            else:
                self.put(f"{r.choice(SHIFT_OPS)} {self.value()}, {self.source()}, {r.randrange(32)}")
        elif kind == "unary":
            self.put(f"{r.choice(UNARY_OPS)} {self.value()}, {self.source()}")
        elif kind == "upper":
            self.put(f"{r.choice(['lui', 'auipc'])} {self.value()}, {r.randrange(1 << 20)}")
        elif kind == "load":
            op = r.choice(list(LOADS))
            self.address(LOADS[op])
            self.put(f"{op} {self.value()}, 0(t5)")
        elif kind == "store":
            op = r.choice(list(STORES))
            self.address(STORES[op])
            self.put(f"{op} {self.source()}, 0(t5)")
        elif kind == "amo":
            self.address(4, r.choice([SHARED, OWN, SCRATCH, SCRATCH]))
            self.put(f"{r.choice(AMOS)}.w{r.choice(['', '.aq', '.rl', '.aqrl'])} {r.choice([self.value(), 'zero'])}, {self.source()}, (t5)")
        elif kind == "lrsc":
            self.address(4, r.choice([SHARED, OWN, SCRATCH]))
            self.put(f"lr.w {self.value()}, (t5)")
            if r.random() < 0.3:
                self.put(f"sw {self.source()}, 0(t5)")
            if r.random() < 0.3:
                self.put("addi t5, t5, 4")
            self.put(f"sc.w {self.value()}, {self.source()}, (t5)")
        elif kind == "csr":
            if r.random() < 0.3:
                self.put(f"csrr{r.choice(['w', 's', 'c'])} {self.value()}, {r.choice(['mcause', 'mtval'])}, {self.source()}")
            else:
                self.put(f"csrr {self.value()}, {r.choice(READABLE_CSRS)}")
        elif kind == "vote":
            self.put(f"hd.vote.{r.choice(['all', 'any', 'ballot'])} {self.value()}, {self.source()}")
        elif kind == "shuffle":
            if r.random() < 0.7:
                self.put(f"andi t5, {self.source()}, {r.choice([1, 3, 7, 31])}")
            self.put(f"hd.shfl.{r.choice(['idx', 'up', 'down', 'xor'])} {self.value()}, {self.source()}, t5")
        elif kind == "sync":
            self.put("li t5, 1")
            self.put("hd.vote.ballot t5, t5")  # those who are here
            if r.random() < 0.5:
                self.put(f"hd.vote.{r.choice(['all', 'any', 'ballot'])}.sync {self.value()}, {self.source()}, t5")
            else:
                self.put(f"hd.shfl.{r.choice(['idx', 'up', 'down', 'xor'])}.sync {self.value()}, {self.source()}, {self.source()}, t5")
        elif kind in ("if", "ifelse"):
            join, other = self.label(), self.label()
            if r.random() < 0.5:
                self.put(f"andi t0, {self.source()}, {r.choice([1, 2, 4, 3])}")
                self.put(f"{r.choice(['beqz', 'bnez'])} t0, {other if kind == 'ifelse' else join}")
            else:
                self.put(f"{r.choice(CONDITIONS)} {self.source()}, {self.source()}, {other if kind == 'ifelse' else join}")
            self.block(nesting, calls, r.randrange(1, 6))
            if kind == "ifelse":
                self.put(f"j {join}")
                self.lines.append(f"{other}:")
                self.block(nesting, calls, r.randrange(1, 6))
            self.lines.append(f"{join}:")
        elif kind == "loop" and nesting < 2 and calls == 0:
            head = self.label()
            counter = COUNTERS[nesting]
            self.put(f"andi {counter}, {self.source()}, {r.choice([1, 3])}")
            self.lines.append(f"{head}:")
            self.block(nesting + 1, calls, r.randrange(1, 8))
            self.put(f"addi {counter}, {counter}, -1")
            self.put(f"bgez {counter}, {head}")
        elif kind == "call" and calls == 0 and self.functions:
            self.put(f"call function{r.randrange(self.functions)}")
        elif kind == "switch":
            one, two, join = self.label(), self.label(), self.label()
            self.put(f"andi t5, {self.source()}, 1")
            self.put(f"la t0, {one}")
            self.put(f"la t6, {two}")
            self.put("czero.eqz t6, t6, t5")
            self.put("czero.nez t0, t0, t5")
            self.put("or t0, t0, t6")
            self.put("jr t0")
            self.lines.append(f"{one}:")
            self.block(nesting, calls, 2)
            self.put(f"j {join}")
            self.lines.append(f"{two}:")
            self.block(nesting, calls, 2)
            self.lines.append(f"{join}:")
        elif kind == "barrier":
            self.put("hd.barrier")
        elif kind == "fence":
            self.put(r.choice(["fence", "fence", "fence.i"]))
        elif kind == "pause":
            self.put("pause")
        elif kind == "illegal":
            self.put(r.choice([".word 0xFFFFFFFF", ".word 0", "csrw mhartid, a0", "csrr a0, 0x7C0"]))
        elif kind == "ecall":
            self.put(r.choice(["ecall", "ebreak"]))
        elif kind == "wild":
            self.put(f"{r.choice(['lw', 'lb', 'lhu'])} {self.value()}, 0({self.source()})")
            self.put(r.choice([f"sw {self.source()}, 0(zero)", f"sb {self.source()}, 0(zero)",
                               f"amoadd.w {self.value()}, {self.source()}, (zero)",
                               f"sc.w {self.value()}, {self.source()}, (zero)"]))  # fmt: skip
        elif kind == "exit":
            stay = self.label()
            self.put(f"andi t0, {self.source()}, 7")
            self.put(f"bnez t0, {stay}")
            self.put("hd.exit")
            self.lines.append(f"{stay}:")

    def block(self, nesting, calls, count):
        for _ in range(count):
            if self.budget <= 0:
                return
            self.statement(nesting, calls)

    def program(self):
        r = self.random
        self.lines += ["// Random program.", '#include "prologue.h"']
        for line in [
            "la t0, handler", "csrw mtvec, t0", "csrr s0, mhartid", "li s1, DATA", "li s2, DATA + 0x10000",
            "slli t0, s0, 8", "add s2, s2, t0", "li s3, SCRATCH", "li s8, PRIVATE", "li sp, PRIVATE + 256",
        ]:  # fmt: skip
            self.put(line)
        for register in VALUES:
            self.put(f"li {register}, {r.choice([r.randrange(1 << 32), r.randrange(16), 0xFFFFFFFF, 0x80000000])}")
            if r.random() < 0.6:
                self.put(f"{r.choice(['add', 'xor', 'mul'])} {register}, {register}, s0")
        for register in FLOATS:
            self.put(f"li t5, {self.float_constant()}")
            if r.random() < 0.3:
                self.put("add t5, t5, s0")
            self.put(f"fmv.w.x {register}, t5")
        self.functions = 3
        while self.budget > 0:
            self.statement(0, 0)
        for register in VALUES:
            self.put(f"sw {register}, {4 * VALUES.index(register)}(s2)")
        for index, register in enumerate(FLOATS):
            self.put(f"fsw {register}, {64 + 4 * index}(s2)")
        self.put("hd.exit")
        for function in range(self.functions):
            self.lines.append(f"function{function}:")
            self.put("addi sp, sp, -16")
            self.put("sw ra, 0(sp)")
            self.budget = 12
            self.block(2, 1, 12)
            self.put("lw ra, 0(sp)")
            self.put("addi sp, sp, 16")
            self.put("ret")
        self.lines += ["handler:"]
        for line in [
            "csrw mscratch, t6", "csrr t6, mcause", "add s9, s9, t6", "csrr t6, mtval", "xor s10, s10, t6",
            "csrr t6, mepc", "addi t6, t6, 4", "csrw mepc, t6", "csrr t6, mscratch", "mret",
        ]:  # fmt: skip
            self.put(line)
        return "\n".join(self.lines) + "\n"


def main():
    seed, path = int(sys.argv[1]), sys.argv[2]
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 150
    with open(path, "w", encoding="utf-8") as out:
        out.write(Writer(seed, size).program())


if __name__ == "__main__":
    main()
