#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dot_driver.h"
#include "draw.h"
#include "formats.h"
#include "heddle/matrix/dot.h"
#include "sparse_draw.h"

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
