// What OpenCL C cannot say: CSRs, barriers, collectives, special functions, the output ring. Compiled as C for the
// device, so only scalars cross over to the OpenCL C part of the library (pointers as 32-bit numbers): those pass alike
// in both.
#include <stdint.h>

#include "../include/heddle_opencl_abi.h"
#include "heddle.h"
#include "heddle_stdout.h"

#define API __attribute__((always_inline))
#define COLLECTIVE __attribute__((always_inline, convergent))

static inline const struct hd_cl_launch* launch(void) {
  return (const struct hd_cl_launch*)HD_CSR_IDENTITY(HEDDLE_CSR_HD_ARGS);
}

/* ---- Work-items ---- */

API uint32_t __hd_cl_work_dim(void) { return launch()->work_dim; }
API uint32_t __hd_cl_global_offset(uint32_t d) { return d < 3 ? launch()->global_offset[d] : 0; }
API uint32_t __hd_cl_global_id(uint32_t d) { return d < 3 ? hd_global_id(d) + launch()->global_offset[d] : 0; }
API uint32_t __hd_cl_global_size(uint32_t d) { return d < 3 ? hd_global_size(d) : 1; }
API uint32_t __hd_cl_local_id(uint32_t d) { return hd_local_id(d); }
API uint32_t __hd_cl_local_size(uint32_t d) { return hd_local_size(d); }
API uint32_t __hd_cl_group_id(uint32_t d) { return hd_group_id(d); }
API uint32_t __hd_cl_num_groups(uint32_t d) { return hd_num_groups(d); }
API uint32_t __hd_cl_local_linear_id(void) { return hd_local_linear_id(); }

/* ---- Subgroups: a subgroup is a warp ---- */

API uint32_t __hd_cl_sub_group_size(void) { return (uint32_t)__builtin_popcount(hd_warp_mask()); }
API uint32_t __hd_cl_max_sub_group_size(void) {
  const uint32_t all = hd_local_linear_size(), lanes = hd_num_lanes();
  return all < lanes ? all : lanes;
}
API uint32_t __hd_cl_num_sub_groups(void) { return hd_num_warps(); }
API uint32_t __hd_cl_sub_group_id(void) { return hd_warp_id(); }
API uint32_t __hd_cl_sub_group_local_id(void) { return hd_lane_id(); }
COLLECTIVE uint32_t __hd_cl_shuffle(uint32_t value, uint32_t lane) {
  return hd_shuffle_sync(hd_warp_mask(), value, lane);
}
COLLECTIVE uint32_t __hd_cl_shuffle_xor(uint32_t value, uint32_t bits) {
  return hd_shuffle_xor_sync(hd_warp_mask(), value, bits);
}
COLLECTIVE uint32_t __hd_cl_shuffle_up(uint32_t value, uint32_t delta) {
  return hd_shuffle_up_sync(hd_warp_mask(), value, delta);
}
COLLECTIVE uint32_t __hd_cl_shuffle_down(uint32_t value, uint32_t delta) {
  return hd_shuffle_down_sync(hd_warp_mask(), value, delta);
}
COLLECTIVE uint32_t __hd_cl_ballot(uint32_t predicate) { return hd_ballot_sync(hd_warp_mask(), predicate != 0); }
COLLECTIVE void __hd_cl_sub_group_barrier(void) {
  hd_fence();
  (void)hd_ballot_sync(hd_warp_mask(), true);
}

/* ---- Order ---- */

COLLECTIVE void __hd_cl_barrier(void) { hd_barrier(); }
API void __hd_cl_fence(void) { hd_fence(); }
/* The compare-and-swap of heddle.h, on an address. */
COLLECTIVE uint32_t __hd_cl_cas(uint32_t address, uint32_t expected, uint32_t desired) {
  return hd_atomic_cas((uint32_t*)address, expected, desired);
}

/* ---- Locks of the 64-bit atomics: an object's by its address, taken for a few instructions and never two at once. A
   launch that ends in a fault may leave some taken; the driver writes the image again before the next. ---- */

#define LOCKS 64u
static uint32_t locks[LOCKS];

API uint32_t __hd_cl_lock_of(uint32_t key) { return (uint32_t)&locks[(key ^ (key >> 6)) % LOCKS]; }
API uint32_t __hd_cl_try_lock(uint32_t lock) { return __atomic_exchange_n((uint32_t*)lock, 1, __ATOMIC_ACQUIRE) == 0; }
API void __hd_cl_unlock(uint32_t lock) { __atomic_store_n((uint32_t*)lock, 0, __ATOMIC_RELEASE); }

/* ---- Special functions ---- */

API float __hd_cl_rcp(float x) { return hd_rcp(x); }
API float __hd_cl_rsqrt(float x) { return hd_rsqrt(x); }
API float __hd_cl_exp2(float x) { return hd_exp2(x); }
API float __hd_cl_log2(float x) { return hd_log2(x); }
API float __hd_cl_sin2pi(float x) { return hd_sin2pi(x); }
API float __hd_cl_cos2pi(float x) { return hd_cos2pi(x); }
