// C = op(A) op(B) in FP32 on the lanes. A work-item computes BLAS_LANES_ROWS x BLAS_LANES_COLUMNS elements in
// registers. A tile of op(A) is in the scratchpad, its values the same for all lanes of a row; op(B) comes through the
// L1 cache, where the rows of the workgroup meet. Every element is the sum of its products in the order of K, fused.
#include "blas_epilogue.h"

// In scratchpad: two tiles of `height` rows, so that some work-items may still read one while others fill the next, and
// one barrier per tile is enough. At the end, for outputs of which one work-item needs what others have: all sums.
typedef float row_of_tile[BLAS_LANES_DEPTH];

HD_INLINE uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }

HD_KERNEL(blas_gemm_lanes) {
  const uint32_t m = args->m, n = args->n, k = args->k, x = hd_local_id(0), y = hd_local_id(1) * BLAS_LANES_ROWS;
  const uint32_t width = hd_local_size(0), height = hd_local_size(1) * BLAS_LANES_ROWS;
  const uint32_t size = width * hd_local_size(1), id = hd_local_id(1) * width + x;
  const uint32_t first_row = hd_group_id(1) * height, first_column = hd_group_id(0) * width * BLAS_LANES_COLUMNS;
  const uint32_t a_row = args->a_row, a_k = args->a_k, b_k = args->b_k;
  const struct blas_problem p = args->problems[hd_group_id(2)];
  const struct blas_epilogue epilogue = args->epilogue;
  // Rows and columns outside the matrices are computed as the last one, and not stored.
  uint32_t offset[BLAS_LANES_COLUMNS];
  for (uint32_t c = 0; c < BLAS_LANES_COLUMNS; c++)
    offset[c] = least(first_column + c * width + x, n - 1) * args->b_column;
  row_of_tile* const tiles = (row_of_tile*)HEDDLE_SCRATCHPAD_BASE;
  float sum[BLAS_LANES_ROWS][BLAS_LANES_COLUMNS] = {0};
  const float* const a = (const float*)p.a;
  const float* b = (const float*)p.b;
  uint32_t which = 0;  // 0 or height
  for (uint32_t from = 0; from < k; from += BLAS_LANES_DEPTH, which ^= height) {
    const uint32_t depth = least(k - from, BLAS_LANES_DEPTH);
    for (uint32_t i = id; i < height * BLAS_LANES_DEPTH; i += size) {
      const uint32_t row = i / BLAS_LANES_DEPTH, column = i % BLAS_LANES_DEPTH;
      if (column < depth) tiles[which + row][column] = a[least(first_row + row, m - 1) * a_row + (from + column) * a_k];
    }
    hd_barrier();
    float(*const rows)[BLAS_LANES_DEPTH] = &tiles[which + y];
    for (uint32_t i = 0; i < depth; i++, b += b_k) {
      float values[BLAS_LANES_COLUMNS];
      for (uint32_t c = 0; c < BLAS_LANES_COLUMNS; c++) values[c] = b[offset[c]];
      for (uint32_t r = 0; r < BLAS_LANES_ROWS; r++) {
        for (uint32_t c = 0; c < BLAS_LANES_COLUMNS; c++) sum[r][c] = __builtin_fmaf(rows[r][i], values[c], sum[r][c]);
      }
    }
  }
  if (epilogue.output < BLAS_OUTPUT_MXFP8_E4M3) {
    for (uint32_t r = 0; r < BLAS_LANES_ROWS; r++) {
      for (uint32_t c = 0; c < BLAS_LANES_COLUMNS; c++) {
        const uint32_t row = first_row + y + r, column = first_column + c * width + x;
        const uint32_t bits = hd_float_bits(sum[r][c]);
        if (row < m && column < n) blas_store(&epilogue, &p, &bits, 1, row, column);
      }
    }
    return;
  }
  uint32_t* const results = (uint32_t*)tiles;
  hd_barrier();
  const uint32_t log2_width = (uint32_t)__builtin_ctz(width * BLAS_LANES_COLUMNS);
  for (uint32_t r = 0; r < BLAS_LANES_ROWS; r++) {
    for (uint32_t c = 0; c < BLAS_LANES_COLUMNS; c++)
      results[((y + r) << log2_width) + c * width + x] = hd_float_bits(sum[r][c]);
  }
  hd_barrier();
  const struct blas_tile tile = {results,
                                 log2_width,
                                 height,
                                 first_row,
                                 first_column,
                                 least(height, m - first_row),
                                 least(width * BLAS_LANES_COLUMNS, n - first_column)};
  blas_carry_blocks(&epilogue, &p, &tile, hd_warp_id(), hd_num_warps());
}
