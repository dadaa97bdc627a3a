// Many lanes at one memory: scratchpad banks, and atomics.
#include "timing.h"

// The sum of the last BANK_VALUES words. The loop is long because its branch takes a turn of the port that loads issue
// from; no load waits for the register of one shortly before it.
MEASURED uint32_t read_many(const uint32_t* word, uint32_t loads) {
  uint32_t values[BANK_VALUES], sum = 0;
  for (; loads != 0; loads -= BANK_UNROLL) {
#pragma unroll
    for (uint32_t round = 0; round < BANK_UNROLL / BANK_VALUES; ++round) {
#pragma unroll
      for (uint32_t k = 0; k < BANK_VALUES; ++k) values[k] = load_word(word);
#pragma unroll
      for (uint32_t k = 0; k < BANK_VALUES; ++k) __asm__ volatile("" : : "r"(values[k]));
    }
  }
#pragma unroll
  for (uint32_t k = 0; k < BANK_VALUES; ++k) sum += values[k];
  return sum;
}

HD_KERNEL(bank) {
  uint32_t* words = hd_dynamic_scratchpad();
  for (uint32_t i = hd_local_linear_id(); i <= args->stride * (hd_num_lanes() - 1); i += hd_local_linear_size())
    words[i] = i;
  hd_barrier();
  const uint32_t* own = &words[hd_lane_id() * args->stride];
  read_many(own, BANK_UNROLL);
  hd_barrier();
  uint32_t ready = 0;
  const uint32_t begin = cycle_after(&ready);
  uint32_t sum = read_many(own, args->loads);
  const uint32_t end = cycle_after(&sum);
  note_span(args->spans, begin, end);
  args->out[hd_global_id(0)] = sum;
}

// The sum of what was found.
MEASURED uint32_t add_many(uint32_t* word, uint32_t adds) {
  uint32_t sum = 0;
  for (; adds != 0; adds -= ATOMIC_UNROLL) {
    uint32_t old[ATOMIC_UNROLL];
#pragma unroll
    for (uint32_t k = 0; k < ATOMIC_UNROLL; ++k) old[k] = hd_atomic_add(word, 1);
#pragma unroll
    for (uint32_t k = 0; k < ATOMIC_UNROLL; ++k) sum += old[k];
  }
  return sum;
}

HD_INLINE void measure_adds(const struct atomic_args* args, uint32_t* word) {
  uint32_t sum = add_many(word, ATOMIC_UNROLL);
  hd_barrier();
  const uint32_t begin = cycle_after(&sum);
  sum += add_many(word, args->adds);
  const uint32_t end = cycle_after(&sum);
  note_span(args->spans, begin, end);
  args->old[hd_global_id(0)] = sum;
}

HD_KERNEL(atomic_memory) { measure_adds(args, args->cells + hd_global_id(0) * args->stride); }

HD_KERNEL(atomic_scratchpad) {
  uint32_t* words = hd_dynamic_scratchpad();
  for (uint32_t i = hd_local_linear_id(); i < args->words; i += hd_local_linear_size()) words[i] = 0;
  hd_barrier();
  measure_adds(args, words + hd_local_id(0) * args->stride);
  hd_barrier();
  for (uint32_t i = hd_local_linear_id(); i < args->words; i += hd_local_linear_size()) args->cells[i] = words[i];
}

HD_SCRATCHPAD uint32_t local_bins[HISTOGRAM_BINS];

HD_KERNEL(histogram) {
  const uint32_t id = hd_local_id(0), size = hd_local_size(0);
  for (uint32_t bin = id; bin < HISTOGRAM_BINS; bin += size) local_bins[bin] = 0;
  hd_barrier();
  const uint32_t items = hd_global_size(0);
  uint32_t i = hd_global_id(0);
  // Several loads in flight before the first of them is counted.
  for (; i + (ATOMIC_UNROLL - 1) * items < args->n; i += ATOMIC_UNROLL * items) {
    uint32_t values[ATOMIC_UNROLL];
#pragma unroll
    for (uint32_t k = 0; k < ATOMIC_UNROLL; ++k) values[k] = args->values[i + k * items];
#pragma unroll
    for (uint32_t k = 0; k < ATOMIC_UNROLL; ++k) hd_atomic_add(&local_bins[values[k]], 1);
  }
  for (; i < args->n; i += items) hd_atomic_add(&local_bins[args->values[i]], 1);
  hd_barrier();
  for (uint32_t bin = id; bin < HISTOGRAM_BINS; bin += size) hd_atomic_add(&args->bins[bin], local_bins[bin]);
}
