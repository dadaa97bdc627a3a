#include "dot_reference.h"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace heddle::matrix::test {

namespace {

constexpr mpfr_prec_t kBits = 2000;  // sums of products of singles are exact
constexpr int kNoExponent = std::numeric_limits<int>::min();

class Real {
 public:
  Real() {
    mpfr_init2(value_, kBits);
    mpfr_set_zero(value_, 1);
  }
  Real(const Real& other) : Real() { mpfr_set(value_, other.value_, MPFR_RNDN); }
  Real& operator=(const Real& other) {
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  ~Real() { mpfr_clear(value_); }
  operator mpfr_ptr() { return value_; }
  operator mpfr_srcptr() const { return value_; }

 private:
  mpfr_t value_;
};

// A factor: its value, and the exponent that its encoding has.
struct Factor {
  Real value;
  int exponent = 0;
};

Factor small_float(std::uint32_t bits, int exponent_bits, int fraction_bits, bool infinities, bool nans) {
  const int field_mask = (1 << exponent_bits) - 1;
  const auto field = static_cast<int>(bits >> fraction_bits) & field_mask;
  const auto fraction = static_cast<long>(bits & ((1u << fraction_bits) - 1));
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const bool negative = (bits >> (exponent_bits + fraction_bits) & 1) != 0;
  Factor factor;
  factor.exponent = (field == 0 ? 1 : field) - bias;
  if (field == field_mask && infinities && fraction == 0) {
    mpfr_set_inf(factor.value, negative ? -1 : 1);
  } else if (field == field_mask && nans && (infinities || fraction == (1 << fraction_bits) - 1)) {
    mpfr_set_nan(factor.value);
  } else {
    const long significand = fraction + (field == 0 ? 0 : 1L << fraction_bits);
    mpfr_set_si_2exp(factor.value, significand, factor.exponent - fraction_bits, MPFR_RNDN);
    mpfr_setsign(factor.value, factor.value, negative ? 1 : 0, MPFR_RNDN);
  }
  return factor;
}

Factor element(Element kind, const Group& group, unsigned k) {
  std::uint16_t half = 0;
  std::uint32_t word = 0;
  switch (kind) {
    case Element::kTf32: std::memcpy(&word, &group.bytes[4 * k], 4); return small_float(word >> 13, 8, 10, true, true);
    case Element::kFp16: std::memcpy(&half, &group.bytes[2 * k], 2); return small_float(half, 5, 10, true, true);
    case Element::kBf16: std::memcpy(&half, &group.bytes[2 * k], 2); return small_float(half, 8, 7, true, true);
    case Element::kE5m2: return small_float(group.bytes[k], 5, 2, true, true);
    case Element::kE4m3: return small_float(group.bytes[k], 4, 3, false, true);
    default: break;
  }
  const unsigned nibble = k % 2 == 0 ? group.bytes[k / 2] & 0xFu : group.bytes[k / 2] >> 4u;
  return small_float(nibble, 2, 1, false, false);
}

Factor scale(Scale kind, const Group& group, unsigned k) {
  Factor factor;
  mpfr_set_si(factor.value, 1, MPFR_RNDN);
  if (kind == Scale::kE8m0Block32) {
    const int x = group.scales[k / 32];
    factor.exponent = x - 127;
    if (x == 255) {
      mpfr_set_nan(factor.value);
    } else {
      mpfr_mul_2si(factor.value, factor.value, factor.exponent, MPFR_RNDN);
    }
  }
  if (kind == Scale::kE4m3Block16) return small_float(group.scales[k / 16], 4, 3, false, true);
  return factor;
}

// abs(x) < 2^44 units, rounded to a single.
std::uint32_t to_single(const Real& x) {
  if (mpfr_nan_p(x)) return 0x7FC0'0000;
  if (mpfr_zero_p(x)) return mpfr_signbit(x) != 0 ? 0x8000'0000 : 0;
  // MPFR's own subnormal numbers and overflow, of a single.
  mpfr_t single;
  mpfr_init2(single, 24);
  const mpfr_exp_t emin = mpfr_get_emin();
  const mpfr_exp_t emax = mpfr_get_emax();
  mpfr_set_emin(-148);
  mpfr_set_emax(128);
  int ternary = mpfr_set(single, x, MPFR_RNDN);
  ternary = mpfr_check_range(single, ternary, MPFR_RNDN);
  mpfr_subnormalize(single, ternary, MPFR_RNDN);
  const float value = mpfr_get_flt(single, MPFR_RNDN);
  mpfr_set_emin(emin);
  mpfr_set_emax(emax);
  mpfr_clear(single);
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, 4);
  return bits;
}

}  // namespace

