// Numbers of each element that a random draw seldom has.
#pragma once

#include <cstdint>

#include "heddle/matrix/dot.h"

namespace heddle::matrix_test {

// Infinity, 0 where the element has none; the smallest and the largest NaN; 1; the smallest number.
struct SpecialElement {
  std::uint32_t infinity, nan, other_nan, one, least;
};

inline SpecialElement special(matrix::Element element) {
  using matrix::Element;
  switch (element) {
    case Element::kTf32: return {0x7F80'0000, 0x7F80'2000, 0x7FFF'FFFF, 0x3F80'0000, 0x2000};
    case Element::kFp16: return {0x7C00, 0x7C01, 0x7FFF, 0x3C00, 1};
    case Element::kBf16: return {0x7F80, 0x7F81, 0x7FFF, 0x3F80, 1};
    case Element::kE5m2: return {0x7C, 0x7D, 0x7F, 0x3C, 1};
    case Element::kE4m3: return {0, 0x7F, 0x7F, 0x38, 1};
    default: return {};
  }
}

}  // namespace heddle::matrix_test
