"""Checkers that are made from docs/spec: of the decoders, which words are legal and which instruction each is; the rights of the management
core's windows.

It says so row by row (mask and match), and not as the generated decoder does (a case over the opcode, then over the rest), so that
the two can disagree.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/specgen"))

from specgen_lib import spec

ROUNDING_RESERVED = (5, 6)


def _row(instruction):
    return f"(instr_i & 32'h{instruction.mask:08x}) == 32'h{instruction.match:08x}"


def _rows(instructions):
    """The lines of `row`: which of the instructions the word is."""
    lines = [f"  logic [{len(instructions) - 1}:0] row;"]
    for n, instruction in enumerate(instructions):
        finer = [_row(other) for other in instructions if other.refines == instruction.name]
        lines.append(f"  assign row[{n}] = {' && !'.join(['(' + _row(instruction) + ')', *(f'({text})' for text in finer)])};  // {instruction.name}")
    return lines


def decoder():
    """decoder_checker.sv"""
    table = spec.read(ROOT / "docs/spec")
    csr_classes = [i for i in table.instructions if i.klass == "csr"]
    lines = [
        "// Generated from docs/spec. Bound into the decoder: every word is legal exactly where the table says.",
        "module decoder_checker",
        "  import heddle_isa_pkg::*; import heddle_pkg::*; import core_pkg::*;",
        "(input logic valid_i, input word_t instr_i, input logic fetch_fault_i, input decoded_t decoded_o, input op_e op);",
        "  logic exists, writable, csr_writes, is_csr, rounding, legal;",
        *_rows(table.instructions),
    ]
    lines.append("  always_comb begin")
    lines.append("    exists = 1'b0; writable = 1'b0;")
    for csr in table.csrs:
        lines.append(f"    if (instr_i[31:20] == 12'h{csr.number:03x}) begin exists = 1'b1; writable = 1'b{int(csr.access == 'rw')}; end")
    lines.append("  end")
    rows = {i.name: n for n, i in enumerate(table.instructions)}
    lines.append("  assign is_csr = " + " || ".join(f"row[{rows[i.name]}]" for i in csr_classes) + ";")
    # csrrw and csrrwi always write; the others unless the source field is zero.
    always = [f"row[{rows[name]}]" for name in ("csrrw", "csrrwi")]
    lines.append(f"  assign csr_writes = {' || '.join(always)} || instr_i[19:15] != '0;")
    rounding = [f"row[{rows[i.name]}]" for i in table.instructions if i.has("m")]
    reserved = " || ".join(f"instr_i[14:12] == 3'd{mode}" for mode in ROUNDING_RESERVED)
    lines.append(f"  assign rounding = ({' || '.join(rounding)}) && ({reserved});")
    # Where there is no such engine its instructions are illegal.
    lines.append(f"  logic [{len(table.instructions) - 1}:0] absent;")
    for n, instruction in enumerate(table.instructions):
        parameter = "MatrixDim" if instruction.name == "hd.matrix" else "CopyEngine"
        lines.append(f"  assign absent[{n}] = " + (f"heddle_config_pkg::{parameter} == 0;" if instruction.klass == "engine" else "1'b0;"))
    lines.append("  assign legal = (row & ~absent) != '0 && !rounding && (!is_csr || (exists && (!csr_writes || writable)));")
    illegal = "decoded_o.unit == UnitSystem && decoded_o.operation == SystemIllegal"
    nothing = "!decoded_o.reads_a && !decoded_o.reads_b && !decoded_o.reads_c && !decoded_o.writes && decoded_o.control"
    lines += [
        "  always_comb begin",
        "    if (valid_i && !fetch_fault_i && legal) a_legal : assert (!(" + illegal + "));",
        "    if (valid_i && !fetch_fault_i && !legal) a_illegal : assert (" + illegal + " && " + nothing + ");",
        "    if (valid_i) a_one_row : assert ($onehot0(row));",
        "    if (valid_i && fetch_fault_i) a_fetch_fault : assert (decoded_o.unit == UnitSystem && decoded_o.operation == SystemFetchFault && "
        + nothing + ");",
    ]  # fmt: skip
    for n, i in enumerate(table.instructions):
        # The operation, and which registers it reads and writes: x0 is neither read nor written.
        label = i.name.replace(".", "_")
        registers = []
        for letter, name, high, low in (("s", "reads_a", 19, 15), ("t", "reads_b", 24, 20), ("u", "reads_c", 31, 27), ("d", "writes", 11, 7)):
            wanted = "1'b0" if not i.has(letter) else "1'b1" if i.is_float(letter) else f"(instr_i[{high}:{low}] != '0)"
            registers.append(f"decoded_o.{name} == {wanted}")
        lines.append(
            f"    if (valid_i && !fetch_fault_i && legal && row[{n}]) a_is_{label} : assert (op == OP_{i.macro} && {' && '.join(registers)});"
        )
    lines += ["  end", "endmodule", "bind decoder decoder_checker u_check(.*);", ""]
    return "\n".join(lines)


# What the management core's decoder calls instructions of a class; those of class system have kinds of their own.
KINDS = {"alu": "Alu", "mul": "Long", "div": "Long", "load": "Load", "store": "Store", "branch": "Branch", "jump": "Jump", "csr": "Csr",
         "fence": "Fence", "pause": "Fence", "fencei": "FenceI", "ecall": "Ecall", "ebreak": "Ebreak", "mret": "Mret", "wfi": "Wfi"}  # fmt: skip


def management_decoder():
    """mgmt_decoder_checker.sv"""
    table = spec.read(ROOT / "docs/spec")
    instructions = table.management.instructions(table.instructions)
    lines = [
        "// Generated from docs/spec. Bound into the management core's decoder: every word is legal exactly where the tables say.",
        "module mgmt_decoder_checker",
        "  import heddle_isa_pkg::*; import heddle_pkg::*; import mgmt_pkg::*;",
        "(input word_t instr_i, input mgmt_decoded_t decoded_o);",
        "  logic exists, writable, csr_writes, is_csr, legal;",
        *_rows(instructions),
        "  always_comb begin",
        "    exists = 1'b0; writable = 1'b0;",
    ]
    for csr in table.management.csrs:
        for number in range(csr.number, csr.number + csr.count):
            lines.append(f"    if (instr_i[31:20] == 12'h{number:03x}) begin exists = 1'b1; writable = 1'b{int(csr.access == 'rw')}; end")
    lines.append("  end")
    rows = {i.name: n for n, i in enumerate(instructions)}
    lines.append("  assign is_csr = " + " || ".join(f"row[{rows[i.name]}]" for i in instructions if i.klass == "csr") + ";")
    lines.append(f"  assign csr_writes = row[{rows['csrrw']}] || row[{rows['csrrwi']}] || instr_i[19:15] != '0;")
    lines.append("  assign legal = row != '0 && (!is_csr || (exists && (!csr_writes || writable)));")
    lines += [
        "  always_comb begin",
        "    if (!legal) a_illegal : assert (decoded_o.kind == KindIllegal);",
        "    a_one_row : assert ($onehot0(row));",
        "    if (legal && is_csr) a_csr_write : assert (decoded_o.csr_write == csr_writes);",
        "    if (legal) a_fields : assert (decoded_o.rs1 == instr_i[19:15] && decoded_o.rs2 == instr_i[24:20] && decoded_o.rd == instr_i[11:7] &&",
        "                                  decoded_o.funct3 == instr_i[14:12]);",
    ]
    for n, i in enumerate(instructions):
        kind = KINDS[i.name if i.klass == "system" else i.klass]
        wanted = [f"decoded_o.kind == Kind{kind}"]
        for letter, name, high, low in (("s", "reads_a", 19, 15), ("t", "reads_b", 24, 20), ("d", "writes", 11, 7)):
            wanted.append(f"decoded_o.{name} == {f'(instr_i[{high}:{low}] != 5' + chr(39) + 'd0)' if i.has(letter) else '1' + chr(39) + 'b0'}")
        lines.append(f"    if (legal && row[{n}]) a_is_{i.name.replace('.', '_')} : assert ({' && '.join(wanted)});")
    return "\n".join([*lines, "  end", "endmodule", "bind mgmt_decoder mgmt_decoder_checker u_check(.*);", ""])


def management_rights():
    """mgmt_rights_pkg.sv"""
    lines = [
        "// Generated from docs/spec/management.yaml: who may do what at an address, window by window.",
        "package mgmt_rights_pkg;",
        "  typedef struct packed {logic hart_r, hart_w, hart_x, host_r, host_w, external;} rights_t;",
        "  function automatic rights_t rights(logic [31:0] address);",
        "    rights = '0;",
    ]
    for window in spec.read(ROOT / "docs/spec").management.windows:
        has = [int("r" in window.hart), int("w" in window.hart), int("x" in window.hart), int("r" in window.host), int("w" in window.host),
               int(window.external)]  # fmt: skip
        lines.append(f"    if (address >= 32'h{window.base:08x} && address <= 32'h{window.base + window.size - 1:08x}) "
                     f"rights = 6'b{''.join(map(str, has))};  // {window.name}")  # fmt: skip
    return "\n".join([*lines, "  endfunction", "endpackage", ""])


GENERATED = {"decoder_checker.sv": decoder, "mgmt_decoder_checker.sv": management_decoder, "mgmt_rights_pkg.sv": management_rights}
