/* What the kernels of runtime/blas are given. Shared by host and device. */
#pragma once

#include "heddle.h"

#define BLAS_MOST_STAGES 4
#define BLAS_BUFFERS 2

/* One product of a batch. What is not used is 0. */
struct blas_problem {
  HD_PTR(const uint8_t) a;
  HD_PTR(const uint8_t) b;
  HD_PTR(const uint8_t) scales_a;
  HD_PTR(const uint8_t) scales_b;
  HD_PTR(const uint32_t) c;  // float; int32 where the output is int32
  HD_PTR(uint8_t) d;
  HD_PTR(uint8_t) scales_d;
  HD_PTR(const float) bias;  // of each column
};

enum blas_output {
  BLAS_OUTPUT_FP32,
  BLAS_OUTPUT_INT32,
  BLAS_OUTPUT_FP16,
  BLAS_OUTPUT_BF16,
  BLAS_OUTPUT_INT8,
  BLAS_OUTPUT_E4M3,
  BLAS_OUTPUT_E5M2,
  BLAS_OUTPUT_MXFP8_E4M3, /* from here on: blocks with a scale */
  BLAS_OUTPUT_MXFP8_E5M2,
  BLAS_OUTPUT_MXFP4,
  BLAS_OUTPUT_NVFP4
};
enum blas_activation { BLAS_IDENTITY, BLAS_RELU, BLAS_GELU };

/* blas_epilogue.flags */
#define BLAS_PLAIN 1u    /* the accumulators are the result */
#define BLAS_INTEGERS 2u /* accumulators are int32 */
#define BLAS_BETA 4u
#define BLAS_BIAS 8u
#define BLAS_WORDS 16u /* rows of D begin at multiples of 4: whole blocks are stored as words */

/* From accumulators to the result: D = convert(activation(alpha * acc + beta * C + bias) * scale). */
struct blas_epilogue {
  uint32_t output, activation, flags;
  float alpha, beta, scale;  // alpha and beta of int32 outputs: see the next
  int32_t integer_alpha, integer_beta;
  uint32_t c_stride;                  // elements from row to row
  uint32_t d_stride, d_scale_stride;  // bytes from row to row, from group to group
};

/* Where a tile belongs, for those who carry it (blas_gemm_whole.h). */
struct blas_place {
  uint32_t size;   /* rows, and from bit 16 on columns */
  uint32_t corner; /* of the result */
  uint32_t unused;
  uint32_t number; /* of the tile, from 0 on; in bit 0 whether another one follows */
};
/* More than tiles whose operands are fetched, or that are computed and not yet carried. */
#define BLAS_PLACES 8

/* The beginning of a workgroup's scratchpad, as the host has made it: mbarriers (blas_gemm.c), those of the first
   stages with the bytes they wait for; the commands for A, B, and, where there are scales, those of A and B, of which
   later ones change those of the first stage, and the rest of the start; that of the matrix engine; the place of the
   first tile. */
struct blas_commands {
  uint32_t barriers[16][2];
  uint32_t copy[8][32];
  uint32_t matrix[16];
  struct blas_place places[BLAS_PLACES];
};

/* The first stages of a workgroup, of its first tile: complete commands, so that they are under way after a few
   instructions. The first has few groups, so that it is there soon; where stages have all of K its columns of B come in
   two parts, which lie one behind the other. */
struct blas_start {
  uint32_t stages;  // 1 or 2
  uint32_t copies;  // of all of them
  uint32_t rest;    // groups of the second part, which comes on BLAS_REST; 0: there is none
  uint32_t second;  // copies of the second tile, which has the same rows and is fetched when the first one is there
  uint32_t unused[12];
  struct blas_commands commands;
  uint32_t unused_too[32]; /* a multiple of 512 bytes in all: few instructions to where the second one begins */
};

#define BLAS_MOST_WORKGROUPS 2
/* Where things lie in scratchpad; stages follow. */
#define BLAS_COMMANDS 0
#define BLAS_REST (2 * BLAS_MOST_STAGES + 2 * BLAS_BUFFERS) /* mbarrier */
#define BLAS_STAGES 1344

/* An operand in its stages. */
struct blas_operand {
  uint32_t transposed;            // rows are dimension 0 of the copy
  uint32_t group_bytes;           // of a group; not transposed: and a row
  uint32_t box;                   // of the copy, along K, per group
  uint32_t stride, group_stride;  // in scratchpad, as the matrix command has it: the sum, the latter per group
  uint32_t place, step;           // in scratchpad; from stage to stage
  uint32_t scales, scales_step;
  uint32_t scale_bytes;  // of a group
};

/* C = op(A) op(B) on the matrix engine. `m`, `n`, `k` are those of op(A), op(B). */
struct blas_gemm_args {
  struct blas_start start[BLAS_MOST_WORKGROUPS];
  uint32_t m, n;
  uint32_t groups;          // of K
  uint32_t stage_groups;    // of them, those of a stage
  uint32_t start_groups;    // those of the first stage of a workgroup
  uint32_t stages;          // 2 to BLAS_MOST_STAGES
  uint32_t start_steps;     // stages that the first tile of a workgroup takes, modulo `stages` if they are more
  uint32_t steps;           // ... any other tile
  uint32_t k_shift;         // elements of the copy engine in a group, log2
  uint32_t tile_m, tile_n;  // multiples of the array's size
  uint32_t dim;             // the array's size
  uint32_t head;            // word 0 of matrix commands, but for buffer and whether they accumulate
  uint32_t group_rows;      // rows of C that are gone through together, a multiple of tile_m
  uint32_t buffers;         // of accumulators, that this workgroup has
  uint32_t whole;           // 1: a stage has all of K: blas_gemm_whole.h
  uint32_t sets;            // of rows of A then, 1 or 2
  uint32_t batch;
  uint32_t row_scale_bytes;  // scales of a row and a group; 0: none
  struct blas_operand a, b;
  struct blas_epilogue epilogue;
  HD_PTR(const struct blas_problem) problems;
};

/* The same on the lanes, in FP32. Workgroups of BLAS_LANES_WIDTH or fewer x some. */
#define BLAS_LANES_WIDTH 16
#define BLAS_LANES_HEIGHT 16 /* at most */
#define BLAS_LANES_ROWS 2    /* of a work-item, below each other */
#define BLAS_LANES_COLUMNS 4 /* of a work-item, a workgroup's width apart */
#define BLAS_LANES_DEPTH 32  /* of K at a time */

struct blas_gemm_lanes_args {
  uint32_t m, n, k;
  uint32_t a_row, a_k;  // elements from row to row of op(A), from one of K to the next
  uint32_t b_k, b_column;
  struct blas_epilogue epilogue;
  HD_PTR(const struct blas_problem) problems;
};
