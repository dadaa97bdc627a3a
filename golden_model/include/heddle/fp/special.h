// The special functions of docs/architecture.md, section 9: single-precision encodings in and out, the same bits
// everywhere. No rounding mode; the only flags are invalid and divide by zero.
#pragma once

#include <cstdint>

#include "heddle/fp/format.h"

namespace heddle::fp {

Result reciprocal(std::uint32_t a);              // 1 / a
Result reciprocal_square_root(std::uint32_t a);  // 1 / sqrt(a)
Result exp2(std::uint32_t a);                    // 2^a
Result log2(std::uint32_t a);                    // log2(a)
Result sine(std::uint32_t a);                    // sin(2 pi a)
Result cosine(std::uint32_t a);                  // cos(2 pi a)

}  // namespace heddle::fp
