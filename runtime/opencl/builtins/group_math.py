"""Mathematical functions (OpenCL C 1.2, 6.12.2) and the common ones (6.12.4). In single precision they are picolibc's or a few
instructions of the device; half precision goes by way of single precision."""

from cl_types import SPACES, VECTORS, components, elementwise

# Functions of picolibc (by its names), of one, two and three floats.
UNARY = (
    "acos acosh asin asinh atan atanh cosh erf exp exp2 exp10 expm1 log log2 log10 log1p logb sin cos tan sinh tanh "
    "lgamma"
).split()
BINARY = "atan2 fmod hypot nextafter pow remainder".split()
BUILTIN_UNARY = {"ceil": "ceil", "floor": "floor", "rint": "rint", "round": "round", "trunc": "trunc", "fabs": "fabs"}
PI = "0x1.921fb6p+1f"
# Written here: name -> (parameters, body over floats a, b, c).
OTHERS = {
    "sqrt": ("a", "return __builtin_sqrtf(a);"),
    "rsqrt": ("a", "return 1.0f / __builtin_sqrtf(a);"),
    "acospi": ("a", "return acosf(a) * 0x1.45f306p-2f;"),
    "asinpi": ("a", "return asinf(a) * 0x1.45f306p-2f;"),
    "atanpi": ("a", "return atanf(a) * 0x1.45f306p-2f;"),
    "atan2pi": ("ab", "return atan2f(a, b) * 0x1.45f306p-2f;"),
    "cbrt": ("a", "return __hd_cbrt(a);"),
    "erfc": ("a", "return __hd_erfc(a);"),
    "tgamma": ("a", "return __hd_tgamma(a);"),
    # (Half of a small number may not be a float.)
    "sinpi": ("a", f"return fabs(a) < 0x1p-100f ? a * {PI} : __hd_cl_sin2pi(a * 0.5f);"),
    "cospi": ("a", "return __hd_cl_cos2pi(a * 0.5f);"),
    "tanpi": ("a", "return __hd_tanpi(a);"),
    "copysign": ("ab", "return __builtin_copysignf(a, b);"),
    "fdim": ("ab", "return isnan(a) || isnan(b) ? a + b : a > b ? a - b : 0.0f;"),
    "fmax": ("ab", "return __builtin_fmaxf(a, b);"),
    "fmin": ("ab", "return __builtin_fminf(a, b);"),
    "powr": ("ab", "return __hd_powr(a, b);"),
    "maxmag": ("ab", "float x = fabs(a), y = fabs(b); return x > y ? a : y > x ? b : __builtin_fmaxf(a, b);"),
    "minmag": ("ab", "float x = fabs(a), y = fabs(b); return x < y ? a : y < x ? b : __builtin_fminf(a, b);"),
    "fma": ("abc", "return __builtin_fmaf(a, b, c);"),
    "mad": ("abc", "return __builtin_fmaf(a, b, c);"),
    "degrees": ("a", "return a * 0x1.ca5dc2p+5f;"),
    "radians": ("a", "return a * 0x1.1df46ap-6f;"),
    "sign": ("a", "return isnan(a) ? 0.0f : a > 0.0f ? 1.0f : a < 0.0f ? -1.0f : a;"),
    "step": ("ab", "return b < a ? 0.0f : 1.0f;"),
    "smoothstep": ("abc", "float t = clamp((c - a) / (b - a), 0.0f, 1.0f); return t * t * (3.0f - 2.0f * t);"),
    "mix": ("abc", "return a + (b - a) * c;"),
    "clamp": ("abc", "return __builtin_fminf(__builtin_fmaxf(a, b), c);"),
    "max": ("ab", "return a < b ? b : a;"),
    "min": ("ab", "return b < a ? b : a;"),
}
# Single precision only; results need not be exact.
NATIVE = {
    "sin": "return __hd_cl_sin2pi(a * 0x1.45f306p-3f);",
    "cos": "return __hd_cl_cos2pi(a * 0x1.45f306p-3f);",
    "tan": "return __hd_cl_sin2pi(a * 0x1.45f306p-3f) * __hd_cl_rcp(__hd_cl_cos2pi(a * 0x1.45f306p-3f));",
    "exp": "return __hd_cl_exp2(a * 0x1.715476p+0f);",
    "exp2": "return __hd_cl_exp2(a);",
    "exp10": "return __hd_cl_exp2(a * 0x1.a934f0p+1f);",
    "log": "return __hd_cl_log2(a) * 0x1.62e430p-1f;",
    "log2": "return __hd_cl_log2(a);",
    "log10": "return __hd_cl_log2(a) * 0x1.344136p-2f;",
    "recip": "return __hd_cl_rcp(a);",
    "rsqrt": "return __hd_cl_rsqrt(a);",
    "sqrt": "return __builtin_sqrtf(a);",
}
NATIVE_BINARY = {
    "divide": "return a * __hd_cl_rcp(b);",
    "powr": "return __hd_cl_exp2(b * __hd_cl_log2(a));",
}
# half_*: within 8192 ulp, but over the whole range where the native ones lose it.
HALF = {name: f"return {name}(a);" for name in "sin cos tan exp exp2 exp10 log log2 log10 rsqrt sqrt".split()} | {
    "recip": "return 1.0f / a;"
}
HALF_BINARY = {"divide": "return a / b;", "powr": "return powr(a, b);"}

