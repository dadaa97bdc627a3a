// What is not rounded: comparisons, minimum and maximum, classes, signs and boxes. Halves against the host's doubles,
// every class and every pair of a set of corners; NaNs and flags by the rules of the specification.
#include <cmath>
#include <vector>

#include "heddle/fp/arithmetic.h"
#include "operands.h"
#include "vectors.h"

namespace heddle::fp::test {
namespace {

double number(std::uint32_t half) {
  const auto field = static_cast<int>(half >> 10 & 31);
  const int fraction = static_cast<int>(half & 0x3FF);
  double magnitude = field == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, field - 25);
  if (field == 31) magnitude = fraction != 0 ? NAN : INFINITY;
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}
bool quiet_nan(std::uint32_t half) { return std::isnan(number(half)) && (half & 0x200) != 0; }
bool signalling_nan(std::uint32_t half) { return std::isnan(number(half)) && (half & 0x200) == 0; }

void check_pair(std::uint32_t a, std::uint32_t b) {
  const double x = number(a);
  const double y = number(b);
  const bool any_nan = std::isnan(x) || std::isnan(y);
  const Flags signalling = signalling_nan(a) || signalling_nan(b) ? kInvalid : Flags{0};
  const Flags any = any_nan ? kInvalid : Flags{0};
  ASSERT_EQ(equal<kHalf>(a, b), (Result{x == y ? 1u : 0u, signalling})) << hex(a) << " " << hex(b);
  ASSERT_EQ(less<kHalf>(a, b), (Result{x < y ? 1u : 0u, any})) << hex(a) << " " << hex(b);
  ASSERT_EQ(less_or_equal<kHalf>(a, b), (Result{x <= y ? 1u : 0u, any})) << hex(a) << " " << hex(b);
  std::uint32_t low = 0x7E00;
  std::uint32_t high = 0x7E00;
  if (std::isnan(x) && !std::isnan(y)) {
    low = high = b;
  } else if (std::isnan(y) && !std::isnan(x)) {
    low = high = a;
  } else if (!any_nan) {
    const bool a_first = x < y || (x == y && std::signbit(x));
    low = a_first ? a : b;
    high = a_first ? b : a;
  }
  ASSERT_EQ(minimum<kHalf>(a, b), (Result{low, signalling})) << hex(a) << " " << hex(b);
  ASSERT_EQ(maximum<kHalf>(a, b), (Result{high, signalling})) << hex(a) << " " << hex(b);
}

TEST(Quiet, HalfComparisonsAndMinimumMaximum) {
  std::vector<std::uint32_t> corners;
  for (std::uint32_t field = 0; field < 32; ++field) {
    for (const std::uint32_t fraction : {0u, 1u, 0x1FFu, 0x200u, 0x201u, 0x3FFu}) {
      corners.push_back(field << 10 | fraction);
      corners.push_back(0x8000 | field << 10 | fraction);
    }
  }
  for (const std::uint32_t a : corners) {
    for (const std::uint32_t b : corners) check_pair(a, b);
  }
  Operands<kHalf> operands(31);
  for (unsigned n = vectors(200'000); n != 0; --n) {
    const auto [a, b] = operands.pair();
    check_pair(a, b);
    if (HasFatalFailure()) return;
  }
}

TEST(Quiet, EveryHalfClass) {
  for (std::uint32_t a = 0; a <= 0xFFFF; ++a) {
    const double x = number(a);
    const bool negative = (a & 0x8000) != 0;
    unsigned bit = 0;
    if (std::isnan(x)) {
      bit = quiet_nan(a) ? 9 : 8;
    } else if (std::isinf(x)) {
      bit = negative ? 0 : 7;
    } else if (std::fabs(x) >= 0x1p-14) {
      bit = negative ? 1 : 6;
    } else if (x != 0) {
      bit = negative ? 2 : 5;
    } else {
      bit = negative ? 3 : 4;
    }
    ASSERT_EQ(classify<kHalf>(a), 1u << bit) << hex(a);
  }
}

TEST(Quiet, SingleClasses) {
  constexpr std::uint32_t kOfBit[] = {0xFF80'0000, 0xBF80'0000, 0x807F'FFFF, 0x8000'0000, 0x0000'0000,
                                      0x0000'0001, 0x0080'0000, 0x7F80'0000, 0x7FBF'FFFF, 0xFFC0'0000};
  for (unsigned bit = 0; bit < std::size(kOfBit); ++bit) EXPECT_EQ(classify<kSingle>(kOfBit[bit]), 1u << bit);
  EXPECT_EQ(classify<kSingle>(0x7F7F'FFFF), 1u << 6);
  EXPECT_EQ(classify<kSingle>(0x8080'0000), 1u << 1);
  EXPECT_EQ(classify<kSingle>(0xFF80'0001), 1u << 8);
}

TEST(Quiet, SignsKeepNansAsTheyAre) {
  EXPECT_EQ(copy_sign<kSingle>(0x7F80'0001, 0x8000'0000), 0xFF80'0001u);
  EXPECT_EQ(copy_opposite_sign<kSingle>(0x3F80'0000, 0x0000'0000), 0xBF80'0000u);
  EXPECT_EQ(copy_opposite_sign<kSingle>(0xBF80'0000, 0x8000'0000), 0x3F80'0000u);
  EXPECT_EQ(xor_sign<kSingle>(0xBF80'0000, 0xFFC0'0000), 0x3F80'0000u);
  EXPECT_EQ(copy_sign<kHalf>(0x3C00, 0x8000), 0xBC00u);
  EXPECT_EQ(copy_opposite_sign<kHalf>(0x3C00, 0x8000), 0x3C00u);
  EXPECT_EQ(xor_sign<kHalf>(0x7C01, 0xFE00), 0xFC01u);
}

TEST(Quiet, Boxes) {
  EXPECT_EQ(operand<kHalf>(0xFFFF'3C00), 0x3C00u);
  for (const std::uint32_t bad : {0x0000'3C00u, 0x7FFF'3C00u, 0xFFFE'3C00u, 0xFEFF'3C00u}) {
    EXPECT_EQ(operand<kHalf>(bad), 0x7E00u) << hex(bad);
  }
  EXPECT_EQ(register_value<kHalf>(0x3C00), 0xFFFF'3C00u);
  EXPECT_EQ(operand<kSingle>(0x0000'3C00), 0x3C00u);
  EXPECT_EQ(register_value<kSingle>(0x3C00), 0x3C00u);
}

}  // namespace
}  // namespace heddle::fp::test
