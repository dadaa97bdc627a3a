/* What the kernels of the memory benchmarks share. */
#ifndef HEDDLE_BENCH_TIMING_H
#define HEDDLE_BENCH_TIMING_H

#include <heddle.h>

#include "memory_args.h"

/* Cycle of the core, read after the value `after` is there: instructions of a warp issue in order, but a load does not
   wait for its value before the next one issues. */
HD_INLINE uint32_t cycle_after(uint32_t* after) {
  __asm__ volatile("add %0, %0, zero" : "+r"(*after));
  return hd_cycle();
}

/* The lowest lane of each warp notes when its measured part began and ended. */
HD_INLINE void note_span(struct span* spans, uint32_t begin, uint32_t end) {
  if (hd_lane_id() != 0) return;
  struct span* own = &spans[hd_group_linear_id() * hd_num_warps() + hd_warp_id()];
  own->begin = begin;
  own->end = end;
}

/* A measured loop is a function of its own and runs twice: the first time brings its instructions into the cache. */
#define MEASURED static __attribute__((noinline))

/* Memory accesses of a loop that is measured: the compiler neither drops nor moves them. */
HD_INLINE uint32_t load_word(const uint32_t* p) {
  uint32_t value;
  __asm__ volatile("lw %0, 0(%1)" : "=r"(value) : "r"(p) : "memory");
  return value;
}

#endif
