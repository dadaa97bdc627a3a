/* The C interface from C: a product as a program would compute it, and what can be wrong. Returns the line of the first
 * check that fails. */
#include "heddle/blas.h"

#include <string.h>

#define CHECK(condition) \
  if (!(condition)) return __LINE__

int heddle_blas_c_test(void);

enum { kM = 5, kN = 7, kK = 9 };

int heddle_blas_c_test(void) {
  const heddle_device_options options = {
      .backend = "model", .configuration = "edge", .memory_bytes = (uint64_t)128 << 20};
  heddle_blas blas, other;
  heddle_blas_product product;
  heddle_blas_statistics statistics;
  int8_t a[kM * kK], b[kK * kN];
  int32_t c[kM * kN];
  uint32_t i, j, k, address;

  CHECK(heddle_blas_open(&options, &blas) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_open(&options, &other) == HEDDLE_SUCCESS && other != blas);
  for (i = 0; i < sizeof a; i++) a[i] = (int8_t)(i * 37 + 11);
  for (i = 0; i < sizeof b; i++) b[i] = (int8_t)(i * 101 + 3);
  CHECK(heddle_blas_defaults(&product) == HEDDLE_SUCCESS && product.alpha == 1.0f && product.batch == 1);
  product.format = HEDDLE_BLAS_INT8;
  product.m = kM, product.n = kN, product.k = kK;
  product.a.leading = kK, product.b.leading = kN, product.c.leading = kN;
  CHECK(heddle_blas_allocate(blas, sizeof a, 0, &product.a.address) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_allocate(blas, sizeof b, 256, &product.b.address) == HEDDLE_SUCCESS);
  CHECK(product.b.address % 256 == 0);
  CHECK(heddle_blas_allocate(blas, sizeof c, 0, &product.c.address) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_write(blas, product.a.address, a, sizeof a) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_write(blas, product.b.address, b, sizeof b) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_gemm(blas, &product, &statistics) == HEDDLE_SUCCESS);
  CHECK(statistics.cycles != 0 && statistics.lane_instructions > statistics.warp_instructions);
  CHECK(heddle_blas_read(blas, product.c.address, c, sizeof c) == HEDDLE_SUCCESS);
  for (i = 0; i < kM; i++) {
    for (j = 0; j < kN; j++) {
      int32_t sum = 0;
      for (k = 0; k < kK; k++) sum += a[i * kK + k] * b[k * kN + j];
      CHECK(c[i * kN + j] == sum);
    }
  }

  /* ReLU to INT8, whose scale is the host's; the result beside C. */
  product.output = HEDDLE_BLAS_TO_INT8;
  product.activation = HEDDLE_BLAS_RELU;
  product.scale = 1.0f / 1024;
  product.d.leading = kN;
  CHECK(heddle_blas_allocate(blas, kM * kN, 0, &product.d.address) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_gemm(blas, &product, 0) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_read(blas, product.d.address, a, kM * kN) == HEDDLE_SUCCESS);
  for (i = 0; i < kM * kN; i++) {
    const float value = c[i] < 0 ? 0.0f : (float)c[i] / 1024;
    CHECK(a[i] - value <= 0.5f && value - a[i] <= 0.5f);
  }

  /* What is wrong is named, and nothing is done. */
  product.format = (heddle_blas_format)(HEDDLE_BLAS_FP32 + 1);
  CHECK(heddle_blas_gemm(blas, &product, 0) == HEDDLE_INVALID_ARGUMENT && strstr(heddle_last_error(), "format"));
  product.format = HEDDLE_BLAS_INT8;
  product.output = (heddle_blas_output)-1;
  CHECK(heddle_blas_gemm(blas, &product, 0) == HEDDLE_INVALID_ARGUMENT && strstr(heddle_last_error(), "output"));
  product.output = HEDDLE_BLAS_TO_ACCUMULATOR;
  product.activation = HEDDLE_BLAS_NONE;
  product.m = -1;
  CHECK(heddle_blas_gemm(blas, &product, 0) == HEDDLE_INVALID_ARGUMENT && strstr(heddle_last_error(), "m"));
  product.m = kM;
  address = product.a.address;
  product.a.address = 0;
  CHECK(heddle_blas_gemm(blas, &product, 0) == HEDDLE_INVALID_ARGUMENT);
  product.a.address = 0x10000000;
  CHECK(heddle_blas_gemm(blas, &product, 0) == HEDDLE_FAULT);
  product.a.address = address;
  CHECK(heddle_blas_gemm(blas, 0, 0) == HEDDLE_INVALID_ARGUMENT);
  CHECK(heddle_blas_gemm(0, &product, 0) == HEDDLE_INVALID_HANDLE);
  CHECK(heddle_blas_read(blas, address, 0, 1) == HEDDLE_INVALID_ARGUMENT);
  CHECK(heddle_blas_write(blas, address, a, (uint64_t)1 << 40) == HEDDLE_INVALID_ARGUMENT);
  CHECK(heddle_blas_free(blas, address + 16) == HEDDLE_INVALID_ARGUMENT);
  CHECK(heddle_blas_allocate(blas, (uint64_t)1 << 40, 0, &address) == HEDDLE_OUT_OF_MEMORY);
  CHECK(heddle_blas_open(0, &other) == HEDDLE_INVALID_ARGUMENT);

  /* The other device has none of this memory, and goes on when the first is closed. */
  CHECK(heddle_blas_free(other, product.a.address) == HEDDLE_INVALID_ARGUMENT);
  CHECK(heddle_blas_close(blas) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_close(blas) == HEDDLE_INVALID_HANDLE);
  CHECK(heddle_blas_gemm(blas, &product, 0) == HEDDLE_INVALID_HANDLE);
  CHECK(heddle_blas_allocate(other, 64, 0, &address) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_free(other, address) == HEDDLE_SUCCESS);
  CHECK(heddle_blas_close(other) == HEDDLE_SUCCESS);
  return 0;
}
