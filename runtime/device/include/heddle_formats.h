/* Number formats of the matrix engine (docs/matrix.md), for kernels and hosts: conversions from and to float, and
   blocks with scales. Integer arithmetic only: the same bits everywhere.

   From float: to nearest, ties to even; subnormal results kept. What is too large becomes infinity (fp16, bf16, E5M2,
   as IEEE 754 has it) or, with the _saturated forms and where the format has no infinity (E4M3, E2M1), the largest
   number. NaN stays NaN; E2M1 has none and gives zero. */
#ifndef HEDDLE_FORMATS_H
#define HEDDLE_FORMATS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define HD_FORMAT_INLINE static inline __attribute__((unused))

#ifdef __riscv
#include "heddle.h" /* hd_float_bits, hd_bits_float */
#else
HD_FORMAT_INLINE uint32_t hd_float_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}
HD_FORMAT_INLINE float hd_bits_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}
#endif

/* A small floating-point format: `exponent` bits of exponent with the usual bias, `fraction` bits of fraction.
   `largest` is the encoding of its largest finite number, `infinity` what lies beyond, `nan` a NaN. */
struct hd_small_format {
  uint32_t exponent, fraction, largest, infinity, nan;
};

HD_FORMAT_INLINE uint32_t hd_encode_small(float x, struct hd_small_format f, bool saturated) {
  const uint32_t bits = hd_float_bits(x), magnitude = bits & 0x7FFFFFFFu;
  const uint32_t sign = bits >> 31 << (f.exponent + f.fraction);
  if (magnitude > 0x7F800000u) return f.nan;
  if (magnitude == 0x7F800000u) return sign | (saturated ? f.largest : f.infinity);
  const int32_t bias = (1 << (f.exponent - 1)) - 1;
  int32_t exponent = (int32_t)(magnitude >> 23) - 127;
  uint32_t significand = (magnitude & 0x7FFFFFu) | (magnitude >> 23 != 0 ? 0x800000u : 0);
  if (magnitude >> 23 == 0) exponent = -126;
  /* In units of the last place of the result: of the smallest normal number where it is subnormal. */
  const int32_t lowest = 1 - bias;
  uint32_t shift = 23 - f.fraction;
  if (exponent < lowest) shift += (uint32_t)(lowest - exponent);
  if (shift > 25) shift = 25; /* less than half of the last place */
  uint32_t kept = significand >> shift;
  const uint32_t rest = significand & ((1u << shift) - 1), half = 1u << (shift - 1);
  if (rest > half || (rest == half && (kept & 1) != 0)) kept++;
  /* The leading one of a normal number adds one to the exponent field; a carry does the same. */
  uint32_t result = kept;
  if (exponent >= lowest) result += (uint32_t)(exponent - lowest) << f.fraction;
  if (result > f.largest) result = saturated ? f.largest : f.infinity;
  return sign | result;
}

HD_FORMAT_INLINE float hd_decode_small(uint32_t bits, struct hd_small_format f) {
  const uint32_t sign = (bits >> (f.exponent + f.fraction) & 1) << 31;
  const uint32_t magnitude = bits & ((1u << (f.exponent + f.fraction)) - 1);
  if (magnitude > f.largest)
    return hd_bits_float(magnitude == f.infinity && f.infinity != f.largest ? sign | 0x7F800000u : 0x7FC00000u);
  uint32_t field = magnitude >> f.fraction, fraction = magnitude & ((1u << f.fraction) - 1);
  const int32_t bias = (1 << (f.exponent - 1)) - 1;
  if (field == 0) {
    if (fraction == 0) return hd_bits_float(sign);
    field = 1;
    while ((fraction >> f.fraction) == 0) { /* normalise: float has the exponents, but for those of bf16 */
      if ((int32_t)field - bias + 126 <= 0) return hd_bits_float(sign | fraction << (23 - f.fraction));
      fraction <<= 1;
      field--;
    }
    fraction &= (1u << f.fraction) - 1;
  }
  return hd_bits_float(sign | (uint32_t)((int32_t)field - bias + 127) << 23 | fraction << (23 - f.fraction));
}

#define HD_FORMAT_E5M2 ((struct hd_small_format){5, 2, 0x7B, 0x7C, 0x7E})
#define HD_FORMAT_E4M3 ((struct hd_small_format){4, 3, 0x7E, 0x7E, 0x7F})
#define HD_FORMAT_E2M1 ((struct hd_small_format){2, 1, 0x7, 0x7, 0x0})
#define HD_FORMAT_FP16 ((struct hd_small_format){5, 10, 0x7BFF, 0x7C00, 0x7E00})
#define HD_FORMAT_BF16 ((struct hd_small_format){8, 7, 0x7F7F, 0x7F80, 0x7FC0})

