#include "heddle/matrix/dot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "dot_reference.h"
#include "draw.h"
#include "formats.h"

namespace heddle::matrix::test {
namespace {

// Groups of each format, or as many times more as HEDDLE_FP_VECTORS says.
unsigned vectors(unsigned count) {
  const char* factor = std::getenv("HEDDLE_FP_VECTORS");
  return count * (factor != nullptr ? static_cast<unsigned>(std::max(1, std::atoi(factor))) : 1);
}

class MatrixDot : public testing::TestWithParam<NamedFormat> {};

TEST_P(MatrixDot, SameAsMpfr) {
  const Format& format = GetParam().format;
  Draw draw(1);
  double most_lost = 0;
  for (unsigned n = vectors(2500); n != 0; --n) {
    const Case drawn = draw.next(format);
    const Reference expected = reference(format, drawn.a, drawn.b, drawn.c);
    ASSERT_EQ(expected.bits, accumulate(format, drawn.a, drawn.b, drawn.c)) << "vector " << n << ", c = " << drawn.c;
    most_lost = std::max(most_lost, std::abs(expected.lost));
  }
  EXPECT_LT(most_lost, 65.0);
}
INSTANTIATE_TEST_SUITE_P(, MatrixDot, testing::ValuesIn(all_formats()),
                         [](const auto& info) { return info.param.name; });

constexpr Format kFp16{Element::kFp16, Element::kFp16, Scale::kNone};
constexpr Format kNvfp4{Element::kE2m1, Element::kE2m1, Scale::kE4m3Block16};

Group halves(std::initializer_list<std::uint16_t> values) {
  Group group;
  unsigned at = 0;
  for (const std::uint16_t value : values) {
    group.bytes[at++] = static_cast<std::uint8_t>(value);
    group.bytes[at++] = static_cast<std::uint8_t>(value >> 8);
  }
  return group;
}

TEST(MatrixDotExample, Zeros) {
  Group minus;
  for (unsigned i = 1; i < kGroupBytes; i += 2) minus.bytes[i] = 0x80;
  const Group plus;
  EXPECT_EQ(accumulate(kFp16, minus, plus, 0x8000'0000), 0x8000'0000u);  // every term is -0
  EXPECT_EQ(accumulate(kFp16, minus, plus, 0x0000'0000), 0x0000'0000u);
  EXPECT_EQ(accumulate(kFp16, plus, plus, 0x8000'0000), 0x0000'0000u);
  EXPECT_EQ(accumulate(kFp16, halves({0x3C00}), halves({0x3C00}), 0xBF80'0000), 0u);  // 1 - 1
}

TEST(MatrixDotExample, ZeroTermsOfAScaledBlock) {
  // Elements 0 times -1: products -0 in every place; a negative scale turns them to +0.
  Group a;
  Group b;
  b.bytes.fill(0xAA);
  a.scales.fill(0x38);
  b.scales.fill(0x38);
  EXPECT_EQ(accumulate(kNvfp4, a, b, 0x8000'0000), 0x8000'0000u);
  b.scales[3] = 0xB8;
  EXPECT_EQ(accumulate(kNvfp4, a, b, 0x8000'0000), 0u);
}

TEST(MatrixDotExample, InfinitiesAndNans) {
  const std::uint16_t one = 0x3C00;
  const std::uint16_t infinity = 0x7C00;
  EXPECT_EQ(accumulate(kFp16, halves({infinity}), halves({one}), 0), 0x7F80'0000u);
  EXPECT_EQ(accumulate(kFp16, halves({infinity}), halves({one}), 0xFF80'0000), 0x7FC0'0000u);
  EXPECT_EQ(accumulate(kFp16, halves({infinity}), halves({0}), 0), 0x7FC0'0000u);
  EXPECT_EQ(accumulate(kFp16, halves({infinity, infinity}), halves({one, 0xBC00}), 0), 0x7FC0'0000u);
  EXPECT_EQ(accumulate(kFp16, halves({0x7E00}), halves({one}), 0xFF80'0000), 0x7FC0'0000u);
  EXPECT_EQ(accumulate(kFp16, halves({one}), halves({one}), 0xFFFF'FFFF), 0x7FC0'0000u);
}

TEST(MatrixDotExample, CutsWhatIsFarBelowTheLargestTerm) {
  // 2^15 * 2^15 + 2^-14 * 2^-14: the small product is 2^-58 of the large one.
  EXPECT_EQ(accumulate(kFp16, halves({0x7800, 0x0400}), halves({0x7800, 0x0400}), 0), 0x4E80'0000u);
  // C = -2^30 cancels the large product, but the small one was cut.
  EXPECT_EQ(accumulate(kFp16, halves({0x7800, 0x0400}), halves({0x7800, 0x0400}), 0xCE80'0000), 0u);
}

TEST(MatrixDotExample, GroupsInOrder) {
  // 2^24 + 1 - 2^24: the order of the groups decides.
  const std::array<Group, 3> a = {halves({0x6C00}), halves({0x3C00}), halves({0xEC00})};
  const std::array<Group, 3> b = {halves({0x6C00}), halves({0x3C00}), halves({0x6C00})};
  EXPECT_EQ(accumulate(kFp16, a, b, 0), 0u);
}

TEST(MatrixDotExample, ValidFormats) {
  for (const NamedFormat& named : all_formats()) EXPECT_TRUE(valid(named.format)) << named.name;
  EXPECT_FALSE(valid({Element::kFp16, Element::kBf16, Scale::kNone}));
  EXPECT_FALSE(valid({Element::kE2m1, Element::kE2m1, Scale::kNone}));
  EXPECT_FALSE(valid({Element::kFp16, Element::kFp16, Scale::kE8m0Block32}));
  EXPECT_FALSE(valid({Element::kE4m3, Element::kE4m3, Scale::kE4m3Block16}));
}

}  // namespace
}  // namespace heddle::matrix::test