HELPERS = f"""
float __hd_cl_rcp(float); float __hd_cl_rsqrt(float); float __hd_cl_exp2(float); float __hd_cl_log2(float);
float __hd_cl_sin2pi(float); float __hd_cl_cos2pi(float);
{' '.join(f'float {name}f(float);' for name in UNARY)}
{' '.join(f'float {name}f(float, float);' for name in BINARY)}
float cbrtf(float); float erfcf(float); float ldexpf(float, int); float frexpf(float, __private int*); float lgammaf_r(float, __private int*);
float remquof(float, float, __private int*); int ilogbf(float);

static float __hd_tanpi(float a) {{
  float r = a - 2.0f * rint(a * 0.5f);  // exact, in [-1, 1]
  if (!isfinite(a)) return a - a;
  float f = fabs(r);
  int flip = f > 0.5f;
  if (flip) f = 1.0f - f;
  if (f == 0.5f) return (r > 0.0f) ? INFINITY : -INFINITY;
  if (f == 0.0f) {{
    // The sign of a for even integers, the other for odd ones.
    return copysign(0.0f, flip ? -a : a);
  }}
  float t = f > 0.25f ? 1.0f / tanf((0.5f - f) * {PI}) : tanf(f * {PI});
  return (flip != (r < 0.0f)) ? -t : t;
}}
// picolibc's, within 3 ulp, and one step of Newton's method; small numbers scaled, since their cubes must be exact.
static float __hd_cbrt(float a) {{
  if (a == 0.0f || !isfinite(a)) return cbrtf(a);
  int small = fabs(a) < 0x1p-90f;
  float x = small ? a * 0x1p+60f : a, r = cbrtf(x), q = r * r;
  float rest = fma(q, r, -x) + fma(r, r, -q) * r;
  r -= rest / (3.0f * q);
  return small ? r * 0x1p-20f : r;
}}
// picolibc's loses up to 50 ulp where the result is small. There: exp(-a * a + polynomial in t) * t, t = 1 / (1 + a / 2), the fit of
// Numerical Recipes (6.2), with a * a in two parts so that the exponential keeps its digits.
static float __hd_erfc(float a) {{
  if (!(a > 2.0f)) return erfcf(a);
  if (a > 10.5f) return 0.0f;
  float t = 1.0f / (1.0f + 0.5f * a);
  float p = fma(t, 0.17087277f, -0.82215223f);
  p = fma(t, p, 1.48851587f);
  p = fma(t, p, -1.13520398f);
  p = fma(t, p, 0.27886807f);
  p = fma(t, p, -0.18628806f);
  p = fma(t, p, 0.09678418f);
  p = fma(t, p, 0.37409196f);
  p = fma(t, p, 1.00002368f);
  float high = as_float(as_int(a) & (int)0xfffff000);
  float low = fma(t, p, -1.26551223f) - (a - high) * (a + high);
  // Scaled, so that only the last product is rounded to a subnormal.
  return (t * expf(low)) * (expf(-high * high + 0x1.62e430p+4f) * 0x1p-32f);
}}
// Stirling's series for a >= 8, as two factors, neither of which overflows where the product is finite.
static float __hd_stirling(float a, __private float* other) {{
  float r = 1.0f / a;
  float series = fma(r, fma(r, fma(r, -0x1.5f7268p-9f, 0x1.c71c72p-9f), 0x1.555556p-4f), 1.0f);
  float p = powf(a, 0.5f * a - 0.25f);
  *other = p;
  return p * expf(-a) * (0x1.40d932p+1f * series);
}}
static float __hd_tgamma(float a) {{
  if (isnan(a)) return a;
  if (fabs(a) < 0x1p-25f) return 1.0f / a;
  if (a > 36.0f) return INFINITY;
  if (a < 0.0f && a == floor(a)) return NAN;
  if (a < -43.0f) return copysign(0.0f, __hd_cl_sin2pi(a * 0.5f));
  // Far below zero by reflection: gamma(a) gamma(-a) = -pi / (-a sin(-pi a)).
  float x = a, below = 1.0f;
  int reflect = a < -8.0f;
  if (reflect) x = -a;
  for (; x < 8.0f; x += 1.0f) below *= x;
  float other, value = __hd_stirling(x, &other);
  if (!reflect) return value / below * other;
  return {PI} / (__hd_cl_sin2pi(a * 0.5f) * x * value) / other;
}}
static float __hd_powr(float a, float b) {{
  if (a < 0.0f || isnan(a) || isnan(b)) return NAN;
  if (a == 0.0f && b == 0.0f) return NAN;
  if (isinf(a) && b == 0.0f) return NAN;
  if (a == 1.0f && isinf(b)) return NAN;
  return powf(fabs(a), b);
}}
"""


