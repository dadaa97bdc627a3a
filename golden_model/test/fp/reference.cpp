#include "reference.h"

#include <algorithm>
#include <cmath>

namespace heddle::fp::test {

namespace {

// MPFR's direction for exact operations: only the sign of an exact zero depends on it.
mpfr_rnd_t direction(Rounding mode) { return mode == Rounding::kDown ? MPFR_RNDD : MPFR_RNDN; }

template <Format F>
void decode(mpfr_t out, std::uint32_t bits) {
  const int sign = (bits & F.sign()) != 0 ? -1 : 1;
  const std::uint32_t magnitude = bits & ~F.sign();
  const auto field = static_cast<int>(magnitude >> F.fraction_bits);
  const std::uint32_t fraction = magnitude & (F.hidden_bit() - 1);
  if (field == (1 << F.exponent_bits) - 1) {
    if (fraction != 0) {
      mpfr_set_nan(out);
    } else {
      mpfr_set_inf(out, sign);
    }
    return;
  }
  const std::uint32_t significand = field != 0 ? fraction + F.hidden_bit() : fraction;
  mpfr_set_ui_2exp(out, significand, std::max(field, 1) - F.bias() - F.fraction_bits, MPFR_RNDN);
  mpfr_setsign(out, out, sign < 0 ? 1 : 0, MPFR_RNDN);
}

bool signalling(const Format& f, std::uint32_t bits) {
  const std::uint32_t magnitude = bits & (f.sign() - 1);
  return magnitude > f.infinity() && (magnitude >> (f.fraction_bits - 1) & 1) == 0;
}

// The multiple of 2^last that x rounds to.
void round_to_multiple(mpfr_t out, mpfr_srcptr x, long last, Rounding mode) {
  mpfr_mul_2si(out, x, -last, MPFR_RNDN);
  switch (mode) {
    case Rounding::kNearestEven: mpfr_roundeven(out, out); break;
    case Rounding::kTowardZero: mpfr_trunc(out, out); break;
    case Rounding::kDown: mpfr_floor(out, out); break;
    case Rounding::kUp: mpfr_ceil(out, out); break;
    case Rounding::kNearestAway: mpfr_round(out, out); break;
  }
  mpfr_mul_2si(out, out, last, MPFR_RNDN);
}

// The encoding of a number that the format has.
template <Format F>
std::uint32_t encode(mpfr_srcptr x) {
  const bool negative = mpfr_signbit(x) != 0;
  const double value = std::fabs(mpfr_get_d(x, MPFR_RNDN));
  std::uint32_t magnitude = 0;
  if (value >= std::ldexp(1.0, F.smallest_normal())) {
    const int exponent = std::ilogb(value);
    magnitude = static_cast<std::uint32_t>(exponent + F.bias()) << F.fraction_bits;
    magnitude += static_cast<std::uint32_t>(std::ldexp(value, F.fraction_bits - exponent)) - F.hidden_bit();
  } else {
    magnitude = static_cast<std::uint32_t>(std::ldexp(value, -F.smallest()));
  }
  return magnitude | (negative ? F.sign() : 0);
}

template <Format F>
Result round_reference(const Real& x, Rounding mode, Flags flags) {
  if (mpfr_nan_p(x)) return {F.canonical_nan(), flags};
  const bool negative = mpfr_signbit(x) != 0;
  if (mpfr_inf_p(x)) return {F.infinity() | (negative ? F.sign() : 0), flags};
  if (mpfr_zero_p(x)) return {negative ? F.sign() : 0, flags};

  const long precision = F.fraction_bits + 1;
  const long unbounded = mpfr_get_exp(x) - precision;
  const long last = std::max<long>(unbounded, F.smallest());
  Real rounded;
  round_to_multiple(rounded, x, last, mode);
  if (mpfr_cmp(rounded, x) != 0) {
    flags |= kInexact;
    Real full_precision;
    round_to_multiple(full_precision, x, unbounded, mode);
    // abs < 2^e is: exponent (of 0.1xxx * 2^exponent) at most e.
    if (mpfr_get_exp(full_precision) <= F.smallest_normal()) flags |= kUnderflow;
  }
  if (!mpfr_zero_p(rounded) && mpfr_get_exp(rounded) > F.largest() + 1) {
    flags |= kOverflow | kInexact;
    const bool away = mode == Rounding::kNearestEven || mode == Rounding::kNearestAway ||
                      (mode == Rounding::kUp && !negative) || (mode == Rounding::kDown && negative);
    return {(away ? F.infinity() : F.infinity() - 1) | (negative ? F.sign() : 0), flags};
  }
  mpfr_setsign(rounded, rounded, negative ? 1 : 0, MPFR_RNDN);
  return {encode<F>(rounded), flags};
}

}  // namespace

template <Format F>
Result reference(Operation operation, Rounding mode, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  const bool has_b = operation != Operation::kSquareRoot;
  const bool has_c = operation == Operation::kFused;
  Real x, y, z, r;
  decode<F>(x, a);
  decode<F>(y, b);
  decode<F>(z, c);
  mpfr_clear_flags();
  const mpfr_rnd_t dir = direction(mode);
  switch (operation) {
    case Operation::kAdd: mpfr_add(r, x, y, dir); break;
    case Operation::kSubtract: mpfr_sub(r, x, y, dir); break;
    case Operation::kMultiply: mpfr_mul(r, x, y, dir); break;
    case Operation::kFused: mpfr_fma(r, x, y, z, dir); break;
    case Operation::kDivide: mpfr_div(r, x, y, MPFR_RNDZ); break;
    case Operation::kSquareRoot: mpfr_sqrt(r, x, MPFR_RNDZ); break;
  }
  Flags flags = mpfr_divby0_p() ? kDivideByZero : Flags{0};
  const bool nan_operand = mpfr_nan_p(x) || (has_b && mpfr_nan_p(y)) || (has_c && mpfr_nan_p(z));
  if (mpfr_nan_p(r) && !nan_operand) flags |= kInvalid;
  if (signalling(F, a) || (has_b && signalling(F, b)) || (has_c && signalling(F, c))) flags |= kInvalid;
  if (has_c && ((mpfr_inf_p(x) && mpfr_zero_p(y)) || (mpfr_zero_p(x) && mpfr_inf_p(y)))) flags |= kInvalid;
  return round_reference<F>(r, mode, flags);
}

template <Format F>
Result reference_to_integer(bool is_signed, Rounding mode, std::uint32_t a) {
  const std::int64_t lowest = is_signed ? INT32_MIN : 0;
  const std::int64_t highest = is_signed ? INT32_MAX : UINT32_MAX;
  Real x, r;
  decode<F>(x, a);
  if (mpfr_nan_p(x)) return {static_cast<std::uint32_t>(highest), kInvalid};
  if (mpfr_inf_p(x)) return {static_cast<std::uint32_t>(mpfr_signbit(x) != 0 ? lowest : highest), kInvalid};
  round_to_multiple(r, x, 0, mode);
  if (mpfr_cmp_si(r, lowest) < 0) return {static_cast<std::uint32_t>(lowest), kInvalid};
  if (mpfr_cmp_si(r, highest) > 0) return {static_cast<std::uint32_t>(highest), kInvalid};
  return {static_cast<std::uint32_t>(mpfr_get_si(r, MPFR_RNDN)), mpfr_cmp(r, x) != 0 ? kInexact : Flags{0}};
}

template <Format F>
Result reference_from_integer(bool is_signed, Rounding mode, std::uint32_t a) {
  Real x;
  mpfr_set_si(x, is_signed ? std::int64_t{static_cast<std::int32_t>(a)} : std::int64_t{a}, MPFR_RNDN);
  return round_reference<F>(x, mode, 0);
}

template <Format To, Format From>
Result reference_convert(Rounding mode, std::uint32_t a) {
  Real x;
  decode<From>(x, a);
  return round_reference<To>(x, mode, signalling(From, a) ? kInvalid : Flags{0});
}

#define HEDDLE_INSTANTIATE(F)                                                                     \
  template Result reference<F>(Operation, Rounding, std::uint32_t, std::uint32_t, std::uint32_t); \
  template Result reference_to_integer<F>(bool, Rounding, std::uint32_t);                         \
  template Result reference_from_integer<F>(bool, Rounding, std::uint32_t);
HEDDLE_INSTANTIATE(kSingle)
HEDDLE_INSTANTIATE(kHalf)
#undef HEDDLE_INSTANTIATE
template Result reference_convert<kSingle, kHalf>(Rounding, std::uint32_t);
template Result reference_convert<kHalf, kSingle>(Rounding, std::uint32_t);

}  // namespace heddle::fp::test
