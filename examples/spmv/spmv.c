// y = A x, one row of the sparse matrix A per work-item.
#include "spmv_args.h"

HD_KERNEL(spmv) {
  const uint32_t row = hd_global_id(0);
  if (row >= args->n) return;
  float sum = 0.0f;
  for (uint32_t i = args->rows[row]; i < args->rows[row + 1]; i++) sum += args->values[i] * args->x[args->columns[i]];
  args->y[row] = sum;
}
