"""Explicit conversions (OpenCL C 1.2, 6.2.3): convert_TYPE, with saturation and rounding modes. Rounding modes other than the default
are the device's own, in the instruction (device_rounding.c)."""

from cl_types import BYTES, FLOATS, INTEGERS, VECTORS, components, is_signed, limits

MODES = ("", "_rte", "_rtz", "_rtp", "_rtn")
TO_INTEGER = {"": "trunc", "_rte": "rint", "_rtz": "trunc", "_rtp": "ceil", "_rtn": "floor"}


def _integer_to_integer(to, source, saturate):
    if not saturate:
        return f"return ({to})a;"
    low, high = limits(to)
    tests = []
    source_low, source_high = (-(1 << (8 * BYTES[source] - 1)) if is_signed(source) else 0), 0
    source_high = (1 << (8 * BYTES[source] - is_signed(source))) - 1
    to_low = -(1 << (8 * BYTES[to] - 1)) if is_signed(to) else 0
    to_high = (1 << (8 * BYTES[to] - is_signed(to))) - 1
    if source_low < to_low:
        tests.append(f"a < ({source}){low} ? ({to}){low} : ")
    if source_high > to_high:
        tests.append(f"a > ({source}){high} ? ({to}){high} : ")
    return f"return {''.join(tests)}({to})a;"


def _float_to_integer(to, source, saturate, mode):
    value = f"{TO_INTEGER[mode]}({'(float)' if source == 'half' else ''}a)"
    if not saturate:
        return f"return ({to}){value};"
    low, high = limits(to)
    bits = 8 * BYTES[to] - is_signed(to)
    # 2^bits is a float, its predecessor among the integers perhaps not.
    lowest = f"-0x1p+{bits}f" if is_signed(to) else "0.0f"
    return f"float x = {value}; return x != x ? ({to})0 : x >= 0x1p+{bits}f ? ({to}){high} : x <= {lowest} ? ({to}){low} : ({to})x;"


def _to_float(to, source, mode):
    if mode in ("", "_rte") or (to == "float" and (source in FLOATS or BYTES[source] < 4)) or (to == source):
        return f"return ({to})a;"
    letter = "h" if to == "half" else "f"
    if source in FLOATS:
        return f"return as_half((ushort)__hd_cl_f2h{mode}(a));"
    wide = BYTES[source] == 8
    kind = ("long" if is_signed(source) else "ulong") if wide else ("int" if is_signed(source) else "uint")
    if wide:
        return f"return ({to})__hd_{kind}2{letter}{mode}(a);"
    call = f"__hd_cl_{kind}2{letter}{mode}(a)"
    return f"return as_half((ushort){call});" if to == "half" else f"return {call};"


def _helpers():
    out = []
    for mode in MODES[2:]:
        out.append(f"uint __hd_cl_f2h{mode}(float);")
        for kind in ("int", "uint"):
            out.append(f"float __hd_cl_{kind}2f{mode}({kind}); uint __hd_cl_{kind}2h{mode}({kind});")
        # 64 bits: cut to 26 significant bits with the rest as a sticky bit, which one conversion then rounds.
        for kind in ("long", "ulong"):
            toward = {"_rtz": "0", "_rtp": "1", "_rtn": "-1"}[mode]
            magnitude = "a < 0 ? -(ulong)a : (ulong)a" if kind == "long" else "a"
            negative = "a < 0" if kind == "long" else "0"
            out.append(
                f"static float __hd_{kind}2f{mode}({kind} a) {{ ulong m = {magnitude}; int negative = {negative}; "
                f"int shift = m >> 30 ? 34 - (int)clz(m) : 0; uint top = (uint)(m >> shift); if (m & (((ulong)1 << shift) - 1)) top |= 1; "
                f"int value = negative ? -(int)top : (int)top; return ldexp(__hd_cl_int2f{mode}(value), shift); }}"
            )
            out.append(
                f"static half __hd_{kind}2h{mode}({kind} a) {{ int value = a > ({kind})0x3fffffff ? 0x3fffffff : "
                + (f"a < -({kind})0x3fffffff ? -0x3fffffff : " if kind == "long" else "")
                + f"(int)a; return as_half((ushort)__hd_cl_int2h{mode}(value)); }}"
            )
            del toward
    return out


def lines():
    out = _helpers()
    for to in INTEGERS + FLOATS:
        for source in INTEGERS + FLOATS:
            for saturate in ("", "_sat") if to in INTEGERS else ("",):
                for mode in MODES:
                    name = f"convert_{to}{saturate}{mode}"
                    if to in FLOATS:
                        body = _to_float(to, source, mode)
                    elif source in FLOATS:
                        body = _float_to_integer(to, source, saturate, mode)
                    else:
                        body = _integer_to_integer(to, source, saturate)
                    out.append(f"OVL {to} {name}({source} a) {{ {body} }}")
                    for count in VECTORS:
                        parts = ", ".join(f"{name}(a.{part})" for part in components(count))
                        out.append(
                            f"OVL {to}{count} convert_{to}{count}{saturate}{mode}({source}{count} a) {{ return ({to}{count})({parts}); }}"
                        )
    return out
