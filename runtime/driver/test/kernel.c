// Kernels of the driver's tests.
#include <stdio.h>

#include "kernel_args.h"

// data[i] = value + i
HD_KERNEL(fill) { args->data[hd_global_id(0)] = args->value + hd_global_id(0); }

// Every work-item, whatever the shape of the grid, counts once.
HD_KERNEL(count) { hd_atomic_add(args->data, 1); }

// Which workgroup and work-item each place of the grid belongs to.
HD_KERNEL(identity) {
  const uint32_t at = hd_group_linear_id() * hd_local_linear_size() + hd_local_linear_id();
  args->data[at] = hd_group_id(0) | hd_group_id(1) << 4 | hd_group_id(2) << 8 | hd_local_id(0) << 12 |
                   hd_local_id(1) << 16 | hd_local_id(2) << 20;
}

HD_KERNEL(print) { printf("item %u says %u\n", (unsigned)hd_global_id(0), (unsigned)args->value); }

// More than the buffer for output holds.
HD_KERNEL(flood) {
  for (uint32_t i = 0; i < args->value; i++) printf("%080u\n", (unsigned)i);
}

// Writes where the host says, as the second work-item of the second workgroup.
HD_KERNEL(write) {
  if (hd_global_id(0) == hd_local_size(0) + 1) *(volatile uint32_t*)args->data = args->value;
}

// Counts launches in a global, then faults if asked to.
static uint32_t launches = 7;

HD_KERNEL(global_state) {
  launches++;
  *args->data = launches;
  if (args->value != 0) hd_trap();
}

// What scratchpad and accumulators hold, added to the value; then they hold something.
HD_KERNEL(leave) {
  volatile uint32_t* const words[] = {(volatile uint32_t*)HEDDLE_SCRATCHPAD_BASE,
                                      (volatile uint32_t*)HEDDLE_ACCUMULATOR_BASE};
  uint32_t found = args->value;
  for (int i = 0; i < 2; i++) {
    found += words[i][hd_local_id(0)];
    words[i][hd_local_id(0)] = 1 + hd_global_id(0);
  }
  args->data[hd_global_id(0)] = found;
}

HD_KERNEL(spin) {
  while (hd_atomic_load(args->data) == 0) hd_pause();
}
