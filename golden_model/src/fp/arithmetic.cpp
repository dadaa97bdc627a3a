#include "heddle/fp/arithmetic.h"

#include "exact.h"
#include "heddle/fp/round.h"

namespace heddle::fp {

namespace {

template <Format F>
constexpr Result kInvalidResult{F.canonical_nan(), kInvalid};

// The result of an operation of which at least one operand is a NaN.
template <Format F, typename... Operand>
constexpr Result nan_result(Operand... operands) {
  return {F.canonical_nan(), (is_signalling<F>(operands) || ...) ? kInvalid : Flags{0}};
}

template <Format F>
constexpr Result infinity(bool negative) {
  return {signed_bits<F>(negative, F.infinity()), 0};
}

// The largest integer whose square is at most n.
constexpr std::uint64_t integer_square_root(std::uint64_t n) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    const std::uint64_t next = root | bit;
    if (next * next <= n) root = next;
  }
  return root;
}

}  // namespace

template <Format F>
Result add(std::uint32_t a, std::uint32_t b, Rounding mode) {
  if (is_nan<F>(a) || is_nan<F>(b)) return nan_result<F>(a, b);
  if (is_infinity<F>(a) && is_infinity<F>(b) && a != b) return kInvalidResult<F>;
  if (is_infinity<F>(a)) return {a, 0};
  if (is_infinity<F>(b)) return {b, 0};
  return round<F>(sum(exact<F>(a), exact<F>(b), mode), mode);
}

template <Format F>
Result subtract(std::uint32_t a, std::uint32_t b, Rounding mode) {
  return add<F>(a, negate<F>(b), mode);
}

template <Format F>
Result multiply(std::uint32_t a, std::uint32_t b, Rounding mode) {
  if (is_nan<F>(a) || is_nan<F>(b)) return nan_result<F>(a, b);
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  const bool has_zero = is_zero<F>(a) || is_zero<F>(b);
  if (is_infinity<F>(a) || is_infinity<F>(b)) return has_zero ? kInvalidResult<F> : infinity<F>(negative);
  if (has_zero) return {signed_bits<F>(negative, 0), 0};
  return round<F>(product(unpack<F>(a), unpack<F>(b)), mode);
}

template <Format F>
Result fused(std::uint32_t a, std::uint32_t b, std::uint32_t c, Rounding mode) {
  const bool has_zero = is_zero<F>(a) || is_zero<F>(b);
  const bool has_infinity = is_infinity<F>(a) || is_infinity<F>(b);
  if (has_zero && has_infinity) return kInvalidResult<F>;  // whatever c is
  if (is_nan<F>(a) || is_nan<F>(b) || is_nan<F>(c)) return nan_result<F>(a, b, c);
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  if (has_infinity) {
    if (is_infinity<F>(c) && is_negative<F>(c) != negative) return kInvalidResult<F>;
    return infinity<F>(negative);
  }
  if (is_infinity<F>(c)) return {c, 0};
  const Exact ab = has_zero ? Exact{.negative = negative} : product(unpack<F>(a), unpack<F>(b));
  return round<F>(sum(ab, exact<F>(c), mode), mode);
}

template <Format F>
Result divide(std::uint32_t a, std::uint32_t b, Rounding mode) {
  if (is_nan<F>(a) || is_nan<F>(b)) return nan_result<F>(a, b);
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  if (is_infinity<F>(a)) return is_infinity<F>(b) ? kInvalidResult<F> : infinity<F>(negative);
  if (is_infinity<F>(b)) return {signed_bits<F>(negative, 0), 0};
  if (is_zero<F>(b)) {
    if (is_zero<F>(a)) return kInvalidResult<F>;
    return {signed_bits<F>(negative, F.infinity()), kDivideByZero};
  }
  if (is_zero<F>(a)) return {signed_bits<F>(negative, 0), 0};
  // Significands are within a factor of two of each other: the quotient has 39 or 40 bits.
  const Number n = unpack<F>(a);
  const Number d = unpack<F>(b);
  const std::uint64_t dividend = std::uint64_t{n.significand} << 39;
  const Exact quotient{.negative = negative,
                       .exponent = n.exponent - d.exponent - 39,
                       .magnitude = dividend / d.significand,
                       .more = dividend % d.significand != 0};
  return round<F>(quotient, mode);
}

template <Format F>
Result square_root(std::uint32_t a, Rounding mode) {
  if (is_nan<F>(a)) return nan_result<F>(a);
  if (is_zero<F>(a)) return {a, 0};
  if (is_negative<F>(a)) return kInvalidResult<F>;
  if (is_infinity<F>(a)) return {a, 0};
  // An even exponent, and a significand of 62 to 64 bits: the root has 31 or 32.
  const Number n = unpack<F>(a);
  const int raise = 63 - F.fraction_bits;
  const int shift = (n.exponent - raise) % 2 == 0 ? raise : raise - 1;
  const std::uint64_t square = std::uint64_t{n.significand} << shift;
  const std::uint64_t root = integer_square_root(square);
  return round<F>(
      {.negative = false, .exponent = (n.exponent - shift) / 2, .magnitude = root, .more = root * root != square},
      mode);
}

#define HEDDLE_INSTANTIATE(F)                                                      \
  template Result add<F>(std::uint32_t, std::uint32_t, Rounding);                  \
  template Result subtract<F>(std::uint32_t, std::uint32_t, Rounding);             \
  template Result multiply<F>(std::uint32_t, std::uint32_t, Rounding);             \
  template Result fused<F>(std::uint32_t, std::uint32_t, std::uint32_t, Rounding); \
  template Result divide<F>(std::uint32_t, std::uint32_t, Rounding);               \
  template Result square_root<F>(std::uint32_t, Rounding);
HEDDLE_INSTANTIATE(kSingle)
HEDDLE_INSTANTIATE(kHalf)
#undef HEDDLE_INSTANTIATE

}  // namespace heddle::fp
