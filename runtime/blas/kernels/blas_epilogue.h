/* From a tile of accumulators to the result in device memory: scaling, bias, activation, conversion. */
#pragma once

#include "blas_args.h"
#include "heddle_formats.h"

/* Part of the result: `width` (2^log2_width) x `height` values, row by row, of which `rows` x `columns` exist; the
   first is element (row, column). */
struct blas_tile {
  volatile const uint32_t* values;
  uint32_t log2_width, height;
  uint32_t row, column, rows, columns;
};

#define BLAS_UNROLL 4

/* Not inlined: see ROLE in blas_gemm.c. */
#define BLAS_PART __attribute__((noinline, unused)) static

/* x / (1 + e^-2u), which is x / 2 (1 + tanh u). Far on the left e^-2u would be infinite. */
HD_INLINE float blas_gelu(float x) {
  const float u2 = x * __builtin_fmaf(x * x, -2.0f * 0.7978845608f * 0.044715f, -2.0f * 0.7978845608f);
  const float y = x * hd_rcp(1.0f + hd_fast_expf(u2));
  return x < -16.0f ? -0.0f : y;
}

/* Element (row, column) of alpha * acc + beta * C + bias through the activation. */
HD_INLINE float blas_value(const struct blas_epilogue* e, const struct blas_problem* p, uint32_t bits, uint32_t row,
                           uint32_t column) {
  float x = e->alpha * ((e->flags & BLAS_INTEGERS) != 0 ? (float)(int32_t)bits : hd_bits_float(bits));
  if ((e->flags & BLAS_BETA) != 0) x = __builtin_fmaf(e->beta, hd_bits_float(p->c[row * e->c_stride + column]), x);
  if ((e->flags & BLAS_BIAS) != 0) x += p->bias[column];
  /* NaN stays NaN. */
  if (e->activation == BLAS_RELU) x = x < 0.0f ? 0.0f : x;
  if (e->activation == BLAS_GELU) x = blas_gelu(x);
  return x;
}

HD_INLINE int8_t blas_int8(float x) {
  const int32_t rounded = (int32_t)__builtin_lrintf(x);
  return (int8_t)(rounded > 127 ? 127 : rounded < -128 ? -128 : rounded);
}

/* Stores one element in an output without blocks. */
HD_INLINE void blas_store(const struct blas_epilogue* e, const struct blas_problem* p, uint32_t bits, uint32_t row,
                          uint32_t column) {
  uint8_t* const at = p->d + row * e->d_stride;
  if (e->output == BLAS_OUTPUT_INT32) {
    uint32_t x = (uint32_t)e->integer_alpha * bits;
    if ((e->flags & BLAS_BETA) != 0) x += (uint32_t)e->integer_beta * p->c[row * e->c_stride + column];
    ((uint32_t*)at)[column] = x;
    return;
  }
  const float x = blas_value(e, p, bits, row, column);
  if (e->output == BLAS_OUTPUT_FP32) {
    ((uint32_t*)at)[column] = hd_float_bits(x);
    return;
  }
  const float scaled = x * e->scale;
  switch (e->output) {
    case BLAS_OUTPUT_FP16: ((_Float16*)at)[column] = (_Float16)scaled; break;
    case BLAS_OUTPUT_BF16: ((uint16_t*)at)[column] = hd_bf16(scaled); break;
    case BLAS_OUTPUT_INT8: ((int8_t*)at)[column] = blas_int8(scaled); break;
    case BLAS_OUTPUT_E4M3: at[column] = hd_e4m3(scaled); break;
    case BLAS_OUTPUT_E5M2: at[column] = hd_e5m2_saturated(scaled); break;
    default: break;
  }
}

/* Value `i` of the tile, or the last that exists in its row or column: others may never have been computed. */
HD_INLINE uint32_t blas_existing(const struct blas_tile* t, uint32_t i) {
  const uint32_t row = i >> t->log2_width, column = i & ((1u << t->log2_width) - 1);
  return ((row < t->rows ? row : t->rows - 1) << t->log2_width) + (column < t->columns ? column : t->columns - 1);
}

