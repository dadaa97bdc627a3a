// What a warp does with its rows of S: P, the softmax as far as it is known, and the references that keep P in range.
#pragma once

#include "attention_setting.h"

#define LIMIT 256.0f
#define LEAST 1.0f
// 1 / sqrt(64), for exponentials to the base 2.
#define SCALE (0.125f * 1.44269504f)

// Of 0 to LIMIT: to nearest, ties to even.
HD_INLINE uint8_t e4m3(float x) {
  const uint32_t bits = hd_float_bits(x);
  const uint32_t normal = ((bits + 0x7FFFF + (bits >> 20 & 1)) >> 20) - (120u << 3);
  const uint32_t subnormal = hd_float_bits(x + 0x1p14f) & 15;  // rounded to multiples of 2^-9
  return (uint8_t)(x < 0x1p-6f ? subnormal : normal);
}

// A row of P is a group of 32 bytes at least.
HD_INLINE uint32_t p_stride(settings set) { return set->fp8 && set->tile < 32 ? 32 : set->tile; }

// Keeps the order of what is pinned, as the compiler knows nothing of latencies.
HD_INLINE float pin(float x) {
  __asm__ volatile("" : "+f"(x));
  return x;
}

// P = 2^x of a warp's rows, to `p`; of each row the sum of what the lane has. An exponential is used when some more are
// under way, so that a warp keeps their unit busy by itself.
#define UNDER_WAY 5
HD_INLINE void softmax(settings set, const float x[4][4], uint8_t* p, float* sums) {
  const uint32_t n = set->n;
  float powers[16];
  UNROLLED for (uint32_t k = 0; k < n * n + UNDER_WAY; k++) {
    if (k < n * n) powers[k] = pin(hd_exp2(x[k / n][k % n]));
    if (k < UNDER_WAY) continue;
    const uint32_t r = (k - UNDER_WAY) / n, c = (k - UNDER_WAY) % n, at = r * p_stride(set) + c * set->lanes;
    const float power = pin(powers[k - UNDER_WAY]);
    if (set->fp8)
      p[at] = e4m3(power);
    else
      ((_Float16*)p)[at] = (_Float16)power;
    sums[r] = c == 0 ? power : sums[r] + power;
  }
}

// The combination over a row, in all lanes. Through the scratchpad: a row's values are shared out among as many lanes
// as there are for each row, so that few shuffles are left.
HD_INLINE float combined(float a, float b, bool maximum) { return maximum ? __builtin_fmaxf(a, b) : a + b; }
HD_INLINE void over_rows(settings set, float* x, bool maximum) {
  const uint32_t lane = hd_lane_id(), mask = hd_warp_mask(), parts = set->lanes / set->n;
  volatile float* const own = (volatile float*)scratch(set->layout.rows) + hd_warp_id() * set->n * set->lanes;
  ROWS(set->n) own[r * set->lanes + lane] = x[r];
  hd_all_sync(mask, true);
  volatile float* const from = own + lane / parts * set->lanes + lane % parts;
  float all = from[0];
  UNROLLED for (uint32_t k = 1; k < set->n; k++) all = combined(all, from[k * parts], maximum);
  UNROLLED for (uint32_t bit = 1; bit < parts; bit *= 2) {
    all = combined(all, hd_bits_float(hd_shuffle_xor_sync(mask, hd_float_bits(all), bit)), maximum);
  }
  ROWS(set->n) x[r] = hd_bits_float(hd_shuffle_sync(mask, hd_float_bits(all), r * parts));
}

// Of S, or, behind it, of O.
HD_INLINE volatile float* accumulators(settings set, bool o) {
  return (volatile float*)HEDDLE_ACCUMULATOR_BASE + (o ? set->rows * set->tile : 0) +
         hd_warp_id() * set->n * set->tile + hd_lane_id();
}

// Of a warp's rows. Each lane stores and loads them, all the same: registers are what there is too little of.
HD_INLINE volatile float* references(settings set) {
  return (volatile float*)scratch(set->layout.references) + hd_warp_id() * set->n;
}

// The references rise by the largest x of each row, or, at first, become it; what there is by the former ones is
// scaled.
HD_INLINE void refer_anew(settings set, float x[4][4], float* sum, bool first) {
  float rise[4];
  ROWS(set->n) {
    rise[r] = x[r][0];
    COLUMNS(set->n) rise[r] = __builtin_fmaxf(rise[r], x[r][c]);
  }
  over_rows(set, rise, true);
  volatile float* const reference = references(set);
  const float least = first ? -__builtin_inff() : 0.0f;
  ROWS(set->n) {
    const float before = reference[r], after = before + __builtin_fmaxf(rise[r], least);
    reference[r] = after;
    rise[r] = after - before;
    COLUMNS(set->n) x[r][c] -= rise[r];
  }
  if (first) return;
  volatile float* const o = accumulators(set, true);
  ROWS(set->n) {
    const float factor = hd_exp2(-rise[r]);
    sum[r] *= factor;
    COLUMNS(set->n) o[r * set->tile + c * set->lanes] *= factor;
  }
}

// Is there a row of whose sums none reaches LEAST? Those that are no numbers do.
HD_INLINE bool some_row_is_small(settings set, const float* sums) {
  const uint32_t mask = hd_warp_mask();
  bool small = false;
  ROWS(set->n) small = small || hd_all_sync(mask, sums[r] < LEAST);
  return small;
}