def _both(name, letters, body):
    """For float, and by way of it for half; scalars and vectors."""
    out = elementwise("float", name, ["float"] * len(letters), body)
    arguments = ", ".join(f"(float){letter}" for letter in letters)
    return out + elementwise("half", name, ["half"] * len(letters), f"return (half){name}({arguments});")


def _with_scalars():
    """min(floatn, float) and its like."""
    out = []
    for kind in ("float", "half"):
        for size in VECTORS:
            vector = f"{kind}{size}"
            for name in ("max", "min", "fmax", "fmin"):
                out.append(f"OVL {vector} {name}({vector} a, {kind} b) {{ return {name}(a, ({vector})b); }}")
            out.append(f"OVL {vector} clamp({vector} a, {kind} b, {kind} c) {{ return clamp(a, ({vector})b, ({vector})c); }}")
            out.append(f"OVL {vector} mix({vector} a, {vector} b, {kind} c) {{ return mix(a, b, ({vector})c); }}")
            out.append(f"OVL {vector} step({kind} a, {vector} b) {{ return step(({vector})a, b); }}")
            out.append(
                f"OVL {vector} smoothstep({kind} a, {kind} b, {vector} c) {{ return smoothstep(({vector})a, ({vector})b, c); }}"
            )
    return out


def _with_integers():
    """Functions with int operands or results."""
    out = []
    for kind in ("float", "half"):
        whole = kind == "float"
        cast = "" if whole else "(half)"
        widen = "" if whole else "(float)"
        for name, call in (
            ("ldexp", f"ldexpf({widen}a, b)"),
            ("pown", f"__hd_pown({widen}a, b)"),
            ("rootn", f"__hd_rootn({widen}a, b)"),
        ):
            out += elementwise(kind, name, [kind, "int"], f"return {cast}{call};")
            if name == "ldexp":
                for size in VECTORS:
                    out.append(
                        f"OVL {kind}{size} ldexp({kind}{size} a, int b) {{ return ldexp(a, (int{size})b); }}"
                    )
        out += elementwise("int", "ilogb", [kind], f"return __hd_ilogb({widen}a);")
    out += elementwise("float", "nan", ["uint"], "return as_float(a | 0x7fc00000u);")
    out += elementwise("half", "nan", ["ushort"], "return as_half((ushort)(a | 0x7e00u));")
    return out


