// y = a x + y, one element per work-item.
#include "saxpy_args.h"

HD_KERNEL(saxpy) {
  uint32_t i = hd_global_id(0);
  if (i < args->n) args->y[i] = args->a * args->x[i] + args->y[i];
}
