/* Arguments of the kernels in this folder, shared with the host program. Every count is per work-item. */
#ifndef HEDDLE_BENCH_MEMORY_ARGS_H
#define HEDDLE_BENCH_MEMORY_ARGS_H

#include "heddle.h"

/* Of one warp: cycles of its core. All cores count from the same reset. */
struct span {
  uint32_t begin, end;
};

/* copy: out = a; scale: out = factor * a; add: out = a + b. A warp's elements lie together. */
struct stream_args {
  uint32_t elements; /* of each work-item */
  float factor;
  HD_PTR(const float) a;
  HD_PTR(const float) b;
  HD_PTR(float) out;
};
#define copy_args stream_args
#define scale_args stream_args
#define add_args stream_args

/* out[i] = sum over k of in[(k * items + i) * stride]; `loads` is a multiple of SWEEP_UNROLL. */
#define SWEEP_UNROLL 8
struct stride_args {
  uint32_t loads, stride;
  HD_PTR(const uint32_t) in;
  HD_PTR(uint32_t) out;
};

/* out[i] = sum over k of in[index[k * items + i]]. */
struct gather_args {
  uint32_t loads;
  HD_PTR(const uint32_t) index;
  HD_PTR(const uint32_t) in;
  HD_PTR(uint32_t) out;
};

/* A walk through a ring of pointers by one lane: `warm` steps, then `steps`, measured; both multiples of CHASE_UNROLL.
   chase_memory: the ring is there, at `start`, and the whole workgroup reads its `lines` of `line_bytes` first.
   chase_scratchpad, chase_private: built from `ring`, in which cell i says which cell follows it. */
#define CHASE_UNROLL 16
#define CHASE_CELLS 64
struct chase_args {
  uint32_t warm, steps;
  HD_PTR(const uint32_t) start;
  uint32_t lines, line_bytes;
  HD_PTR(const uint32_t) ring;
  HD_PTR(struct span) spans;
  HD_PTR(uint32_t) end; /* address of the cell where the walk ended, less that of cell 0 */
};
#define chase_memory_args chase_args
#define chase_scratchpad_args chase_args
#define chase_private_args chase_args

/* A chain of additions, each of the result of the one before: CHASE_UNROLL to warm up, then `steps`, a multiple of
   it. */
struct chain_args {
  uint32_t steps;
  HD_PTR(struct span) spans;
  HD_PTR(uint32_t) result;
};

/* Lane i of each warp reads scratchpad word i * stride, `loads` times (a multiple of BANK_UNROLL). */
#define BANK_UNROLL 128
#define BANK_VALUES 16
struct bank_args {
  uint32_t loads, stride;
  HD_PTR(struct span) spans;
  HD_PTR(uint32_t) out; /* of each work-item: the sum of the last BANK_VALUES words */
};

/* Work-item i adds 1 to word i * stride, ATOMIC_UNROLL times to warm up, then `adds` times (a multiple of it); `old`
   gets the sum of what it found. atomic_memory: words at `cells`; atomic_scratchpad: in the scratchpad, copied to
   `cells` at the end. */
#define ATOMIC_UNROLL 8
struct atomic_args {
  uint32_t adds, stride, words;
  HD_PTR(uint32_t) cells;
  HD_PTR(struct span) spans;
  HD_PTR(uint32_t) old;
};
#define atomic_memory_args atomic_args
#define atomic_scratchpad_args atomic_args

/* Counts of values below HISTOGRAM_BINS, in the scratchpad first. */
#define HISTOGRAM_BINS 256
struct histogram_args {
  uint32_t n;
  HD_PTR(const uint32_t) values;
  HD_PTR(uint32_t) bins;
};

#endif
