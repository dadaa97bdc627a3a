#include "reference.h"

#include <stdexcept>

namespace heddle::fpu_test {

namespace {

mpfr_rnd_t mode_of(Rounding rounding) {
  switch (rounding) {
    case kZero: return MPFR_RNDZ;
    case kDown: return MPFR_RNDD;
    case kUp: return MPFR_RNDU;
    default: return MPFR_RNDN;
  }
}

// MPFR's exponents are those of numbers in [1/2, 1).
struct Range {
  mpfr_exp_t smallest;         // subnormal
  mpfr_exp_t smallest_normal;  // 2^-126 or 2^-14
  mpfr_exp_t largest;
};
constexpr Range kSingleRange{-148, -125, 128};
constexpr Range kHalfRange{-23, -13, 16};

void any_exponent() {
  mpfr_set_emin(MPFR_EMIN_DEFAULT);
  mpfr_set_emax(MPFR_EMAX_DEFAULT);
}

// Brings a number rounded with unbounded exponent into the range, as if it had been rounded once.
int bound(mpfr_t number, int ternary, mpfr_rnd_t mode, mpfr_exp_t smallest, mpfr_exp_t largest) {
  mpfr_set_emin(smallest);
  mpfr_set_emax(largest);
  ternary = mpfr_check_range(number, ternary, mode);
  ternary = mpfr_subnormalize(number, ternary, mode);
  any_exponent();
  return ternary;
}

Result nan_of(Format format, bool invalid) {
  return {box(format, bits_of(format).nan), static_cast<uint8_t>(invalid ? kInvalid : 0)};
}

Result infinity_of(Format format, bool negative, uint8_t flags = 0) {
  const FormatBits& f = bits_of(format);
  return {box(format, f.infinity | (negative ? f.sign : 0)), flags};
}

Result zero_of(Format format, bool negative) { return {box(format, negative ? bits_of(format).sign : 0), 0}; }

}  // namespace

Reference::Reference() {
  mpfr_inits2(32, a_, b_, c_, nullptr);
  mpfr_init2(single_, 24);
  mpfr_init2(half_, 11);
  mpfr_init2(finer_single_, 25);
  mpfr_init2(finer_half_, 12);
  mpfr_init2(integer_, 40);
}

Reference::~Reference() { mpfr_clears(a_, b_, c_, single_, half_, finer_single_, finer_half_, integer_, nullptr); }

template <class Operation>
Result Reference::round(Format format, Rounding rounding, Operation&& operation) {
  const bool half = format == Format::kHalf;
  const Range& range = half ? kHalfRange : kSingleRange;
  auto& number = half ? half_ : single_;
  mpfr_rnd_t mode = mode_of(rounding);
  int ternary = operation(number, mode);
  // Tininess after rounding: of the number rounded as if exponents were unbounded.
  const bool tiny = !mpfr_zero_p(number) && mpfr_get_exp(number) < range.smallest_normal;
  const bool overflow = !mpfr_zero_p(number) && mpfr_get_exp(number) > range.largest;
  if (ternary != 0 || tiny || overflow) ternary = bound(number, ternary, mode, range.smallest, range.largest);
  if (rounding == kNearestAway && ternary != 0 && !overflow) {
    // A tie has one bit more than the format has there. MPFR has rounded it to even; it goes away from zero.
    auto& finer = half ? finer_half_ : finer_single_;
    int finer_ternary = operation(finer, MPFR_RNDZ);
    const bool negative = mpfr_signbit(finer);
    finer_ternary = bound(finer, finer_ternary, MPFR_RNDZ, range.smallest - 1, range.largest);
    if (finer_ternary == 0) {
      mode = negative ? MPFR_RNDD : MPFR_RNDU;
      ternary = operation(number, mode);
      ternary = bound(number, ternary, mode, range.smallest, range.largest);
    }
  }
  Result result;
  result.value = box(format, from_double(format, mpfr_get_d(number, MPFR_RNDN)));
  if (ternary != 0) result.flags |= kInexact | (tiny ? kUnderflow : 0);
  if (overflow) result.flags |= kOverflow | kInexact;
  return result;
}

// a * b + c with the signs of the operation; addition as a * 1 + b, multiplication without c.
Result Reference::fused(const Case& x) {
  const Format f = x.format;
  uint32_t a = unbox(f, x.a), b = unbox(f, x.b), c = 0;
  bool has_product = true, has_addend = true, negate_product = false, negate_addend = false;
  switch (x.op) {
    case Op::kFmadd: break;
    case Op::kFmsub: negate_addend = true; break;
    case Op::kFnmsub: negate_product = true; break;
    case Op::kFnmadd: negate_product = negate_addend = true; break;
    case Op::kAdd: has_product = false; break;
    case Op::kSub: has_product = false, negate_addend = true; break;
    case Op::kMul: has_addend = false; break;
    default: throw std::logic_error("not an operation of the FMA family");
  }
  if (!has_product) {
    c = b;
  } else if (has_addend) {
    c = unbox(f, x.c);
  }
  const bool invalid = is_signaling(f, a) || (has_product && is_signaling(f, b)) ||
                       (has_addend && is_signaling(f, c)) ||
                       (has_product && ((is_zero(f, a) && is_infinite(f, b)) || (is_infinite(f, a) && is_zero(f, b))));
  if (invalid) return nan_of(f, true);
  if (is_nan(f, a) || (has_product && is_nan(f, b)) || (has_addend && is_nan(f, c))) return nan_of(f, false);
  const bool product_negative = negate_product ^ is_negative(f, a) ^ (has_product && is_negative(f, b));
  const bool addend_negative = negate_addend ^ is_negative(f, c);
  const bool product_infinite = is_infinite(f, a) || (has_product && is_infinite(f, b));
  if (has_addend && is_infinite(f, c)) {
    if (product_infinite && product_negative != addend_negative) return nan_of(f, true);
    return infinity_of(f, addend_negative);
  }
  if (product_infinite) return infinity_of(f, product_negative);

  mpfr_set_d(a_, to_double(f, a), MPFR_RNDN);
  if (negate_product) mpfr_neg(a_, a_, MPFR_RNDN);
  if (has_product) mpfr_set_d(b_, to_double(f, b), MPFR_RNDN);
  if (has_addend) mpfr_set_d(c_, to_double(f, c), MPFR_RNDN);
  if (negate_addend) mpfr_neg(c_, c_, MPFR_RNDN);
  if (!has_addend) return round(f, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_mul(r, a_, b_, m); });
  if (!has_product) return round(f, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_add(r, a_, c_, m); });
  return round(f, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_fma(r, a_, b_, c_, m); });
}

