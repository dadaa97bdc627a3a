// c = a b, n x n each. A workgroup computes SGEMM_ROWS tiles of c, one below the other, a work-item one element of
// each.
#include "sgemm_tiled_args.h"

HD_SCRATCHPAD float tile_a[SGEMM_ROWS][SGEMM_MAX_TILE][SGEMM_MAX_TILE];
HD_SCRATCHPAD float tile_b[SGEMM_MAX_TILE][SGEMM_MAX_TILE];

HD_KERNEL(sgemm_tiled) {
  const uint32_t tile = args->tile, n = args->n;
  const uint32_t x = hd_local_id(0), y = hd_local_id(1);
  const uint32_t column = hd_group_id(0) * tile + x, first = hd_group_id(1) * tile * SGEMM_ROWS + y;
  float sum[SGEMM_ROWS] = {0};
  for (uint32_t start = 0; start < n; start += tile) {
    for (uint32_t r = 0; r < SGEMM_ROWS; r++) {
      const uint32_t row = first + r * tile;
      tile_a[r][y][x] = row < n && start + x < n ? args->a[row * n + start + x] : 0.0f;
    }
    tile_b[y][x] = column < n && start + y < n ? args->b[(start + y) * n + column] : 0.0f;
    hd_barrier();
    for (uint32_t k = 0; k < tile; k++) {
      const float b = tile_b[k][x];
      for (uint32_t r = 0; r < SGEMM_ROWS; r++) sum[r] += tile_a[r][y][k] * b;
    }
    hd_barrier();
  }
  for (uint32_t r = 0; r < SGEMM_ROWS; r++) {
    const uint32_t row = first + r * tile;
    if (row < n && column < n) args->c[row * n + column] = sum[r];
  }
}
