// Binary floating-point formats, their encodings and their values.
//
// An encoding is the low bits of a word: 32 for single, 16 for half, with nothing above them. Registers hold halves
// boxed: see `operand` and `register_value`.
#pragma once

#include <bit>
#include <cstdint>

namespace heddle::fp {

struct Format {
  int exponent_bits;
  int fraction_bits;

  constexpr int bits() const { return 1 + exponent_bits + fraction_bits; }
  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  // Exponents of the smallest and the largest normal number, as 1.xxx * 2^e, and of the smallest subnormal one.
  constexpr int smallest_normal() const { return 1 - bias(); }
  constexpr int largest() const { return bias(); }
  constexpr int smallest() const { return smallest_normal() - fraction_bits; }

  constexpr std::uint32_t sign() const { return std::uint32_t{1} << (bits() - 1); }
  constexpr std::uint32_t hidden_bit() const { return std::uint32_t{1} << fraction_bits; }
  constexpr std::uint32_t infinity() const { return sign() - hidden_bit(); }
  constexpr std::uint32_t largest_finite() const { return infinity() - 1; }
  constexpr std::uint32_t quiet_bit() const { return hidden_bit() >> 1; }
  constexpr std::uint32_t canonical_nan() const { return infinity() | quiet_bit(); }

  bool operator==(const Format&) const = default;
};

inline constexpr Format kSingle{8, 23};
inline constexpr Format kHalf{5, 10};

// The accrued exception flags, as in fflags.
using Flags = std::uint8_t;
inline constexpr Flags kInexact = 1;
inline constexpr Flags kUnderflow = 2;
inline constexpr Flags kOverflow = 4;
inline constexpr Flags kDivideByZero = 8;
inline constexpr Flags kInvalid = 16;

// The encodings of `rm` and `frm`.
enum class Rounding : std::uint8_t {
  kNearestEven = 0,
  kTowardZero = 1,
  kDown = 2,
  kUp = 3,
  kNearestAway = 4,  // RMM: ties to the larger magnitude
};
inline constexpr unsigned kRoundingCount = 5;

struct Result {
  std::uint32_t bits = 0;  // an encoding, or an integer register's value
  Flags flags = 0;

  bool operator==(const Result&) const = default;
};

// ---- encodings ---------------------------------------------------------------------------------------------------

template <Format F>
constexpr bool is_negative(std::uint32_t bits) {
  return (bits & F.sign()) != 0;
}
template <Format F>
constexpr bool is_zero(std::uint32_t bits) {
  return (bits & ~F.sign()) == 0;
}
template <Format F>
constexpr bool is_infinity(std::uint32_t bits) {
  return (bits & ~F.sign()) == F.infinity();
}
template <Format F>
constexpr bool is_nan(std::uint32_t bits) {
  return (bits & ~F.sign()) > F.infinity();
}
template <Format F>
constexpr bool is_signalling(std::uint32_t bits) {
  return is_nan<F>(bits) && (bits & F.quiet_bit()) == 0;
}
template <Format F>
constexpr std::uint32_t signed_bits(bool negative, std::uint32_t magnitude) {
  return magnitude | (negative ? F.sign() : 0);
}

// ---- NaN boxing --------------------------------------------------------------------------------------------------

// What an operation reads from a register: a half that is not boxed is the canonical NaN.
template <Format F>
constexpr std::uint32_t operand(std::uint32_t reg) {
  if constexpr (F == kHalf) return (reg >> 16) == 0xFFFF ? reg & 0xFFFF : F.canonical_nan();
  return reg;
}
// What it writes.
template <Format F>
constexpr std::uint32_t register_value(std::uint32_t bits) {
  if constexpr (F == kHalf) return bits | 0xFFFF'0000u;
  return bits;
}

// ---- values ------------------------------------------------------------------------------------------------------

// A finite number other than zero: (-1)^negative * significand * 2^exponent, with the significand's top bit at
// F.fraction_bits (subnormal numbers are normalised).
struct Number {
  bool negative;
  int exponent;
  std::uint32_t significand;
};

template <Format F>
constexpr Number unpack(std::uint32_t bits) {
  const std::uint32_t fraction = bits & (F.hidden_bit() - 1);
  const int field = static_cast<int>((bits & ~F.sign()) >> F.fraction_bits);
  if (field != 0) return {is_negative<F>(bits), field - 1 + F.smallest(), fraction | F.hidden_bit()};
  const int shift = std::countl_zero(fraction) - (31 - F.fraction_bits);
  return {is_negative<F>(bits), F.smallest() - shift, fraction << shift};
}

}  // namespace heddle::fp
