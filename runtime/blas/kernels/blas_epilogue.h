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

/* Loads of accumulators that are under way before the first store: enough for few warps to hide what they take. */
#define BLAS_UNROLL 4 /* rows of a column */
#define BLAS_CHUNKS 8 /* times a warp's width of whole rows */

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

/* Stores `count` elements of a column, one below the other, in an output without blocks; `row` and `column` of the
   first. */
HD_INLINE void blas_store(const struct blas_epilogue* e, const struct blas_problem* p, const uint32_t* bits,
                          const uint32_t count, uint32_t row, uint32_t column) {
  uint8_t* const first = p->d + row * e->d_stride;
  const uint32_t d_stride = e->d_stride;
#define AT(type, i) ((type*)(first + (i) * d_stride))[column]
  if (e->output == BLAS_OUTPUT_INT32) {
    for (uint32_t i = 0; i < count; i++) {
      uint32_t x = (uint32_t)e->integer_alpha * bits[i];
      if ((e->flags & BLAS_BETA) != 0) x += (uint32_t)e->integer_beta * p->c[(row + i) * e->c_stride + column];
      AT(uint32_t, i) = x;
    }
    return;
  }
  float x[BLAS_UNROLL];
  for (uint32_t i = 0; i < count; i++) x[i] = blas_value(e, p, bits[i], row + i, column);
  if (e->output == BLAS_OUTPUT_FP32) {
    for (uint32_t i = 0; i < count; i++) AT(uint32_t, i) = hd_float_bits(x[i]);
    return;
  }
  for (uint32_t i = 0; i < count; i++) x[i] *= e->scale;
#define CONVERT(type, function) \
  for (uint32_t i = 0; i < count; i++) AT(type, i) = function(x[i])
  switch (e->output) {
    case BLAS_OUTPUT_FP16: CONVERT(_Float16, (_Float16)); break;
    case BLAS_OUTPUT_BF16: CONVERT(uint16_t, hd_bf16); break;
    case BLAS_OUTPUT_INT8: CONVERT(int8_t, blas_int8); break;
    case BLAS_OUTPUT_E4M3: CONVERT(uint8_t, hd_e4m3); break;
    case BLAS_OUTPUT_E5M2: CONVERT(uint8_t, hd_e5m2_saturated); break;
    default: break;
  }
#undef CONVERT
#undef AT
}

/* Whole rows of accumulators as they are, BLAS_CHUNKS times a warp's width at a time. `lanes`, `log2_width` and `all`
   are constants. */
struct blas_rows {
  volatile const uint32_t *from, *end, *last;  // of the last step
  uint8_t *to, *last_to;
  uint32_t to_step;  // bytes, from step to step of a worker
};

/* How many of the tile's rows are gone through in this way: whole ones, in whole steps; with `all` the last step begins
   earlier where rows are left. */
HD_INLINE uint32_t blas_whole(const struct blas_tile* t, const uint32_t lanes, const uint32_t log2_width,
                              const bool all) {
  const uint32_t together = BLAS_CHUNKS * lanes >> log2_width;
  if (t->columns >> log2_width == 0) return 0;
  return !all ? t->rows & -together : t->rows >= together ? t->rows : 0;
}

HD_INLINE struct blas_rows blas_rows_of(const struct blas_tile* t, uint32_t whole, uint8_t* corner, uint32_t d_stride,
                                        uint32_t worker, uint32_t workers, const uint32_t lanes,
                                        const uint32_t log2_width) {
  const uint32_t mask = (1u << log2_width) - 1, together = BLAS_CHUNKS * lanes >> log2_width;
  const uint32_t first = worker * together, last = whole - together, lane = hd_lane_id();
  uint8_t* const to = corner + (lane >> log2_width) * d_stride + (lane & mask) * 4;
  return (struct blas_rows){t->values + (first << log2_width) + lane,
                            t->values + (whole << log2_width),
                            t->values + (last << log2_width) + lane,
                            to + first * d_stride,
                            to + last * d_stride,
                            workers * together * d_stride};
}

HD_INLINE void blas_carry_rows(const struct blas_rows* rows, uint32_t d_stride, uint32_t workers, const uint32_t lanes,
                               const uint32_t log2_width, const bool all) {
  const uint32_t mask = (1u << log2_width) - 1;
  volatile const uint32_t* from = rows->from;
  uint8_t* to = rows->to;
  for (; from < rows->end; from += workers * BLAS_CHUNKS * lanes, to += rows->to_step) {
    if (all && from > rows->last) {
      from = rows->last;
      to = rows->last_to;
    }
    uint32_t values[BLAS_CHUNKS];
    for (uint32_t i = 0; i < BLAS_CHUNKS; i++) values[i] = from[i * lanes];
    for (uint32_t i = 0; i < BLAS_CHUNKS; i++) {
      *(uint32_t*)(to + (i * lanes >> log2_width) * d_stride + (i * lanes & mask) * 4) = values[i];
    }
  }
}

