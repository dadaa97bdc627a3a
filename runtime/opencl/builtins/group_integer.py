"""Integer functions (OpenCL C 1.2, 6.12.3), and those of OpenCL C 3.0 that go with them."""

from cl_types import BYTES, INTEGERS, SIGNED, UNSIGNED, VECTORS, elementwise, is_signed, limits


def _scalar_bodies(kind):
    size, signed = BYTES[kind], is_signed(kind)
    bits, low_high = 8 * size, limits(kind)
    unsigned = UNSIGNED[size]
    low, high = low_high
    narrow = size < 4
    bodies = {
        "add_sat": f"{kind} r; return __builtin_add_overflow(a, b, &r) ? ({f'a < 0 ? ({kind}){low} : ' if signed else ''}({kind}){high}) : r;",
        "sub_sat": f"{kind} r; return __builtin_sub_overflow(a, b, &r) ? ({f'a < 0 ? ({kind}){low} : ({kind}){high}' if signed else '0'}) : r;",
        "hadd": "return (a >> 1) + (b >> 1) + (a & b & 1);",
        "rhadd": "return (a >> 1) + (b >> 1) + ((a | b) & 1);",
        "max": "return a < b ? b : a;",
        "min": "return b < a ? b : a;",
        "rotate": f"{unsigned} n = ({unsigned})b & {bits - 1}, x = ({unsigned})a; "
        f"return ({kind})(n ? ({unsigned})(x << n) | ({unsigned})(x >> ({bits} - n)) : x);",
    }
    if narrow:
        bodies["mul_hi"] = f"return ({kind})(((int)a * (int)b) >> {bits});"
        if not signed:
            bodies["mul_hi"] = f"return ({kind})(((uint)a * (uint)b) >> {bits});"
    elif size == 4:
        wide = "long" if signed else "ulong"
        bodies["mul_hi"] = f"return ({kind})((({wide})a * ({wide})b) >> 32);"
    else:
        bodies["mul_hi"] = "return __hd_mul_hi_" + kind + "(a, b);"
    return bodies


MUL_HI = """
static ulong __hd_mul_hi_ulong(ulong a, ulong b) {
  ulong al = (uint)a, ah = a >> 32, bl = (uint)b, bh = b >> 32;
  ulong low = al * bl, m1 = ah * bl + (low >> 32), m2 = al * bh + (uint)m1;
  return ah * bh + (m1 >> 32) + (m2 >> 32);
}
static long __hd_mul_hi_long(long a, long b) {
  return (long)(__hd_mul_hi_ulong((ulong)a, (ulong)b) - (a < 0 ? (ulong)b : 0) - (b < 0 ? (ulong)a : 0));
}
"""


def lines():
    out = [MUL_HI]
    for kind in INTEGERS:
        size, signed = BYTES[kind], is_signed(kind)
        bits, unsigned = 8 * size, UNSIGNED[size]
        low, high = limits(kind)
        for name, body in _scalar_bodies(kind).items():
            out += elementwise(kind, name, [kind, kind], body)
        out += elementwise(unsigned, "abs", [kind], f"return ({unsigned})(a < 0 ? -({unsigned})a : ({unsigned})a);" if signed else "return a;")
        out += elementwise(
            unsigned, "abs_diff", [kind, kind], f"return ({unsigned})(a < b ? ({unsigned})b - ({unsigned})a : ({unsigned})a - ({unsigned})b);"
        )
        out += elementwise(kind, "clamp", [kind] * 3, "return a < b ? b : a > c ? c : a;")
        counted = "ulong" if size == 8 else "uint"
        suffix = "l" if size == 8 else ""  # (long long has 128 bits in OpenCL C)
        pad = 32 - bits if size < 4 else 0
        out += elementwise(kind, "clz", [kind], f"{counted} x = ({unsigned})a; return x ? ({kind})(__builtin_clz{suffix}(x) - {pad}) : ({kind}){bits};")
        out += elementwise(kind, "ctz", [kind], f"{counted} x = ({unsigned})a; return x ? ({kind})__builtin_ctz{suffix}(x) : ({kind}){bits};")
        out += elementwise(kind, "popcount", [kind], f"{counted} x = ({unsigned})a; return ({kind})__builtin_popcount{suffix}(x);")
        out += elementwise(kind, "mad_hi", [kind] * 3, f"return ({kind})(mul_hi(a, b) + c);")
        if size <= 4:
            wide = "long" if signed else "ulong"
            body = f"{wide} r = ({wide})a * ({wide})b + ({wide})c; return r > ({wide}){high} ? ({kind}){high} : "
            body += f"r < ({wide}){low} ? ({kind}){low} : ({kind})r;" if signed else f"({kind})r;"
        elif signed:
            body = (
                "long h = mul_hi(a, b); ulong l = (ulong)a * (ulong)b, s = l + (ulong)c; h += (s < l) + (c < 0 ? -1 : 0); "
                "return h > 0 || (h == 0 && (long)s < 0) ? LONG_MAX : h < -1 || (h == -1 && (long)s >= 0) ? LONG_MIN : (long)s;"
            )
        else:
            body = "ulong h = mul_hi(a, b), l = a * b, s = l + c; return h != 0 || s < l ? ULONG_MAX : s;"
        out += elementwise(kind, "mad_sat", [kind] * 3, body)
        for vector in (f"{kind}{size_}" for size_ in VECTORS):
            out.append(f"OVL {vector} max({vector} a, {kind} b) {{ return max(a, ({vector})b); }}")
            out.append(f"OVL {vector} min({vector} a, {kind} b) {{ return min(a, ({vector})b); }}")
            out.append(f"OVL {vector} clamp({vector} a, {kind} b, {kind} c) {{ return clamp(a, ({vector})b, ({vector})c); }}")
        if size < 8:
            twice = (SIGNED if signed else UNSIGNED)[2 * size]
            wide_unsigned = UNSIGNED[2 * size]
            out += elementwise(
                twice, "upsample", [kind, unsigned], f"return ({twice})(({wide_unsigned})(({wide_unsigned})({unsigned})a << {bits}) | b);"
            )
    for kind in ("int", "uint"):
        out += elementwise(
            kind, "mul24", [kind] * 2, "return ((a << 8) >> 8) * ((b << 8) >> 8);"
        )
        out += elementwise(kind, "mad24", [kind] * 3, "return ((a << 8) >> 8) * ((b << 8) >> 8) + c;")
    return out
