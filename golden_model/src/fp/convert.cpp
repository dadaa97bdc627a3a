// Conversions to and from integers and between formats.
#include "heddle/fp/arithmetic.h"
#include "heddle/fp/round.h"

namespace heddle::fp {

namespace {

// The integers from -most_negative to most_positive.
struct Range {
  std::uint32_t most_negative;
  std::uint32_t most_positive;
};
constexpr Range kSigned{0x8000'0000u, 0x7FFF'FFFFu};
constexpr Range kUnsigned{0, 0xFFFF'FFFFu};

template <Format F>
Result to_integer(std::uint32_t a, Rounding mode, Range range) {
  const bool negative = is_negative<F>(a) && !is_nan<F>(a);
  const std::uint32_t limit = negative ? range.most_negative : range.most_positive;
  const auto value = [negative](std::uint32_t magnitude) { return negative ? 0 - magnitude : magnitude; };
  const Result clamped{value(limit), kInvalid};
  if (is_nan<F>(a) || is_infinity<F>(a)) return clamped;
  const Exact x = exact<F>(a);
  if (!x.is_zero() && x.top() > 32) return clamped;
  const Rounded r = round_at(x, 0, mode);
  if (r.magnitude > limit) return clamped;
  return {value(static_cast<std::uint32_t>(r.magnitude)), r.inexact ? kInexact : Flags{0}};
}

}  // namespace

template <Format F>
Result to_signed(std::uint32_t a, Rounding mode) {
  return to_integer<F>(a, mode, kSigned);
}

template <Format F>
Result to_unsigned(std::uint32_t a, Rounding mode) {
  return to_integer<F>(a, mode, kUnsigned);
}

template <Format F>
Result from_signed(std::uint32_t a, Rounding mode) {
  const bool negative = (a & 0x8000'0000u) != 0;
  return round<F>({.negative = negative, .magnitude = negative ? 0 - a : a}, mode);
}

template <Format F>
Result from_unsigned(std::uint32_t a, Rounding mode) {
  return round<F>({.magnitude = a}, mode);
}

template <Format To, Format From>
Result convert(std::uint32_t a, Rounding mode) {
  if (is_nan<From>(a)) return {To.canonical_nan(), is_signalling<From>(a) ? kInvalid : Flags{0}};
  if (is_infinity<From>(a)) return {signed_bits<To>(is_negative<From>(a), To.infinity()), 0};
  return round<To>(exact<From>(a), mode);
}

#define HEDDLE_INSTANTIATE(F)                              \
  template Result to_signed<F>(std::uint32_t, Rounding);   \
  template Result to_unsigned<F>(std::uint32_t, Rounding); \
  template Result from_signed<F>(std::uint32_t, Rounding); \
  template Result from_unsigned<F>(std::uint32_t, Rounding);
HEDDLE_INSTANTIATE(kSingle)
HEDDLE_INSTANTIATE(kHalf)
#undef HEDDLE_INSTANTIATE
template Result convert<kSingle, kHalf>(std::uint32_t, Rounding);
template Result convert<kHalf, kSingle>(std::uint32_t, Rounding);

}  // namespace heddle::fp
