"""The tables of the special functions: heddle_special_pkg.sv and special_functions.h."""

from .special import WIDTHS
from .text import LINT_OFF, LINT_ON, NOTICE, join


def package(spec):
    lines = [
        f"// {NOTICE}",
        "// Coefficients of the special functions (docs/architecture.md, section 9): the tables one after the other.",
        *LINT_OFF,
        "package heddle_special_pkg;",
        "",
    ]
    base = 0
    for name, rows in spec.special.items():
        lines.append(f"  localparam logic [9:0] SPECIAL_BASE_{name.upper()} = 10'd{base};")
        base += len(rows)
    total = sum(WIDTHS)
    lines += [
        "",
        "  // One row, signed.",
        "  typedef struct packed {",
        *[f"    logic signed [{width - 1}:0] c{index};" for index, width in enumerate(WIDTHS)],
        "  } special_row_t;",
        "",
        "  // The row at a base plus a row number; zero beyond the last.",
        "  function automatic special_row_t special_row(logic [9:0] index);",
        "    unique case (index)",
    ]
    index = 0
    for name, rows in spec.special.items():
        for row in rows:
            word = 0
            for value, width in zip(row, WIDTHS):
                word = word << width | value & ((1 << width) - 1)
            lines.append(f"      10'd{index}: return {total}'h{word:0{(total + 3) // 4}x};")
            index += 1
    lines += ["      default: return '0;", "    endcase", "  endfunction", "", "endpackage", *LINT_ON]
    return join(lines)


def header(spec):
    lines = [
        f"// {NOTICE}",
        "// Coefficients of the special functions. Use and meaning: docs/architecture.md, section 9.",
        "#pragma once",
        "",
        "#include <array>",
        "#include <cstdint>",
        "",
        "namespace heddle::special {",
        "",
        "// In units of 2^-30.",
        "struct Row {",
        "  int32_t c0, c1, c2;",
        "};",
    ]
    for name, rows in spec.special.items():
        lines += ["", f"inline constexpr std::array<Row, {len(rows)}> k{name.capitalize()} = {{{{"]
        lines += [f"    {{{c0}, {c1}, {c2}}}," for c0, c1, c2 in rows]
        lines += ["}};"]
    return join(lines + ["", "}  // namespace heddle::special"])
