"""X_regs_pkg.sv and X_regs.sv: a register block X of BAR0."""

from .device import camel
from .text import LINT_OFF, LINT_ON, NOTICE, align, join, wrap_list

HEADER = """\
// {notice}
//
// Register block "{block}" of BAR0. It knows offsets, fields, access rights and which registers are locked while busy_i;
// what the values mean is the business of whoever wraps it (an AXI4-Lite slave that gives one write and one read at a time).
//
// Contract, everything within the cycle (no latency), both sides independent of each other:
// - Write: in a cycle with wr_en_i, wr_addr_i (byte offset in the block), wr_data_i, wr_strb_i (bytes of the word). wr_error_o, valid
//   in the same cycle, means SLVERR and no effect: the offset is not listed or not word aligned, the register is locked
//   while busy_i, or the write sets a locked command bit while busy_i. Otherwise reg_o shows the new value from the next
//   cycle on, and the commands (fields of wo registers) are high in reg_o in the cycle of the write itself.
//   Writes to ro registers and to unlisted bits are ignored without an error.
// - Read: rd_data_o and rd_error_o follow rd_addr_i and hw_i combinationally. rd_error_o (offset not listed or not word
//   aligned) comes with rd_data_o = 0. Commands read 0. Reading has no side effect.
// - hw_i: the ro values that are not constants. They are not registered here. reg_o: rw values and commands.
//
// Invariants: a write with an error changes no register and raises no command; a command is never high without wr_en_i;
// locked registers are stable while busy_i."""


def _struct(type_name, members):
    # A packed struct lists its most significant member first.
    return ["  typedef struct packed {", *align(members, "    "), f"  }} {type_name};", ""]


def _logic(width):
    return "logic" if width == 1 else f"logic [{width - 1}:0]"


def _field_struct(register):
    return _struct(f"{register.name}_t", [(_logic(f.width), f"{f.name};") for f in sorted(register.fields, key=lambda f: -f.low)])


def _entries(register):
    return camel(register.implemented) if register.implemented else str(register.count)


def _member(register):
    high = f"{_entries(register)}-1" if register.implemented else str(register.count - 1)
    if register.fields:
        base = f"{register.name}_t"
        return f"{base} [{high}:0]" if register.is_array else base
    return f"logic [{high}:0][31:0]" if register.is_array else "logic [31:0]"


def _inputs(block):
    return [r for r in block.registers if r.access == "ro" and not r.is_constant]


def _outputs(block):
    return [r for r in block.registers if r.access != "ro"]


def package(block, extra=()):
    """`extra`: further lines of the package."""
    lines = [
        f"// {NOTICE}",
        f"// Offsets, fields and types of the registers of block \"{block.block}\" (BAR0).",
        *LINT_OFF,
        "/* verilator lint_off SYMRSVDWORD */  // fields are named as in docs/spec, whatever the name means in C++",
        f"package {block.block}_regs_pkg;",
        "",
        "  import heddle_config_pkg::*;",
        "",
        "  // ---- offsets, and for arrays the number of entries and their distance ----",
    ]
    rows = []
    for r in block.registers:
        rows.append(("localparam", "logic [11:0]", f"REG_{r.name.upper()}", f"= 12'h{r.offset:03x};"))
        if r.is_array:
            rows.append(("localparam", "int unsigned", f"REG_{r.name.upper()}_COUNT", f"= {r.count};"))
            rows.append(("localparam", "int unsigned", f"REG_{r.name.upper()}_STRIDE", f"= {r.stride};"))
    lines += align(rows)
    lines += ["", "  // ---- field positions ----"]
    rows = []
    for r in block.registers:
        for f in r.fields:
            stem = f"{r.name.upper()}_{f.name.upper()}"
            rows.append(("localparam", "int unsigned", f"{stem}_LSB", f"= {f.low};"))
            rows.append(("localparam", "int unsigned", f"{stem}_WIDTH", f"= {f.width};"))
    lines += align(rows)
    constants = [r for r in block.registers if r.is_constant]
    lines += ["", "  // ---- what constant registers read ----"]
    lines += align([("localparam", "logic [31:0]", f"{r.name.upper()}_VALUE", f"= {_constant(r)};") for r in constants])
    lines += ["", "  // ---- values ----"]
    for r in _inputs(block) + _outputs(block):
        if r.fields:
            lines += _field_struct(r)
    lines += ["  // Values that hardware gives."]
    lines += _struct(f"{block.block}_regs_in_t", [(_member(r), f"{r.name};") for r in _inputs(block)])
    lines += ["  // Values that software wrote; of write-only registers: commands, high in the cycle of the write."]
    lines += _struct(f"{block.block}_regs_out_t", [(_member(r), f"{r.name};") for r in _outputs(block)])
    return join(lines + [*extra, "endpackage", "/* verilator lint_on SYMRSVDWORD */", *LINT_ON])


