// What all of the kernel leans on: where things lie in the scratchpad and the accumulators, and which step a warp is
// in.
#pragma once

#include "attention_args.h"
#include "heddle_engines.h"

typedef const struct attention_args* arguments;

// Unrolled before anything else, so that arrays become registers.
#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROWS(N) UNROLLED for (uint32_t r = 0; r < (N); r++)
#define COLUMNS(N) UNROLLED for (uint32_t c = 0; c < (N); c++)
#define ROWS_AND_COLUMNS(N) ROWS(N) COLUMNS(N)

enum barrier { S_READY, PV_DONE, FULL = PV_DONE + 2, BARRIERS = FULL + 2 };

// A step: where it is.
struct place {
  uint32_t head, query, block;  // of the tile of Q; of the part of V
  uint32_t step;                // in the tile: tile of K and V
  uint32_t tile;                // of Q: its number in the workgroup
};

struct shared {
  hd_mbarrier barriers[BARRIERS];
  uint32_t taken, written;
  struct place ahead[2];
};
_Static_assert(sizeof(struct shared) <= ATTENTION_SHARED_BYTES, "what warps share has its place");

HD_INLINE void* scratch(uint32_t offset) { return (void*)(HEDDLE_SCRATCHPAD_BASE + offset); }
HD_INLINE struct shared* shared(void) { return scratch(0); }
HD_INLINE hd_mbarrier* barrier(uint32_t which) { return &shared()->barriers[which]; }

// What does not change: constants in each kernel, and arguments in registers.
struct setting {
  uint32_t n, lanes, warps;  // a warp has n rows of Q, a lane n columns of the scores
  uint32_t rows, tile;       // tokens of Q, and of K and V, at a time
  uint32_t groups;           // workgroups, which take the tiles of Q in turn
  bool fp8;
  struct attention_layout layout;
  uint32_t tokens, heads, tiles, key_tiles, blocks, causal;
  uint32_t sequence;  // tiles of Q of this workgroup, over all heads and blocks
};
typedef const struct setting* settings;

HD_INLINE uint32_t last_step(settings set, const struct place* at) {
  return set->causal != 0 ? at->query * set->rows / set->tile : set->key_tiles - 1;
}
HD_INLINE void pass_tile(settings set, struct place* at) {
  if (++at->block != set->blocks) return;
  at->block = 0;
  if (++at->query != set->tiles) return;
  at->query = 0;
  at->head++;
}
HD_INLINE void next_tile(settings set, struct place* at) {
  at->step = 0;
  at->tile++;
  UNROLLED for (uint32_t k = 0; k < set->groups; k++) pass_tile(set, at);
}
HD_INLINE void next_step(settings set, struct place* at) {
  if (at->step != last_step(set, at))
    at->step++;
  else
    next_tile(set, at);
}

// A value about which the compiler knows nothing: what is computed from it is computed where it is needed, which is
// seldom or in one warp, instead of in every tile ahead.
HD_INLINE uint32_t here(uint32_t x) {
  __asm__("" : "+r"(x));
  return x;
}

HD_INLINE struct place elsewhere(const struct place* at) {
  return (struct place){here(at->head), here(at->query), here(at->block), here(at->step), here(at->tile)};
}
