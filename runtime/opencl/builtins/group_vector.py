"""Geometric functions (OpenCL C 1.2, 6.12.5), shuffle and shuffle2 (6.12.12)."""

from cl_types import BYTES, FLOATS, INTEGERS, UNSIGNED, components


def _geometric(kind):
    out = []
    for size in ("", "2", "3", "4"):
        vector = f"{kind}{size}"
        if size:
            products = "".join(f"r = fma((float)a.{part}, (float)b.{part}, r); " for part in components(size))
            out.append(f"OVL {kind} dot({vector} a, {vector} b) {{ float r = 0.0f; {products}return ({kind})r; }}")
        else:
            out.append(f"OVL {kind} dot({vector} a, {vector} b) {{ return a * b; }}")
        if size:
            find = "float m = 0.0f; " + "".join(f"m = fmax(m, fabs((float)a.{part})); " for part in components(size))
            wide = ", ".join(f"(float)a.{part}" for part in components(size))
            # Scaled by a power of two where squares would leave the range.
            out.append(
                f"OVL {kind} length({vector} a) {{ {find}float{size} x = (float{size})({wide}); float s = 1.0f; "
                f"if (m > 0x1p+62f) {{ x *= 0x1p-64f; s = 0x1p+64f; }} else if (m < 0x1p-40f) {{ x *= 0x1p+80f; s = 0x1p-80f; }} "
                f"return ({kind})(sqrt(dot(x, x)) * s); }}"
            )
            out.append(
                f"OVL {vector} normalize({vector} a) {{ {find}float{size} x = (float{size})({wide}); "
                "if (isinf(m)) { "
                + " ".join(
                    f"x.{part} = isinf(x.{part}) ? copysign(1.0f, x.{part}) : isnan(x.{part}) ? x.{part} : copysign(0.0f, x.{part});"
                    for part in components(size)
                )
                + f" }} else if (m > 0x1p+62f) x *= 0x1p-64f; else if (m < 0x1p-40f) x *= 0x1p+80f; "
                f"if (m == 0.0f) return a; x = x * (1.0f / sqrt(dot(x, x))); "
                f"return ({vector})({', '.join(f'({kind})x.{part}' for part in components(size))}); }}"
            )
        else:
            out.append(f"OVL {kind} length({kind} a) {{ return fabs(a); }}")
            out.append(f"OVL {kind} normalize({kind} a) {{ return sign(a); }}")
        out.append(f"OVL {kind} distance({vector} a, {vector} b) {{ return length(a - b); }}")
        if kind == "float":
            out.append(f"OVL float fast_length({vector} a) {{ return sqrt(dot(a, a)); }}")
            out.append(f"OVL float fast_distance({vector} a, {vector} b) {{ return fast_length(a - b); }}")
            out.append(
                f"OVL {vector} fast_normalize({vector} a) {{ float d = dot(a, a); return d == 0.0f ? a : a * rsqrt(d); }}"
            )
    cross = "a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x"
    out.append(f"OVL {kind}3 cross({kind}3 a, {kind}3 b) {{ return ({kind}3)({cross}); }}")
    out.append(f"OVL {kind}4 cross({kind}4 a, {kind}4 b) {{ return ({kind}4)({cross}, 0); }}")
    return out


def _shuffles(kind):
    mask_kind = UNSIGNED[BYTES[kind]]
    out = []
    for result in ("2", "4", "8", "16"):
        for source in ("2", "4", "8", "16"):
            last = int(source) - 1
            vector = f"{kind}{source}"
            # A vector indexed by a variable goes through memory; as an array it says so.
            picks = "".join(f"r.{part} = v[m.{part} & {last}]; " for part in components(result))
            out.append(
                f"OVL {kind}{result} shuffle({vector} a, {mask_kind}{result} m) {{ __private {kind} v[{source}]; "
                f"vstore{source}(a, 0, v); {kind}{result} r; {picks}return r; }}"
            )
            picks = "".join(f"r.{part} = v[m.{part} & {2 * last + 1}]; " for part in components(result))
            out.append(
                f"OVL {kind}{result} shuffle2({vector} a, {vector} b, {mask_kind}{result} m) {{ __private {kind} v[{2 * int(source)}]; "
                f"vstore{source}(a, 0, v); vstore{source}(b, 1, v); {kind}{result} r; {picks}return r; }}"
            )
    return out


def lines():
    out = []
    for kind in FLOATS:
        out += _geometric(kind)
    for kind in INTEGERS + FLOATS:
        out += _shuffles(kind)
    return out
