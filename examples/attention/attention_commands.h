// Commands, given by one lane; the mbarriers that say that they are complete.
#pragma once

#include "attention_setting.h"

// `images`: the descriptors of one step, of Q, K and V.
HD_INLINE void load(uint32_t* images, uint32_t which, uint32_t column, uint32_t token, uint32_t head, uint32_t place,
                    uint32_t full) {
  uint32_t* const copy = images + which * 32;
  copy[16] = column;
  copy[17] = token;
  copy[18] = head;
  copy[21] = place;
  copy[22] = hd_scratch_offset(barrier(full));
  hd_copy((const struct hd_copy_command*)copy);
}
// K of step i, and Q where a tile of Q begins; the bytes.
HD_INLINE uint32_t load_qk(settings set, uint32_t* images, const struct place* at, uint32_t i, uint32_t full) {
  const uint32_t k = i % ATTENTION_K_STAGES, q = at->tile % ATTENTION_Q_STAGES;
  load(images, 1, 0, at->step * set->tile, at->head, set->layout.k + k * set->layout.k_bytes, full);
  if (at->step != 0) return set->layout.k_bytes;
  load(images, 0, 0, at->query * set->rows, at->head, set->layout.q + q * set->layout.q_bytes, full);
  return set->layout.k_bytes + set->layout.q_bytes;
}

// In step i, when S is there: V of this step, K of step i + 2. The place of that is kept for even and for odd steps:
// who loads next may come before this is done, who loads after that cannot.
HD_INLINE void load_ahead(settings set, uint32_t step, const struct place* current) {
  const uint32_t i = here(step), full = FULL + i % 2;
  const struct place at = elsewhere(current);
  uint32_t* const images = (uint32_t*)scratch(set->layout.copies) + i % 2 * (3 * 32);
  struct place ahead = shared()->ahead[i % 2];
  uint32_t bytes = set->layout.v_bytes;
  load(images, 2, at.block * set->tile, at.step * set->tile, at.head,
       set->layout.v + i % ATTENTION_V_STAGES * set->layout.v_bytes, full);
  if (ahead.head < set->heads) bytes += load_qk(set, images, &ahead, i + 2, full);
  hd_mbarrier_arrive(barrier(full), bytes);
  next_step(set, &ahead);
  next_step(set, &ahead);
  shared()->ahead[i % 2] = ahead;
}
// What was loaded in step i; before the first one counts as step -1.
HD_INLINE void wait_for_loads(uint32_t i) { hd_mbarrier_wait(barrier(FULL + (i & 1)), (i + 1) / 2); }

HD_INLINE void order_s(settings set, uint32_t i, uint32_t tile) {
  const struct hd_matrix_command* const commands = scratch(set->layout.commands);
  hd_matrix(commands + (here(tile) % ATTENTION_Q_STAGES * 2 + here(i) % ATTENTION_K_STAGES));
}
HD_INLINE void order_pv(settings set, uint32_t i, bool accumulate) {
  const struct hd_matrix_command* const commands = scratch(set->layout.commands);
  hd_matrix(commands + (4 + (accumulate ? 2 : 0) + here(i) % ATTENTION_V_STAGES));
}
HD_INLINE void wait_for_pv(uint32_t i) { hd_mbarrier_wait(barrier(PV_DONE + i % 2), i / 2); }

// Counts a warp, after all its accesses; how many were there before.
HD_INLINE uint32_t arrive(settings set, uint32_t* count) {
  return __atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL) % set->warps;
}
