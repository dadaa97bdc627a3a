"""heddle_isa_pkg.sv: operations, decoder, CSR numbers, memory map; heddle_config_pkg.sv: the shape."""

import re

from .isa import CLASSES, FORMATS
from .text import LINT_OFF, LINT_ON, NOTICE, align, join, wrap_list


def _sv_format(name):
    return "FORMAT_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def _sv_class(name):
    return f"CLASS_{name.upper()}"


def _enum(type_name, values):
    width = max(1, (len(values) - 1).bit_length())
    body = wrap_list([f"{v}" for v in values], "    ")
    return [f"  typedef enum logic [{width - 1}:0] {{", *body, f"  }} {type_name};", ""]


def _pattern(instruction, keep):
    """casez pattern of the bits in `keep` (high, low)."""
    high, low = keep
    text = ""
    for bit in range(high, low - 1, -1):
        text += str(instruction.match >> bit & 1) if instruction.mask >> bit & 1 else "?"
    return text


def _decode(instructions):
    """Two levels: the opcode, then a parallel case over bits 31:7. Refinements are tested inside the row they refine."""
    lines = [
        "  // The operation of an instruction word; OP_ILLEGAL where no row of the table matches.",
        "  function automatic op_e decode_op(logic [31:0] instr);",
        "    op_e op;",
        "    op = OP_ILLEGAL;",
        "    unique case (instr[6:0])",
    ]
    opcodes = list(dict.fromkeys(i.opcode for i in instructions))
    for opcode in opcodes:
        rows = [i for i in instructions if i.opcode == opcode and not i.refines]
        if len(rows) == 1 and rows[0].mask == 0x7F:
            lines.append(f"      7'b{opcode:07b}: op = OP_{rows[0].macro};")
            continue
        lines += [f"      7'b{opcode:07b}:", "        unique casez (instr[31:7])"]
        for row in rows:
            lines.append(f"          25'b{_pattern(row, (31, 7))}: {_result(row, instructions)}")
        lines += ["          default: op = OP_ILLEGAL;", "        endcase"]
    lines += ["      default: op = OP_ILLEGAL;", "    endcase", "    return op;", "  endfunction", ""]
    return lines


def _result(row, instructions):
    text = f"OP_{row.macro}"
    for finer in instructions:
        if finer.refines == row.name:
            extra = finer.mask & ~row.mask
            condition = f"(instr & 32'h{extra:08x}) == 32'h{finer.match & extra:08x}"
            text = f"({condition}) ? OP_{finer.macro} : {text}"
    return f"op = {text};"


def _predicate(name, doc, instructions, test):
    chosen = [f"OP_{i.macro}" for i in instructions if test(i)]
    return [
        f"  // {doc}",
        f"  function automatic logic {name}(op_e op);",
        "    unique case (op)",
        *wrap_list(chosen, "      "),
        "        : return 1'b1;",
        "      default: return 1'b0;",
        "    endcase",
        "  endfunction",
        "",
    ]


def _choice(name, type_name, doc, instructions, value, default):
    groups = {}
    for instruction in instructions:
        groups.setdefault(value(instruction), []).append(f"OP_{instruction.macro}")
    lines = [f"  // {doc}", f"  function automatic {type_name} {name}(op_e op);", "    unique case (op)"]
    for result, ops in groups.items():
        lines += [*wrap_list(ops, "      "), f"        : return {result};"]
    return lines + [f"      default: return {default};", "    endcase", "  endfunction", ""]