Result Reference::divide(const Case& x) {
  const Format f = x.format;
  const uint32_t a = unbox(f, x.a), b = unbox(f, x.b);
  if (is_nan(f, a) || is_nan(f, b)) return nan_of(f, is_signaling(f, a) || is_signaling(f, b));
  const bool negative = is_negative(f, a) != is_negative(f, b);
  if (is_infinite(f, a)) return is_infinite(f, b) ? nan_of(f, true) : infinity_of(f, negative);
  if (is_infinite(f, b)) return zero_of(f, negative);
  if (is_zero(f, b)) return is_zero(f, a) ? nan_of(f, true) : infinity_of(f, negative, kDivideByZero);
  mpfr_set_d(a_, to_double(f, a), MPFR_RNDN);
  mpfr_set_d(b_, to_double(f, b), MPFR_RNDN);
  return round(f, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_div(r, a_, b_, m); });
}

Result Reference::sqrt(const Case& x) {
  const Format f = x.format;
  const uint32_t a = unbox(f, x.a);
  if (is_nan(f, a)) return nan_of(f, is_signaling(f, a));
  if (is_zero(f, a)) return zero_of(f, is_negative(f, a));
  if (is_negative(f, a)) return nan_of(f, true);
  if (is_infinite(f, a)) return infinity_of(f, false);
  mpfr_set_d(a_, to_double(f, a), MPFR_RNDN);
  return round(f, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_sqrt(r, a_, m); });
}

Result Reference::convert_float(const Case& x) {
  const Format from = x.op == Op::kToHalf ? Format::kSingle : Format::kHalf;
  const Format to = x.op == Op::kToHalf ? Format::kHalf : Format::kSingle;
  const uint32_t a = unbox(from, x.a);
  if (is_nan(from, a)) return nan_of(to, is_signaling(from, a));
  if (is_infinite(from, a)) return infinity_of(to, is_negative(from, a));
  mpfr_set_d(a_, to_double(from, a), MPFR_RNDN);
  return round(to, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_set(r, a_, m); });
}

Result Reference::to_integer(const Case& x) {
  const uint32_t a = unbox(x.format, x.a);
  const bool is_signed = x.op == Op::kToInt;
  const double low = is_signed ? -0x1p31 : 0;
  const double high = is_signed ? 0x1p31 - 1 : 0x1p32 - 1;
  double value = HUGE_VAL;
  int ternary = 0;
  if (!is_nan(x.format, a)) {
    value = to_double(x.format, a);
    if (!std::isinf(value)) {
      mpfr_set_d(a_, value, MPFR_RNDN);
      // An operand with a large exponent needs no more than its 24 bits, all others fit into 40.
      ternary = x.rounding == kNearestAway ? mpfr_round(integer_, a_) : mpfr_rint(integer_, a_, mode_of(x.rounding));
      value = mpfr_get_d(integer_, MPFR_RNDN);
    }
  }
  if (value > high) return {is_signed ? 0x7fffffffu : 0xffffffffu, kInvalid};
  if (value < low) return {is_signed ? 0x80000000u : 0u, kInvalid};
  return {static_cast<uint32_t>(static_cast<int64_t>(value)), static_cast<uint8_t>(ternary ? kInexact : 0)};
}

