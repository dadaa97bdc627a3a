// What IEEE 754 and RISC-V ask of an operation, by MPFR: exact values, MPFR's own infinities, NaNs and signed zeros,
// and a rounding that shares nothing with heddle::fp.
#pragma once

#include <mpfr.h>

#include <cstdint>

#include "heddle/fp/format.h"

namespace heddle::fp::test {

// Precision in which sums and products of singles are exact, and quotients and roots are never mistaken for a tie.
inline constexpr mpfr_prec_t kExactBits = 1200;

class Real {
 public:
  Real() { mpfr_init2(value_, kExactBits); }
  ~Real() { mpfr_clear(value_); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  operator mpfr_ptr() { return value_; }
  operator mpfr_srcptr() const { return value_; }

 private:
  mpfr_t value_;
};

enum class Operation { kAdd, kSubtract, kMultiply, kFused, kDivide, kSquareRoot };

// Unused operands are ignored.
template <Format F>
Result reference(Operation operation, Rounding mode, std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0);
template <Format F>
Result reference_to_integer(bool is_signed, Rounding mode, std::uint32_t a);
template <Format F>
Result reference_from_integer(bool is_signed, Rounding mode, std::uint32_t a);
template <Format To, Format From>
Result reference_convert(Rounding mode, std::uint32_t a);

}  // namespace heddle::fp::test