Reference reference(const Format& format, const Group& a, const Group& b, std::uint32_t c) {
  if (format.a == Element::kInt8) {
    long long sum = static_cast<std::int32_t>(c);
    for (unsigned k = 0; k < kGroupBytes; ++k) {
      sum += static_cast<long long>(static_cast<std::int8_t>(a.bytes[k])) * static_cast<std::int8_t>(b.bytes[k]);
    }
    return {static_cast<std::uint32_t>(sum), 0};
  }

  std::vector<Factor> terms;
  bool all_minus_zero = true;
  for (unsigned k = 0; k < group_elements(format.a); ++k) {
    const Factor x = element(format.a, a, k);
    const Factor y = element(format.b, b, k);
    const Factor x_scale = scale(format.scale, a, k);
    const Factor y_scale = scale(format.scale, b, k);
    Factor term;
    mpfr_mul(term.value, x.value, y.value, MPFR_RNDN);
    mpfr_mul(term.value, term.value, x_scale.value, MPFR_RNDN);
    mpfr_mul(term.value, term.value, y_scale.value, MPFR_RNDN);
    all_minus_zero = all_minus_zero && mpfr_zero_p(term.value) && mpfr_signbit(term.value) != 0;
    if (format.scale == Scale::kE4m3Block16) {
      term.exponent = x_scale.exponent + y_scale.exponent + 9;
      if (k % 16 != 0) {
        mpfr_add(terms.back().value, terms.back().value, term.value, MPFR_RNDN);
        continue;
      }
    } else {
      term.exponent = x.exponent + y.exponent + x_scale.exponent + y_scale.exponent;
    }
    terms.push_back(term);
  }
  terms.push_back(small_float(c, 8, 23, true, true));

  Reference result;
  Real total;
  int largest = kNoExponent;
  for (const Factor& term : terms) {
    mpfr_add(total, total, term.value, MPFR_RNDN);
    if (!mpfr_zero_p(term.value)) largest = std::max(largest, term.exponent);
  }
  if (mpfr_nan_p(total)) return {0x7FC0'0000, 0};
  if (mpfr_inf_p(total)) return {mpfr_signbit(total) != 0 ? 0xFF80'0000 : 0x7F80'0000, 0};
  if (largest == kNoExponent) return {all_minus_zero && c >> 31 != 0 ? 0x8000'0000u : 0u, 0};

  Real sum;
  for (const Factor& term : terms) {
    Real cut;
    mpfr_mul_2si(cut, term.value, 36 - largest, MPFR_RNDN);
    mpfr_trunc(cut, cut);
    mpfr_add(sum, sum, cut, MPFR_RNDN);
  }
  Real lost;
  mpfr_mul_2si(lost, total, 36 - largest, MPFR_RNDN);
  mpfr_sub(lost, lost, sum, MPFR_RNDN);
  result.lost = mpfr_get_d(lost, MPFR_RNDN);
  mpfr_mul_2si(sum, sum, largest - 36, MPFR_RNDN);
  if (mpfr_zero_p(sum)) mpfr_set_zero(sum, 1);
  result.bits = to_single(sum);
  return result;
}

}  // namespace heddle::matrix::test
