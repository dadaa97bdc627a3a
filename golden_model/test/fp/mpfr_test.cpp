// Every rounded operation, format and mode against MPFR; every half for the unary ones.
#include "heddle/fp/arithmetic.h"
#include "operands.h"
#include "reference.h"
#include "vectors.h"

namespace heddle::fp::test {
namespace {

template <Format F>
void compare_arithmetic(std::uint32_t seed) {
  Operands<F> operands(seed);
  for (unsigned n = vectors(8000); n != 0; --n) {
    const auto [a, b] = operands.pair();
    for (const Rounding mode : kModes) {
      if (!same(reference<F>(Operation::kAdd, mode, a, b), add<F>(a, b, mode), mode, a, b)) return;
      if (!same(reference<F>(Operation::kSubtract, mode, a, b), subtract<F>(a, b, mode), mode, a, b)) return;
      if (!same(reference<F>(Operation::kMultiply, mode, a, b), multiply<F>(a, b, mode), mode, a, b)) return;
      if (!same(reference<F>(Operation::kDivide, mode, a, b), divide<F>(a, b, mode), mode, a, b)) return;
    }
  }
}
TEST(FloatMpfr, SingleAddSubtractMultiplyDivide) { compare_arithmetic<kSingle>(1); }
TEST(FloatMpfr, HalfAddSubtractMultiplyDivide) { compare_arithmetic<kHalf>(2); }

template <Format F>
void compare_fused(std::uint32_t seed) {
  Operands<F> operands(seed);
  for (unsigned n = vectors(30000); n != 0; --n) {
    const auto [a, b, c] = operands.triple();
    for (const Rounding mode : kModes) {
      if (!same(reference<F>(Operation::kFused, mode, a, b, c), fused<F>(a, b, c, mode), mode, a, b, c)) return;
    }
  }
}
TEST(FloatMpfr, SingleFused) { compare_fused<kSingle>(3); }
TEST(FloatMpfr, HalfFused) { compare_fused<kHalf>(4); }

template <Format F>
bool compare_unary(std::uint32_t a) {
  constexpr Format kOther = F == kSingle ? kHalf : kSingle;
  for (const Rounding mode : kModes) {
    if (!same(reference<F>(Operation::kSquareRoot, mode, a), square_root<F>(a, mode), mode, a)) return false;
    if (!same(reference_to_integer<F>(true, mode, a), to_signed<F>(a, mode), mode, a)) return false;
    if (!same(reference_to_integer<F>(false, mode, a), to_unsigned<F>(a, mode), mode, a)) return false;
    if (!same(reference_convert<kOther, F>(mode, a), convert<kOther, F>(a, mode), mode, a)) return false;
  }
  return true;
}
TEST(FloatMpfr, SingleUnary) {
  Operands<kSingle> operands(5);
  for (unsigned n = vectors(20000); n != 0; --n) {
    // Every other one near the range of halves, for the conversion.
    std::uint32_t a = operands.any();
    if (n % 2 == 0) a = (a & 0x807F'FFFF) | (127 - 27 + operands.pick(45)) << 23;
    if (!compare_unary<kSingle>(a)) return;
  }
}
TEST(FloatMpfr, EveryHalfUnary) {
  for (std::uint32_t a = 0; a <= 0xFFFF; ++a) {
    if (!compare_unary<kHalf>(a)) return;
  }
}

template <Format F>
void compare_from_integer(std::uint32_t seed) {
  Operands<F> operands(seed);
  for (unsigned n = vectors(20000); n != 0; --n) {
    const std::uint32_t a = operands.integer();
    for (const Rounding mode : kModes) {
      if (!same(reference_from_integer<F>(true, mode, a), from_signed<F>(a, mode), mode, a)) return;
      if (!same(reference_from_integer<F>(false, mode, a), from_unsigned<F>(a, mode), mode, a)) return;
    }
  }
}
TEST(FloatMpfr, SingleFromInteger) { compare_from_integer<kSingle>(6); }
TEST(FloatMpfr, HalfFromInteger) { compare_from_integer<kHalf>(7); }

}  // namespace
}  // namespace heddle::fp::test
