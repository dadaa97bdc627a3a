#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "heddle/blas/format.h"

namespace heddle::blas {

/// A matrix in device memory, row by row. 4-bit elements lie two to a byte, the even one in the low half; where a row
/// has an odd number of them its last half byte is zero.
struct Matrix {
  uint32_t address = 0;
  int64_t leading = 0;  ///< Elements from row to row as they are stored; even for 4-bit formats.
  int64_t stride = 0;   ///< Elements from one product of a batch to the next; 0: all have the same.
  /// Scales of group g (32 bytes of K) and row r of op(A), column r of op(B): at scales + g * scales_leading + r * the
  /// scales of a row and group (mxfp8 1 byte, mxfp4 2, nvfp4 4). Of D: its columns take K's place.
  uint32_t scales = 0;
  int64_t scales_leading = 0;  ///< Bytes.
  int64_t scales_stride = 0;   ///< Bytes.
};

enum class Activation : uint8_t { kNone, kRelu, kGelu };

/// Addresses of one product of a batch, where there is no stride between them.
struct Pointers {
  uint32_t a = 0, b = 0, c = 0, d = 0;
  uint32_t scales_a = 0, scales_b = 0, scales_d = 0;
  uint32_t bias = 0;
};

/// D = convert(activation(alpha op(A) op(B) + beta C + bias) * scale), for each product of a batch.
///
/// op(X) is X, or its transpose; op(A) is m x k, op(B) k x n. A, B row by row: without transposes K is contiguous in A,
/// N in B. On the engine the product is that of docs/matrix.md, to the bit; kFp32 adds fused products in the order of
/// K. The epilogue's steps are single precision: alpha * x rounded, + beta * C fused, + bias rounded, and so on. With
/// beta = 0 C is not read; with alpha = 0 or k = 0 neither are A and B.
struct Gemm {
  Format format = Format::kFp16;
  /// Empty: kInt32 of kInt8, else kFp32.
  std::optional<Output> output = std::nullopt;
  bool transpose_a = false, transpose_b = false;
  int64_t m = 0, n = 0, k = 0;
  float alpha = 1.0F, beta = 0.0F;  ///< Of kInt32 results: integers.
  Matrix a = {}, b = {};
  Matrix c = {};            ///< FP32; int32 where D is kInt32. Also the result, where d has no address.
  Matrix d = {};            ///< In `output`. It may be C, and must not be A or B.
  uint32_t bias = 0;        ///< n floats, one per column; 0: none.
  int64_t bias_stride = 0;  ///< Floats from one product of a batch to the next.
  Activation activation = Activation::kNone;  ///< kGelu: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
  float scale = 1.0F;                         ///< Before conversion, of all outputs but kFp32 and kInt32.
  int64_t batch = 1;
  /// Instead of addresses and strides: one entry per product.
  std::vector<Pointers> pointers = {};

  Output stored_as() const { return output.value_or(format == Format::kInt8 ? Output::kInt32 : Output::kFp32); }
};

}  // namespace heddle::blas
