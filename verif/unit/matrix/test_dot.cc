#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "dot_driver.h"
#include "draw.h"
#include "formats.h"
#include "heddle/matrix/dot.h"
#include "sparse_draw.h"
#include "special_elements.h"

namespace heddle::matrix_test {
namespace {

using matrix::Element;
using matrix::Format;
using matrix::Scale;
using matrix::test::all_formats;
using matrix::test::Case;
using matrix::test::Draw;
using matrix::test::NamedFormat;

// Half of the groups are full, half have a few terms.
class Groups {
 public:
  explicit Groups(std::uint32_t seed) : full_(seed), sparse_(seed + 1) {}
  Case next(const Format& format) { return (turn_++ & 1) != 0 ? sparse_.next(format) : full_.next(format); }

 private:
  Draw full_;
  SparseDraw sparse_;
  unsigned turn_ = 0;
};

class MatrixDot : public testing::TestWithParam<NamedFormat> {};

TEST_P(MatrixDot, Random) {
  DotDriver driver(1);
  Groups draw(2);
  for (std::uint64_t n = groups(5000); n != 0; --n) driver.push(GetParam().format, draw.next(GetParam().format));
  driver.drain();
  report(GetParam().name, driver.count());
  EXPECT_EQ(driver.count().compared, groups(5000));
  EXPECT_EQ(driver.count().mismatches, 0u);
}
INSTANTIATE_TEST_SUITE_P(, MatrixDot, testing::ValuesIn(all_formats()),
                         [](const auto& info) { return info.param.name; });

// Another format in every cycle: nothing of one group stays in the stages for the next.
TEST(MatrixDotMixed, Random) {
  DotDriver driver(3);
  Groups draw(4);
  std::mt19937 random(5);
  const auto formats = all_formats();
  for (std::uint64_t n = groups(5000); n != 0; --n) {
    const Format& format = formats[random() % formats.size()].format;
    driver.push(format, draw.next(format));
  }
  driver.drain();
  report("mixed", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
}

// kChainDistance accumulations side by side, each result the C of the next group: a group in every cycle.
TEST(MatrixDotChain, ResultIsTheNextC) {
  DotDriver driver(6);
  Draw draw(7);
  for (const NamedFormat& named : all_formats()) {
    std::vector<std::uint32_t> c;
    for (std::uint64_t n = 0; n < std::max<std::uint64_t>(groups(5000) / 16, 100); ++n) {
      Case group = draw.next(named.format);
      if (n % (32 * DotDriver::kChainDistance) < DotDriver::kChainDistance) {  // begin anew: NaNs stay
        if (n % (32 * DotDriver::kChainDistance) == 0) driver.drain();
        if (n % (32 * DotDriver::kChainDistance) == 0) c.clear();
        c.push_back(matrix::accumulate(named.format, group.a, group.b, group.c));
        driver.push_at_once(named.format, group);
        continue;
      }
      auto& last = c[n % DotDriver::kChainDistance];
      group.c = last;
      last = matrix::accumulate(named.format, group.a, group.b, last);
      driver.push_chained(named.format, group, last);
    }
    driver.drain();
  }
  report("chained", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
}

// Products of E2M1, every pair of elements, in every place, with scales of one.
TEST(MatrixDotExhaustive, E2m1Pairs) {
  DotDriver driver(8);
  for (const Scale scale : {Scale::kE8m0Block32, Scale::kE4m3Block16}) {
    const Format format{Element::kE2m1, Element::kE2m1, scale};
    for (unsigned place = 0; place < 64; ++place) {
      for (unsigned pair = 0; pair < 256; ++pair) {
        Case group;
        group.a.scales.fill(scale == Scale::kE8m0Block32 ? 127 : 0x38);
        group.b.scales = group.a.scales;
        group.a.bytes[place / 2] = static_cast<std::uint8_t>((pair & 15) << place % 2 * 4);
        group.b.bytes[place / 2] = static_cast<std::uint8_t>((pair >> 4) << place % 2 * 4);
        driver.push(format, group);
      }
    }
  }
  driver.drain();
  EXPECT_EQ(driver.count().mismatches, 0u);
}

// Puts the products of a pair of E2M1 elements in one place and of another pair, negative, in the next one of the
// same 16.
void put_two(Case& group, unsigned place, unsigned pair) {
  const unsigned other = place ^ 1, pair_of_other = pair * 5 + 3;
  const auto put = [](auto& bytes, unsigned at, unsigned element) {
    bytes[at / 2] = static_cast<std::uint8_t>(bytes[at / 2] | element << at % 2 * 4);
  };
  put(group.a.bytes, place, pair & 7);
  put(group.b.bytes, place, pair >> 3 & 7);
  put(group.a.bytes, other, pair_of_other & 7);
  put(group.b.bytes, other, (pair_of_other >> 3 & 7) | 8);
}

// Where products of MXFP4, and sums of 16 products of NVFP4, are cut. A random group rarely shows it, being rounded
// further up: here C and a product of one of the others cancel, and what the cut has left is the result.
TEST(MatrixDotExhaustive, E2m1Cuts) {
  constexpr unsigned kOne = 2;  // the element 1.0
  DotDriver driver(10);
  for (unsigned distance = 28; distance < 48; ++distance) {
    for (unsigned n = 0; n < 64 * 64; ++n) {
      const unsigned place = n / 64, block = place / 32;
      Case group;
      group.a.scales.fill(127);
      group.b.scales.fill(127);
      group.a.scales[block] = static_cast<std::uint8_t>(127 - distance);
      put_two(group, place, n % 64);
      group.a.bytes[16 - 16 * block] = kOne;
      group.b.bytes[16 - 16 * block] = kOne;
      group.c = 0xBF80'0000;  // -1
      driver.push({Element::kE2m1, Element::kE2m1, Scale::kE8m0Block32}, group);
    }
  }
  for (const unsigned scale : {0x01, 0x09, 0x15, 0x38}) {
    for (unsigned n = 0; n < 127 * 64; ++n) {
      const unsigned place = n % 59, quarter = place / 16;
      Case group;
      group.a.scales.fill(0x7E);  // 448
      group.b.scales.fill(0x7E);
      group.a.scales[quarter] = static_cast<std::uint8_t>(n / 64);
      group.b.scales[quarter] = static_cast<std::uint8_t>(scale);
      put_two(group, place, n % 64);
      group.a.bytes[8 * ((quarter + 1) % 4)] = kOne;
      group.b.bytes[8 * ((quarter + 1) % 4)] = kOne;
      group.c = 0xC844'0000;  // -448 * 448
      driver.push({Element::kE2m1, Element::kE2m1, Scale::kE4m3Block16}, group);
    }
  }
  driver.drain();
  report("cuts of E2M1", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
}

// An infinity of either operand in every place: times anything, beside another infinity or none, with every kind of C.
// Drawn at random an exponent of all ones is nearly always a NaN.
TEST(MatrixDotExhaustive, InfinityInEveryPlace) {
  DotDriver driver(10);
  static constexpr std::uint32_t kCs[] = {0x8000'0000, 0x3F80'0000, 0x7F80'0000, 0xFF80'0000, 0x7F80'0001};
  const auto drive = [&](const Format& format, bool of_b, unsigned place) {
    const Element with = of_b ? format.b : format.a;
    const Element other = of_b ? format.a : format.b;
    const std::uint32_t sign = 1u << (8 * matrix::kGroupBytes / matrix::group_elements(with) - 1);
    const SpecialElement own = special(with);
    const SpecialElement its = special(other);
    // The lowest 13 bits of a TF32 element are ignored: alone they are a zero, and behind an infinity nothing.
    const std::uint32_t ignored = with == Element::kTf32 ? 0x1FFF : 0;
    const std::uint32_t partners[] = {its.one,      ignored, its.least,    its.one | sign, sign, its.infinity | sign,
                                      its.infinity, its.nan, its.other_nan};
    for (const std::uint32_t mine : {own.infinity, own.infinity | sign | ignored}) {
      for (const std::uint32_t partner : partners) {
        for (const std::uint32_t second : {0u, own.infinity, own.infinity | sign}) {
          for (const std::uint32_t c : kCs) {
            Case group;
            group.a.scales.fill(127);
            group.b.scales.fill(127);
            group.c = c;
            const unsigned next = (place + 1) % matrix::group_elements(with);
            put(of_b ? group.b : group.a, with, place, mine);
            put(of_b ? group.a : group.b, other, place, partner);
            put(of_b ? group.b : group.a, with, next, second);
            put(of_b ? group.a : group.b, other, next, its.one);
            driver.push(format, group);
          }
        }
      }
    }
  };
  for (const NamedFormat& named : all_formats()) {
    for (const bool of_b : {false, true}) {
      if (special(of_b ? named.format.b : named.format.a).infinity == 0) continue;
      for (unsigned k = 0; k < matrix::group_elements(named.format.a); ++k) drive(named.format, of_b, k);
    }
  }
  driver.drain();
  report("infinities", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
  EXPECT_NE(driver.count().infinite, 0u);
}

// Elements of one bit, of either operand, in every place, times one and infinity: powers of two of every weight in an
// exponent, and subnormal ones.
TEST(MatrixDotExhaustive, OneBitInEveryPlace) {
  DotDriver driver(13);
  for (const NamedFormat& named : all_formats()) {
    const Format& format = named.format;
    const unsigned count = matrix::group_elements(format.a);
    for (const bool of_b : {false, true}) {
      const Element with = of_b ? format.b : format.a, other = of_b ? format.a : format.b;
      const SpecialElement its = special(other);
      if (its.one == 0) continue;
      for (unsigned place = 0; place < count; ++place) {
        for (unsigned bit = 0; bit < 8 * matrix::kGroupBytes / count; ++bit) {
          for (const std::uint32_t partner : {its.one, its.infinity}) {
            Case group;
            group.a.scales.fill(127);
            group.b.scales.fill(127);
            put(of_b ? group.b : group.a, with, place, 1u << bit);
            put(of_b ? group.a : group.b, other, place, partner);
            driver.push(format, group);
          }
        }
      }
    }
  }
  driver.drain();
  report("one bit", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
  EXPECT_NE(driver.count().infinite, 0u);
}

// The widest sums: all products as large as they get beside one another, all of one sign, and C with them or against
// them.
TEST(MatrixDotExhaustive, TermsOfOneSign) {
  DotDriver driver(11);
  for (const NamedFormat& named : all_formats()) {
    const Format& format = named.format;
    const unsigned count = matrix::group_elements(format.a);
    const unsigned width = 8 * matrix::kGroupBytes / count;
    const auto fill = [&](matrix::Group& group, Element element, std::uint32_t bits) {
      for (unsigned k = 0; k < count; ++k) put(group, element, k, bits);
      group.scales.fill(format.scale == Scale::kE4m3Block16 ? 0x3F : 127);
    };
    // One with a fraction of all ones, and the largest number.
    const auto numbers = [](Element element) -> std::array<std::uint32_t, 2> {
      switch (element) {
        case Element::kInt8: return {0x7F, 0x80};
        case Element::kTf32: return {0x3FFF'E000, 0x7F7F'E000};
        case Element::kFp16: return {0x3FFF, 0x7BFF};
        case Element::kBf16: return {0x3FFF, 0x7F7F};
        case Element::kE5m2: return {0x3F, 0x7B};
        case Element::kE4m3: return {0x3F, 0x7E};
        case Element::kE2m1: return {0x3, 0x7};
      }
      return {};
    };
    for (const std::uint32_t a : numbers(format.a)) {
      for (const std::uint32_t b : numbers(format.b)) {
        for (const std::uint32_t sign : {0u, 1u << (width - 1)}) {
          Case group;
          fill(group.a, format.a, a);
          fill(group.b, format.b, b ^ sign);
          const std::uint32_t sum = matrix::accumulate(format, group.a, group.b, 0);
          for (const std::uint32_t c : {0u, sum, sum | 0x007F'FFFFu, sum - 0x0100'0000u, 0x7F7F'FFFFu}) {
            for (const std::uint32_t against : {0u, 0x8000'0000u}) {
              group.c = c ^ against;
              driver.push(format, group);
            }
          }
        }
      }
    }
  }
  driver.drain();
  report("terms of one sign", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
}

// Sums of equal powers of two that are small subnormal numbers, or round to one: of the bits that are lost at its last
// place any one may be the only one that says it is no tie.
TEST(MatrixDotExhaustive, SmallSubnormalSums) {
  DotDriver driver(12);
  for (const NamedFormat& named : all_formats()) {
    const Format& format = named.format;
    const bool scaled = format.scale == Scale::kE8m0Block32, wide = format.a == Element::kBf16;
    if (!scaled && !wide && format.a != Element::kTf32) continue;
    const unsigned count = matrix::group_elements(format.a);
    const auto half = [&](matrix::Group& group, Element element, unsigned terms, int exponent) {
      const std::uint32_t moved = scaled ? 0 : static_cast<std::uint32_t>(exponent) << (wide ? 7 : 23);
      const std::uint32_t one = element == Element::kE2m1 ? 2 : special(element).one;
      for (unsigned k = 0; k < terms; ++k) put(group, element, k, one + moved);
      group.scales.fill(static_cast<std::uint8_t>(127 + exponent));
    };
    for (int exponent = -165; exponent < -145; ++exponent) {
      for (unsigned terms = 1; terms <= count; ++terms) {
        for (const std::uint32_t c : {0u, 1u, 0x8000'0001u, 0x007F'FFFFu}) {
          Case group;
          half(group.a, format.a, terms, exponent / 2);
          half(group.b, format.b, terms, exponent - exponent / 2);
          group.c = c;
          driver.push(format, group);
        }
      }
    }
  }
  driver.drain();
  report("small subnormal sums", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
  EXPECT_GT(driver.count().subnormal, 1000u);
}

// Every pair of 8-bit elements, in a place that moves on.
TEST(MatrixDotExhaustive, PairsOf8Bits) {
  DotDriver driver(9);
  for (const NamedFormat& named : all_formats()) {
    if (matrix::group_elements(named.format.a) != 32 || named.format.scale != Scale::kNone) continue;
    for (unsigned pair = 0; pair < 0x1'0000; ++pair) {
      Case group;
      group.a.bytes[pair % 31] = static_cast<std::uint8_t>(pair);
      group.b.bytes[pair % 31] = static_cast<std::uint8_t>(pair >> 8);
      driver.push(named.format, group);
    }
  }
  driver.drain();
  report("pairs of 8 bits", driver.count());
  EXPECT_EQ(driver.count().mismatches, 0u);
}

}  // namespace
}  // namespace heddle::matrix_test
