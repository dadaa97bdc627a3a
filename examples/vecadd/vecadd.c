// c = a + b, one element per work-item.
#include "vecadd_args.h"

HD_KERNEL(vecadd) {
  uint32_t i = hd_global_id(0);
  if (i < args->n) args->c[i] = args->a[i] + args->b[i];
}
