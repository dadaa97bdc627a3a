// The special functions, evaluated as docs/architecture.md, section 9 writes them down, and their error.
#pragma once

#include <mpfr.h>

#include "formats.h"

namespace heddle::fpu_test {

// In the order of special_e.
enum class Special : uint8_t { kRcp, kRsqrt, kExp2, kLog2, kSin, kCos };
inline constexpr int kSpecials = 6;
inline constexpr const char* kSpecialNames[] = {"rcp", "rsqrt", "exp2", "log2", "sin", "cos"};
inline const char* name(Special function) { return kSpecialNames[static_cast<int>(function)]; }

Result special_reference(Special function, uint32_t operand);

// How far a result is from the function's value, in units in the last place of that value.
class SpecialError {
 public:
  SpecialError();
  ~SpecialError();
  SpecialError(const SpecialError&) = delete;
  SpecialError& operator=(const SpecialError&) = delete;

  // 0 where operand or result is not finite.
  double of(Special function, uint32_t operand, uint32_t result);

 private:
  mpfr_t operand_, exact_, difference_;
};

}  // namespace heddle::fpu_test
