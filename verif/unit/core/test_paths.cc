// warp_paths against the reference, slot by slot, in mixes of slots that each reach other corners.
#include <gtest/gtest.h>

#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "path_bench.h"

namespace heddle::core_test {
namespace {

constexpr Mix kMixes[] = {
    // name        adv  bra  jmp  ind  exit bar syn  mem ord pau trap loop cycles
    {"control", 300, 350, 100, 100, 20, 20, 20, 60, 20, 5, 5, 300, 150000},
    {"locks", 400, 250, 20, 20, 2, 5, 5, 60, 200, 20, 2, 600, 150000},
    {"yields", 500, 200, 20, 20, 2, 5, 5, 20, 60, 100, 2, 600, 150000},
    {"collectives", 300, 200, 20, 50, 20, 100, 250, 20, 20, 5, 5, 300, 150000},
    {"ends", 300, 200, 50, 50, 150, 50, 50, 50, 20, 5, 20, 300, 100000},
    {"calls", 300, 150, 200, 250, 5, 5, 5, 40, 20, 5, 20, 500, 150000},
    {"quiet", 600, 380, 0, 0, 0, 0, 0, 20, 0, 0, 0, 900, 100000},
    {"apart", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1300000, true},
};

// One test for each mix, which can be run alone.
class Paths : public testing::TestWithParam<size_t> {};

TEST_P(Paths, FollowTheRuleSlotBySlot) {
  const Mix& mix = kMixes[GetParam()];
  PathBench bench(GetParam() + 1);
  bench.run(mix);
  if (testing::Test::HasFatalFailure()) return;
  EXPECT_GT(bench.slots(), mix.cycles / 20);
  EXPECT_GT(bench.unresolved, bench.slots() / 50);
  if (mix.branch > 0) {
    EXPECT_GT(bench.squashes, bench.slots() / 200);
    EXPECT_GT(bench.void_slots, bench.squashes / 5);
  }
  printf(
      "%-12s %8lu slots, %lu squashes of %lu slots, %lu serves, %lu greedy returns, %lu paths at most, %lu "
      "deadlocks, "
      "%lu releases, %lu arrivals, %lu faults\n",
      mix.name, bench.slots(), bench.squashes, bench.void_slots, bench.total(&WarpReference::serves),
      bench.total(&WarpReference::greedy_returns), bench.most_paths(), bench.deadlocks, bench.sync_releases,
      bench.arrivals, bench.faults);
  if (bench.lanes() > 1 && mix.ordering > 50) {
    EXPECT_GT(bench.total(&WarpReference::serves), 100u);
  }
  if (mix.apart) {
    EXPECT_GT(bench.total(&WarpReference::serves), 5u);  // the long limit
  }
  if (!mix.apart) {
    EXPECT_GT(bench.halts, mix.cycles / 4000);
  }
  if (mix.sync > 100) {
    EXPECT_GT(bench.deadlocks, 0u);
    EXPECT_GT(bench.sync_releases, 0u);
  }
}

// Those that the shape can have: one lane cannot part.
std::vector<size_t> mixes() {
  const bool parts = PathBench(1).lanes() > 1;
  std::vector<size_t> chosen;
  for (size_t i = 0; i < std::size(kMixes); ++i) {
    if (parts || !kMixes[i].apart) chosen.push_back(i);
  }
  return chosen;
}

INSTANTIATE_TEST_SUITE_P(Mixes, Paths, testing::ValuesIn(mixes()),
                         [](const auto& info) { return std::string(kMixes[info.param].name); });

}  // namespace
}  // namespace heddle::core_test
