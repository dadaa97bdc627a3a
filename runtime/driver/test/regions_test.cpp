#include "heddle/driver/regions.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle::driver {
namespace {

Region code(uint32_t base, uint32_t last) { return {base, last, true, false, true}; }
Region constants(uint32_t base, uint32_t last) { return {base, last, true, false, false}; }
Region data(uint32_t base, uint32_t last) { return {base, last, true, true, false}; }

bool covers(const std::vector<Region>& table, const Region& wanted) {
  return std::ranges::any_of(table, [&](const Region& region) {
    return region.base <= wanted.base && region.last >= wanted.last && region.read >= wanted.read &&
           region.write >= wanted.write && region.execute >= wanted.execute;
  });
}

TEST(Regions, AreSortedAndKeptWhereThereAreEnough) {
  const auto table = fit_regions({data(0x3000, 0x3FFF), code(0x1000, 0x1FFF)}, 2);
  EXPECT_EQ(table, (std::vector{code(0x1000, 0x1FFF), data(0x3000, 0x3FFF)}));
}

TEST(Regions, SmallestGapOfEqualRightsIsJoinedFirst) {
  const auto table = fit_regions({code(0, 0xFFF), data(0x1000, 0x1FFF), data(0x9000, 0x90FF), data(0xA000, 0xA0FF)}, 3);
  EXPECT_EQ(table, (std::vector{code(0, 0xFFF), data(0x1000, 0x1FFF), data(0x9000, 0xA0FF)}));
}

TEST(Regions, EqualRightsAreJoinedAcrossALargeGapBeforeRightsAreMixed) {
  const auto table = fit_regions({constants(0, 0xFF), data(0x100, 0x1FF), data(0x8000'0000, 0x8000'00FF)}, 2);
  EXPECT_EQ(table, (std::vector{constants(0, 0xFF), data(0x100, 0x8000'00FF)}));
}

TEST(Regions, CodeBecomesWritableLast) {
  const auto table = fit_regions({code(0, 0xFF), constants(0x1000, 0x10FF), data(0x2000, 0x20FF)}, 2);
  EXPECT_FALSE(std::ranges::any_of(table, [](const Region& region) { return region.write && region.execute; }));
  EXPECT_EQ(table.size(), 2U);
}

TEST(Regions, EveryLimitCoversEverything) {
  std::vector<Region> all = {code(0x8000'0000, 0x8000'0FFF), constants(0x8000'1000, 0x8000'1FFF),
                             data(0x8000'2000, 0x8000'2FFF)};
  for (uint32_t i = 0; i < 20; ++i)
    all.push_back(data(0x8400'0000 + i * 0x2000, 0x8400'0000 + i * 0x2000 + 100 * i + 3));
  for (size_t limit = 1; limit <= all.size() + 1; ++limit) {
    const auto table = fit_regions(all, limit);
    EXPECT_LE(table.size(), limit);
    EXPECT_GE(table.size(), std::min(limit, all.size()));
    for (const Region& region : all) EXPECT_TRUE(covers(table, region)) << limit;
  }
}

}  // namespace
}  // namespace heddle::driver
