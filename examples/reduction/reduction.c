// Sums of a vector's elements, one sum per workgroup. Warps are full: a workgroup is a multiple of the lanes.
#include "reduction_args.h"

HD_SCRATCHPAD float warp_sums[REDUCTION_MAX_WARPS];

HD_KERNEL(reduction) {
  float sum = 0.0f;
  for (uint32_t i = hd_global_id(0); i < args->n; i += hd_global_size(0)) sum += args->values[i];
  for (uint32_t apart = hd_num_lanes() / 2; apart > 0; apart /= 2)
    sum += hd_bits_float(hd_shuffle_xor_sync(hd_warp_mask(), hd_float_bits(sum), apart));
  if (hd_lane_id() == 0) warp_sums[hd_warp_id()] = sum;
  hd_barrier();
  if (hd_local_id(0) == 0) {
    float total = 0.0f;
    for (uint32_t warp = 0; warp < hd_num_warps(); warp++) total += warp_sums[warp];
    args->sums[hd_group_id(0)] = total;
  }
}
