// Comparisons, minimum and maximum, classes.
#include "heddle/fp/arithmetic.h"

namespace heddle::fp {

namespace {

template <Format F>
constexpr Flags invalid_if_signalling(std::uint32_t a, std::uint32_t b) {
  return is_signalling<F>(a) || is_signalling<F>(b) ? kInvalid : Flags{0};
}

// Numbers in their order, with -0 just below +0. No NaNs.
template <Format F>
constexpr bool ordered_before(std::uint32_t a, std::uint32_t b) {
  const bool a_negative = is_negative<F>(a);
  if (a_negative != is_negative<F>(b)) return a_negative;
  return a_negative ? a > b : a < b;
}

template <Format F>
constexpr bool same_number(std::uint32_t a, std::uint32_t b) {
  return a == b || (is_zero<F>(a) && is_zero<F>(b));
}

}  // namespace

template <Format F>
Result minimum(std::uint32_t a, std::uint32_t b) {
  const Flags flags = invalid_if_signalling<F>(a, b);
  if (is_nan<F>(a)) return {is_nan<F>(b) ? F.canonical_nan() : b, flags};
  if (is_nan<F>(b)) return {a, flags};
  return {ordered_before<F>(a, b) ? a : b, flags};
}

template <Format F>
Result maximum(std::uint32_t a, std::uint32_t b) {
  const Flags flags = invalid_if_signalling<F>(a, b);
  if (is_nan<F>(a)) return {is_nan<F>(b) ? F.canonical_nan() : b, flags};
  if (is_nan<F>(b)) return {a, flags};
  return {ordered_before<F>(a, b) ? b : a, flags};
}

template <Format F>
Result equal(std::uint32_t a, std::uint32_t b) {
  if (is_nan<F>(a) || is_nan<F>(b)) return {0, invalid_if_signalling<F>(a, b)};
  return {same_number<F>(a, b) ? 1u : 0u, 0};
}

template <Format F>
Result less(std::uint32_t a, std::uint32_t b) {
  if (is_nan<F>(a) || is_nan<F>(b)) return {0, kInvalid};
  return {ordered_before<F>(a, b) && !same_number<F>(a, b) ? 1u : 0u, 0};
}

template <Format F>
Result less_or_equal(std::uint32_t a, std::uint32_t b) {
  if (is_nan<F>(a) || is_nan<F>(b)) return {0, kInvalid};
  return {ordered_before<F>(a, b) || same_number<F>(a, b) ? 1u : 0u, 0};
}

template <Format F>
std::uint32_t classify(std::uint32_t a) {
  if (is_nan<F>(a)) return is_signalling<F>(a) ? 1u << 8 : 1u << 9;
  const std::uint32_t magnitude = a & ~F.sign();
  // From the outside in: infinity, normal, subnormal, zero.
  const unsigned step = magnitude == F.infinity() ? 0 : magnitude >= F.hidden_bit() ? 1 : magnitude != 0 ? 2 : 3;
  return 1u << (is_negative<F>(a) ? step : 7 - step);
}

#define HEDDLE_INSTANTIATE(F)                                     \
  template Result minimum<F>(std::uint32_t, std::uint32_t);       \
  template Result maximum<F>(std::uint32_t, std::uint32_t);       \
  template Result equal<F>(std::uint32_t, std::uint32_t);         \
  template Result less<F>(std::uint32_t, std::uint32_t);          \
  template Result less_or_equal<F>(std::uint32_t, std::uint32_t); \
  template std::uint32_t classify<F>(std::uint32_t);
HEDDLE_INSTANTIATE(kSingle)
HEDDLE_INSTANTIATE(kHalf)
#undef HEDDLE_INSTANTIATE

}  // namespace heddle::fp
