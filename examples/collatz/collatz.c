// Steps of the Collatz sequence of every number up to n: each lane takes its own way through the branch and its own
// number of rounds.
#include "collatz_args.h"

HD_KERNEL(collatz) {
  uint32_t i = hd_global_id(0);
  if (i >= args->n) return;
  uint32_t value = i + 1, steps = 0;
  while (value != 1) {
    if (value % 2 != 0) {
      value = 3 * value + 1;
    } else {
      value /= 2;
    }
    steps++;
  }
  args->steps[i] = steps;
  hd_atomic_max_u32(args->longest, steps);
}
