// c = a b, n x n each, one element of c per work-item.
#include "sgemm_args.h"

HD_KERNEL(sgemm) {
  const uint32_t n = args->n, column = hd_global_id(0), row = hd_global_id(1);
  if (row >= n || column >= n) return;
  float sum = 0.0f;
  for (uint32_t k = 0; k < n; k++) sum += args->a[row * n + k] * args->b[k * n + column];
  args->c[row * n + column] = sum;
}
