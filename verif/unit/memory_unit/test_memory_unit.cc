// Random accesses of all warps through the load/store unit and its data cache: every lane traps or does what section 5
// of docs/architecture.md says, and loads return what docs/memory_model.md allows. Then the latencies that the unit
// promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench.h"

namespace heddle::memory_unit_test {
namespace {

std::map<std::string, uint64_t> total;

// Accesses per run; HEDDLE_BENCH_SCALE multiplies them.
uint64_t accesses() {
  const char* scale = std::getenv("HEDDLE_BENCH_SCALE");
  return 1'500 * (scale == nullptr ? 1 : std::strtoul(scale, nullptr, 10));
}

void run(unsigned first, unsigned runs, Traffic traffic, unsigned launches = 3) {
  for (unsigned seed = first; seed < first + runs; ++seed) {
    std::mt19937 random(seed);
    dcachebench::MemoryTiming timing;
    timing.snoop_latency = random() % 3;
    timing.ready_percent = random() % 2 == 0 ? 100 : 20 + random() % 80;
    timing.min_latency = 1 + random() % 5;
    timing.max_latency = timing.min_latency + random() % 25;
    traffic.issue_percent = random() % 2 == 0 ? 100 : 20 + random() % 60;
    traffic.take_percent = random() % 2 == 0 ? 100 : 20 + random() % 80;
    traffic.scratch_percent = random() % 2 == 0 ? 100 : 20 + random() % 80;
    Bench bench(seed, timing, traffic);
    for (unsigned launch = 0; launch < launches; ++launch) {
      bench.run(accesses() / launches);
      bench.new_launch();
    }
    for (const auto& [name, count] : bench.counts()) total[name] += count;
    ASSERT_EQ(bench.errors(), "") << "seed " << seed;
  }
}

TEST(MemoryUnit, Random) { run(1, 12, {}); }

TEST(MemoryUnit, Faults) {
  Traffic traffic;
  traffic.places = {20, 15, 15, 30, 0, 20};
  traffic.mixed_percent = 40;
  traffic.misaligned_percent = 5;
  run(100, 8, traffic, 12);
}

TEST(MemoryUnit, Atomics) {
  Traffic traffic;
  traffic.lines = 2;
  traffic.atomic_percent = 60;
  traffic.places = {55, 0, 35, 5, 5, 0};
  run(200, 8, traffic);
}

TEST(MemoryUnit, PrivateWindow) {
  Traffic traffic;
  traffic.places = {10, 85, 5, 0, 0, 0};
  traffic.atomic_percent = 1;
  traffic.misaligned_percent = 0;
  run(300, 8, traffic, 6);
}

TEST(MemoryUnit, Scratchpad) {
  Traffic traffic;
  traffic.places = {8, 2, 90, 0, 0, 0};
  traffic.misaligned_percent = 0;
  run(400, 6, traffic, 6);
}

// Loads that find their lines, while now and then somebody writes.
TEST(MemoryUnit, ShortWay) {
  Traffic traffic;
  traffic.lines = 2;
  traffic.places = {100, 0, 0, 0, 0, 0};
  traffic.store_percent = 2;
  traffic.atomic_percent = traffic.fence_percent = traffic.misaligned_percent = 0;
  traffic.other_percent = 2;
  traffic.safe_percent = 95;
  run(500, 12, traffic);
}

TEST(MemoryUnit, BusErrors) {
  Traffic traffic;
  traffic.places = {40, 5, 10, 0, 45, 0};
  traffic.store_percent = 10;
  traffic.atomic_percent = 20;
  run(600, 6, traffic);
}

class Latency : public testing::Test {
 protected:
  static Traffic alone() {
    Traffic traffic;
    traffic.other_percent = 0;
    traffic.lines = 20;
    return traffic;
  }
  static dcachebench::MemoryTiming at_once() {
    dcachebench::MemoryTiming timing;
    timing.min_latency = timing.max_latency = 1;
    return timing;
  }
  static uint64_t took(const Access& access) {
    return *std::max_element(access.written.begin(), access.written.end()) - access.accepted;
  }