/* The accumulators as they are; all of a step's loads are under way before its first store. A tile at an edge, of which
   not everything exists. */
BLAS_PART void blas_carry_edge(uint8_t* corner, uint32_t d_stride, const struct blas_tile* t, uint32_t worker,
                               uint32_t workers) {
  const uint32_t lanes = hd_num_lanes(), mask = (1u << t->log2_width) - 1, elements = t->height << t->log2_width;
#pragma clang loop unroll(disable)
  for (uint32_t i = worker * BLAS_UNROLL * lanes + hd_lane_id(); i < elements; i += workers * BLAS_UNROLL * lanes) {
    uint32_t values[BLAS_UNROLL];
    for (uint32_t u = 0; u < BLAS_UNROLL; u++) values[u] = t->values[blas_existing(t, i + u * lanes)];
    for (uint32_t u = 0; u < BLAS_UNROLL; u++) {
      const uint32_t row = (i + u * lanes) >> t->log2_width, column = (i + u * lanes) & mask;
      if (row < t->rows && column < t->columns) ((uint32_t*)(corner + row * d_stride))[column] = values[u];
    }
  }
}

/* A whole tile: `values` of `elements` (its rows times 2^log2_width) to `corner`. `lanes` is a constant. Rows or parts
   of rows: the same distances in every step. */
HD_INLINE void blas_carry_lanes(uint8_t* corner, uint32_t d_stride, volatile const uint32_t* values,
                                uint32_t log2_width, uint32_t elements, uint32_t worker, uint32_t workers,
                                uint32_t lanes) {
  const uint32_t mask = (1u << log2_width) - 1, step = workers * BLAS_UNROLL * lanes;
  uint32_t offset[BLAS_UNROLL];
  for (uint32_t u = 0; u < BLAS_UNROLL; u++) offset[u] = (u * lanes >> log2_width) * d_stride + (u * lanes & mask) * 4;
#pragma clang loop unroll(disable)
  for (uint32_t i = worker * BLAS_UNROLL * lanes + hd_lane_id(); i < elements; i += step) {
    uint8_t* const to = corner + (i >> log2_width) * d_stride + (i & mask) * 4;
    volatile const uint32_t* const from = values + i;
    uint32_t moved[BLAS_UNROLL];
    for (uint32_t u = 0; u < BLAS_UNROLL; u++) moved[u] = from[u * lanes];
    for (uint32_t u = 0; u < BLAS_UNROLL; u++) *(uint32_t*)(to + offset[u]) = moved[u];
  }
}
#define BLAS_CARRY(lanes)                                                                                        \
  BLAS_PART void blas_carry_##lanes(uint8_t* corner, uint32_t d_stride, volatile const uint32_t* values,         \
                                    uint32_t log2_width, uint32_t elements, uint32_t worker, uint32_t workers) { \
    blas_carry_lanes(corner, d_stride, values, log2_width, elements, worker, workers, lanes);                    \
  }
BLAS_CARRY(8)
BLAS_CARRY(16)
BLAS_CARRY(32)

HD_INLINE void blas_carry_plain(const struct blas_epilogue* e, const struct blas_problem* p, const struct blas_tile* t,
                                uint32_t worker, uint32_t workers) {
  const uint32_t d_stride = e->d_stride, elements = t->height << t->log2_width;
  uint8_t* const corner = p->d + t->row * d_stride + t->column * 4;
  if (t->rows != t->height || t->columns != 1u << t->log2_width) {
    const struct blas_tile copy = *t; /* so that the caller's may be registers */
    blas_carry_edge(corner, d_stride, &copy, worker, workers);
  } else if (hd_num_lanes() == 16) {
    blas_carry_16(corner, d_stride, t->values, t->log2_width, elements, worker, workers);
  } else if (hd_num_lanes() == 8) {
    blas_carry_8(corner, d_stride, t->values, t->log2_width, elements, worker, workers);
  } else { /* a device with the engines has 8 lanes or more */
    blas_carry_32(corner, d_stride, t->values, t->log2_width, elements, worker, workers);
  }
}

