"""The 16-bit instructions: what their fields are and which 32-bit instruction each stands for."""

import re
from dataclasses import dataclass, field

from .isa import FORMATS
from .located_yaml import Mark, SpecError
from .schema import Reader

REGISTERS = {"rd": "d", "rs1": "s", "rs2": "t"}
LETTERS = {"d": "rd", "s": "rs1", "t": "rs2", "b": "rd and rs1", "i": "imm"}
# Bits that the immediate of a format can have; the rest must be 0 in every expansion (I, S: sign-extended from bit 11).
_RANGES = {"I": (11, 0), "S": (11, 0), "B": (12, 1), "J": (20, 1), "U": (31, 12), "Shift": (4, 0)}
# Where in a word each bit of the immediate of a format lies, from the first one on: (bit of the word, bit of the immediate).
_WORD_BITS = {
    "I": [(20 + i, i) for i in range(12)],
    "S": [(7 + i, i) for i in range(5)] + [(25 + i, 5 + i) for i in range(7)],
    "B": [(7, 11)] + [(8 + i, 1 + i) for i in range(4)] + [(25 + i, 5 + i) for i in range(6)] + [(31, 12)],
    "J": [(12 + i, 12 + i) for i in range(8)] + [(20, 11)] + [(21 + i, 1 + i) for i in range(10)] + [(31, 20)],
    "U": [(i, i) for i in range(12, 32)],
    "Shift": [(20 + i, i) for i in range(5)],
}
_REGISTER_BIT = {"rd": 7, "rs1": 15, "rs2": 20}


@dataclass
class Compressed:
    name: str
    bits: str
    expansion: object  # isa.Instruction
    fixed: dict  # rd, rs1, rs2 or imm -> number
    place: list  # bits of the immediate, that of the first i first
    signed: bool
    nonzero: str  # letters
    refines: str
    doc: str
    mark: Mark
    refines_mark: Mark
    match: int = 0
    mask: int = 0
    positions: dict = field(default_factory=dict)  # letter -> bits of the halfword, the highest first

    @property
    def camel(self):
        return "".join(part.capitalize() for part in self.name.split("."))

    def letter_of(self, operand):
        """The field that gives rd, rs1 or rs2, or None."""
        for letter in (REGISTERS[operand], "b" if operand != "rs2" else ""):
            if letter and letter in self.positions:
                return letter
        return None

    def nonzero_masks(self):
        return [sum(1 << bit for bit in self.positions[letter]) for letter in self.nonzero]

    def word_bits(self):
        """The expansion: for each bit of the 32-bit word 0, 1, or ("h", bit of the halfword)."""
        word = [self.expansion.match >> bit & 1 for bit in range(32)]
        for operand, letter in REGISTERS.items():
            if not self.expansion.has(letter):
                continue
            source = self.letter_of(operand)
            for index in range(5):
                if source is None:
                    value = self.fixed[operand] >> index & 1
                else:
                    bits = self.positions[source][::-1]
                    # Three bits name x8 to x15.
                    value = ("h", bits[index]) if index < len(bits) else int(len(bits) == 3 and index == 3)
                word[_REGISTER_BIT[operand] + index] = value
        for word_bit, immediate_bit in _WORD_BITS.get(self.expansion.format, ()):
            word[word_bit] = self._immediate_bit(immediate_bit)
        return word

    def _immediate_bit(self, bit):
        if "i" not in self.positions:
            return self.fixed["imm"] >> bit & 1
        if bit in self.place:
            return ("h", self.positions["i"][self.place.index(bit)])
        if self.signed and bit > max(self.place):
            return ("h", self.positions["i"][self.place.index(max(self.place))])
        return 0

    def expand(self, halfword):
        """The 32-bit instruction, or None where the row does not match."""
        if halfword & self.mask != self.match or not all(halfword & m for m in self.nonzero_masks()):
            return None
        return sum((b if isinstance(b, int) else halfword >> b[1] & 1) << i for i, b in enumerate(self.word_bits()))


def read_compressed(document, mark, instructions):
    """The rows of compressed.yaml. Raises SpecError."""
    top = Reader(document, mark, "compressed")
    by_name = {i.name: i for i in instructions}
    result = [_read_row(entry, where, by_name) for entry, where in top.items("instructions")]
    top.finish()
    _check(result)
    return result


