"""Relational functions (OpenCL C 1.2, 6.12.6)."""

from cl_types import BYTES, FLOATS, INTEGERS, SIGNED, UNSIGNED, VECTORS, components

COMPARISONS = {
    "isequal": "a == b",
    "isnotequal": "a != b",
    "isgreater": "a > b",
    "isgreaterequal": "a >= b",
    "isless": "a < b",
    "islessequal": "a <= b",
    "islessgreater": "a < b || a > b",
    "isordered": "a == a && b == b",
    "isunordered": "a != a || b != b",
}
# Over the bits: expression for float and half.
TESTS = {
    "isnan": ("(as_uint(a) << 1) > 0xff000000u", "(as_ushort(a) & 0x7fff) > 0x7c00"),
    "isinf": ("(as_uint(a) << 1) == 0xff000000u", "(as_ushort(a) & 0x7fff) == 0x7c00"),
    "isfinite": ("(as_uint(a) << 1) < 0xff000000u", "(as_ushort(a) & 0x7fff) < 0x7c00"),
    "isnormal": ("((as_uint(a) >> 23) & 0xff) - 1 < 254u", "(uint)((as_ushort(a) >> 10) & 0x1f) - 1 < 30u"),
    "signbit": ("as_int(a) < 0", "as_short(a) < 0"),
}


def lines():
    out = []
    for kind in FLOATS:
        size = BYTES[kind]
        integer = SIGNED[size]
        for name, test in list(COMPARISONS.items()) + [(name, tests[kind == "half"]) for name, tests in TESTS.items()]:
            operands = "ab" if name in COMPARISONS else "a"
            declared = ", ".join(f"{kind} {letter}" for letter in operands)
            out.append(f"OVL int {name}({declared}) {{ return {test}; }}")
            for count in VECTORS:
                vectors = ", ".join(f"{kind}{count} {letter}" for letter in operands)
                parts = ", ".join(
                    f"({integer})-{name}({', '.join(f'{letter}.{part}' for letter in operands)})" for part in components(count)
                )
                out.append(f"OVL {integer}{count} {name}({vectors}) {{ return ({integer}{count})({parts}); }}")
    for kind in ("char", "short", "int", "long"):
        for count in ("",) + VECTORS:
            parts = ["a"] if not count else [f"a.{part}" for part in components(count)]
            out.append(f"OVL int any({kind}{count} a) {{ return ({' | '.join(parts)}) < 0; }}")
            out.append(f"OVL int all({kind}{count} a) {{ return ({' & '.join(parts)}) < 0; }}")
    for kind in INTEGERS + FLOATS:
        size = BYTES[kind]
        for count in ("",) + VECTORS:
            vector, bits = f"{kind}{count}", f"{UNSIGNED[size]}{count}"
            out.append(
                f"OVL {vector} bitselect({vector} a, {vector} b, {vector} c) {{ return as_{vector}(({bits})"
                f"((as_{bits}(a) & ~as_{bits}(c)) | (as_{bits}(b) & as_{bits}(c)))); }}"
            )
            for chooser in (SIGNED[size], UNSIGNED[size]):
                if count:
                    parts = ", ".join(f"({SIGNED[size]})c.{part} < 0 ? b.{part} : a.{part}" for part in components(count))
                    body = f"({vector})({parts})"
                else:
                    body = "c ? b : a"
                out.append(f"OVL {vector} select({vector} a, {vector} b, {chooser}{count} c) {{ return {body}; }}")
    return out
