// Stock library code, compiled by others, in divergent lanes: qsort, snprintf, 64-bit division, double arithmetic in
// software.
#include "libc_work.h"

HD_KERNEL(libc) {
  uint32_t i = hd_global_id(0);
  if (i >= args->n) return;
  struct libc_result result;
  libc_work(i, &result);
  args->results[i] = result;
  if (i == 0) printf("work-item 0 printed \"%s\"\n", result.text);
}
