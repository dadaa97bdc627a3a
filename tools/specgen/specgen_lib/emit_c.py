"""heddle_isa.h for C and xheddle.inc for the assembler."""

from .text import NOTICE, align, join


def _operands(instruction):
    """Assembly operand names, in order."""
    named = (("d", "rd"), ("s", "rs1"), ("t", "rs2"), ("u", "rs3"))
    return [f"f{name}" if instruction.is_float(letter) else name for letter, name in named if instruction.has(letter)]


def _insn(instruction, operand):
    """`.insn` statement; operand(name) gives the text of a register operand."""
    names = _operands(instruction)

    def reg(name, bits_low):
        for candidate in (name, f"f{name}"):
            if candidate in names:
                return operand(candidate)
        return f"x{instruction.match >> bits_low & 31}"

    funct3 = instruction.match >> 12 & 7
    head = f"{instruction.opcode:#04x}, {funct3:#x}"
    rd, rs1, rs2 = reg("rd", 7), reg("rs1", 15), reg("rs2", 20)
    if instruction.format == "R4":
        return f".insn r4 {head}, {instruction.match >> 25 & 3:#x}, {rd}, {rs1}, {rs2}, {operand('rs3')}"
    return f".insn r {head}, {instruction.match >> 25:#x}, {rd}, {rs1}, {rs2}"


def _custom(spec):
    return [i for i in spec.instructions if i.extension == "Xheddle"]


def header(spec):
    lines = [
        f"/* {NOTICE} */",
        "/* CSR numbers, memory map and the Xheddle instructions, for C and preprocessed assembly. */",
        "#pragma once",
        "",
        "/* CSR numbers. */",
    ]
    lines += align([("#define", f"HEDDLE_CSR_{c.name.upper()}", f"{c.number:#05x}") for c in spec.csrs], "")
    lines += ["", "/* Address windows of a lane: first byte and span in bytes. The device window reaches the end of the addresses. */"]
    rows = []
    for w in spec.windows:
        rows.append(("#define", f"HEDDLE_{w.name.upper()}_BASE", f"{w.base:#010x}"))
        rows.append(("#define", f"HEDDLE_{w.name.upper()}_SIZE", f"{w.size:#010x}"))
    lines += align(rows, "")
    lines += [
        "",
        "/* One assembly statement per Xheddle instruction, as a string. Operands are strings, asm templates included:",
        '   __asm__ volatile(HEDDLE_INSN_HD_VOTE_ANY("%0", "%1") : "=r"(any) : "r"(value)); */',
    ]
    for i in _custom(spec):
        names = _operands(i)
        text = _insn(i, lambda name: f'" {name} "')
        parameters = f"({', '.join(names)})" if names else ""
        literal = f'"{text}"'.replace(' ""', "")
        lines.append(f"#define HEDDLE_INSN_{i.macro}{parameters} {literal}")
    return join(lines)


def registers_header(spec):
    lines = [
        f"/* {NOTICE} */",
        "/* The device registers (BAR0), for C: offsets, distances of the entries of arrays, masks of fields. Semantics: docs/spec/registers.yaml. */",
        "#pragma once",
        "",
    ]
    return join(lines + align(_register_rows(spec.registers, "HEDDLE_REGISTER"), ""))


def _register_rows(block, prefix):
    rows = []
    for r in block.registers:
        stem = f"{prefix}_{r.name.upper()}"
        rows.append(("#define", stem, f"{r.offset:#05x}"))
        if r.is_array:
            rows.append(("#define", f"{stem}_STRIDE", f"{r.stride}"))
        rows += [("#define", f"{stem}_{f.name.upper()}", f"{f.mask:#x}") for f in r.fields]
    return rows


def host_dma_header(spec):
    dma = spec.host_dma
    lines = [
        f"/* {NOTICE} */",
        "/* DMA engine, messages and aperture, for C: offsets in the block, masks of fields; the block is at HEDDLE_DMA_BASE of BAR0 and of the",
        "   window `dispatcher`. Descriptors: offsets of words, masks of flags. Semantics: docs/host_port.md. */",
        "#pragma once",
        "",
    ]
    rows = [("#define", "HEDDLE_DMA_BASE", f"{dma.base:#06x}"), *_register_rows(dma.registers, "HEDDLE_DMA")]
    rows += [("#define", "HEDDLE_DMA_DESCRIPTOR_SIZE", f"{dma.descriptor_bytes}")]
    rows += [("#define", f"HEDDLE_DMA_DESCRIPTOR_{w.name.upper()}", f"{w.value:#04x}") for w in dma.words]
    rows += [("#define", f"HEDDLE_DMA_FLAGS_{f.name.upper()}", f"{f.mask:#x}") for f in dma.flags]
    rows += [("#define", f"HEDDLE_DMA_CAUSE_{c.name.upper()}", f"{c.value}") for c in dma.causes]
    rows += [("#define", f"HEDDLE_DMA_MESSAGE_{m.name.upper()}", f"{m.value}") for m in dma.messages]
    return join(lines + align(rows, ""))


def assembler_macros(spec):
    lines = [f"# {NOTICE}", "# Xheddle mnemonics for assemblers that do not know them: .include this file.", ""]
    for i in _custom(spec):
        names = _operands(i)
        lines += [f"# {i.doc}", f".macro {i.name} {', '.join(names)}".rstrip()]
        body = _insn(i, lambda name: "\\" + name)
        lines += [f"  {body}", ".endm", ""]
    lines += ["# Read an identity CSR by name: hd.csrr a0, hd_lane", ".macro hd.csrr rd, name", "  hd.csrr.\\name \\rd", ".endm", ""]
    for c in spec.csrs:
        if c.name.startswith("hd_"):
            lines += [f".macro hd.csrr.{c.name} rd", f"  csrrs \\rd, {c.number:#05x}, x0", ".endm"]
    return join(lines)
