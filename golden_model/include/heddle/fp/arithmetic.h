// IEEE 754-2008 arithmetic as RISC-V has it (F and Zfh): every NaN result is the canonical one, tininess is detected
// after rounding. Operands and floating-point results are encodings of the format (format.h).
//
// These functions define what an instruction computes. They are exact in integers and independent of the host's
// floating point. Instantiated for kSingle and kHalf.
#pragma once

#include <cstdint>

#include "heddle/fp/format.h"

namespace heddle::fp {

// a + b
template <Format F>
Result add(std::uint32_t a, std::uint32_t b, Rounding mode);
// a - b
template <Format F>
Result subtract(std::uint32_t a, std::uint32_t b, Rounding mode);
// a * b
template <Format F>
Result multiply(std::uint32_t a, std::uint32_t b, Rounding mode);
// a * b + c, rounded once
template <Format F>
Result fused(std::uint32_t a, std::uint32_t b, std::uint32_t c, Rounding mode);
// a / b
template <Format F>
Result divide(std::uint32_t a, std::uint32_t b, Rounding mode);
template <Format F>
Result square_root(std::uint32_t a, Rounding mode);

// minimumNumber and maximumNumber.
template <Format F>
Result minimum(std::uint32_t a, std::uint32_t b);
template <Format F>
Result maximum(std::uint32_t a, std::uint32_t b);
// 0 or 1. `equal` is quiet, the others signal every NaN.
template <Format F>
Result equal(std::uint32_t a, std::uint32_t b);
template <Format F>
Result less(std::uint32_t a, std::uint32_t b);
template <Format F>
Result less_or_equal(std::uint32_t a, std::uint32_t b);

// fclass: one bit of ten.
template <Format F>
std::uint32_t classify(std::uint32_t a);

// The magnitude of a with the sign of b, its opposite, or the signs' exclusive or.
template <Format F>
constexpr std::uint32_t copy_sign(std::uint32_t a, std::uint32_t b) {
  return (a & ~F.sign()) | (b & F.sign());
}
template <Format F>
constexpr std::uint32_t copy_opposite_sign(std::uint32_t a, std::uint32_t b) {
  return (a & ~F.sign()) | (~b & F.sign());
}
template <Format F>
constexpr std::uint32_t xor_sign(std::uint32_t a, std::uint32_t b) {
  return a ^ (b & F.sign());
}
template <Format F>
constexpr std::uint32_t negate(std::uint32_t a) {
  return a ^ F.sign();
}

// To 32-bit integers; out of range clamps and is invalid only, a NaN goes where +infinity goes.
template <Format F>
Result to_signed(std::uint32_t a, Rounding mode);
template <Format F>
Result to_unsigned(std::uint32_t a, Rounding mode);
template <Format F>
Result from_signed(std::uint32_t a, Rounding mode);
template <Format F>
Result from_unsigned(std::uint32_t a, Rounding mode);
// Between formats.
template <Format To, Format From>
Result convert(std::uint32_t a, Rounding mode);

}  // namespace heddle::fp
