// What an operation gives by the standard, computed with MPFR where something is rounded.
#pragma once

#include <mpfr.h>

#include "formats.h"

namespace heddle::fpu_test {

class Reference {
 public:
  Reference();
  ~Reference();
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  Result compute(const Case& c);

 private:
  // Rounds what `operation(result, mode)` computes, which returns the ternary value, to a finite number, infinity or
  // zero of `format`.
  template <class Operation>
  Result round(Format format, Rounding rounding, Operation&& operation);

  Result fused(const Case& c);
  Result divide(const Case& c);
  Result sqrt(const Case& c);
  Result convert_float(const Case& c);
  Result to_integer(const Case& c);
  Result from_integer(const Case& c);
  Result min_max(const Case& c);
  Result compare(const Case& c);
  static Result classify(const Case& c);
  static Result inject_sign(const Case& c);

  mpfr_t a_, b_, c_;                  // operands, exact
  mpfr_t single_, half_;              // results of the two precisions
  mpfr_t finer_single_, finer_half_;  // with one bit more
  mpfr_t integer_;
};

}  // namespace heddle::fpu_test
