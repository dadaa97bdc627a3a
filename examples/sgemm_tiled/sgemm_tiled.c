// c = a b, n x n each. A work-item computes SGEMM_ROWS x SGEMM_COLUMNS elements of c in registers. In each step of k it
// needs SGEMM_ROWS values of a, the same for all lanes of its warp, from the scratchpad, and SGEMM_COLUMNS of b, which
// lie beside those of its neighbours, through the L1 cache, where all warps of the workgroup find them.
#include "sgemm_tiled_args.h"

// Two tiles: while some work-items still read one, others fill the next. One barrier per tile is enough then.
HD_SCRATCHPAD float tiles[2][SGEMM_HEIGHT * SGEMM_ROWS][SGEMM_DEPTH];

HD_INLINE uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }

typedef float sums[SGEMM_ROWS][SGEMM_COLUMNS];

// sum += the work-item's rows of a tile x its columns of b, for one k.
HD_INLINE void step(sums* sum, float (*rows)[SGEMM_DEPTH], uint32_t k, const float* b, const uint32_t* offset) {
  float values[SGEMM_COLUMNS];
  for (uint32_t c = 0; c < SGEMM_COLUMNS; c++) values[c] = b[offset[c]];
  for (uint32_t r = 0; r < SGEMM_ROWS; r++) {
    for (uint32_t c = 0; c < SGEMM_COLUMNS; c++) (*sum)[r][c] += rows[r][k] * values[c];
  }
}

// SGEMM_DEPTH columns of the work-item's rows of a into a tile: every width-th for each work-item beside it, from its
// own on.
HD_INLINE void copy(float (*rows)[SGEMM_DEPTH], const float* const* a, uint32_t x, uint32_t width, bool wide) {
  if (!wide) {
    for (uint32_t k = 0; k + x < SGEMM_DEPTH; k += width) {
      for (uint32_t r = 0; r < SGEMM_ROWS; r++) rows[r][k + x] = a[r][k];
    }
    return;
  }
  float* const own = &rows[0][x];
  float values[SGEMM_ROWS][SGEMM_DEPTH / SGEMM_WIDTH];  // so that all loads are under way before the first store
  for (uint32_t r = 0; r < SGEMM_ROWS; r++) {
    for (uint32_t i = 0; i < SGEMM_DEPTH / SGEMM_WIDTH; i++) values[r][i] = a[r][i * SGEMM_WIDTH];
  }
  for (uint32_t r = 0; r < SGEMM_ROWS; r++) {
    for (uint32_t i = 0; i < SGEMM_DEPTH / SGEMM_WIDTH; i++) own[r * SGEMM_DEPTH + i * SGEMM_WIDTH] = values[r][i];
  }
}

// A workgroup of `width` x height work-items. Rows outside the matrices are computed as their last one and not stored.
// `wide`: there are enough columns for a workgroup; the last one computes some again that its neighbour has, instead of
// columns outside. Then a constant width makes the distances between a work-item's columns constants.
HD_INLINE void multiply(const struct sgemm_tiled_args* args, uint32_t width, bool wide) {
  const uint32_t n = args->n, x = hd_local_id(0), y = hd_local_id(1) * SGEMM_ROWS;
  const uint32_t row = hd_group_id(1) * hd_local_size(1) * SGEMM_ROWS + y;
  const uint32_t first = hd_group_id(0) * width * SGEMM_COLUMNS;  // of the columns
  const uint32_t start = wide ? least(first, n - width * SGEMM_COLUMNS) + x : least(first + x, n - 1);
  uint32_t offset[SGEMM_COLUMNS];
  for (uint32_t c = 0; c < SGEMM_COLUMNS; c++) offset[c] = wide ? c * width : least(start + c * width, n - 1) - start;
  const float *a[SGEMM_ROWS], *b = args->b + start;
  for (uint32_t r = 0; r < SGEMM_ROWS; r++) a[r] = args->a + least(row + r, n - 1) * n + x;
  sums sum = {0};
  uint32_t from = 0, tile = 0;
  for (; from + SGEMM_DEPTH <= n; from += SGEMM_DEPTH, tile ^= 1) {
    float(*const rows)[SGEMM_DEPTH] = &tiles[tile][y];
    copy(rows, a, x, width, wide);
    for (uint32_t r = 0; r < SGEMM_ROWS; r++) a[r] += SGEMM_DEPTH;
    hd_barrier();
#pragma clang loop unroll_count(16)
    for (uint32_t k = 0; k < SGEMM_DEPTH; k++, b += n) step(&sum, rows, k, b, offset);
  }
  float(*const rows)[SGEMM_DEPTH] = &tiles[tile][y];
  for (uint32_t k = 0; k + x < n - from; k += width) {
    for (uint32_t r = 0; r < SGEMM_ROWS; r++) rows[r][k + x] = a[r][k];
  }
  hd_barrier();
#pragma clang loop unroll(disable)
  for (uint32_t k = 0; k < n - from; k++, b += n) step(&sum, rows, k, b, offset);
  for (uint32_t r = 0; r < SGEMM_ROWS; r++) {
    for (uint32_t c = 0; c < SGEMM_COLUMNS; c++) {
      const uint32_t column = (wide ? start : first + x) + c * width;
      if (row + r < n && column >= first && column < n) args->c[(row + r) * n + column] = sum[r][c];
    }
  }
}

// For matrices of at least SGEMM_WIDTH * SGEMM_COLUMNS columns.
HD_KERNEL(sgemm_tiled) { multiply(args, SGEMM_WIDTH, true); }

// For all, with workgroups of any width.
HD_KERNEL(sgemm_tiled_narrow) { multiply(args, hd_local_size(0), false); }
