// Exact numbers and the one rounding that every operation ends with.
#pragma once

#include <bit>
#include <cstdint>

#include "heddle/fp/format.h"

namespace heddle::fp {

__extension__ using u128 = unsigned __int128;

constexpr int bit_width(u128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<std::uint64_t>(value));
}

// A real number as far as rounding can tell: (-1)^negative * (magnitude + d) * 2^exponent, where d = 0 unless `more`,
// and 0 < d < 1 with it. With `more` the magnitude has at least two bits beyond what it is rounded to.
struct Exact {
  bool negative = false;
  int exponent = 0;
  u128 magnitude = 0;
  bool more = false;

  constexpr bool is_zero() const { return magnitude == 0 && !more; }
  // 2^top <= abs(this) < 2^(top + 1), for a magnitude other than zero.
  constexpr int top() const { return exponent + bit_width(magnitude) - 1; }
};

template <Format F>
constexpr Exact exact(std::uint32_t bits) {
  if (is_zero<F>(bits)) return {.negative = is_negative<F>(bits)};
  const Number n = unpack<F>(bits);
  return {.negative = n.negative, .exponent = n.exponent, .magnitude = n.significand};
}

struct Rounded {
  u128 magnitude;  // a multiple of 2^last
  bool inexact;
};

// Rounds abs(x) to a multiple of 2^last. (The direction of the directed modes depends on the sign of x.)
constexpr Rounded round_at(const Exact& x, int last, Rounding mode) {
  const int shift = last - x.exponent;
  if (shift <= 0) return {x.magnitude << -shift, x.more};  // `more` cannot be: see Exact
  const u128 kept = shift < 128 ? x.magnitude >> shift : 0;
  const u128 lost = shift < 128 ? x.magnitude - (kept << shift) : x.magnitude;
  const u128 half = shift <= 128 ? u128{1} << (shift - 1) : 0;  // 0: more than any magnitude
  const bool inexact = lost != 0 || x.more;
  const bool tie = lost == half && !x.more && half != 0;
  const bool above_half = half != 0 && lost >= half && !tie;
  bool up = false;
  switch (mode) {
    case Rounding::kNearestEven: up = above_half || (tie && (kept & 1) != 0); break;
    case Rounding::kNearestAway: up = above_half || tie; break;
    case Rounding::kTowardZero: break;
    case Rounding::kDown: up = inexact && x.negative; break;
    case Rounding::kUp: up = inexact && !x.negative; break;
  }
  return {kept + (up ? 1 : 0), inexact};
}

// The encoding of an exact number in the format, and the flags of getting there. Zero keeps its sign.
template <Format F>
constexpr Result round(const Exact& x, Rounding mode) {
  if (x.is_zero()) return {signed_bits<F>(x.negative, 0), 0};
  const int top = x.top();
  // The last place of a number of that size; subnormal numbers share the smallest one.
  const int last = top < F.smallest_normal() ? F.smallest() : top - F.fraction_bits;
  const Rounded r = round_at(x, last, mode);
  // A magnitude with the hidden bit counts one up in the exponent field, and so does a carry out of the significand.
  const u128 magnitude = (static_cast<u128>(last - F.smallest()) << F.fraction_bits) + r.magnitude;

  if (magnitude >= F.infinity()) {
    const bool to_infinity = mode == Rounding::kNearestEven || mode == Rounding::kNearestAway ||
                             mode == (x.negative ? Rounding::kDown : Rounding::kUp);
    return {signed_bits<F>(x.negative, to_infinity ? F.infinity() : F.largest_finite()), kOverflow | kInexact};
  }
  Flags flags = r.inexact ? kInexact : 0;
  if (top < F.smallest_normal() && r.inexact) {
    // Tiny after rounding: unless the full precision, with no bound on the exponent, would have rounded to the
    // smallest normal number.
    const bool normal = top == F.smallest_normal() - 1 &&
                        round_at(x, top - F.fraction_bits, mode).magnitude == u128{F.hidden_bit()} << 1;
    if (!normal) flags |= kUnderflow;
  }
  return {signed_bits<F>(x.negative, static_cast<std::uint32_t>(magnitude)), flags};
}

}  // namespace heddle::fp
