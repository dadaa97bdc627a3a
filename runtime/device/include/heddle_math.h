/* Special functions of the device, one instruction each, and fast mathematics built on them. heddle.h includes this.

   All are for single precision and give the same bits on every configuration. Subnormal operands and results count in
   full, infinities and NaNs behave as in C unless said otherwise; errno is left alone.

   Errors are in ulp: units in the last place of the exact result. u is 2^-24, half an ulp of 1. The C library's own
   functions (sinf, expf, ... of <math.h>) are there as well: slower, within about 1 ulp everywhere. sqrtf, fabsf, fmaf,
   fminf, fmaxf and the division operator are exact instructions. */
#ifndef HEDDLE_MATH_H
#define HEDDLE_MATH_H
#ifdef __riscv

#include <heddle_isa.h>

#define HD_MATH static inline __attribute__((always_inline, unused))

/* A float's bits, and back: for shuffles, atomics and the like. */
HD_MATH uint32_t hd_float_bits(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
HD_MATH float hd_bits_float(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

/* ---- One instruction each; the bits are defined by the architecture. ---- */
/*                                               error      of 0        of a negative number            */
/* hd_rcp(x)      1 / x                          1 ulp      inf         as of its magnitude, negated    */
/* hd_rsqrt(x)    1 / square root of x           1 ulp      inf         NaN                             */
/* hd_exp2(x)     2 to the power of x            1 ulp      1                                           */
/* hd_log2(x)     logarithm to the base 2        1 ulp      -inf        NaN                             */
/* hd_sin2pi(x)   sine of x turns                2 ulp      0                                           */
/* hd_cos2pi(x)   cosine of x turns              2 ulp      1                                           */
/* hd_rcp(-0), hd_rsqrt(-0) are -inf. For any finite x the sine and cosine reduce their operand exactly. */
#define HD_SPECIAL(name, insn)                                          \
  HD_MATH float name(float x) {                                         \
    float result;                                                       \
    __asm__(HEDDLE_INSN_HD_##insn("%0", "%1") : "=f"(result) : "f"(x)); \
    return result;                                                      \
  }
HD_SPECIAL(hd_rcp, RCP)
HD_SPECIAL(hd_rsqrt, RSQRT)
HD_SPECIAL(hd_exp2, EXP2)
HD_SPECIAL(hd_log2, LOG2)
HD_SPECIAL(hd_sin2pi, SIN)
HD_SPECIAL(hd_cos2pi, COS)
#undef HD_SPECIAL

/* ---- Fast mathematics: a few instructions each. ---- */

/* e^x within 1 + 1.25 |x| ulp: the product with log2(e) is rounded before the exponential. */
HD_MATH float hd_fast_expf(float x) { return hd_exp2(x * 0x1.715476p+0f); }

/* Natural logarithm within 2 ulp. */
HD_MATH float hd_fast_logf(float x) { return hd_log2(x) * 0x1.62e430p-1f; }

/* x^y for x > 0 within 1 + 2.1 |y log2(x)| ulp. x = 0 works for y != 0; a negative x gives NaN. */
HD_MATH float hd_fast_powf(float x, float y) { return hd_exp2(y * hd_log2(x)); }

/* Sine and cosine of radians; the absolute error is at most (2 + 1.7 |x|) u, for the sine of |x| <= 1 also 4 ulp. */
HD_MATH float hd_fast_sinf(float x) { return hd_sin2pi(x * 0x1.45f306p-3f); }
HD_MATH float hd_fast_cosf(float x) { return hd_cos2pi(x * 0x1.45f306p-3f); }

/* Hyperbolic tangent within 3 ulp. Diverges where some |x| are below 0.625 and others are not. */
HD_MATH float hd_fast_tanhf(float x) {
  const float a = __builtin_fabsf(x);
  float result;
  if (a < 0.625f) { /* an odd polynomial: 1 - 2 / (e^2a + 1) would cancel */
    const float z = x * x;
    float p = -5.70498872745e-3f * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    result = p * z * a + a;
  } else {
    result = 1.0f - 2.0f * hd_rcp(hd_exp2(a * 0x1.715476p+1f) + 1.0f);
  }
  return __builtin_copysignf(result, x);
}

/* 1 / square root of x within 1 ulp. */
HD_MATH float hd_fast_rsqrtf(float x) { return hd_rsqrt(x); }

/* Square root within 3 ulp; sqrtf is exact, and several times slower. */
HD_MATH float hd_fast_sqrtf(float x) { return hd_rcp(hd_rsqrt(x)); }

/* a / b within 2.5 ulp for 2^-126 <= |b| <= 2^126; a / b itself is exact, and several times slower. */
HD_MATH float hd_fast_divf(float a, float b) { return a * hd_rcp(b); }

#endif /* __riscv */
#endif /* HEDDLE_MATH_H */