BLAS_PART void blas_carry_elements(const struct blas_epilogue* epilogue, const struct blas_problem* problem,
                                   const struct blas_tile* t, uint32_t worker, uint32_t workers) {
  /* Copies: stores might change what is behind the pointers, for all that the compiler knows. */
  const struct blas_epilogue here = *epilogue, *const e = &here;
  const struct blas_problem of = *problem, *const p = &of;
  const uint32_t lanes = hd_num_lanes(), lane = hd_lane_id(), mask = (1u << t->log2_width) - 1;
  const uint32_t elements = t->height << t->log2_width;
#pragma clang loop unroll(disable)
  for (uint32_t i = worker * BLAS_UNROLL * lanes + lane; i < elements; i += workers * BLAS_UNROLL * lanes) {
    uint32_t values[BLAS_UNROLL];
    for (uint32_t u = 0; u < BLAS_UNROLL; u++) values[u] = t->values[blas_existing(t, i + u * lanes)];
    for (uint32_t u = 0; u < BLAS_UNROLL; u++) {
      const uint32_t row = (i + u * lanes) >> t->log2_width, column = (i + u * lanes) & mask;
      if (row < t->rows && column < t->columns) blas_store(e, p, values[u], t->row + row, t->column + column);
    }
  }
}

/* A block per lane: 32 elements of a row, of NVFP4 16, and their scale. Its group of 32 bytes is that of an operand
   of a product, so D may be one. Elements beyond the last column count as zero. */
BLAS_PART void blas_carry_blocks(const struct blas_epilogue* epilogue, const struct blas_problem* problem,
                                 const struct blas_tile* t, uint32_t worker, uint32_t workers) {
  const struct blas_epilogue here = *epilogue, *const e = &here;
  const struct blas_problem of = *problem, *const p = &of;
  const uint32_t lanes = hd_num_lanes(), log2_block = e->output == BLAS_OUTPUT_NVFP4 ? 4 : 5;
  const bool four_bits = e->output >= BLAS_OUTPUT_MXFP4;
  const uint32_t block = 1u << log2_block, log2_across = t->log2_width - log2_block;
  const uint32_t blocks = t->height << log2_across;
#pragma clang loop unroll(disable)
  for (uint32_t i = worker * lanes + hd_lane_id(); i < blocks; i += workers * lanes) {
    const uint32_t row = i >> log2_across, first = (i & ((1u << log2_across) - 1)) << log2_block;
    if (row >= t->rows || first >= t->columns) continue;
    const uint32_t count = t->columns - first < block ? t->columns - first : block;
    float x[32];
    union {
      uint8_t bytes[32];
      uint32_t words[8];
    } to;
    volatile const uint32_t* const from = t->values + (row << t->log2_width) + first;
    for (uint32_t j = 0; j < block; j++) {
      x[j] = j < count ? blas_value(e, p, from[j], t->row + row, t->column + first + j) * e->scale : 0.0f;
    }
    uint8_t scale;
    switch (e->output) {
      case BLAS_OUTPUT_MXFP8_E4M3: scale = hd_quantise_mxfp8(x, false, to.bytes); break;
      case BLAS_OUTPUT_MXFP8_E5M2: scale = hd_quantise_mxfp8(x, true, to.bytes); break;
      case BLAS_OUTPUT_MXFP4: scale = hd_quantise_mxfp4(x, to.bytes); break;
      default: scale = hd_quantise_nvfp4(x, to.bytes); break;
    }
    const uint32_t column = t->column + first, shift = four_bits ? 1 : 0;
    uint8_t* const at = p->d + (t->row + row) * e->d_stride + (column >> shift);
    if (count == block && (e->flags & BLAS_WORDS) != 0) {
      for (uint32_t j = 0; j < block >> shift >> 2; j++) ((uint32_t*)at)[j] = to.words[j];
    } else {
      for (uint32_t j = 0; j < (count + shift) >> shift; j++) at[j] = to.bytes[j];
    }
    const uint32_t per_group = four_bits ? 64u >> log2_block : 1, number = column >> log2_block;
    p->scales_d[number / per_group * e->d_scale_stride + (t->row + row) * per_group + number % per_group] = scale;
  }
}