INTEGER_HELPERS = """
static int __hd_ilogb(float a) {
  if (isnan(a)) return FP_ILOGBNAN;
  if (isinf(a)) return INT_MAX;
  if (a == 0.0f) return FP_ILOGB0;
  return ilogbf(a);
}
static float __hd_power_of(float a, uint n) {
  // As a product of a rounded and of its error, so that the error of many factors stays below one ulp.
  float high = 1.0f, low = 0.0f, base = a, rest = 0.0f;
  for (;;) {
    if (n & 1) {
      float p = high * base;
      low = isinf(p) || p == 0.0f ? 0.0f : fma(high, base, -p) + (high * rest + low * base);
      high = p;
      float s = high + low;
      if (!isinf(s)) { low = low - (s - high); high = s; }
    }
    n >>= 1;
    if (n == 0) return high + low;
    float q = base * base;
    rest = isinf(q) || q == 0.0f ? 0.0f : fma(base, base, -q) + 2.0f * base * rest;
    base = q;
    float s = base + rest;
    if (!isinf(s)) { rest = rest - (s - base); base = s; }
  }
}
static float __hd_pown(float a, int n) {
  if (n == 0) return 1.0f;
  if (abs_diff(n, 0) <= (1u << 24)) return powf(a, (float)n);
  // Not every int is a float: the sign is that of the parity of n, and a power that large is 0, 1 or infinite but near 1.
  float m = powf(fabs(a), (float)n);
  return (n & 1) && (as_int(a) < 0) ? -m : m;
}
static float __hd_rootn(float a, int n) {
  if (n == 0 || (a < 0.0f && !(n & 1)) || isnan(a)) return NAN;
  if (a == 0.0f) {
    float zero = (n & 1) ? a : 0.0f;
    return n > 0 ? zero : copysign(INFINITY, zero);
  }
  if (isinf(a)) return n > 0 ? a : copysign(0.0f, a);
  if (n == 1) return a;
  if (n == -1) return 1.0f / a;
  float x = fabs(a), r = powf(x, 1.0f / (float)n);
  if (n == 2) r = sqrt(x);
  if (n == 3) r = cbrtf(x);
  return a < 0.0f ? -r : r;
}
"""


def _with_results_in_memory():
    """frexp, modf, fract, sincos, lgamma_r, remquo: a second result through a pointer, in every address space."""
    out = []
    scalar = {
        "fract": (
            "{f}",
            "float m = floor(a); *p = ({k})m; if (isinf(a)) return ({k})copysign(0.0f, (float)a); "
            "if (isnan(a)) {{ *p = ({k})a; return ({k})a; }} return ({k})fmin((float)a - m, {below});",
        ),
        "modf": ("{f}", "float m = trunc((float)a); *p = ({k})m; return ({k})copysign(isinf((float)a) ? 0.0f : (float)a - m, (float)a);"),
        "sincos": ("{f}", "*p = ({k})cosf(a); return ({k})sinf(a);"),
        "frexp": ("int", "int e = 0; float r = frexpf(a, &e); *p = isfinite((float)a) ? e : 0; return ({k})r;"),
        "lgamma_r": ("int", "int s = 0; float r = lgammaf_r(a, &s); *p = s; return ({k})r;"),
    }
    for kind, below in (("float", "0x1.fffffep-1f"), ("half", "0x1.ffcp-1f")):
        for space in SPACES:
            for name, (second, body) in scalar.items():
                second = second.format(f=kind)
                out.append(f"OVL {kind} {name}({kind} a, {space} {second}* p) {{ {body.format(k=kind, below=below)} }}")
                out += _vectors_with_pointer(kind, name, second, space, ["a"])
            out.append(
                f"OVL {kind} remquo({kind} a, {kind} b, {space} int* p) "
                f"{{ int q = 0; float r = __hd_remquo(a, b, &q); *p = q; return ({kind})r; }}"
            )
            out += _vectors_with_pointer(kind, "remquo", "int", space, ["a", "b"])
    return out


