// The scalar product of two vectors. A workgroup is a power of two.
#include "dotproduct_args.h"

HD_SCRATCHPAD float item_sums[DOTPRODUCT_MAX_GROUP];

HD_KERNEL(dotproduct) {
  const uint32_t id = hd_local_id(0);
  float sum = 0.0f;
  for (uint32_t i = hd_global_id(0); i < args->n; i += hd_global_size(0)) sum += args->a[i] * args->b[i];
  item_sums[id] = sum;
  for (uint32_t half = hd_local_size(0) / 2; half > 0; half /= 2) {
    hd_barrier();
    if (id < half) item_sums[id] += item_sums[id + half];
  }
  if (id != 0) return;
  args->sums[hd_group_id(0)] = item_sums[0];
  hd_fence();
  if (hd_atomic_add(args->finished, 1) + 1 != hd_num_groups(0)) return;
  hd_fence();
  float total = 0.0f;
  for (uint32_t group = 0; group < hd_num_groups(0); group++) total += args->sums[group];
  *args->result = total;
}
