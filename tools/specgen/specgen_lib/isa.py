"""The instruction table and the CSRs."""

from dataclasses import dataclass, field

from .located_yaml import Mark, SpecError
from .schema import Reader

CLASSES = (
    "alu mul div branch jump load store amo lr sc fence fencei csr system pause exit barrier vote shuffle "
    "fma fmisc fcvt fdiv special engine".split()
)

# Where each letter of a format lies: letter -> list of (high bit, low bit).
_RD, _RS1, _RS2, _RS3 = ("d", (11, 7)), ("s", (19, 15)), ("t", (24, 20)), ("u", (31, 27))
_AQRL = (("a", (26, 26)), ("l", (25, 25)))
_ROUNDING = ("m", (14, 12))
FORMATS = {
    "None": (),
    "Rs1": (_RS1,),
    "Rs2": (_RS1, _RS2),
    "R": (_RD, _RS1, _RS2),
    "R1": (_RD, _RS1),
    "R4": (_RD, _RS1, _RS2, _RS3),
    "I": (_RD, _RS1, ("i", (31, 20))),
    "Shift": (_RD, _RS1, ("i", (24, 20))),
    "S": (_RS1, _RS2, ("i", (31, 25)), ("i", (11, 7))),
    "B": (_RS1, _RS2, ("i", (31, 25)), ("i", (11, 7))),
    "U": (_RD, ("i", (31, 12))),
    "J": (_RD, ("i", (31, 12))),
    "Csr": (_RD, _RS1, ("c", (31, 20))),
    "CsrImm": (_RD, ("z", (19, 15)), ("c", (31, 20))),
    "Fence": (("f", (31, 28)), ("p", (27, 24)), ("q", (23, 20))),
    "Amo": (_RD, _RS1, _RS2) + _AQRL,
    "Lr": (_RD, _RS1) + _AQRL,
    "FloatR": (_RD, _RS1, _RS2, _ROUNDING),
    "FloatR1": (_RD, _RS1, _ROUNDING),
    "FloatR4": (_RD, _RS1, _RS2, _RS3, _ROUNDING),
}
# Highest bit of each register operand.
FIRST_BIT = {entry[0]: entry[1][0] for entry in (_RD, _RS1, _RS2, _RS3)}
LETTERS = {
    "d": "rd", "s": "rs1", "t": "rs2", "u": "rs3", "i": "imm", "c": "csr", "z": "zimm", "p": "pred", "q": "succ",
    "f": "fm", "a": "aq", "l": "rl", "m": "rm", "x": "ignored",
    "D": "frd", "S": "frs1", "T": "frs2", "U": "frs3",
}  # fmt: skip


@dataclass
class Instruction:
    name: str
    extension: str
    klass: str
    format: str
    bits: str
    doc: str
    refines: str
    sync: bool
    mark: Mark
    refines_mark: Mark
    match: int = 0
    mask: int = 0

    @property
    def camel(self):
        return "".join(part.capitalize() for part in self.name.split("."))

    @property
    def macro(self):
        return self.name.replace(".", "_").upper()

    def has(self, letter):
        return any(entry[0] == letter for entry in FORMATS[self.format])

    def is_float(self, letter):
        """Is that operand (d, s, t, u) a floating-point register?"""
        return letter.upper() in self.bits

    @property
    def opcode(self):
        return self.match & 0x7F


@dataclass
class Csr:
    name: str
    number: int
    access: str
    kind: str
    value: int
    doc: str
    mark: Mark

    @property
    def camel(self):
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def has_value(self):
        return self.kind in ("constant", "ignored")


@dataclass
class Isa:
    instructions: list = field(default_factory=list)
    csrs: list = field(default_factory=list)


def read_instructions(document, mark):
    top = Reader(document, mark, "instructions")
    result = [_read_instruction(entry, where) for entry, where in top.items("instructions")]
    top.finish()
    if not result:
        raise SpecError(top.mark, "no instructions")
    return result


def _read_instruction(entry, where):
    reader = Reader(entry, where, "instruction")
    name = reader.name(pattern=r"[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)*", allow_reserved=True)
    result = Instruction(
        name=name,
        extension=reader.text("extension"),
        klass=reader.choice("class", CLASSES),
        format=reader.choice("format", tuple(FORMATS)),
        bits=reader.text("bits").replace(" ", ""),
        doc=reader.text("doc"),
        refines=reader.text("refines", ""),
        sync=reader.flag("sync"),
        mark=reader.mark,
        refines_mark=reader.at("refines"),
    )
    reader.finish()
    _decode_bits(reader, result)
    return result


def _decode_bits(reader, instruction):
    """Fills match and mask; every bit must be fixed, ignored or belong to a field of the format, and no field may be missing."""
    bits = instruction.bits
    if len(bits) != 32:
        reader.fail("bits", f"'bits' has {len(bits)} characters, not 32")
    expected = {}
    for letter, (high, low) in FORMATS[instruction.format]:
        expected.update({bit: letter for bit in range(low, high + 1)})
    for bit in range(31, -1, -1):
        char = bits[31 - bit]
        wanted = expected.get(bit)
        if wanted is not None and char != wanted and not (wanted in "dstu" and char == wanted.upper()):
            reader.fail(
                "bits", f"bit {bit} is '{char}', but format {instruction.format} has {LETTERS[wanted]} ('{wanted}') there"
            )
        if wanted is None and char not in "01x":
            known = f"{LETTERS[char]} is not there in format" if char in LETTERS else "unassigned in format"
            reader.fail("bits", f"bit {bit} is '{char}': {known} {instruction.format}")
        if wanted is not None and wanted in "dstu" and char != bits[31 - FIRST_BIT[wanted]]:
            reader.fail("bits", f"bit {bit} is '{char}': one operand, two register files")
        if char in "01":
            instruction.mask |= 1 << bit
            instruction.match |= int(char) << bit
    if instruction.mask & 0x7F != 0x7F:
        reader.fail("bits", "bits 6:0 (the opcode) must be fixed")
    if instruction.match & 3 != 3:
        reader.fail("bits", "bits 1:0 must be 11: all instructions have 32 bits")


def read_csrs(document, mark):
    top = Reader(document, mark, "csrs")
    result = []
    for entry, where in top.items("csrs"):
        reader = Reader(entry, where, "CSR")
        # Names such as `time` are keywords somewhere; the generated names all carry a prefix or CamelCase.
        name = reader.name(allow_reserved=True)
        kind = reader.choice("kind", ("constant", "lane", "warp", "identity", "counter", "ignored"))
        csr = Csr(
            name=name,
            number=reader.number("number", high=0xFFF),
            access=reader.choice("access", ("ro", "rw")),
            kind=kind,
            value=reader.number("value", None),
            doc=reader.text("doc", ""),
            mark=reader.mark,
        )
        if csr.has_value != (csr.value is not None):
            reader.fail("value", f"kind {kind} {'needs' if csr.has_value else 'takes no'} 'value'")
        if (csr.access == "ro") != (csr.number >> 10 == 3):
            reader.fail("number", f"number {csr.number:#05x} does not go with access {csr.access}: bits 11:10 = 3 are read-only")
        reader.finish()
        result.append(csr)
    top.finish()
    return result
