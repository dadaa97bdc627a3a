#include "special_reference.h"

#include <heddle/generated/special_functions.h>

#include <algorithm>
#include <cstdlib>

namespace heddle::fpu_test {

namespace {

using Int = __int128;

constexpr uint32_t kOne = 0x3f800000;
constexpr uint32_t kNan = 0x7fc00000;
constexpr uint32_t kInfinity = 0x7f800000;
constexpr uint32_t kSign = 0x80000000;

// The single nearest v * 2^x, ties to even.
uint32_t round(Int v, int x) {
  if (v == 0) return 0;
  const uint32_t sign = v < 0 ? kSign : 0;
  if (v < 0) v = -v;
  int top = 0;
  while (v >> (top + 1) != 0) ++top;
  // The last place of the result counts 2^last.
  const int last = std::max(top + x - 23, -149);
  const int drop = last - x;
  Int kept;
  if (drop <= 0) {
    kept = v << -drop;
  } else if (drop > 120) {
    kept = 0;
  } else {
    kept = v >> drop;
    const Int rest = v - (kept << drop), half = Int{1} << (drop - 1);
    if (rest > half || (rest == half && (kept & 1))) ++kept;
  }
  // kept is at most 2^24; a hidden bit adds one to the exponent field by itself.
  const int64_t bits = (static_cast<int64_t>(last + 149) << 23) + static_cast<int64_t>(kept);
  return sign | static_cast<uint32_t>(std::min<int64_t>(bits, kInfinity));
}

template <std::size_t kRows>
Int polynomial(const std::array<special::Row, kRows>& table, int64_t i, int64_t u) {
  const special::Row& row = table.at(static_cast<std::size_t>(i));
  return Int{row.c0} + ((Int{row.c1} * u) >> 21) + ((Int{row.c2} * ((Int{u} * u) >> 26)) >> 16);
}

Int floor_scaled(Int value, int exponent) {
  return exponent >= 0 ? value << exponent : value >> std::min(-exponent, 120);
}

uint32_t exp2_of(bool negative, int e, int64_t m) {
  const Int low = -(Int{160} << 28), high = Int{129} << 28;
  Int t = negative ? low : high;
  if (e < 20) t = std::clamp(floor_scaled(negative ? -Int{m} : Int{m}, e - 23 + 28), low, high);
  const int n = static_cast<int>(t >> 28);
  const int64_t f = static_cast<int64_t>(t - (Int{n} << 28));
  return round(polynomial(special::kExp2, f >> 21, f % (1 << 21)), n - 30);
}

uint32_t log2_of(int e, int64_t m) {
  const bool lower = m < 3 * (int64_t{1} << 22);
  const int64_t n = lower ? e : e + 1;
  const int64_t g = lower ? 2 * (m - (1 << 23)) : m - (1 << 24);
  const int64_t h = g + (1 << 22);
  return round((Int{n} << 54) + Int{g} * polynomial(special::kLog2, h >> 16, (h % (1 << 16)) << 5), -54);
}

uint32_t sin_cos_of(bool is_cos, bool negative, int e, int64_t m) {
  const bool small = e < -7;
  // Units of 2^-32 turns.
  uint32_t q = 0;
  if (e < 64) q = static_cast<uint32_t>(floor_scaled(m, e - 23 + 32));
  const uint32_t quadrant = q >> 30;
  const int64_t r = q & 0x3fffffff, full = 1 << 30;
  const bool descending = is_cos ? quadrant % 2 == 0 : quadrant % 2 == 1;
  const int64_t p = descending ? full - r : r;
  bool minus;
  if (is_cos) {
    minus = quadrant == 1 || quadrant == 2;
  } else {
    minus = (quadrant >= 2) != negative;
  }
  const uint32_t sign = minus ? kSign : 0;
  if (!is_cos && small) {
    const Int value = m * polynomial(special::kSin, p >> 23, (p % (1 << 23)) >> 2);
    return round(value, e - 51) | (negative ? kSign : 0);
  }
  if (p == 0) return !is_cos && negative ? kSign : 0;
  if (p == full) return kOne | sign;
  return round(p * polynomial(special::kSin, p >> 23, (p % (1 << 23)) >> 2), -60) | sign;
}

}  // namespace

Result special_reference(Special function, uint32_t x) {
  const bool negative = x & kSign;
  const uint32_t magnitude = x & ~kSign;
  const uint32_t sign = x & kSign;
  if (magnitude > kInfinity) return {kNan, static_cast<uint8_t>(x & 0x00400000 ? 0 : kInvalid)};
  const Result invalid{kNan, kInvalid};
  if (magnitude == 0) {
    switch (function) {
      case Special::kRcp:
      case Special::kRsqrt: return {sign | kInfinity, kDivideByZero};
      case Special::kLog2: return {kSign | kInfinity, kDivideByZero};
      case Special::kSin: return {x, 0};
      default: return {kOne, 0};
    }
  }
  if (magnitude == kInfinity) {
    switch (function) {
      case Special::kRcp: return {sign, 0};
      case Special::kRsqrt: return negative ? invalid : Result{0, 0};
      case Special::kExp2: return {negative ? 0 : kInfinity, 0};
      case Special::kLog2: return negative ? invalid : Result{kInfinity, 0};
      default: return invalid;
    }
  }
  if (negative && (function == Special::kRsqrt || function == Special::kLog2)) return invalid;

  int e = static_cast<int>(magnitude >> 23) - 127;
  int64_t m = magnitude & 0x7fffff;
  if (magnitude >> 23 == 0) {
    e = -126;
    while (m < 1 << 23) m *= 2, --e;
  } else {
    m += 1 << 23;
  }
  const int64_t f = m - (1 << 23);
  switch (function) {
    case Special::kRcp: return {sign | round(polynomial(special::kRcp, f >> 16, (f % (1 << 16)) << 5), -e - 30), 0};
    case Special::kRsqrt: {
      const int k = std::abs(e) % 2;
      return {round(polynomial(special::kRsqrt, 128 * k + (f >> 16), (f % (1 << 16)) << 5), -(e - k) / 2 - 30), 0};
    }
    case Special::kExp2: return {exp2_of(negative, e, m), 0};
    case Special::kLog2: return {log2_of(e, m), 0};
    case Special::kSin: return {sin_cos_of(false, negative, e, m), 0};
    case Special::kCos: return {sin_cos_of(true, negative, e, m), 0};
  }
  std::abort();
}

SpecialError::SpecialError() { mpfr_inits2(96, operand_, exact_, difference_, nullptr); }

SpecialError::~SpecialError() { mpfr_clears(operand_, exact_, difference_, nullptr); }

double SpecialError::of(Special function, uint32_t operand, uint32_t result) {
  if ((operand & ~kSign) >= kInfinity || (result & ~kSign) >= kInfinity || (operand & ~kSign) == 0) return 0;
  mpfr_set_flt(operand_, std::bit_cast<float>(operand), MPFR_RNDN);
  switch (function) {
    case Special::kRcp: mpfr_ui_div(exact_, 1, operand_, MPFR_RNDN); break;
    case Special::kRsqrt: mpfr_rec_sqrt(exact_, operand_, MPFR_RNDN); break;
    case Special::kExp2: mpfr_exp2(exact_, operand_, MPFR_RNDN); break;
    case Special::kLog2: mpfr_log2(exact_, operand_, MPFR_RNDN); break;
    case Special::kSin: mpfr_sinu(exact_, operand_, 1, MPFR_RNDN); break;
    case Special::kCos: mpfr_cosu(exact_, operand_, 1, MPFR_RNDN); break;
  }
  mpfr_set_flt(difference_, std::bit_cast<float>(result), MPFR_RNDN);
  mpfr_sub(difference_, difference_, exact_, MPFR_RNDN);
  if (mpfr_zero_p(exact_)) return mpfr_zero_p(difference_) ? 0 : HUGE_VAL;
  const long place = std::max<long>(mpfr_get_exp(exact_) - 24, -149);
  mpfr_mul_2si(difference_, difference_, -place, MPFR_RNDN);
  return std::fabs(mpfr_get_d(difference_, MPFR_RNDN));
}

}  // namespace heddle::fpu_test
