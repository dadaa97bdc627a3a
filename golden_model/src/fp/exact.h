// Exact arithmetic of exact numbers.
#pragma once

#include <cstdint>

#include "heddle/fp/round.h"

namespace heddle::fp {

constexpr Exact product(const Number& a, const Number& b) {
  return {.negative = a.negative != b.negative,
          .exponent = a.exponent + b.exponent,
          .magnitude = static_cast<u128>(a.significand) * b.significand};
}

// x with its exponent raised to `exponent`: what falls off the end becomes `more`.
constexpr Exact align_down(Exact x, int exponent) {
  const int shift = exponent - x.exponent;
  const u128 kept = shift < 128 ? x.magnitude >> shift : 0;
  x.more = x.more || (shift < 128 ? (kept << shift) != x.magnitude : x.magnitude != 0);
  x.magnitude = kept;
  x.exponent = exponent;
  return x;
}

// a + b, for exact numbers of at most 64 bits without `more`. The sign of an exact zero: that of both if they agree,
// else that of the rounding mode.
constexpr Exact sum(Exact a, Exact b, Rounding mode) {
  if (a.is_zero() && b.is_zero()) return {.negative = a.negative == b.negative ? a.negative : mode == Rounding::kDown};
  if (a.is_zero()) return b;
  if (b.is_zero()) return a;

  if (a.top() < b.top()) {
    const Exact other = a;
    a = b;
    b = other;
  }
  // The larger one's top bit goes to bit 125, which leaves room for a carry. Bits of the smaller one are lost only
  // when it is more than 60 places smaller, so that no cancellation can bring them near the result's last place.
  constexpr int kTop = 125;
  const int shift = kTop + 1 - bit_width(a.magnitude);
  a.magnitude <<= shift;
  a.exponent -= shift;
  if (b.exponent >= a.exponent) {
    b.magnitude <<= b.exponent - a.exponent;
  } else {
    b = align_down(b, a.exponent);
  }
  Exact result{.negative = a.negative, .exponent = a.exponent, .magnitude = 0, .more = b.more};
  if (a.negative == b.negative) {
    result.magnitude = a.magnitude + b.magnitude;
  } else if (a.magnitude >= b.magnitude) {
    // a - (b + d) = (a - b - 1) + (1 - d)
    result.magnitude = a.magnitude - b.magnitude - (b.more ? 1 : 0);
  } else {  // equal tops, nothing lost
    result.negative = b.negative;
    result.magnitude = b.magnitude - a.magnitude;
  }
  if (result.is_zero()) result.negative = mode == Rounding::kDown;
  return result;
}

}  // namespace heddle::fp