def _csrs(csrs):
    lines = ["  // ---- CSRs ----"]
    lines += align([("localparam", "logic [11:0]", f"CSR_{c.name.upper()}", f"= 12'h{c.number:03x};") for c in csrs])
    lines += ["", "  // What constant CSRs, and those that ignore writes, read."]
    valued = [c for c in csrs if c.has_value]
    lines += align([("localparam", "logic [31:0]", f"CSR_{c.name.upper()}_VALUE", f"= 32'h{c.value:08x};") for c in valued])
    for name, doc, chosen in (
        ("csr_exists", "Is there a CSR of this number?", csrs),
        ("csr_writable", "Is there a CSR of this number that instructions may write (writes may be ignored)?",
         [c for c in csrs if c.access == "rw"]),
    ):  # fmt: skip
        lines += [
            "",
            f"  // {doc}",
            f"  function automatic logic {name}(logic [11:0] number);",
            "    unique case (number)",
            *wrap_list([f"CSR_{c.name.upper()}" for c in chosen], "      "),
            "        : return 1'b1;",
            "      default: return 1'b0;",
            "    endcase",
            "  endfunction",
        ]
    return lines + [""]


def isa_package(spec):
    instructions = spec.instructions
    lines = [
        f"// {NOTICE}",
        "// Operations, their decoder and operands, CSR numbers and the memory map.",
        *LINT_OFF,
        "package heddle_isa_pkg;",
        "",
        "  // ---- instructions ----",
    ]
    lines += _enum("op_e", ["OP_ILLEGAL"] + [f"OP_{i.macro}" for i in instructions])
    lines += ["  // The kind of unit that executes an operation."]
    lines += _enum("op_class_e", ["CLASS_ILLEGAL"] + [_sv_class(c) for c in CLASSES])
    lines += ["  // Where operands and immediate lie (docs/spec/instructions.yaml)."]
    lines += _enum("op_format_e", [_sv_format(f) for f in FORMATS])
    lines += _decode(instructions)
    lines += _choice("op_class", "op_class_e", "CLASS_ILLEGAL for OP_ILLEGAL.", instructions, lambda i: _sv_class(i.klass), "CLASS_ILLEGAL")
    lines += _choice("op_format", "op_format_e", "FORMAT_NONE for OP_ILLEGAL.", instructions, lambda i: _sv_format(i.format), "FORMAT_NONE")
    for letter, verb in (("s", "reads_rs1"), ("t", "reads_rs2"), ("u", "reads_rs3"), ("d", "writes_rd")):
        lines += _predicate(f"op_{verb}", f"Does the operation use the register field ({verb.replace('_', ' ')})?",
                            instructions, lambda i, letter=letter: i.has(letter))  # fmt: skip
    for letter, operand in (("s", "rs1"), ("t", "rs2"), ("u", "rs3"), ("d", "rd")):
        lines += _predicate(f"op_{operand}_float", f"Is {operand} a floating-point register?",
                            instructions, lambda i, letter=letter: i.is_float(letter))  # fmt: skip
    lines += _predicate("op_has_rounding", "Has a rounding mode field; a reserved one makes the word illegal, which decode_op does not check.",
                        instructions, lambda i: i.has("m"))  # fmt: skip
    lines += _predicate("op_is_sync", "A collective that waits for the lanes of a mask (its last source register).",
                        instructions, lambda i: i.sync)  # fmt: skip
    lines += _csrs(spec.csrs)
    lines += ["  // ---- memory map: windows as a lane sees them, in bytes ----"]
    rows = []
    for window in spec.windows:
        rows.append(("localparam", "logic [31:0]", f"{window.name.upper()}_BASE", f"= 32'h{window.base:08x};"))
        rows.append(("localparam", "logic [31:0]", f"{window.name.upper()}_SIZE", f"= 32'h{window.size & 0xFFFFFFFF:08x};"))
    lines += align(rows)
    lines += ["  // ---- causes of traps and faults ----"]
    lines += align([("localparam", "logic [31:0]", f"CAUSE_{c.name.upper()}", f"= 32'd{c.number};") for c in spec.causes])
    return join(lines + ["", "endpackage", *LINT_ON])


def config_package(spec, text, values):
    lines = [
        f"// {NOTICE}",
        f"// The shape of configuration {text}.",
        *LINT_OFF,
        "package heddle_config_pkg;",
        "",
    ]
    lines += align([("localparam", "int unsigned", p.camel, f"= {values[p.name]};") for p in spec.configurations.parameters])
    return join(lines + ["", "endpackage", *LINT_ON])
