// Which lane a report about a launch that does not end names.
#include <gtest/gtest.h>

#include "warp_positions.h"

namespace heddle::harness {
namespace {

TEST(WarpPositions, NamesTheWarpThatCommittedLast) {
  WarpPositions positions(2, 4);
  EXPECT_FALSE(positions.latest());
  positions.dispatch(0, 1, 0b1100, {5, 6, 7}, 16, 0x8000'0000);
  ASSERT_TRUE(positions.latest());
  EXPECT_EQ(positions.latest()->pc, 0x8000'0000U);  // nothing committed: its entry
  EXPECT_EQ(positions.latest()->lane, 2U);
  positions.dispatch(1, 3, 0b1111, {8, 0, 0}, 0, 0x8000'0000);
  positions.commit(1, 3, 0, 0x8000'0000, 0b1111);
  positions.commit(0, 1, 0, 0x8000'0010, 0b1000);
  const auto latest = positions.latest();
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->pc, 0x8000'0010U);
  EXPECT_EQ(latest->core, 0U);
  EXPECT_EQ(latest->warp, 1U);
  EXPECT_EQ(latest->lane, 3U);
  EXPECT_EQ(latest->local_linear, 19U);
  EXPECT_EQ(latest->group, (std::array<uint32_t, 3>{5, 6, 7}));
  positions.done(0, 1);
  EXPECT_EQ(positions.latest()->warp, 3U);
  positions.done(1, 3);
  EXPECT_FALSE(positions.latest());
}

TEST(WarpPositions, KnowsWhereEachLaneWas) {
  WarpPositions positions(1, 2);
  EXPECT_FALSE(positions.last_of(0, 1, 0));
  positions.dispatch(0, 1, 0b111, {1, 0, 0}, 0, 0x8000'0000);
  EXPECT_EQ(positions.last_of(0, 1, 2)->pc, 0x8000'0000U);  // nothing committed: its entry
  EXPECT_FALSE(positions.last_of(0, 1, 3));                 // was never there
  positions.commit(0, 1, 0, 0x8000'0010, 0b111);
  positions.commit(0, 1, 1, 0x8000'0014, 0b001);
  positions.commit(0, 1, 2, 0x8000'0020, 0b010);
  positions.commit(0, 1, 3, 0x8000'0024, 0b010);
  EXPECT_EQ(positions.last_of(0, 1, 0)->pc, 0x8000'0014U);
  EXPECT_EQ(positions.last_of(0, 1, 1)->pc, 0x8000'0024U);
  EXPECT_EQ(positions.last_of(0, 1, 2)->pc, 0x8000'0010U);
  positions.done(0, 1);
  EXPECT_FALSE(positions.last_of(0, 1, 0));
}

TEST(WarpPositions, FindsTheInstructionOfARequest) {
  WarpPositions positions(1, 2);
  positions.dispatch(0, 0, 0b11, {1, 0, 0}, 8, 0x8000'0000);
  for (uint32_t order = 0; order < 100; ++order) positions.commit(0, 0, order, 0x8000'0000 + 4 * order, 0b10);
  const auto lane = positions.lane(0, 0, 90, std::nullopt);
  ASSERT_TRUE(lane);
  EXPECT_EQ(lane->pc, 0x8000'0000U + 4 * 90);
  EXPECT_EQ(lane->lane, 1U);
  EXPECT_EQ(lane->local_linear, 9U);
  EXPECT_EQ(positions.lane(0, 0, 90, 0)->lane, 0U);
  EXPECT_FALSE(positions.lane(0, 0, 20, std::nullopt));   // long ago
  EXPECT_FALSE(positions.lane(0, 0, 101, std::nullopt));  // not yet
  EXPECT_FALSE(positions.lane(0, 1, 90, std::nullopt));   // never ran
  positions.dispatch(0, 0, 0b11, {2, 0, 0}, 8, 0x8000'0000);
  EXPECT_FALSE(positions.lane(0, 0, 90, std::nullopt));  // of the warp before
}

}  // namespace
}  // namespace heddle::harness
