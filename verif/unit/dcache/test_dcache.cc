// Random traffic through the data caches, against the rules of docs/memory_model.md: every request is answered once; a
// load returns a value that its word held meanwhile, not older than what its warp has seen or stored; a store is
// acknowledged after all caches know; what leaves for the memory is what was asked for.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "bench.h"

namespace heddle::dcachebench {
namespace {

std::map<std::string, uint64_t> total;

MemoryTiming random_timing(std::mt19937& random) {
  MemoryTiming timing;
  timing.snoop_latency = random() % 3;
  timing.ready_percent = random() % 3 == 0 ? 100 : 10 + random() % 90;
  timing.min_latency = 1 + random() % 5;
  timing.max_latency = timing.min_latency + random() % 30;
  return timing;
}

void run(unsigned seed, const MemoryTiming& timing, const Traffic& traffic, uint64_t accesses, unsigned launches = 1) {
  Bench bench(seed, timing, traffic);
  for (unsigned launch = 0; launch < launches; ++launch) {
    bench.run(accesses / launches);
    bench.new_launch();
  }
  for (const auto& [name, count] : bench.counts()) total[name] += count;
  total["cycles"] += bench.cycles();
  ASSERT_EQ(bench.errors(), "") << "seed " << seed;
}

// Accesses per run; HEDDLE_BENCH_SCALE multiplies them.
uint64_t accesses() {
  const char* scale = std::getenv("HEDDLE_BENCH_SCALE");
  return 20'000 * (scale == nullptr ? 1 : std::strtoul(scale, nullptr, 10));
}

TEST(DataCache, Random) {
  for (unsigned seed = 1; seed <= 16; ++seed) {
    std::mt19937 random(seed);
    Traffic traffic;
    traffic.issue_percent = random() % 2 == 0 ? 100 : 20 + random() % 60;
    traffic.lines = 2 + random() % 24;
    traffic.stream_percent = random() % 2 == 0 ? 0 : 30;
    ASSERT_NO_FATAL_FAILURE(run(seed, random_timing(random), traffic, accesses(), 5));
  }
}

TEST(DataCache, Contention) {
  // Everything in two lines, hardly ever a pause: stores, snoops and loads in flight meet.
  for (unsigned seed = 100; seed < 108; ++seed) {
    std::mt19937 random(seed);
    Traffic traffic;
    traffic.lines = 2;
    traffic.private_percent = 0;
    traffic.store_percent = 10 + random() % 40;
    traffic.atomic_percent = random() % 10;
    ASSERT_NO_FATAL_FAILURE(run(seed, random_timing(random), traffic, accesses(), 2));
  }
}

TEST(DataCache, MostlyLoads) {
  // Lines live long enough for stale ones to be seen.
  for (unsigned seed = 200; seed < 208; ++seed) {
    std::mt19937 random(seed);
    Traffic traffic;
    traffic.lines = 4;
    traffic.store_percent = 3;
    traffic.atomic_percent = 1;
    ASSERT_NO_FATAL_FAILURE(run(seed, random_timing(random), traffic, accesses(), 2));
  }
}

TEST(DataCache, PrivateLines) {
  for (unsigned seed = 300; seed < 306; ++seed) {
    std::mt19937 random(seed);
    Traffic traffic;
    traffic.private_percent = 90;
    traffic.store_percent = 40;
    ASSERT_NO_FATAL_FAILURE(run(seed, random_timing(random), traffic, accesses(), 3));
  }
}

TEST(DataCache, BusErrors) {
  for (unsigned seed = 400; seed < 404; ++seed) {
    std::mt19937 random(seed);
    Traffic traffic;
    traffic.error_percent = 10;
    ASSERT_NO_FATAL_FAILURE(run(seed, random_timing(random), traffic, accesses()));
  }
}

TEST(DataCache, Streams) {
  for (unsigned seed = 500; seed < 504; ++seed) {
    std::mt19937 random(seed);
    Traffic traffic;
    traffic.issue_percent = 30;
    traffic.stream_percent = 90;
    traffic.store_percent = 5;
    ASSERT_NO_FATAL_FAILURE(run(seed, random_timing(random), traffic, accesses()));
  }
}

// Runs last: the runs above are worth something only if every corner was reached.
TEST(DataCacheCoverage, EveryCorner) {
  const Bench bench(1, {}, {});
  for (const char* corner : {"load", "store", "atomic", "bus error", "hit", "merge", "pending line", "store update",
                             "atomic drops line", "more than one waits", "fill", "hit held up", "eviction",
                             "closed load", "private hit on pending", "snoop closes load", "old value allowed"}) {
    EXPECT_GT(total[corner], 100U) << corner;
  }
  EXPECT_GT(total["fill held up"], 10U);
  if (bench.shape().prefetch != 0) {
    for (const char* corner : {"prefetch", "prefetch dropped", "merge into prefetch"})
      EXPECT_GT(total[corner], 10U) << corner;
  }
  for (const auto& [name, count] : total)
    std::printf("%-24s %10llu\n", name.c_str(), static_cast<unsigned long long>(count));
}

}  // namespace
}  // namespace heddle::dcachebench
