// Kernels of the fault storm: a good one, and one for each way to go wrong.
#include "storm_args.h"

HD_KERNEL(good) {
  const uint32_t at = hd_global_id(0);
  uint32_t value = args->value;
  for (uint32_t i = 0; i < 50; i++) value = value * 1664525 + 1013904223 + at;
  args->data[at] = value;
}

HD_KERNEL(illegal) { __asm__ volatile(".word 0"); }

HD_KERNEL(wild_read) { args->data[0] = *(volatile uint32_t*)args->target; }

HD_KERNEL(wild_write) { *(volatile uint32_t*)args->target = args->value; }

HD_KERNEL(wild_fetch) { ((void (*)(void))args->target)(); }

HD_KERNEL(endless) {
  while (*(volatile uint32_t*)args->data != 0x600DD1E5) continue;
}

static uint32_t recurse(uint32_t depth, volatile uint32_t* data) {
  volatile uint32_t frame[8];
  frame[depth % 8] = *data;
  if (frame[depth % 8] == 0x600DD1E5) return 0;
  return recurse(depth + 1, data) + frame[depth % 8];
}

HD_KERNEL(overflow) { args->data[0] = recurse(1, args->data); }

// A collective of both lanes, of which one waits in another one.
HD_KERNEL(stuck) {
  if (hd_lane_id() == 0) {
    args->data[0] = hd_ballot_sync(3, true);
  } else {
    args->data[1] = hd_any_sync(3, args->value == 1);
  }
}
