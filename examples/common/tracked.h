#pragma once

#include <cmath>

#include "floats.h"

namespace heddle::examples {

/// A number that the device computes in floats: its value in double, and how far the device's may be from it. Where the
/// host repeats the device's additions in the device's order this gives a much sharper bound than the number of
/// additions.
class Tracked {
 public:
  Tracked() = default;
  /// A float that is exactly known.
  Tracked(float value) : value_(value) {}  // NOLINT(google-explicit-constructor): floats are such numbers

  double value() const { return value_; }
  double bound() const { return bound_; }

  friend Tracked operator+(const Tracked& a, const Tracked& b) { return {a.value_ + b.value_, a.bound_ + b.bound_}; }
  /// a * b + c with one rounding, of exactly known a and b.
  friend Tracked fused(float a, float b, const Tracked& c) { return {double{a} * b + c.value_, c.bound_}; }

 private:
  /// What is rounded to `value`, from operands that together are off by `inherited`.
  Tracked(double value, double inherited)
      : value_(value), bound_(inherited + kRoundoff * (std::abs(value) + inherited)) {}

  double value_ = 0.0, bound_ = 0.0;
};

}  // namespace heddle::examples
