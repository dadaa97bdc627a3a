// Word for word the evaluation of docs/architecture.md, section 9, with its names.
#include "heddle/fp/special.h"

#include <algorithm>
#include <span>

#include "heddle/fp/round.h"
#include "heddle/generated/special_functions.h"

namespace heddle::fp {

namespace {

using special::Row;

constexpr std::uint32_t kOne = 0x3F80'0000;
constexpr Result kNan{kSingle.canonical_nan(), 0};
constexpr Result kInvalidNan{kSingle.canonical_nan(), kInvalid};

constexpr bool negative(std::uint32_t a) { return is_negative<kSingle>(a); }
constexpr bool zero(std::uint32_t a) { return is_zero<kSingle>(a); }
constexpr bool infinite(std::uint32_t a) { return is_infinity<kSingle>(a); }
constexpr bool nan(std::uint32_t a) { return is_nan<kSingle>(a); }
constexpr std::uint32_t infinity(bool sign) { return signed_bits<kSingle>(sign, kSingle.infinity()); }
constexpr Result nan_result(std::uint32_t a) { return is_signalling<kSingle>(a) ? kInvalidNan : kNan; }

// (-1)^s * 2^e * m / 2^23 with 2^23 <= m < 2^24.
struct Operand {
  bool s;
  int e;
  std::int64_t m;
};
constexpr Operand decompose(std::uint32_t a) {
  const Number n = unpack<kSingle>(a);
  return {n.negative, n.exponent + 23, n.significand};
}

constexpr std::int64_t polynomial(const Row& row, std::int64_t u) {
  return row.c0 + ((row.c1 * u) >> 21) + ((row.c2 * ((u * u) >> 26)) >> 16);
}

// The single nearest to (-1)^sign * v * 2^x, ties to even.
Result nearest(bool sign, std::int64_t v, int x) {
  const Exact value{.negative = sign, .exponent = x, .magnitude = static_cast<std::uint64_t>(v)};
  return {round<kSingle>(value, Rounding::kNearestEven).bits, 0};
}

// ---- sine and cosine ---------------------------------------------------------------------------------------------

struct Angle {
  unsigned quadrant;  // Q
  std::int64_t r;     // in the quadrant, in units of 2^-32 turns
};

// abs(x) in units of 2^-32 turns, modulo a turn; rounded down where abs(x) < 2^-7.
constexpr Angle angle(const Operand& x) {
  const int shift = x.e - 23 + 32;
  std::uint32_t q = 0;
  if (shift >= 0 && shift < 32) q = static_cast<std::uint32_t>(x.m) << shift;
  if (shift < 0 && shift > -32) q = static_cast<std::uint32_t>(x.m) >> -shift;
  return {q >> 30, q & ((1u << 30) - 1)};
}

constexpr std::int64_t kQuarter = std::int64_t{1} << 30;

// P at a position p of the quarter wave; p < kQuarter.
constexpr std::int64_t quarter_wave(std::int64_t p) {
  return polynomial(special::kSin[static_cast<std::size_t>(p >> 23)], (p & ((1 << 23) - 1)) >> 2);
}

// Steps 2 to 4; `sign` is that of the result, `zero_sign` that of a zero.
Result wave(std::int64_t p, bool sign, bool zero_sign) {
  if (p == 0) return {signed_bits<kSingle>(zero_sign, 0), 0};
  if (p == kQuarter) return {signed_bits<kSingle>(sign, kOne), 0};
  return nearest(sign, p * quarter_wave(p), -60);
}

}  // namespace

Result reciprocal(std::uint32_t a) {
  if (nan(a)) return nan_result(a);
  if (zero(a)) return {infinity(negative(a)), kDivideByZero};
  if (infinite(a)) return {signed_bits<kSingle>(negative(a), 0), 0};
  const auto [s, e, m] = decompose(a);
  const std::int64_t f = m - (1 << 23);
  return nearest(s, polynomial(special::kRcp[static_cast<std::size_t>(f >> 16)], (f & 0xFFFF) << 5), -e - 30);
}

Result reciprocal_square_root(std::uint32_t a) {
  if (nan(a)) return nan_result(a);
  if (zero(a)) return {infinity(negative(a)), kDivideByZero};
  if (negative(a)) return kInvalidNan;
  if (infinite(a)) return {0, 0};
  const auto [s, e, m] = decompose(a);
  const int k = e % 2 != 0 ? 1 : 0;
  const std::int64_t f = m - (1 << 23);
  const std::int64_t i = 128 * k + (f >> 16);
  return nearest(false, polynomial(special::kRsqrt[static_cast<std::size_t>(i)], (f & 0xFFFF) << 5), -(e - k) / 2 - 30);
}

Result exp2(std::uint32_t a) {
  if (nan(a)) return nan_result(a);
  if (infinite(a)) return {negative(a) ? 0 : infinity(false), 0};
  if (zero(a)) return {kOne, 0};
  const auto [s, e, m] = decompose(a);
  constexpr std::int64_t kUnit = std::int64_t{1} << 28;
  constexpr std::int64_t kLowest = -160 * kUnit;
  constexpr std::int64_t kHighest = 129 * kUnit;
  // floor(x * 2^28) = floor((-1)^s * m * 2^(e + 5))
  const std::int64_t signed_m = s ? -m : m;
  const int shift = e + 5;
  std::int64_t t = s ? kLowest : kHighest;
  if (e < 8) t = shift >= 0 ? signed_m << shift : signed_m >> std::min(-shift, 63);
  t = std::clamp(t, kLowest, kHighest);
  const std::int64_t n = t >> 28;
  const std::int64_t f = t & (kUnit - 1);
  return nearest(false, polynomial(special::kExp2[static_cast<std::size_t>(f >> 21)], f & ((1 << 21) - 1)),
                 static_cast<int>(n) - 30);
}

Result log2(std::uint32_t a) {
  if (nan(a)) return nan_result(a);
  if (zero(a)) return {infinity(true), kDivideByZero};
  if (negative(a)) return kInvalidNan;
  if (infinite(a)) return {a, 0};
  const auto [s, e, m] = decompose(a);
  const bool low = m < 3 * (1 << 22);
  const std::int64_t n = low ? e : e + 1;
  const std::int64_t g = low ? 2 * (m - (1 << 23)) : m - (1 << 24);
  const std::int64_t h = g + (1 << 22);
  const std::int64_t p = polynomial(special::kLog2[static_cast<std::size_t>(h >> 16)], (h & 0xFFFF) << 5);
  const std::int64_t v = n * (std::int64_t{1} << 54) + g * p;
  return nearest(v < 0, v < 0 ? -v : v, -54);
}

Result sine(std::uint32_t a) {
  if (nan(a)) return nan_result(a);
  if (infinite(a)) return kInvalidNan;
  if (zero(a)) return {a, 0};
  const Operand x = decompose(a);
  const auto [quadrant, r] = angle(x);
  const std::int64_t p = quadrant % 2 == 0 ? r : kQuarter - r;
  if (x.e < -7) return nearest(x.s, x.m * quarter_wave(p), x.e - 51);
  return wave(p, (quadrant >= 2) != x.s, x.s);
}

Result cosine(std::uint32_t a) {
  if (nan(a)) return nan_result(a);
  if (infinite(a)) return kInvalidNan;
  if (zero(a)) return {kOne, 0};
  const auto [quadrant, r] = angle(decompose(a));
  const std::int64_t p = quadrant % 2 == 0 ? kQuarter - r : r;
  return wave(p, quadrant == 1 || quadrant == 2, false);
}

}  // namespace heddle::fp
