// y = max(x, 0), one element per work-item.
#include "relu_args.h"

HD_KERNEL(relu) {
  uint32_t i = hd_global_id(0);
  if (i < args->n) args->y[i] = __builtin_fmaxf(args->x[i], 0.0f);
}
