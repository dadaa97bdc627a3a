// How many operands the floating-point tests try, and how they name them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <iomanip>
#include <string>

#include "heddle/fp/format.h"

namespace heddle::fp {

inline void PrintTo(const Result& result, std::ostream* out) {
  *out << std::hex << "0x" << result.bits << " flags 0x" << unsigned{result.flags} << std::dec;
}

}  // namespace heddle::fp

namespace heddle::fp::test {

// `count`, or as many times more as the environment's HEDDLE_FP_VECTORS says.
inline unsigned vectors(unsigned count) {
  const char* factor = std::getenv("HEDDLE_FP_VECTORS");
  return count * (factor != nullptr ? static_cast<unsigned>(std::max(1, std::atoi(factor))) : 1);
}

inline std::string hex(std::uint32_t value) {
  std::ostringstream out;
  out << "0x" << std::hex << value;
  return out.str();
}

inline constexpr Rounding kModes[] = {Rounding::kNearestEven, Rounding::kTowardZero, Rounding::kDown, Rounding::kUp,
                                      Rounding::kNearestAway};

// Fails with the operands; false ends a loop over vectors.
template <typename... Operand>
[[nodiscard]] bool same(const Result& expected, const Result& got, Rounding mode, Operand... operands) {
  if (expected == got) return true;
  std::string text;
  ((text += " " + hex(operands)), ...);
  EXPECT_EQ(expected, got) << "mode " << static_cast<int>(mode) << " operands" << text;
  return false;
}

}  // namespace heddle::fp::test