Result Reference::from_integer(const Case& x) {
  if (x.op == Op::kFromInt) {
    const long value = static_cast<int32_t>(x.a);
    return round(x.format, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_set_si(r, value, m); });
  }
  return round(x.format, x.rounding, [&](mpfr_t r, mpfr_rnd_t m) { return mpfr_set_ui(r, x.a, m); });
}

Result Reference::min_max(const Case& x) {
  const Format f = x.format;
  const uint32_t a = unbox(f, x.a), b = unbox(f, x.b);
  const uint8_t flags = is_signaling(f, a) || is_signaling(f, b) ? kInvalid : 0;
  if (is_nan(f, a) && is_nan(f, b)) return nan_of(f, flags);
  if (is_nan(f, a)) return {box(f, b), flags};
  if (is_nan(f, b)) return {box(f, a), flags};
  const double va = to_double(f, a), vb = to_double(f, b);
  bool a_less = va < vb;
  if (va == 0 && vb == 0) a_less = is_negative(f, a);
  return {box(f, (x.op == Op::kMin) == a_less ? a : b), flags};
}

Result Reference::compare(const Case& x) {
  const Format f = x.format;
  const uint32_t a = unbox(f, x.a), b = unbox(f, x.b);
  if (is_nan(f, a) || is_nan(f, b)) {
    const bool signaling = is_signaling(f, a) || is_signaling(f, b);
    return {0, static_cast<uint8_t>(x.op != Op::kEq || signaling ? kInvalid : 0)};
  }
  const double va = to_double(f, a), vb = to_double(f, b);
  switch (x.op) {
    case Op::kEq: return {va == vb, 0};
    case Op::kLt: return {va < vb, 0};
    default: return {va <= vb, 0};
  }
}

Result Reference::classify(const Case& x) {
  const Format f = x.format;
  const uint32_t a = unbox(f, x.a);
  if (is_nan(f, a)) return {is_signaling(f, a) ? 1u << 8 : 1u << 9, 0};
  const bool negative = is_negative(f, a);
  if (is_infinite(f, a)) return {negative ? 1u << 0 : 1u << 7, 0};
  if (is_zero(f, a)) return {negative ? 1u << 3 : 1u << 4, 0};
  const double magnitude = std::fabs(to_double(f, a));
  const bool subnormal = magnitude < (f == Format::kHalf ? 0x1p-14 : 0x1p-126);
  if (subnormal) return {negative ? 1u << 2 : 1u << 5, 0};
  return {negative ? 1u << 1 : 1u << 6, 0};
}

Result Reference::inject_sign(const Case& x) {
  const Format f = x.format;
  const uint32_t sign = bits_of(f).sign;
  const uint32_t a = unbox(f, x.a), b = unbox(f, x.b) & sign;
  switch (x.op) {
    case Op::kSgnj: return {box(f, (a & ~sign) | b), 0};
    case Op::kSgnjn: return {box(f, (a & ~sign) | (b ^ sign)), 0};
    default: return {box(f, a ^ b), 0};
  }
}

Result Reference::compute(const Case& x) {
  const bool half = x.format == Format::kHalf;
  switch (x.op) {
    case Op::kFmadd:
    case Op::kFmsub:
    case Op::kFnmsub:
    case Op::kFnmadd:
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul: return fused(x);
    case Op::kMin:
    case Op::kMax: return min_max(x);
    case Op::kSgnj:
    case Op::kSgnjn:
    case Op::kSgnjx: return inject_sign(x);
    case Op::kEq:
    case Op::kLt:
    case Op::kLe: return compare(x);
    case Op::kClass: return classify(x);
    case Op::kToInt:
    case Op::kToUint: return to_integer(x);
    case Op::kFromInt:
    case Op::kFromUint: return from_integer(x);
    case Op::kToHalf:
    case Op::kToSingle: return convert_float(x);
    case Op::kMoveToX: return {half ? static_cast<uint32_t>(static_cast<int16_t>(x.a)) : x.a, 0};
    case Op::kMoveToF: return {half ? x.a | 0xffff0000 : x.a, 0};
    case Op::kDivide: return divide(x);
    case Op::kSqrt: return sqrt(x);
  }
  throw std::logic_error("no such operation");
}

}  // namespace heddle::fpu_test
