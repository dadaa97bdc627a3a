// Loads at a stride, and through an index.
#include "timing.h"

HD_KERNEL(stride) {
  const uint32_t items = hd_global_size(0), item = hd_global_id(0);
  const uint32_t* p = args->in + item * args->stride;
  const uint32_t step = items * args->stride;
  uint32_t sum = 0;
  for (uint32_t left = args->loads; left != 0; left -= SWEEP_UNROLL) {
    uint32_t values[SWEEP_UNROLL];
#pragma unroll
    for (uint32_t k = 0; k < SWEEP_UNROLL; ++k, p += step) values[k] = load_word(p);
#pragma unroll
    for (uint32_t k = 0; k < SWEEP_UNROLL; ++k) sum += values[k];
  }
  args->out[item] = sum;
}

HD_KERNEL(gather) {
  const uint32_t items = hd_global_size(0), item = hd_global_id(0);
  const uint32_t* in = args->in;
  const uint32_t* index = args->index + item;
  uint32_t sum = 0;
  for (uint32_t left = args->loads; left != 0; left -= SWEEP_UNROLL) {
    uint32_t values[SWEEP_UNROLL];
#pragma unroll
    for (uint32_t k = 0; k < SWEEP_UNROLL; ++k, index += items) values[k] = load_word(index);
#pragma unroll
    for (uint32_t k = 0; k < SWEEP_UNROLL; ++k) values[k] = load_word(in + values[k]);
#pragma unroll
    for (uint32_t k = 0; k < SWEEP_UNROLL; ++k) sum += values[k];
  }
  args->out[item] = sum;
}
