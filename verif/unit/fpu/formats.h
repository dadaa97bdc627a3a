// Names that the bench shares with rtl/core/fpu/fpu_pkg.sv, and the bits of the two formats.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace heddle::fpu_test {

// In the order of fpu_op_e.
enum class Op : uint8_t {
  kFmadd,
  kFmsub,
  kFnmsub,
  kFnmadd,
  kAdd,
  kSub,
  kMul,
  kMin,
  kMax,
  kSgnj,
  kSgnjn,
  kSgnjx,
  kEq,
  kLt,
  kLe,
  kClass,
  kToInt,
  kToUint,
  kFromInt,
  kFromUint,
  kToHalf,
  kToSingle,
  kMoveToX,
  kMoveToF,
  // The pipe ends here; fpu_divide has these.
  kDivide,
  kSqrt
};
inline constexpr const char* kOpNames[] = {
    "fmadd",    "fmsub",     "fnmsub",  "fnmadd",    "add",       "sub",       "mul",    "min",    "max",
    "sgnj",     "sgnjn",     "sgnjx",   "eq",        "lt",        "le",        "class",  "to_int", "to_uint",
    "from_int", "from_uint", "to_half", "to_single", "move_to_x", "move_to_f", "divide", "sqrt"};
inline const char* name(Op op) { return kOpNames[static_cast<int>(op)]; }

enum class Format : uint8_t { kSingle, kHalf };
inline const char* name(Format format) { return format == Format::kHalf ? "half" : "single"; }

enum Rounding : uint8_t { kNearestEven, kZero, kDown, kUp, kNearestAway, kRoundings };

enum Flag : uint8_t { kInexact = 1, kUnderflow = 2, kOverflow = 4, kDivideByZero = 8, kInvalid = 16 };

struct Result {
  uint32_t value = 0;
  uint8_t flags = 0;
  bool operator==(const Result&) const = default;
};

// One operation and its operands, as registers hold them.
struct Case {
  Op op = Op::kAdd;
  Format format = Format::kSingle;
  Rounding rounding = kNearestEven;
  uint32_t a = 0, b = 0, c = 0;
};

struct FormatBits {
  int precision;      // significant bits
  int fraction_bits;  // without the hidden one
  int exponent_bits;
  int bias;
  uint32_t sign, infinity, quiet, nan;  // nan: the canonical one

  int max_field() const { return (1 << exponent_bits) - 1; }
  uint32_t fraction_mask() const { return (1u << fraction_bits) - 1; }
};
inline constexpr FormatBits kSingleBits{24, 23, 8, 127, 0x80000000, 0x7f800000, 0x00400000, 0x7fc00000};
inline constexpr FormatBits kHalfBits{11, 10, 5, 15, 0x8000, 0x7c00, 0x0200, 0x7e00};
inline const FormatBits& bits_of(Format format) { return format == Format::kHalf ? kHalfBits : kSingleBits; }

inline uint32_t box(Format format, uint32_t bits) { return format == Format::kHalf ? bits | 0xffff0000 : bits; }

// The bits of a register's value in the format; without a box, a half is the canonical NaN.
inline uint32_t unbox(Format format, uint32_t word) {
  if (format == Format::kSingle) return word;
  return word >> 16 == 0xffff ? word & 0xffff : kHalfBits.nan;
}

inline bool is_nan(Format format, uint32_t bits) {
  const FormatBits& f = bits_of(format);
  return (bits & (f.sign - 1)) > f.infinity;
}
inline bool is_signaling(Format format, uint32_t bits) {
  return is_nan(format, bits) && !(bits & bits_of(format).quiet);
}
inline bool is_infinite(Format format, uint32_t bits) {
  const FormatBits& f = bits_of(format);
  return (bits & (f.sign - 1)) == f.infinity;
}
inline bool is_zero(Format format, uint32_t bits) { return (bits & (bits_of(format).sign - 1)) == 0; }
inline bool is_negative(Format format, uint32_t bits) { return bits & bits_of(format).sign; }

// The exact value; not for NaNs.
inline double to_double(Format format, uint32_t bits) {
  if (format == Format::kSingle) return std::bit_cast<float>(bits);
  const int field = bits >> 10 & 31;
  const int fraction = bits & 0x3ff;
  double magnitude;
  if (field == 31) {
    magnitude = HUGE_VAL;
  } else if (field == 0) {
    magnitude = fraction * 0x1p-24;
  } else {
    magnitude = std::ldexp(1024 + fraction, field - 25);
  }
  return bits & 0x8000 ? -magnitude : magnitude;
}

// The bits of a value that the format has; not for NaNs.
inline uint32_t from_double(Format format, double value) {
  if (format == Format::kSingle) return std::bit_cast<uint32_t>(static_cast<float>(value));
  const uint32_t sign = std::signbit(value) ? 0x8000 : 0;
  const double magnitude = std::fabs(value);
  if (std::isinf(value)) return sign | 0x7c00;
  if (magnitude < 0x1p-14) return sign | static_cast<uint32_t>(magnitude * 0x1p24);
  int exponent;
  const double fraction = std::frexp(magnitude, &exponent);  // in [1/2, 1)
  return sign | ((exponent + 14) << 10) | (static_cast<uint32_t>(fraction * 2048) - 1024);
}

}  // namespace heddle::fpu_test
