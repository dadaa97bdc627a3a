"""isa.h and csrs.h."""

from .isa import CLASSES, FORMATS
from .text import NOTICE, align, join, wrap_list

_IMMEDIATES = {
    "I": "static_cast<int32_t>(instr) >> 20",
    "S": "(static_cast<int32_t>(instr & 0xfe00'0000) >> 20) | static_cast<int32_t>(instr >> 7 & 31)",
    "B": "(static_cast<int32_t>(instr & 0x8000'0000) >> 19) | static_cast<int32_t>((instr << 4 & 0x800) | (instr >> 20 & 0x7e0) | (instr >> 7 & 0x1e))",
    "U": "static_cast<int32_t>(instr & 0xffff'f000)",
    "J": "(static_cast<int32_t>(instr & 0x8000'0000) >> 11) | static_cast<int32_t>((instr & 0xf'f000) | (instr >> 9 & 0x800) | (instr >> 20 & 0x7fe))",
    "Shift": "static_cast<int32_t>(instr >> 20 & 31)",
    "CsrImm": "static_cast<int32_t>(instr >> 15 & 31)",
}


def _bool(value):
    return "true" if value else "false"


def _enum(name, base, values, doc):
    return [f"// {doc}", f"enum class {name} : {base} {{", *wrap_list(values, "  "), "};", ""]


def isa_header(spec):
    rows = spec.instructions
    lines = [
        f"// {NOTICE}",
        "// The instruction table: operations, encodings, operand fields and the decoder. Semantics: docs/architecture.md.",
        "#pragma once",
        "",
        "#include <cstddef>",
        "#include <cstdint>",
        "",
        "namespace heddle::isa {",
        "",
    ]
    lines += _enum("Op", "uint16_t", ["Illegal"] + [i.camel for i in rows], "One per row of the table; Illegal: no row matches.")
    lines += _enum("Class", "uint8_t", ["Illegal"] + [c.capitalize() for c in CLASSES], "The kind of unit that executes an operation.")
    lines += _enum("Format", "uint8_t", list(FORMATS), "Which operand fields a word has and where they lie (docs/spec/instructions.yaml).")
    lines += [
        "struct InstructionInfo {",
        "  const char* name;       // assembly mnemonic",
        "  const char* extension;  // I, M, Zbb, Xheddle, ...",
        "  uint32_t match;         // instr & mask == match",
        "  uint32_t mask;",
        "  Format format;",
        "  Class klass;",
        "  bool reads_rs1;",
        "  bool reads_rs2;",
        "  bool reads_rs3;",
        "  bool writes_rd;",
        "  bool rs1_float;  // the operand is a floating-point register",
        "  bool rs2_float;",
        "  bool rs3_float;",
        "  bool rd_float;",
        "  bool has_rounding;  // has a rounding mode field; a reserved one makes the word illegal, which decode() does not check",
        "  bool sync;   // a collective that waits for the lanes of the mask in its last source register",
        "  Op refines;  // the operation whose encodings these are a part of; Illegal: none",
        "};",
        "",
        f"inline constexpr size_t kOpCount = {len(rows) + 1};",
        "",
        "// Indexed by Op; element 0 is Illegal.",
        "inline constexpr InstructionInfo kInstructions[kOpCount] = {",
        '    {"illegal", "", 0, 0, Format::None, Class::Illegal, false, false, false, false, false, false, false, false, false, false, Op::Illegal},',
    ]
    camel_of = {i.name: i.camel for i in rows}
    for i in rows:
        flags = ", ".join([_bool(i.has(letter)) for letter in "stud"] + [_bool(i.is_float(letter)) for letter in "stud"] + [_bool(i.has("m"))])
        lines.append(
            f'    {{"{i.name}", "{i.extension}", {i.match:#010x}, {i.mask:#010x}, Format::{i.format}, '
            f"Class::{i.klass.capitalize()}, {flags}, {_bool(i.sync)}, Op::{camel_of.get(i.refines, 'Illegal')}}},"
        )
    lines += ["};", "", "inline constexpr const InstructionInfo& info(Op op) { return kInstructions[static_cast<size_t>(op)]; }", ""]
    lines += _fields()
    lines += _decode(rows)
    return join(lines + ["}  // namespace heddle::isa"])


