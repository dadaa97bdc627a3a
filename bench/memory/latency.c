// How long until a value can be used: chains in which each instruction needs the result of the one before.
#include "timing.h"

#define REPEAT_4(x) x x x x
#define REPEAT_16(x) REPEAT_4(x) REPEAT_4(x) REPEAT_4(x) REPEAT_4(x)
_Static_assert(CHASE_UNROLL == 16, "as many as REPEAT_16 makes");

// Follows `steps` pointers.
MEASURED uint32_t walk(uint32_t p, uint32_t steps) {
  for (; steps != 0; steps -= CHASE_UNROLL) __asm__ volatile(REPEAT_16("lw %0, 0(%0)\n") : "+r"(p) : : "memory");
  return p;
}

// Both walks; the address where the second ends.
HD_INLINE uint32_t measure(const struct chase_args* args, uint32_t first) {
  uint32_t p = walk(first, args->warm);
  const uint32_t begin = cycle_after(&p);
  p = walk(p, args->steps);
  const uint32_t end = cycle_after(&p);
  note_span(args->spans, begin, end);
  return p;
}

HD_KERNEL(chase_memory) {
  const char* bytes = (const char*)args->start;
  for (uint32_t line = hd_local_linear_id(); line < args->lines; line += hd_local_linear_size()) {
    load_word((const uint32_t*)(bytes + line * args->line_bytes));
  }
  hd_barrier();
  if (hd_local_linear_id() == 0) *args->end = measure(args, (uint32_t)args->start) - (uint32_t)args->start;
}

// Makes the ring in `cells` and walks through it.
HD_INLINE void chase_cells(const struct chase_args* args, uint32_t* cells) {
  for (uint32_t i = 0; i < CHASE_CELLS; ++i) cells[i] = (uint32_t)&cells[args->ring[i]];
  __asm__ volatile("" : : "r"(cells) : "memory");
  *args->end = measure(args, (uint32_t)cells) - (uint32_t)cells;
}

HD_KERNEL(chase_scratchpad) {
  if (hd_local_linear_id() == 0) chase_cells(args, hd_dynamic_scratchpad());
}

HD_KERNEL(chase_private) {
  uint32_t cells[CHASE_CELLS];
  if (hd_local_linear_id() == 0) chase_cells(args, cells);
}

MEASURED uint32_t count(uint32_t x, uint32_t steps) {
  for (; steps != 0; steps -= CHASE_UNROLL) __asm__ volatile(REPEAT_16("addi %0, %0, 1\n") : "+r"(x));
  return x;
}

HD_KERNEL(chain) {
  if (hd_local_linear_id() != 0) return;
  uint32_t x = count(0, CHASE_UNROLL);
  const uint32_t begin = cycle_after(&x);
  x = count(x, args->steps);
  const uint32_t end = cycle_after(&x);
  note_span(args->spans, begin, end);
  *args->result = x;
}
