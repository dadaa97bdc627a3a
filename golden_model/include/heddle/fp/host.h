// Single precision to nearest even by the host's FPU, for the fast simulator. Each function guesses a result and
// whether it is inexact, and says whether the guess is sure to be what heddle/fp/arithmetic.h defines; where it is not,
// only that decides. The functions of one lane are straight-line code, so that those of rows of lanes (host.cpp) are
// vectorised.
//
// The host computes in IEEE 754 single and double, to nearest even, with subnormal numbers. Surely wrong are left out:
// results that are subnormal or next to it (underflow), infinite or NaN (flags), and where the sum rounded to double
// lies halfway between two singles but is not exact (a second rounding would go astray).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "heddle/fp/format.h"

namespace heddle::fp::host {

struct Guess {
  std::uint32_t bits;
  std::uint32_t inexact;  // 0 or 1
  std::uint32_t sure;     // 0 or 1
};

// A normal number, and not the smallest one, which a tiny number may have been rounded to.
inline std::uint32_t is_ordinary(std::uint32_t bits) {
  const std::uint32_t above = kSingle.hidden_bit() + 1;
  return (bits & ~kSingle.sign()) - above < kSingle.infinity() - above ? 1 : 0;
}

// x + y, both exact.
inline Guess sum(double x, double y) {
  const double s = x + y;
  // What the rounding to double lost, exactly (Knuth's two-sum).
  const double y_part = s - x;
  const double lost = (x - (s - y_part)) + (y - y_part);
  const auto value = static_cast<float>(s);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rest = lost != 0 ? 1 : 0;
  const std::uint32_t inexact = rest | (static_cast<double>(value) != s ? 1 : 0);
  // The sum lies between these two, and so does what it rounds to.
  const double step = s * 0x1p-52;
  const std::uint32_t apart = static_cast<float>(s + step) != static_cast<float>(s - step) ? 1 : 0;
  const std::uint32_t zero = s == 0 ? 1 : 0;
  return {bits, inexact, (is_ordinary(bits) & ~(apart & rest)) | zero};
}

inline double wide(std::uint32_t bits) { return std::bit_cast<float>(bits); }

inline Guess add(std::uint32_t a, std::uint32_t b) { return sum(wide(a), wide(b)); }
inline Guess subtract(std::uint32_t a, std::uint32_t b) { return sum(wide(a), -wide(b)); }
// A product of singles is exact in double.
inline Guess fused(std::uint32_t a, std::uint32_t b, std::uint32_t c) { return sum(wide(a) * wide(b), wide(c)); }

inline Guess multiply(std::uint32_t a, std::uint32_t b) {
  const double product = wide(a) * wide(b);
  const auto value = static_cast<float>(product);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t zero = product == 0 ? 1 : 0;  // exactly: products of singles are far from double's smallest
  return {bits, static_cast<double>(value) != product ? 1u : 0u, is_ordinary(bits) | zero};
}

inline Guess divide(std::uint32_t a, std::uint32_t b) {
  const float value = std::bit_cast<float>(a) / std::bit_cast<float>(b);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return {bits, static_cast<double>(value) * wide(b) != wide(a) ? 1u : 0u, is_ordinary(bits)};
}

inline Guess square_root(std::uint32_t a) {
  const float value = std::sqrt(std::bit_cast<float>(a));
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return {bits, static_cast<double>(value) * static_cast<double>(value) != wide(a) ? 1u : 0u, is_ordinary(bits)};
}

// Rows of `lanes` operands (unused ones are not read) and results; every lane is computed. Rows may not overlap.
struct Rows {
  const std::uint32_t* a;
  const std::uint32_t* b;
  const std::uint32_t* c;
  std::uint32_t* bits;
  std::uint32_t* flags;  // kInexact or none
  std::uint32_t* sure;
};
using RowFunction = void (*)(unsigned lanes, const Rows& rows);

void add_rows(unsigned lanes, const Rows& rows);
void subtract_rows(unsigned lanes, const Rows& rows);
void multiply_rows(unsigned lanes, const Rows& rows);
void divide_rows(unsigned lanes, const Rows& rows);
void square_root_rows(unsigned lanes, const Rows& rows);
void madd_rows(unsigned lanes, const Rows& rows);   // a * b + c
void msub_rows(unsigned lanes, const Rows& rows);   // a * b - c
void nmsub_rows(unsigned lanes, const Rows& rows);  // -(a * b) + c
void nmadd_rows(unsigned lanes, const Rows& rows);  // -(a * b) - c

// Each operation as a type: `guess` of one lane, `value` that the host's instruction gives for it, and `kRows`. Where
// `value` is ordinary, it is the result, and no flag but inexact can have been raised. Unused operands are ignored.
struct None {};  // the host has no such operation
struct Add {
  static Guess guess(std::uint32_t a, std::uint32_t b, std::uint32_t) { return add(a, b); }
  static float value(float a, float b, float) { return a + b; }
  static constexpr RowFunction kRows = add_rows;
};
struct Subtract {
  static Guess guess(std::uint32_t a, std::uint32_t b, std::uint32_t) { return subtract(a, b); }
  static float value(float a, float b, float) { return a - b; }
  static constexpr RowFunction kRows = subtract_rows;
};
struct Multiply {
  static Guess guess(std::uint32_t a, std::uint32_t b, std::uint32_t) { return multiply(a, b); }
  static float value(float a, float b, float) { return a * b; }
  static constexpr RowFunction kRows = multiply_rows;
};
struct Divide {
  static Guess guess(std::uint32_t a, std::uint32_t b, std::uint32_t) { return divide(a, b); }
  static float value(float a, float b, float) { return a / b; }
  static constexpr RowFunction kRows = divide_rows;
};
struct SquareRoot {
  static Guess guess(std::uint32_t a, std::uint32_t, std::uint32_t) { return square_root(a); }
  static float value(float a, float, float) { return std::sqrt(a); }
  static constexpr RowFunction kRows = square_root_rows;
};
// kProduct and kAddend: the sign bits to change of a * b and of c.
template <std::uint32_t kProduct, std::uint32_t kAddend, RowFunction kFunction>
struct Fused {
  static constexpr bool kIsFused = true;
  static Guess guess(std::uint32_t a, std::uint32_t b, std::uint32_t c) { return fused(a ^ kProduct, b, c ^ kAddend); }
  static float value(float a, float b, float c) { return std::fma(kProduct != 0 ? -a : a, b, kAddend != 0 ? -c : c); }
  static constexpr RowFunction kRows = kFunction;
};
using Madd = Fused<0, 0, madd_rows>;
using Msub = Fused<0, kSingle.sign(), msub_rows>;
using Nmsub = Fused<kSingle.sign(), 0, nmsub_rows>;
using Nmadd = Fused<kSingle.sign(), kSingle.sign(), nmadd_rows>;

}  // namespace heddle::fp::host
