#pragma once

#include "heddle.h"

#define GEMM_MOST_STAGES 4

/* Byte offsets in the workgroup's scratchpad; stage s of an operand is s * its stage's bytes further on. */
struct gemm_scratch {
  uint32_t barriers;  // full and empty of each stage, ready and drained of each buffer
  uint32_t copies;    // descriptors: A, B, scales of A, scales of B
  uint32_t command;   // descriptor of the matrix engine
  uint32_t a, b, scale_a, scale_b;
  uint32_t tile_bytes, scale_bytes;  // of a stage: of A or B; of their scales
};

/* C = A * B, C row-major, A row by row and B column by column: K is contiguous in both. */
struct gemm_args {
  uint32_t m, n;
  uint32_t k_elements;       // bytes of a row of A, a column of B, in elements of the copy engine
  uint32_t groups;           // of K
  uint32_t stage_groups;     // of them, those of a stage
  uint32_t stages;           // 2 to GEMM_MOST_STAGES
  uint32_t element_log2;     // bytes of an element of the copy engine
  uint32_t format;           // HD_MATRIX_FORMAT
  uint32_t row_scale_bytes;  // scales of a row and group; 0 for none
  uint32_t tile;             // rows and columns of a tile: those of a buffer
  uint32_t stride;           // bytes from row to row of A, from column to column of B
  uint32_t scale_stride_a;   // bytes from group to group
  uint32_t scale_stride_b;
  HD_PTR(const uint8_t) a;
  HD_PTR(const uint8_t) b;
  HD_PTR(const uint8_t) scales_a;  // of group g, row r: row_scale_bytes at g * scale_stride_a + r * row_scale_bytes
  HD_PTR(const uint8_t) scales_b;
  HD_PTR(uint32_t) c;  // bits of float, or int32
  struct gemm_scratch scratch;
};
