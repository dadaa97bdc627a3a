/* Part of blas_gemm.c: what a workgroup begins with. */
#pragma once

/* What the host has made, on its way to the scratchpad: all lanes of a warp bring words of it. For a warp of 16 lanes
   the first one brings mbarriers and three commands, and gives them, of a workgroup that is not the first one later:
   what comes first is to be there first. Its first load is in the kernel's first line of code; the first command is
   given when it is there. */
#define START_WORDS ((uint32_t)sizeof(struct blas_commands) / 4)
#define FIRST_COPIES 3
#define FIRST_LANES 16
#define FIRST_WORDS (32 + 32 * FIRST_COPIES)

/* Copy commands from the one named on. */
HD_INLINE void give(uint32_t copy, uint32_t end) {
  if (hd_lane_id() != 0) return;
#pragma clang loop unroll(disable)
  for (; copy < end; copy++) hd_copy((const struct hd_copy_command*)commands()->copy[copy]);
}

#define FIRST_OF(what, first, end) \
  for (uint32_t j = (first) / FIRST_LANES; j < (end) / FIRST_LANES; j++) what

/* By the first warp: how many commands it has given. It loads before it knows how many lanes it has. */
HD_INLINE uint32_t start(arguments args) {
  const struct blas_start* const start = &args->start[hd_group_id(0)];
  volatile const uint32_t* const from = (const uint32_t*)&start->commands + hd_lane_id();
  uint32_t values[FIRST_WORDS / FIRST_LANES];
  FIRST_OF(values[j] = from[j * FIRST_LANES], 0, FIRST_WORDS);
  const uint32_t copies = *(volatile const uint32_t*)&start->copies;
  if (hd_num_lanes() != FIRST_LANES) return 0;
  uint32_t* const to = (uint32_t*)commands() + hd_lane_id();
  FIRST_OF(to[j * FIRST_LANES] = values[j], 0, 32);
  if (hd_group_id(0) != 0) return 0;
  FIRST_OF(to[j * FIRST_LANES] = values[j], 32, 64);
  give(0, 1);
  FIRST_OF(to[j * FIRST_LANES] = values[j], 64, FIRST_WORDS);
  const uint32_t given = least(copies, FIRST_COPIES);
  give(1, given);
  return given;
}

/* And then. A workgroup that is not the first one has brought its mbarriers, and begins here. */
HD_INLINE void start_others(arguments args, uint32_t given) {
  const struct blas_start* const start = &args->start[hd_group_id(0)];
  const uint32_t copies = start->copies, second = start->second;
  meet();
  if (given == 0 && hd_num_lanes() == FIRST_LANES) {
    volatile const uint32_t* const from = (const uint32_t*)&start->commands + hd_lane_id();
    uint32_t* const to = (uint32_t*)commands() + hd_lane_id();
    uint32_t values[FIRST_WORDS / FIRST_LANES];
    FIRST_OF(values[j] = from[j * FIRST_LANES], 32, FIRST_WORDS);
    FIRST_OF(to[j * FIRST_LANES] = values[j], 32, FIRST_WORDS);
  }
  give(given, copies);
  if (second == 0) return;
  /* Behind what another workgroup begins with. */
  hd_mbarrier_wait(full(0), 0);
  give(copies, copies + second);
}

/* By the second warp: the rest of it. */
HD_INLINE void prepare(arguments args) {
  const uint32_t* const from = (const uint32_t*)&args->start[hd_group_id(0)].commands + hd_lane_id();
  uint32_t* const to = (uint32_t*)commands() + hd_lane_id();
  const uint32_t lanes = hd_num_lanes();
  if (lanes == FIRST_LANES) {
    uint32_t values[START_WORDS / FIRST_LANES];
    FIRST_OF(values[j] = from[j * FIRST_LANES], FIRST_WORDS, START_WORDS);
    FIRST_OF(to[j * FIRST_LANES] = values[j], FIRST_WORDS, START_WORDS);
  } else {
#pragma clang loop unroll(disable)
    for (uint32_t i = 0; i < START_WORDS; i += lanes) {
      const uint32_t at = least(i, START_WORDS - lanes);
      to[at] = from[at];
    }
  }
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  meet();
}
