"""The expansion of 16-bit instructions: compressed.h, and a function of mgmt_spec_pkg.sv."""

from .compressed import LETTERS
from .text import NOTICE, join


def _in_order(rows):
    """A refinement is tested before the row it refines."""
    return sorted(rows, key=lambda row: not row.refines)


def _runs(bits):
    """Runs of neighbouring sources, from bit 31 down: (width, value) or (width, "h", high bit)."""
    runs = []
    for bit in reversed(bits):
        last = runs[-1] if runs else None
        if isinstance(bit, int):
            if last and last[0] == "c":
                last[1].append(bit)
            else:
                runs.append(["c", [bit]])
        elif last and last[0] == "h" and last[1][-1] - 1 == bit[1]:
            last[1].append(bit[1])
        elif last and last[0] == "r" and last[1][0] == bit[1]:
            last[1].append(bit[1])
        elif last and last[0] == "h" and last[1] == [bit[1]]:
            last[0] = "r"
            last[1].append(bit[1])
        else:
            runs.append(["h", [bit[1]]])
    return runs


def _sv_word(row):
    parts = []
    for kind, bits in _runs(row.word_bits()):
        if kind == "c":
            parts.append(f"{len(bits)}'b{''.join(map(str, bits))}")
        elif kind == "r":
            parts.append(f"{{{len(bits)}{{half[{bits[0]}]}}}}")
        else:
            parts.append(f"half[{bits[0]}]" if len(bits) == 1 else f"half[{bits[0]}:{bits[-1]}]")
    return "{" + ", ".join(parts) + "}"


def sv_function(rows):
    """Lines of a function: a case over bits 15:13 and 1:0, then one test after the other."""
    lines = [
        "  // The 32-bit instruction that a 16-bit one stands for; 0, which is illegal, where no row of the table matches.",
        "  function automatic logic [31:0] expand_compressed(logic [15:0] half);",
        "    logic [31:0] word;",
        "    word = '0;",
        "    unique case ({half[15:13], half[1:0]})",
    ]
    groups = {}
    for row in reversed(_in_order(rows)):
        groups.setdefault((row.match >> 13, row.match & 3), []).append(row)
    for (funct3, quadrant), members in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0])):
        lines.append(f"      5'b{funct3:03b}{quadrant:02b}: begin")
        for row in members:
            conditions = []
            if row.mask & 0x1FFC:
                conditions.append(f"(half & 16'h{row.mask & 0x1FFC:04x}) == 16'h{row.match & 0x1FFC:04x}")
            conditions += [f"(half & 16'h{mask:04x}) != '0" for mask in row.nonzero_masks()]
            test = f"if ({' && '.join(conditions)}) " if conditions else ""
            lines.append(f"        {test}word = {_sv_word(row)};  // {row.name}")
        lines.append("      end")
    return lines + ["      default: word = '0;", "    endcase", "    return word;", "  endfunction", ""]


def _cpp_word(row):
    """Terms or-ed together."""
    constant, terms = 0, []
    position = 31
    for kind, bits in _runs(row.word_bits()):
        low = position - len(bits) + 1
        if kind == "c":
            constant |= int("".join(map(str, bits)), 2) << low
        elif kind == "r":
            mask = ((1 << len(bits)) - 1) << low
            terms.append(f"(half >> {bits[0]} & 1 ? {mask:#010x} : 0)")
        else:
            terms.append(f"(half >> {bits[-1]} & {(1 << len(bits)) - 1:#x}) << {low}" if low else f"(half >> {bits[-1]} & {(1 << len(bits)) - 1:#x})")
        position = low - 1
    return " | ".join([f"{constant:#010x}"] + terms)


def header(spec):
    rows = spec.compressed
    lines = [
        f"// {NOTICE}",
        "// The 16-bit instructions of the management core: table, decoder and expansion. Semantics: docs/management.md.",
        "#pragma once",
        "",
        "#include <cstddef>",
        "#include <cstdint>",
        "",
        '#include "heddle/generated/isa.h"',
        "",
        "namespace heddle::isa {",
        "",
        "// One per row of the table; Illegal: no row matches.",
        "enum class CompressedOp : uint8_t {",
        "  Illegal,",
        *[f"  {row.camel}," for row in rows],
        "};",
        "",
        "struct CompressedInfo {",
        "  const char* name;  // assembly mnemonic",
        "  uint16_t match;    // half & mask == match, and the fields that must not be 0 are not",
        "  uint16_t mask;",
        "  Op expands;        // the 32-bit instruction it stands for",
        "};",
        "",
        f"inline constexpr size_t kCompressedCount = {len(rows) + 1};",
        "",
        "// Indexed by CompressedOp; element 0 is Illegal.",
        "inline constexpr CompressedInfo kCompressed[kCompressedCount] = {",
        '    {"illegal", 0, 0, Op::Illegal},',
        *[f'    {{"{row.name}", {row.match:#06x}, {row.mask:#06x}, Op::{row.expansion.camel}}},' for row in rows],
        "};",
        "",
        "// An instruction is 16 bits long where the low two bits of its first halfword are not 11.",
        "inline constexpr bool is_compressed(uint32_t half) { return (half & 3) != 3; }",
        "",
        "// The row that a halfword matches; Illegal where none does.",
        "inline constexpr CompressedOp decode_compressed(uint16_t half) {",
    ]
    for row in _in_order(rows):
        condition = f"(half & {row.mask:#06x}) == {row.match:#06x}"
        for mask in row.nonzero_masks():
            condition += f" && (half & {mask:#06x}) != 0"
        lines.append(f"  if ({condition}) return CompressedOp::{row.camel};")
    lines += [
        "  return CompressedOp::Illegal;",
        "}",
        "",
        "// The 32-bit instruction that a 16-bit one stands for; 0, which is illegal, where no row matches.",
        "inline constexpr uint32_t expand_compressed(uint32_t half) {",
        "  switch (decode_compressed(static_cast<uint16_t>(half))) {",
    ]
    for row in rows:
        lines += [f"    case CompressedOp::{row.camel}:", f"      return {_cpp_word(row)};"]
    return join(lines + ["    default:", "      return 0;", "  }", "}", "", "}  // namespace heddle::isa"])


def reference_rows(spec):
    """(name, encoding, expansion, doc) for the manual."""
    result = []
    for row in spec.compressed:
        parts, index = [], 0
        while index < 16:
            end = index
            fixed = row.bits[index] in "01"
            while end < 16 and ((row.bits[end] in "01") if fixed else row.bits[end] == row.bits[index]) and (end == index or end not in (3, 14)):
                end += 1
            text = row.bits[index:end]
            parts.append(text if fixed else f"{LETTERS[text[0]].replace(' and ', '/')}:{end - index}")
            index = end
        expansion = [row.expansion.name]
        for operand in ("rd", "rs1", "rs2"):
            if operand in row.fixed:
                expansion.append(f"{operand} = x{row.fixed[operand]}")
        if row.place:
            order, start = [], 0
            for index in range(1, len(row.place) + 1):
                if index == len(row.place) or row.place[index] != row.place[index - 1] - 1:
                    high, low = row.place[start], row.place[index - 1]
                    order.append(str(high) if high == low else f"{high}:{low}")
                    start = index
            expansion.append(f"imm[{'|'.join(order)}]" + (" signed" if row.signed else ""))
        if row.nonzero:
            expansion.append("not 0: " + ", ".join(LETTERS[letter] for letter in row.nonzero))
        result.append((f"`{row.name}`", f"`{' '.join(parts)}`", "; ".join(expansion), row.doc))
    return result
