// Counts values with atomics, in two ways.
#include "histogram_args.h"

HD_SCRATCHPAD uint32_t local_bins[HISTOGRAM_BINS];

// Each workgroup counts in its scratchpad, and adds its counts to the result once.
HD_KERNEL(histogram) {
  const uint32_t id = hd_local_id(0), size = hd_local_size(0);
  for (uint32_t bin = id; bin < HISTOGRAM_BINS; bin += size) local_bins[bin] = 0;
  hd_barrier();
  for (uint32_t i = hd_global_id(0); i < args->n; i += hd_global_size(0))
    hd_atomic_add(&local_bins[args->values[i]], 1);
  hd_barrier();
  for (uint32_t bin = id; bin < HISTOGRAM_BINS; bin += size) {
    const uint32_t count = local_bins[bin];
    if (count != 0) hd_atomic_add(&args->bins[bin], count);
  }
}

// Every value is an atomic in device memory.
HD_KERNEL(histogram_direct) {
  for (uint32_t i = hd_global_id(0); i < args->n; i += hd_global_size(0))
    hd_atomic_add(&args->bins[args->values[i]], 1);
}
