// Bitonic sort. One work-item handles one pair of elements at a time; as long as pairs lie within the chunk of two
// elements per work-item, a workgroup goes on in its scratchpad with a barrier between steps.
#include "bitonic_args.h"

HD_SCRATCHPAD uint32_t chunk[BITONIC_MAX_CHUNK];

// Position of the lower element of pair `pair` at a distance `stride` (a power of two).
static uint32_t lower(uint32_t pair, uint32_t stride) { return 2 * pair - (pair & (stride - 1)); }

static void compare(uint32_t* a, uint32_t* b, bool ascending) {
  const uint32_t x = *a, y = *b;
  if ((x > y) == ascending) {
    *a = y;
    *b = x;
  }
}

static void load(const uint32_t* keys) {
  const uint32_t size = hd_local_size(0), base = hd_group_id(0) * 2 * size;
  for (uint32_t i = hd_local_id(0); i < 2 * size; i += size) chunk[i] = keys[base + i];
  hd_barrier();
}

static void store(uint32_t* keys) {
  const uint32_t size = hd_local_size(0), base = hd_group_id(0) * 2 * size;
  for (uint32_t i = hd_local_id(0); i < 2 * size; i += size) keys[base + i] = chunk[i];
}

// The steps of one stage from `stride` down to 1, in the scratchpad.
static void merge(uint32_t stage, uint32_t stride) {
  const uint32_t base = hd_group_id(0) * 2 * hd_local_size(0);
  for (; stride > 0; stride /= 2) {
    const uint32_t at = lower(hd_local_id(0), stride);
    compare(&chunk[at], &chunk[at + stride], ((base + at) & stage) == 0);
    hd_barrier();
  }
}

// Sorts each chunk, alternately up and down.
HD_KERNEL(bitonic_sort) {
  load(args->keys);
  for (uint32_t stage = 2; stage <= 2 * hd_local_size(0); stage *= 2) merge(stage, stage / 2);
  store(args->keys);
}

// One step of a stage, between chunks.
HD_KERNEL(bitonic_step) {
  const uint32_t at = lower(hd_global_id(0), args->stride);
  compare(&args->keys[at], &args->keys[at + args->stride], (at & args->stage) == 0);
}

// The rest of a stage, within chunks.
HD_KERNEL(bitonic_merge) {
  load(args->keys);
  merge(args->stage, hd_local_size(0));
  store(args->keys);
}
