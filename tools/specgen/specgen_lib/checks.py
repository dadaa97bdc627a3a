"""Checks between entries: duplicate names, overlapping encodings, registers, fields and windows."""

from .located_yaml import SpecError


def check(spec):
    """Raises SpecError for the first fault found."""
    _unique(spec.instructions, "instruction", key=lambda i: i.macro)
    _encodings(spec.instructions)
    _unique(spec.csrs, "CSR")
    _unique(spec.csrs, "CSR number", key=lambda c: c.number, show=lambda c: f"{c.number:#05x} of CSR '{c.name}'")
    _registers(spec.registers)
    _registers(spec.host_dma.registers)
    _windows(spec.windows)
    _causes(spec.causes)


def _unique(items, what, key=lambda i: i.name, show=lambda i: f"'{i.name}'"):
    seen = {}
    for item in items:
        other = seen.setdefault(key(item), item)
        if other is not item:
            raise SpecError(item.mark, f"{what} {show(item)} is already used at {other.mark}")


def _encodings(instructions):
    by_name = {i.name: i for i in instructions}
    for instruction in instructions:
        if not instruction.refines:
            continue
        base = by_name.get(instruction.refines)
        if base is None or base is instruction:
            raise SpecError(instruction.refines_mark, f"instruction '{instruction.name}' refines '{instruction.refines}', which is no other row")
        if base.mask & ~instruction.mask or (instruction.match ^ base.match) & base.mask or base.mask == instruction.mask:
            raise SpecError(
                instruction.refines_mark,
                f"instruction '{instruction.name}' refines '{base.name}' ({base.mark}) but is not a proper part of its encodings",
            )
    for index, second in enumerate(instructions):
        for first in instructions[:index]:
            common = first.mask & second.mask
            if (first.match ^ second.match) & common:
                continue
            if first.name == second.refines or second.name == first.refines:
                continue
            word = first.match | second.match
            raise SpecError(
                second.mark,
                f"instruction '{second.name}' overlaps '{first.name}' ({first.mark}): both match {word:#010x}",
            )


def _registers(block):
    _unique(block.registers, "register")
    taken = {}
    for register in block.registers:
        for offset in register.offsets():
            if offset > 0xFFC:
                raise SpecError(register.mark, f"register '{register.name}' reaches offset {offset:#05x}, beyond 0xffc")
            other = taken.setdefault(offset, register)
            if other is not register or register.offsets().count(offset) > 1:
                raise SpecError(
                    register.mark, f"register '{register.name}' overlaps '{other.name}' ({other.mark}) at offset {offset:#05x}"
                )
        _unique(register.fields, f"register '{register.name}': field")
        for index, second in enumerate(register.fields):
            for first in register.fields[:index]:
                if first.mask & second.mask:
                    raise SpecError(
                        second.mark,
                        f"register '{register.name}': field '{second.name}' overlaps '{first.name}' ({first.mark})",
                    )


def _causes(causes):
    _unique(causes, "cause")
    for index, second in enumerate(causes):
        for first in causes[:index]:
            if first.number == second.number:
                raise SpecError(second.mark, f"cause '{second.name}' has the number of '{first.name}' ({first.mark})")


def _windows(windows):
    _unique(windows, "window")
    for index, second in enumerate(windows):
        for first in windows[:index]:
            if first.base < second.base + second.size and second.base < first.base + first.size:
                raise SpecError(second.mark, f"window '{second.name}' overlaps '{first.name}' ({first.mark})")