HD_FORMAT_INLINE uint8_t hd_e5m2(float x) { return (uint8_t)hd_encode_small(x, HD_FORMAT_E5M2, false); }
HD_FORMAT_INLINE uint8_t hd_e5m2_saturated(float x) { return (uint8_t)hd_encode_small(x, HD_FORMAT_E5M2, true); }
HD_FORMAT_INLINE uint8_t hd_e4m3(float x) { return (uint8_t)hd_encode_small(x, HD_FORMAT_E4M3, true); }
HD_FORMAT_INLINE uint8_t hd_e2m1(float x) { return (uint8_t)hd_encode_small(x, HD_FORMAT_E2M1, true); }
HD_FORMAT_INLINE uint16_t hd_fp16(float x) { return (uint16_t)hd_encode_small(x, HD_FORMAT_FP16, false); }
HD_FORMAT_INLINE uint16_t hd_bf16(float x) { return (uint16_t)hd_encode_small(x, HD_FORMAT_BF16, false); }
/* The matrix engine ignores the low 13 bits: this rounds instead of cutting them. */
HD_FORMAT_INLINE uint32_t hd_tf32(float x) {
  const uint32_t bits = hd_float_bits(x);
  if ((bits & 0x7F800000u) == 0x7F800000u) return (bits & 0x7FFFFFu) != 0 ? 0x7FC00000u : bits;
  return (bits + 0xFFFu + (bits >> 13 & 1)) & ~0x1FFFu;
}

HD_FORMAT_INLINE float hd_from_e5m2(uint8_t bits) { return hd_decode_small(bits, HD_FORMAT_E5M2); }
HD_FORMAT_INLINE float hd_from_e4m3(uint8_t bits) { return hd_decode_small(bits, HD_FORMAT_E4M3); }
HD_FORMAT_INLINE float hd_from_e2m1(uint8_t bits) { return hd_decode_small(bits & 15u, HD_FORMAT_E2M1); }
HD_FORMAT_INLINE float hd_from_fp16(uint16_t bits) { return hd_decode_small(bits, HD_FORMAT_FP16); }
HD_FORMAT_INLINE float hd_from_bf16(uint16_t bits) { return hd_bits_float((uint32_t)bits << 16); }

/* ---- Blocks with a scale ----
   The MX formats (32 elements, scale E8M0, a power of two): the largest magnitude's exponent less that of the element
   format's largest number, so that the largest element uses its range; NaN where an element is NaN or infinite. */
HD_FORMAT_INLINE float hd_from_e8m0(uint8_t scale) {
  if (scale == 0xFF) return hd_bits_float(0x7FC00000u);
  return hd_bits_float(scale == 0 ? 0x400000u : (uint32_t)scale << 23);
}

HD_FORMAT_INLINE uint32_t hd_largest_magnitude(const float* x, uint32_t count) {
  uint32_t largest = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t magnitude = hd_float_bits(x[i]) & 0x7FFFFFFFu;
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/* `range`: exponent of the element format's largest number: E4M3 8, E5M2 15, E2M1 2. */
HD_FORMAT_INLINE uint8_t hd_e8m0_scale(const float* x, uint32_t range) {
  const uint32_t exponent = hd_largest_magnitude(x, 32) >> 23;
  if (exponent == 0xFF) return 0xFF;
  return (uint8_t)(exponent > range ? exponent - range : 0);
}

/* x * 2^(127 - scale), exact where the result is normal; what underflows then is zero in every element format. */
HD_FORMAT_INLINE float hd_divide_e8m0(float x, uint8_t scale) {
  const uint32_t field = 254u - scale;
  return x * hd_bits_float(field == 0 ? 0x400000u : field << 23);
}

/* 32 floats to elements E4M3 or E5M2; the scale. */
HD_FORMAT_INLINE uint8_t hd_quantise_mxfp8(const float* x, bool e5m2, uint8_t* elements) {
  const uint8_t scale = hd_e8m0_scale(x, e5m2 ? 15 : 8);
  for (uint32_t i = 0; i < 32; i++) {
    const float scaled = scale == 0xFF ? 0.0f : hd_divide_e8m0(x[i], scale);
    elements[i] = e5m2 ? hd_e5m2_saturated(scaled) : hd_e4m3(scaled);
  }
  return scale;
}

/* Two elements to a byte, the even one in its low half. */
HD_FORMAT_INLINE uint8_t hd_e2m1_pair(float even, float odd) { return (uint8_t)(hd_e2m1(even) | hd_e2m1(odd) << 4); }

/* 32 floats to 16 bytes of E2M1; the scale. */
HD_FORMAT_INLINE uint8_t hd_quantise_mxfp4(const float* x, uint8_t* pairs) {
  const uint8_t scale = hd_e8m0_scale(x, 2);
  for (uint32_t i = 0; i < 16; i++) {
    pairs[i] = scale == 0xFF ? 0 : hd_e2m1_pair(hd_divide_e8m0(x[2 * i], scale), hd_divide_e8m0(x[2 * i + 1], scale));
  }
  return scale;
}

/* NVFP4: 16 floats to 8 bytes of E2M1; the scale, E4M3: the largest magnitude over 6. The caller has divided x by what
   the whole tensor is scaled with, so that scales lie in E4M3's range. */
HD_FORMAT_INLINE uint8_t hd_quantise_nvfp4(const float* x, uint8_t* pairs) {
  const uint8_t scale = hd_e4m3(hd_bits_float(hd_largest_magnitude(x, 16)) / 6.0f);
  const float by = hd_from_e4m3(scale);
  for (uint32_t i = 0; i < 8; i++) {
    pairs[i] = by > 0.0f ? hd_e2m1_pair(x[2 * i] / by, x[2 * i + 1] / by) : 0;
  }
  return scale;
}

#endif
