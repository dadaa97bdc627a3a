#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "heddle/matrix/dot.h"

namespace heddle::examples {

/// A format of docs/matrix.md by its name on the command line.
struct GemmFormat {
  std::string name;
  matrix::Format format;

  bool integers() const { return format.a == matrix::Element::kInt8; }
  bool scaled() const { return format.scale != matrix::Scale::kNone; }
  bool needs_fp8() const { return format.a == matrix::Element::kE4m3 || format.a == matrix::Element::kE5m2; }
  bool needs_fp4() const { return format.a == matrix::Element::kE2m1; }
};
const std::vector<GemmFormat>& gemm_formats();

/// Rows of A, or columns of B: random numbers in a format, as they lie in memory, and as they are.
struct Operand {
  uint32_t rows = 0, k = 0;
  uint32_t groups = 0;           ///< Of 32 bytes per row.
  uint32_t stride = 0;           ///< Bytes from row to row: k elements, rounded up to whole ones of 16 bytes.
  uint32_t row_scale_bytes = 0;  ///< Scales of a row and a group.
  std::vector<uint8_t> bytes;    ///< Row by row.
  std::vector<uint8_t> scales;   ///< Group by group, rows one after the other.
  std::vector<double> values;    ///< rows x k, scales included.

  /// Group `g` of row `r`, with zeros behind the end of K.
  matrix::Group group(uint32_t r, uint32_t g) const;
};

Operand random_operand(const matrix::Format& format, matrix::Element element, uint32_t rows, uint32_t k,
                       std::mt19937& random);

}  // namespace heddle::examples
