"""Mathematical functions (OpenCL C 1.2, 6.12.2) and the common ones (6.12.4). In single precision they are picolibc's or a few
instructions of the device; half precision goes by way of single precision."""

from cl_types import SPACES, VECTORS, components, elementwise

# Functions of picolibc (by its names), of one, two and three floats.
UNARY = (
    "acos acosh asin asinh atan atanh cosh erf exp exp2 exp10 expm1 log log2 log10 log1p logb sin cos tan sinh tanh"
).split()
BINARY = "atan2 fmod hypot nextafter remainder".split()
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
    "lgamma": ("a", "int s; return __hd_lgamma(a, &s);"),
    # (Half of a small number may not be a float.)
    "sinpi": ("a", f"return fabs(a) < 0x1p-100f ? a * {PI} : __hd_cl_sin2pi(a * 0.5f);"),
    "cospi": ("a", "return __hd_cl_cos2pi(a * 0.5f);"),
    "tanpi": ("a", "return __hd_tanpi(a);"),
    "copysign": ("ab", "return __builtin_copysignf(a, b);"),
    "fdim": ("ab", "return isnan(a) || isnan(b) ? a + b : a > b ? a - b : 0.0f;"),
    "fmax": ("ab", "return __builtin_fmaxf(a, b);"),
    "fmin": ("ab", "return __builtin_fminf(a, b);"),
    "pow": ("ab", "return __hd_pow(a, b);"),
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
float cbrtf(float); float erfcf(float); float powf(float, float);
float ldexpf(float, int); float frexpf(float, __private int*); float lgammaf_r(float, __private int*);
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
  // Two halves, neither of which is subnormal.
  float half_way = expf(-0.5f * high * high);
  return t * expf(low) * half_way * half_way;
}}
// a^(b + rest) for finite a > 0: the logarithm and its product with b as two floats each, so that many octaves cost no digits.
static float __hd_power(float a, float b, float rest) {{
  int e = 0;
  if (a < 0x1p-126f) {{
    a *= 0x1p+24f;
    e = -24;
  }}
  int bits = as_int(a), octave = (bits - 0x3f3504f3) >> 23;  // what remains is in [sqrt(1/2), sqrt(2))
  e += octave;
  float m = as_float(bits - (octave << 23));
  // log2(m) = 2 / ln(2) * (s + s^3 / 3 + s^5 / 5 + ...), s = (m - 1) / (m + 1)
  float n = m - 1.0f, d = m + 1.0f, d_low = m - (d - 1.0f);
  float s = n / d, s_low = (fma(-s, d, n) - s * d_low) / d, z = s * s;
  float t = z * fma(z, fma(z, fma(z, fma(z, 0x1.745d18p-4f, 0x1.c71c72p-4f), 0x1.24924ap-3f), 0x1.99999ap-3f), 0x1.555556p-2f);
  s_low = fma(s, t, s_low);
  float p = s * 0x1.715476p+1f;
  float p_low = fma(s, 0x1.715476p+1f, -p) + fma(s_low, 0x1.715476p+1f, s * 0x1.4ae0cp-25f);
  float log = (float)e + p, log_low = ((float)e - log) + p + p_low;
  float q = b * log, q_low = fma(b, log, -q) + fma(b, log_low, rest * log);
  if (q > 129.0f) return INFINITY;
  if (q < -152.0f) return 0.0f;
  float whole = rint(q);
  return ldexpf(__hd_cl_exp2((q - whole) + q_low), (int)whole);
}}
static float __hd_pow(float a, float b) {{
  if (!isfinite(a) || !isfinite(b) || a == 0.0f || b == 0.0f || a == 1.0f) return powf(a, b);
  if (a > 0.0f) return __hd_power(a, b, 0.0f);
  if (b != trunc(b)) return NAN;
  float r = __hd_power(-a, b, 0.0f);
  return fabs(b) < 0x1p+24f && ((int)b & 1) ? -r : r;
}}
// Stirling's series for a >= 8, as two factors, neither of which overflows where the product is finite.
static float __hd_stirling(float a, __private float* other) {{
  float r = 1.0f / a;
  float series = fma(r, fma(r, fma(r, -0x1.5f7268p-9f, 0x1.c71c72p-9f), 0x1.555556p-4f), 1.0f);
  float p = __hd_power(a, 0.5f * a - 0.25f, 0.0f);
  *other = p;
  return p * expf(-a) * (0x1.40d932p+1f * series);
}}
static float __hd_lgamma(float a, __private int* s) {{
  // (picolibc's says infinity where the square of a negative number is too small to be one.)
  if (a > -0x1p-24f && a < 0.0f) {{ *s = -1; return -logf(-a); }}
  return lgammaf_r(a, s);
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
  float lost = 0.0f;  // What the steps have rounded away from x: the function is steep there.
  while (x < 8.0f) {{
    below *= x;
    float next = x + 1.0f, step = next - x;
    lost += (x - (next - step)) + (1.0f - step);
    x = next;
  }}
  float other, value = __hd_stirling(x, &other);
  value = fma(value, lost * (logf(x) - 0.5f / x), value);
  if (!reflect) return value / below * other;
  return {PI} / (__hd_cl_sin2pi(a * 0.5f) * x * value) / other;
}}
static float __hd_powr(float a, float b) {{
  if (a < 0.0f || isnan(a) || isnan(b)) return NAN;
  if (a == 0.0f && b == 0.0f) return NAN;
  if (isinf(a) && b == 0.0f) return NAN;
  if (a == 1.0f && isinf(b)) return NAN;
  return __hd_pow(fabs(a), b);
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
static float __hd_pown(float a, int n) {
  if (n == 0 || a == 1.0f) return 1.0f;
  if (!isfinite(a) || a == 0.0f) {
    // (An even number for what is too large for a float to be odd.)
    float m = powf(fabs(a), n < 0 ? -1.0f : 1.0f);
    return (n & 1) ? copysign(m, a) : m;
  }
  float high = (float)n, r = __hd_power(fabs(a), high, (float)((long)n - (long)high));
  return (n & 1) && a < 0.0f ? -r : r;
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
  float whole = (float)n, b = 1.0f / whole, r = __hd_power(fabs(a), b, fma(-b, whole, 1.0f) / whole);
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
        "lgamma_r": ("int", "int s = 0; float r = __hd_lgamma(a, &s); *p = s; return ({k})r;"),
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
