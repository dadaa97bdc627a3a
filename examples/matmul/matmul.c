// c = a * b. A workgroup computes one tile of c; it walks along k, and copies a tile of a and one of b to the
// scratchpad each time, so that device memory is read once per tile instead of once per product.
#include "matmul_args.h"

HD_SCRATCHPAD int32_t tile_a[MATMUL_MAX_TILE][MATMUL_MAX_TILE];
HD_SCRATCHPAD int32_t tile_b[MATMUL_MAX_TILE][MATMUL_MAX_TILE];

HD_KERNEL(matmul) {
  const uint32_t tile = args->tile, m = args->m, n = args->n, k = args->k;
  const uint32_t x = hd_local_id(0), y = hd_local_id(1);
  const uint32_t column = hd_group_id(0) * tile + x, row = hd_group_id(1) * tile + y;
  int32_t sum = 0;
  for (uint32_t start = 0; start < k; start += tile) {
    tile_a[y][x] = row < m && start + x < k ? args->a[row * k + start + x] : 0;
    tile_b[y][x] = column < n && start + y < k ? args->b[(start + y) * n + column] : 0;
    hd_barrier();
    for (uint32_t i = 0; i < tile; i++) sum += tile_a[y][i] * tile_b[i][x];
    hd_barrier();
  }
  if (row < m && column < n) args->c[row * n + column] = sum;
}
