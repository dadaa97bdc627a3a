#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "heddle/blas/format.h"
#include "heddle/matrix/dot.h"

namespace heddle::blas::reference {

/// op(A), or op(B) transposed: `rows` rows of `k` random numbers in a format, with scales where it has them.
struct Operand {
  Operand(Format format, bool is_a, uint32_t rows, uint32_t k, std::mt19937& random);

  /// Row by row, K contiguous (`along_k`), or K by K, `leading` elements from one to the next; what lies between holds
  /// 0xFF.
  std::vector<uint8_t> stored(bool along_k, uint32_t leading) const;
  /// Group by group, `leading` bytes from one to the next.
  std::vector<uint8_t> stored_scales(uint32_t leading) const;
  /// Group `g` of row `r`, with zeros behind the end of K.
  matrix::Group group(uint32_t r, uint32_t g) const;

  FormatInfo format;
  matrix::Element element;  // not of kFp32
  uint32_t rows, k, groups;
  std::vector<uint32_t> bits;   // rows x k encodings
  std::vector<uint8_t> scales;  // [group][row][row_scale_bytes]
  std::vector<double> values;   // rows x k, scales included
};

/// op(A) op(B) as the engine's accumulators hold it (docs/matrix.md, by the golden model); of kFp32 fused sums in the
/// order of K. Row by row.
std::vector<uint32_t> accumulators(const Operand& a, const Operand& b);

/// The same product in double, and what an accumulator may be off by: each group is cut by at most 2^-29 of what its
/// terms come to, and rounded once; kFp32: one rounding per term.
struct Product {
  Product(const Operand& a, const Operand& b);
  std::vector<double> values, bounds;
};

}  // namespace heddle::blas::reference