  Bench bench{7, at_once(), alone()};
};

// lsu.sv: two cycles for a load that has committed and whose line is there.
TEST_F(Latency, HitThatHasCommitted) {
  const auto first = bench.simple(kLoad, 0, 0, true), second = bench.simple(kLoad, 1 % bench.shape().warps, 0, true);
  bench.run({first});
  bench.run({second});
  ASSERT_EQ(bench.errors(), "");
  EXPECT_EQ(took(*second), 2U);
  EXPECT_EQ(second->checked - second->accepted, 2U);
}

// Otherwise seven and what the cache takes: one cycle where it has the line.
TEST_F(Latency, HitThatHasNotCommitted) {
  bench.run({bench.simple(kLoad, 0, 0, true)});
  const auto load = bench.simple(kLoad, 0, 0, false);
  bench.run({load});
  ASSERT_EQ(bench.errors(), "");
  EXPECT_EQ(took(*load), 8U);
}

// A line that has to come takes what the memory takes, here four cycles more than one that is there; several come at
// once.
TEST_F(Latency, Misses) {
  const unsigned line = bench.shape().line_bytes;
  std::vector<std::shared_ptr<Access>> loads;
  // As many as the smallest unit has requests in flight, twice.
  for (unsigned turn = 0; turn < 2; ++turn) {
    loads.clear();
    for (unsigned i = 0; i < 4; ++i)
      loads.push_back(bench.simple(kLoad, i % bench.shape().warps, (2 + 5 * turn + i) * line, true));
    std::reverse(loads.begin(), loads.end());
    bench.run(loads);
    ASSERT_EQ(bench.errors(), "");
    for (const auto& load : loads) EXPECT_EQ(took(*load), 12U);
  }
  // A load of a line that is on its way joins it.
  loads = {bench.simple(kLoad, 0, 0, true), bench.simple(kLoad, 1 % bench.shape().warps, 0, true)};
  bench.run(loads);
  ASSERT_EQ(bench.errors(), "");
  EXPECT_EQ(took(*loads[0]), 12U);
  EXPECT_EQ(took(*loads[1]), 12U);
}

// What goes to the scratchpad is not on its way to the cache.
TEST_F(Latency, HitBehindScratchpad) {
  bench.run({bench.simple(kLoad, 0, 0, true)});
  const auto hit = bench.simple(kLoad, 0, 0, true);
  bench.run({bench.in_scratch(kLoad, 0), bench.in_scratch(kStore, 1 % bench.shape().warps), hit});
  ASSERT_EQ(bench.errors(), "");
  EXPECT_EQ(took(*hit), 2U);
}

// lsu_scratch.sv: nothing from response to part. The scratchpad of the bench answers in the third cycle.
TEST_F(Latency, Scratchpad) {
  const auto load = bench.in_scratch(kLoad, 0);
  bench.run({load});
  ASSERT_EQ(bench.errors(), "");
  EXPECT_EQ(took(*load), 7U);
}

// One coalesced instruction per cycle.
TEST_F(Latency, Throughput) {
  std::vector<std::shared_ptr<Access>> loads{bench.simple(kLoad, 0, 0, true)};
  bench.run(loads);
  for (const bool scratch : {false, true}) {
    loads.clear();
    for (unsigned i = 0; i < 40; ++i) {
      const unsigned warp = i % bench.shape().warps;
      loads.push_back(scratch ? bench.in_scratch(kLoad, warp) : bench.simple(kLoad, warp, 0, true));
    }
    bench.run(loads);
    ASSERT_EQ(bench.errors(), "");
    EXPECT_EQ(took(*loads.back()), took(*loads.front()));
    EXPECT_EQ(loads.back()->accepted - loads.front()->accepted, 39U);
  }
}

// Runs last: the runs above are worth something only if every corner was reached.
TEST(MemoryUnitCoverage, EveryCorner) {
  for (const char* corner :
       {"load", "store", "AMO", "LR", "SC", "fence", "misaligned", "access fault", "bus error", "short way",
        "announced", "write-back in parts", "old value allowed", "over, stores under way"})
    EXPECT_GT(total[corner], 50U) << corner;
  for (const auto& [name, count] : total)
    std::printf("%-24s %10llu\n", name.c_str(), static_cast<unsigned long long>(count));
}

}  // namespace
}  // namespace heddle::memory_unit_test
