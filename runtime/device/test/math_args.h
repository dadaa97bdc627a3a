/* Arguments of the kernels of math.c. */
#pragma once
#include "heddle.h"

/* The functions of one or two arguments, by number. */
// clang-format off
#define MATH_ONE(F) \
  F(hd_rcp) F(hd_rsqrt) F(hd_exp2) F(hd_log2) F(hd_sin2pi) F(hd_cos2pi) \
  F(hd_fast_expf) F(hd_fast_logf) F(hd_fast_sinf) F(hd_fast_cosf) F(hd_fast_tanhf) F(hd_fast_rsqrtf) F(hd_fast_sqrtf)
// clang-format on
#define MATH_TWO(F) F(hd_fast_powf) F(hd_fast_divf)

#define MATH_NUMBER(name) MATH_##name,
enum math_function { MATH_ONE(MATH_NUMBER) MATH_TWO(MATH_NUMBER) MATH_FUNCTIONS };

struct math_args {
  uint32_t function, n;
  HD_PTR(const float) x;
  HD_PTR(const float) y;
  HD_PTR(float) result;
};

struct halves_args {
  uint32_t n;
  HD_PTR(const double) x;
  HD_PTR(const double) y;
  HD_PTR(uint16_t) rounded; /* x */
  HD_PTR(uint16_t) fused;   /* x y + 1, of the rounded numbers */
  HD_PTR(uint32_t) less;    /* x < y, of the rounded numbers */
};

struct modes_args {
  HD_PTR(uint32_t) out; /* of each work-item: fcsr at its start, flags of 1 / 3, and 1 / 3 in the five rounding modes */
};