def _constant(register):
    if register.constant is not None:
        return f"32'h{register.constant:08x}"
    if not register.fields:
        return f"32'({camel(register.value)})"
    terms = []
    for f in register.fields:
        value = camel(f.value) if isinstance(f.value, str) else str(f.value)
        terms.append(f"(32'({value}) << {f.low})")
    return " | ".join(terms)


def module(block):
    name = f"{block.block}_regs"
    lines = [
        HEADER.format(notice=NOTICE, block=block.block),
        f"module {name}",
        "  import heddle_config_pkg::*;",
        f"  import {name}_pkg::*;",
        "(",
        "  input  logic                 clk_i,",
        "  input  logic                 rst_ni,  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset",
        "  input  logic                 busy_i,      // locked registers refuse writes",
        "  input  logic                 wr_en_i,",
        "  input  logic [31:0]          wr_addr_i,",
        "  input  logic [31:0]          wr_data_i,",
        "  input  logic [3:0]           wr_strb_i,",
        "  output logic                 wr_error_o,",
        "  input  logic [31:0]          rd_addr_i,",
        "  output logic [31:0]          rd_data_o,",
        "  output logic                 rd_error_o,",
        f"  input  {block.block}_regs_in_t      hw_i,",
        f"  output {block.block}_regs_out_t     reg_o",
        ");",
        "",
    ]
    lines += _storage(block)
    lines += _write_side(block)
    lines += _read_side(block)
    lines += _assertions(block)
    return join(lines + ["endmodule"])


def _storage(block):
    stored = [r for r in block.registers if r.access == "rw"]
    rows = []
    for r in stored:
        rows.append((_member(r), f"{r.name}_d,", f"{r.name}_q;"))
    lines = align(rows)
    lines += ["", "  always_ff @(posedge clk_i or negedge rst_ni) begin", "    if (!rst_ni) begin"]
    for r in stored:
        value = f"32'h{r.reset:08x}"
        if r.reset == 0:
            lines.append(f"      {r.name}_q <= '0;")
            continue
        if r.fields:
            parts = ", ".join(f"{f.width}'h{(r.reset >> f.low) & ((1 << f.width) - 1):x}" for f in sorted(r.fields, key=lambda f: -f.low))
            value = f"{{{parts}}}" if len(r.fields) > 1 else parts
        if r.is_array:
            value = f"{{{_entries(r)}{{{value}}}}}"
        lines.append(f"      {r.name}_q <= {value};")
    lines += ["    end else begin"]
    lines += align([(f"{r.name}_q", "<=", f"{r.name}_d;") for r in stored], "      ")
    return lines + ["    end", "  end", ""]


def _match(register, address, body, bound=None):
    """Statements: run `body` (lines; `[i]` in them is the entry of an array) where `address` is this register."""
    name = f"REG_{register.name.upper()}"
    if not register.is_array:
        return [f"if ({address} == 32'({name})) begin", *_indent(body), "end"]
    count = bound or f"{name}_COUNT"
    # Asking for the range first spares the simulator the loop.
    return [
        f"if ({address} >= 32'({name}) && {address} < 32'({name}) + 32'({name}_COUNT * {name}_STRIDE)) begin",
        f"  for (int unsigned i = 0; i < {count}; i++) begin",
        f"    if ({address} == 32'({name}) + 32'(i * {name}_STRIDE)) begin",
        *_indent(body, 3),
        "    end",
        "  end",
        "end",
    ]


def _indent(lines, levels=1):
    return ["  " * levels + line for line in lines]


