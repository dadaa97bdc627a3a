/* Matrix products for programs in C (docs/blas.md). A heddle_blas is a device with the program of this library, and
 * memory on it. Every function returns a heddle_error, 0 for success, and heddle_last_error() says what it was, in
 * words (heddle/driver.h). Nothing is done by a call that fails before the device is touched. Thread-safe: calls for
 * one device follow each other. A handle that was released, or is another kind's, is an error. */
#ifndef HEDDLE_BLAS_H
#define HEDDLE_BLAS_H

#include <stdint.h>

#include "heddle/driver.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct heddle_blas_object* heddle_blas;

/* Formats of A and B: those of docs/matrix.md on the matrix engine, and single precision on the lanes. */
typedef enum heddle_blas_format {
  HEDDLE_BLAS_INT8 = 0,
  HEDDLE_BLAS_TF32,
  HEDDLE_BLAS_FP16,
  HEDDLE_BLAS_BF16,
  HEDDLE_BLAS_FP8_E4M3,
  HEDDLE_BLAS_FP8_E5M2,
  HEDDLE_BLAS_FP8_E4M3_E5M2, /* A E4M3, B E5M2 */
  HEDDLE_BLAS_FP8_E5M2_E4M3,
  HEDDLE_BLAS_MXFP8_E4M3,
  HEDDLE_BLAS_MXFP8_E5M2,
  HEDDLE_BLAS_MXFP4,
  HEDDLE_BLAS_NVFP4,
  HEDDLE_BLAS_FP32
} heddle_blas_format;

/* What the results are stored as. */
typedef enum heddle_blas_output {
  HEDDLE_BLAS_TO_ACCUMULATOR = 0, /* int32 of HEDDLE_BLAS_INT8, else fp32 */
  HEDDLE_BLAS_TO_FP32,
  HEDDLE_BLAS_TO_INT32,
  HEDDLE_BLAS_TO_FP16,
  HEDDLE_BLAS_TO_BF16,
  HEDDLE_BLAS_TO_INT8,
  HEDDLE_BLAS_TO_FP8_E4M3,
  HEDDLE_BLAS_TO_FP8_E5M2,
  HEDDLE_BLAS_TO_MXFP8_E4M3, /* from here on: with scales, laid out as those of an operand */
  HEDDLE_BLAS_TO_MXFP8_E5M2,
  HEDDLE_BLAS_TO_MXFP4,
  HEDDLE_BLAS_TO_NVFP4
} heddle_blas_output;

typedef enum heddle_blas_activation { HEDDLE_BLAS_NONE = 0, HEDDLE_BLAS_RELU, HEDDLE_BLAS_GELU } heddle_blas_activation;

/* A matrix in device memory, row by row; members as in heddle::blas::Matrix (heddle/blas/gemm.h). */
typedef struct heddle_blas_matrix {
  uint32_t address;
  int64_t leading; /* elements from row to row */
  int64_t stride;  /* elements from one product of a batch to the next; 0: all have the same */
  uint32_t scales;
  int64_t scales_leading, scales_stride; /* bytes */
} heddle_blas_matrix;

/* D = convert(activation(alpha op(A) op(B) + beta C + bias) * scale); members as in heddle::blas::Gemm. All zero but
 * what heddle_blas_defaults() sets is a product of nothing. */
typedef struct heddle_blas_product {
  heddle_blas_format format;
  heddle_blas_output output;
  heddle_blas_activation activation;
  int32_t transpose_a, transpose_b; /* 0: no */
  int64_t m, n, k;
  float alpha, beta, scale;
  heddle_blas_matrix a, b;
  heddle_blas_matrix c; /* also the result, where d has no address */
  heddle_blas_matrix d;
  uint32_t bias; /* n floats; 0: none */
  int64_t bias_stride;
  int64_t batch;
} heddle_blas_product;

typedef struct heddle_blas_statistics {
  uint64_t cycles, warp_instructions, lane_instructions;
} heddle_blas_statistics;

/* Opens a device, as heddle_device_open; without `firmware` it is used directly, and needs no management core. */
heddle_error heddle_blas_open(const heddle_device_options* options, heddle_blas* blas);
/* With its memory. */
heddle_error heddle_blas_close(heddle_blas blas);

/* Memory of this device; alignment 0: 128. */
heddle_error heddle_blas_allocate(heddle_blas blas, uint64_t bytes, uint32_t alignment, uint32_t* address);
heddle_error heddle_blas_free(heddle_blas blas, uint32_t address);
heddle_error heddle_blas_write(heddle_blas blas, uint32_t address, const void* from, uint64_t bytes);
heddle_error heddle_blas_read(heddle_blas blas, uint32_t address, void* to, uint64_t bytes);

/* Sets alpha, scale and batch to 1, everything else to 0. */
heddle_error heddle_blas_defaults(heddle_blas_product* product);
/* Computes, and waits. HEDDLE_INVALID_ARGUMENT names the argument. `statistics` may be null. */
heddle_error heddle_blas_gemm(heddle_blas blas, const heddle_blas_product* product, heddle_blas_statistics* statistics);

#ifdef __cplusplus
}
#endif

#endif