/* The part of a tile that exists goes through columns: every lane has one, or part of one where a warp has more lanes
   than the tile has columns, and then the next. What does not exist is not touched, and may never have been computed.
 */
struct blas_columns {
  uint32_t across, down;  // lanes beside and below each other
  uint32_t row, column;   // of this lane
};
HD_INLINE struct blas_columns blas_columns_of(const struct blas_tile* t, uint32_t worker) {
  const uint32_t lanes = hd_num_lanes(), lane = hd_lane_id(), width = 1u << t->log2_width;
  const uint32_t across = lanes < width ? lanes : width, down = lanes / across;
  return (struct blas_columns){across, down, worker * down * BLAS_UNROLL + lane / across, lane & (across - 1)};
}

/* Accumulators as they are, in strips of a warp's width: BLAS_CHUNKS rows at a time, of which the tile has no less; the
   last ones begin earlier, and lanes beyond the tile's columns have the last one. */
HD_INLINE void blas_carry_strips(const struct blas_tile* t, uint8_t* corner, uint32_t d_stride, uint32_t worker,
                                 uint32_t workers) {
  const uint32_t lanes = hd_num_lanes(), log2_width = t->log2_width;
  for (uint32_t strip = hd_lane_id(); strip < t->columns + hd_lane_id(); strip += lanes) {
    const uint32_t column = strip < t->columns ? strip : t->columns - 1;
    for (uint32_t first = worker * BLAS_CHUNKS; first < t->rows; first += workers * BLAS_CHUNKS) {
      const uint32_t row = first < t->rows - BLAS_CHUNKS ? first : t->rows - BLAS_CHUNKS;
      volatile const uint32_t* from = t->values + (row << log2_width) + column;
      uint8_t* to = corner + row * d_stride + column * 4;
      uint32_t values[BLAS_CHUNKS];
      for (uint32_t i = 0; i < BLAS_CHUNKS; i++, from += 1u << log2_width) values[i] = *from;
      for (uint32_t i = 0; i < BLAS_CHUNKS; i++, to += d_stride) *(uint32_t*)to = values[i];
    }
  }
}

/* Accumulators as they are. */
BLAS_PART void blas_carry_part(const struct blas_tile* t, uint8_t* corner, uint32_t d_stride, uint32_t worker,
                               uint32_t workers) {
  if (t->rows >= BLAS_CHUNKS && hd_num_lanes() >> t->log2_width <= 1) {
    blas_carry_strips(t, corner, d_stride, worker, workers);
    return;
  }
  const struct blas_columns c = blas_columns_of(t, worker);
  const uint32_t from_step = c.down << t->log2_width, to_step = c.down * d_stride;
  for (uint32_t column = c.column; column < t->columns; column += c.across) {
    for (uint32_t row = c.row; row < t->rows; row += workers * BLAS_UNROLL * c.down) {
      volatile const uint32_t* from = t->values + (row << t->log2_width) + column;
      uint8_t* to = corner + row * d_stride + column * 4;
      if (row + (BLAS_UNROLL - 1) * c.down < t->rows) {
        uint32_t values[BLAS_UNROLL];
        for (uint32_t i = 0; i < BLAS_UNROLL; i++, from += from_step) values[i] = *from;
        for (uint32_t i = 0; i < BLAS_UNROLL; i++, to += to_step) *(uint32_t*)to = values[i];
      } else {
        for (uint32_t r = row; r < t->rows; r += c.down, from += from_step, to += to_step) *(uint32_t*)to = *from;
      }
    }
  }
}

BLAS_PART void blas_carry_elements(const struct blas_epilogue* epilogue, const struct blas_problem* problem,
                                   const struct blas_tile* t, uint32_t worker, uint32_t workers) {
  /* Copies: stores might change what is behind the pointers, for all that the compiler knows. */
  const struct blas_epilogue here = *epilogue, *const e = &here;
  const struct blas_problem of = *problem, *const p = &of;
  const struct blas_columns c = blas_columns_of(t, worker);
  const uint32_t from_step = c.down << t->log2_width;
  for (uint32_t column = c.column; column < t->columns; column += c.across) {
    for (uint32_t row = c.row; row < t->rows; row += workers * BLAS_UNROLL * c.down) {
      volatile const uint32_t* from = t->values + (row << t->log2_width) + column;
      if (c.down == 1 && row + BLAS_UNROLL <= t->rows) {
        uint32_t values[BLAS_UNROLL];
        for (uint32_t i = 0; i < BLAS_UNROLL; i++, from += from_step) values[i] = *from;
        blas_store(e, p, values, BLAS_UNROLL, t->row + row, t->column + column);
      } else {
        for (uint32_t i = 0, r = row; i < BLAS_UNROLL && r < t->rows; i++, r += c.down, from += from_step) {
          const uint32_t value = *from;
          blas_store(e, p, &value, 1, t->row + r, t->column + column);
        }
      }
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