def _read_row(entry, where, by_name):
    reader = Reader(entry, where, "compressed instruction")
    name = reader.name(pattern=r"c\.[a-z][a-z0-9]*")
    expands = reader.text("expands")
    if expands not in by_name:
        reader.fail("expands", f"'{expands}' is no row of instructions.yaml")
    place = reader.text("place", "")
    row = Compressed(
        name=name,
        bits=reader.text("bits").replace(" ", ""),
        expansion=by_name[expands],
        fixed={key: reader.number(key, high=0xFFF if key == "imm" else 31) for key in (*REGISTERS, "imm") if key in entry},
        place=[],
        signed=reader.flag("signed"),
        nonzero=reader.text("nonzero", ""),
        refines=reader.text("refines", ""),
        doc=reader.text("doc"),
        mark=reader.mark,
        refines_mark=reader.at("refines"),
    )
    reader.finish()
    _decode_bits(reader, row)
    row.place = _decode_place(reader, place)
    _check_operands(reader, row)
    return row


def _decode_bits(reader, row):
    if len(row.bits) != 16:
        reader.fail("bits", f"'bits' has {len(row.bits)} characters, not 16")
    for index, char in enumerate(row.bits):
        bit = 15 - index
        if char in "01":
            row.mask |= 1 << bit
            row.match |= int(char) << bit
        elif char in LETTERS:
            row.positions.setdefault(char, []).append(bit)
        else:
            reader.fail("bits", f"bit {bit} is '{char}': unassigned")
    if row.mask & 0xE003 != 0xE003 or row.match & 3 == 3:
        reader.fail("bits", "bits 15:13 and 1:0 must be fixed, the latter not 11")
    for letter, bits in row.positions.items():
        if letter == "i":
            continue
        if len(bits) not in (3, 5) or bits != list(range(bits[0], bits[0] - len(bits), -1)):
            reader.fail("bits", f"{LETTERS[letter]} ('{letter}') must be three or five neighbouring bits")
    for letter in row.nonzero:
        if letter not in row.positions:
            reader.fail("nonzero", f"there is no field '{letter}'")


def _decode_place(reader, text):
    """ "5:4|9" -> [5, 4, 9]."""
    result = []
    for part in text.split("|") if text else ():
        found = re.fullmatch(r"(\d+)(?::(\d+))?", part)
        if not found or int(found[1]) < int(found[2] or found[1]):
            reader.fail("place", f"'{part}' is not \"high:low\" or \"bit\"")
        result += range(int(found[1]), int(found[2] or found[1]) - 1, -1)
    if len(set(result)) != len(result):
        reader.fail("place", "a bit is given twice")
    return result


def _check_operands(reader, row):
    """Every operand of the expansion comes from exactly one place, and nothing else is given."""
    target = row.expansion
    needed = {operand for operand, letter in REGISTERS.items() if target.has(letter)}
    for operand in REGISTERS:
        sources = [letter for letter in {REGISTERS[operand], "b" if operand != "rs2" else ""} if letter in row.positions]
        count = len(sources) + (operand in row.fixed)
        if operand in needed and count != 1:
            reader.fail("bits", f"{operand} of {target.name} comes from {count} places, not one")
        if operand not in needed and count:
            reader.fail("bits", f"{target.name} has no {operand}")
    has_immediate = target.format in _RANGES
    count = ("i" in row.positions) + ("imm" in row.fixed)
    if count != has_immediate:
        reader.fail("bits", f"imm of {target.name} comes from {count} places, not {int(has_immediate)}")
    if len(row.place) != len(row.positions.get("i", ())):
        reader.fail("place", f"'place' has {len(row.place)} bits, but there are {len(row.positions.get('i', ()))} i bits")
    if row.place:
        high, low = _RANGES[target.format]
        if max(row.place) > high or min(row.place) < low:
            reader.fail("place", f"the immediate of {target.name} has bits {high}:{low} only")
    if set(FORMATS[target.format]) and any(target.has(letter) for letter in "uczpqfalm"):
        reader.fail("expands", f"{target.name} has operands that no 16-bit instruction gives")


def _check(rows):
    by_name = {}
    for row in rows:
        other = by_name.setdefault(row.name, row)
        if other is not row:
            raise SpecError(row.mark, f"compressed instruction '{row.name}' is already used at {other.mark}")
    for row in rows:
        base = by_name.get(row.refines)
        if row.refines and (base is None or base is row or base.mask & ~row.mask or (row.match ^ base.match) & base.mask):
            raise SpecError(row.refines_mark, f"compressed instruction '{row.name}' is no part of '{row.refines}'")
    for index, second in enumerate(rows):
        for first in rows[:index]:
            if (first.match ^ second.match) & first.mask & second.mask:
                continue
            if second.name == first.refines or first.name == second.refines:
                continue
            # All free bits set satisfies every field that must not be 0, if anything does.
            halfword = first.match | second.match | 0xFFFF & ~(first.mask | second.mask)
            if all(halfword & mask for mask in first.nonzero_masks() + second.nonzero_masks()):
                raise SpecError(second.mark, f"'{second.name}' overlaps '{first.name}' ({first.mark}): both match {halfword:#06x}")