def _write_side(block):
    listing, storing, commands = [], [], []
    for r in block.registers:
        body = ["listed = 1'b1;"]
        if r.locked:
            body.append("locked = busy_i;")
        if any(f.locked for f in r.fields):
            mask = sum(f.mask for f in r.fields if f.locked)
            body.append(f"locked = busy_i && (set_bits & 32'h{mask:08x}) != '0;")
        listing += _match(r, "wr_addr_i", body)
        if r.access == "rw":
            storing += _match(r, "wr_addr_i", _store(r), _entries(r) if r.implemented else None)
        if r.access == "wo":
            commands += _match(r, "wr_addr_i", [f"reg_o.{r.name}.{f.name} = set_bits{_slice(f)};" for f in r.fields])
    stored = [r.name for r in block.registers if r.access == "rw"]
    return [
        "  // ---- write ----",
        "  logic [31:0] set_bits;    // ones of the word that are written",
        "  logic        listed;      // the offset is a register",
        "  logic        locked;      // ... that must not be written now",
        "  logic        write;       // a write that takes effect",
        "",
        "  assign set_bits = wr_data_i & {{8{wr_strb_i[3]}}, {8{wr_strb_i[2]}}, {8{wr_strb_i[1]}}, {8{wr_strb_i[0]}}};",
        "",
        "  always_comb begin",
        "    listed = 1'b0;",
        "    locked = 1'b0;",
        "    if (wr_en_i) begin",
        *_indent(listing, 3),
        "    end",
        "  end",
        "",
        "  assign write      = wr_en_i && listed && !locked;",
        "  assign wr_error_o = wr_en_i && !write;",
        "",
        "  always_comb begin",
        *align([(f"{name}_d", "=", f"{name}_q;") for name in stored], "    "),
        "    if (write) begin",
        *_indent(storing, 3),
        "    end",
        "  end",
        "",
        "  always_comb begin",
        "    reg_o = '0;",
        *align([(f"reg_o.{name}", "=", f"{name}_q;") for name in stored], "    "),
        "    if (write) begin",
        *_indent(commands, 3),
        "    end",
        "  end",
        "",
    ]


def _store(register):
    """Statements that take the bytes wr_strb_i selects; written so that each byte becomes a clock enable."""
    target = f"{register.name}_d" + ("[i]" if register.is_array else "")
    lines = []
    for byte in range(4):
        if not register.fields:
            part = f"[{8 * byte + 7}:{8 * byte}]"
            lines.append(f"if (wr_strb_i[{byte}]) {target}{part} = wr_data_i{part};")
        for f in register.fields:
            high, low = min(f.high, 8 * byte + 7), max(f.low, 8 * byte)
            if high < low:
                continue
            source = f"[{low}]" if high == low else f"[{high}:{low}]"
            own = "" if (high, low) == (f.high, f.low) else f"[{high - f.low}:{low - f.low}]"
            lines.append(f"if (wr_strb_i[{byte}]) {target}.{f.name}{own} = wr_data_i{source};")
    return lines


def _slice(field):
    return f"[{field.low}]" if field.width == 1 else f"[{field.high}:{field.low}]"


def _read_side(block):
    lines = []
    for r in block.registers:
        if r.implemented:
            lines += _match(r, "rd_addr_i", ["rd_error_o = 1'b0;"])
            lines += _match(r, "rd_addr_i", _read(r), _entries(r))
        else:
            lines += _match(r, "rd_addr_i", ["rd_error_o = 1'b0;", *_read(r)])
    return [
        "  // ---- read: at most one register matches, so that its value may be or-ed in ----",
        "  always_comb begin",
        "    rd_data_o  = '0;",
        "    rd_error_o = 1'b1;",
        *_indent(lines, 2),
        "  end",
        "",
    ]


def _read(register):
    if register.access == "wo":
        return []
    if register.is_constant:
        return [f"rd_data_o = rd_data_o | {register.name.upper()}_VALUE;"]
    index = "[i]" if register.is_array else ""
    source = f"hw_i.{register.name}{index}" if register.access == "ro" else f"{register.name}_q{index}"
    if not register.fields:
        return [f"rd_data_o = rd_data_o | {source};"]
    return [f"rd_data_o{_slice(f)} = rd_data_o{_slice(f)} | {source}.{f.name};" for f in register.fields]


def _assertions(block):
    commands = [f"reg_o.{r.name}" for r in block.registers if r.access == "wo"]
    locked = [r.name for r in block.registers if r.locked]
    lines = ["`ifndef SYNTHESIS"]
    if commands:
        lines += [
            "  // A command only comes with a write that is accepted.",
            "  assert property (@(posedge clk_i) disable iff (!rst_ni)",
            f"    (!wr_en_i || wr_error_o) |-> ({{{', '.join(commands)}}} == '0));",
        ]
    if locked:
        lines += ["  // Locked registers hold while busy_i.", "  assert property (@(posedge clk_i) disable iff (!rst_ni)"]
        before, after = ([n + suffix for n in locked] for suffix in ("_q", "_d"))
        lines += ["    busy_i |-> ({", *wrap_list(after, "      "), "    } == {", *wrap_list(before, "      "), "    }));"]
    return lines + ["`endif", ""]