def _vectors_with_pointer(kind, name, second, space, operands):
    out = []
    for size in VECTORS:
        declared = ", ".join(f"{kind}{size} {operand}" for operand in operands)
        steps = " ".join(
            f"r.{part} = {name}({', '.join(f'{operand}.{part}' for operand in operands)}, &t); q.{part} = t;"
            for part in components(size)
        )
        out.append(
            f"OVL {kind}{size} {name}({declared}, {space} {second}{size}* p) "
            f"{{ {kind}{size} r; {second}{size} q; {second} t; {steps} *p = q; return r; }}"
        )
    return out


REMQUO = """
static float __hd_remquo(float a, float b, __private int* q) {
  *q = 0;
  if (isnan(a) || isnan(b) || isinf(a) || b == 0.0f) return NAN;
  if (isinf(b)) return a;
  // The quotient's low seven bits, by long division on the magnitudes.
  float x = fabs(a), y = fabs(b);
  uint bits = 0;
  if (x >= y) {
    int shift = ilogbf(x) - ilogbf(y);
    for (int i = shift; i >= 0; i--) {
      float d = ldexpf(y, i);
      bits <<= 1;
      if (x >= d) { x -= d; bits |= 1; }
    }
  }
  // To the nearest, ties to even: x against y / 2 without rounding.
  float twice = 2.0f * x;
  int up = y < 0x1p-125f ? x > y - x || (x == y - x && (bits & 1)) : twice > y || (twice == y && (bits & 1));
  if (up) { x -= y; bits++; }
  bits &= 0x7f;
  *q = (as_int(a) ^ as_int(b)) < 0 ? -(int)bits : (int)bits;
  return as_float(as_int(x) ^ (as_int(a) & (int)0x80000000));
}
"""


def lines():
    out = [HELPERS, INTEGER_HELPERS, REMQUO]
    for name in UNARY:
        out += _both(name, "a", f"return {name}f(a);")
    for name in BINARY:
        if name != "nextafter":
            out += _both(name, "ab", f"return {name}f(a, b);")
    out += elementwise("float", "nextafter", ["float", "float"], "return nextafterf(a, b);")
    out += elementwise(
        "half",
        "nextafter",
        ["half", "half"],
        "if (isnan((float)a) || isnan((float)b)) return a + b; if (a == b) return b; short i = as_short(a); "
        "if ((i & 0x7fff) == 0) return copysign(as_half((short)1), b); return as_half((short)(((a < b) == (i >= 0)) ? i + 1 : i - 1));",
    )
    for name, builtin in BUILTIN_UNARY.items():
        out += _both(name, "a", f"return __builtin_{builtin}f(a);")
    for name, (letters, body) in OTHERS.items():
        out += _both(name, letters, body)
    for prefix, one, two in (("native_", NATIVE, NATIVE_BINARY), ("half_", HALF, HALF_BINARY)):
        for name, body in one.items():
            out += elementwise("float", prefix + name, ["float"], body)
        for name, body in two.items():
            out += elementwise("float", prefix + name, ["float", "float"], body)
    return out + _with_scalars() + _with_integers() + _with_results_in_memory()