def _fields():
    lines = ["// Operand fields. A field that the word's format does not have gives a number without meaning."]
    fields = (
        ("rd", 7, 31), ("rs1", 15, 31), ("rs2", 20, 31), ("rs3", 27, 31), ("csr", 20, 0xFFF), ("rm", 12, 7), ("fm", 28, 15),
        ("pred", 24, 15), ("succ", 20, 15), ("aq", 26, 1), ("rl", 25, 1),
    )  # fmt: skip
    for name, low, mask in fields:
        lines.append(f"inline constexpr uint32_t {name}(uint32_t instr) {{ return instr >> {low} & {mask:#x}; }}")
    lines += [
        "",
        "// The immediate of a word of that format, sign-extended (Shift: shamt, CsrImm: zimm); 0 where the format has none.",
        "inline constexpr int32_t immediate(Format format, uint32_t instr) {",
        "  switch (format) {",
    ]
    for name, expression in _IMMEDIATES.items():
        lines += [f"    case Format::{name}:", f"      return {expression};"]
    return lines + ["    default:", "      return 0;", "  }", "}", ""]


def _decode(rows):
    lines = [
        "// The operation of an instruction word; Illegal where no row of the table matches.",
        "inline constexpr Op decode(uint32_t instr) {",
        "  switch (instr & 0x7f) {",
    ]
    for opcode in dict.fromkeys(i.opcode for i in rows):
        members = [i for i in rows if i.opcode == opcode]
        lines.append(f"    case {opcode:#04x}:")
        by_funct3, common = {}, []
        for i in members:
            if i.mask >> 12 & 7 == 7:
                by_funct3.setdefault(i.match >> 12 & 7, []).append(i)
            else:
                common.append(i)
        lines += _tests(common, "      ")
        if by_funct3:
            lines.append("      switch (instr >> 12 & 7) {")
            for funct3, group in by_funct3.items():
                lines.append(f"        case {funct3}:")
                tests = _tests(group, "          ")
                lines += tests
                if "if" in tests[-1]:
                    lines.append("          return Op::Illegal;")
            lines += ["        default:", "          return Op::Illegal;", "      }"]
        elif "if" in lines[-1]:
            lines.append("      return Op::Illegal;")
    return lines + ["    default:", "      return Op::Illegal;", "  }", "}", ""]


def _tests(group, indent):
    lines = []
    # A refinement is tested before the row it refines.
    for i in sorted(group, key=lambda i: not i.refines):
        decided = 0x7F | (0x7000 if i.mask >> 12 & 7 == 7 else 0)
        if i.mask == decided:
            lines.append(f"{indent}return Op::{i.camel};")
        else:
            lines.append(f"{indent}if ((instr & {i.mask:#010x}) == {i.match:#010x}) return Op::{i.camel};")
    return lines


def csrs_header(spec):
    csrs = spec.csrs
    lines = [
        f"// {NOTICE}",
        "// CSR numbers and how each comes about. Semantics: docs/architecture.md, section 6.",
        "#pragma once",
        "",
        "#include <cstddef>",
        "#include <cstdint>",
        "",
        "namespace heddle::isa {",
        "",
        "enum class Csr : uint16_t {",
        *align([(f"{c.camel}", f"= {c.number:#05x},") for c in csrs]),
        "};",
        "",
    ]
    lines += _enum("CsrAccess", "uint8_t", ["ReadOnly", "ReadWrite"], "Whether instructions may write it.")
    kinds = ["Constant", "Lane", "Warp", "Identity", "Counter", "Ignored"]
    lines += _enum("CsrKind", "uint8_t", kinds, "How its value comes about (docs/spec/csrs.yaml).")
    lines += [
        "struct CsrInfo {",
        "  const char* name;",
        "  Csr number;",
        "  CsrAccess access;",
        "  CsrKind kind;",
        "  uint32_t value;  // what Constant and Ignored ones read; otherwise 0",
        "};",
        "",
        f"inline constexpr size_t kCsrCount = {len(csrs)};",
        "",
        "// In ascending order of numbers.",
        "inline constexpr CsrInfo kCsrs[kCsrCount] = {",
    ]
    access = {"ro": "ReadOnly", "rw": "ReadWrite"}
    for c in sorted(csrs, key=lambda c: c.number):
        lines.append(
            f'    {{"{c.name}", Csr::{c.camel}, CsrAccess::{access[c.access]}, CsrKind::{c.kind.capitalize()}, {c.value or 0:#x}}},'
        )
    lines += [
        "};",
        "",
        "// The CSR of that number; nullptr where there is none.",
        "inline constexpr const CsrInfo* find_csr(uint32_t number) {",
        "  size_t low = 0;",
        "  size_t high = kCsrCount;",
        "  while (low < high) {",
        "    const size_t middle = (low + high) / 2;",
        "    if (static_cast<uint32_t>(kCsrs[middle].number) == number) return &kCsrs[middle];",
        "    if (static_cast<uint32_t>(kCsrs[middle].number) < number) {",
        "      low = middle + 1;",
        "    } else {",
        "      high = middle;",
        "    }",
        "  }",
        "  return nullptr;",
        "}",
        "",
        "}  // namespace heddle::isa",
    ]
    return join(lines)
