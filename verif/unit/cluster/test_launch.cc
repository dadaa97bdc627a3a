// Launches through the host port and the dispatcher (see launch_bench.h, which checks every warp that starts).

#include <gtest/gtest.h>

#include <bit>

#include "heddle/generated/registers.h"
#include "launch_bench.h"

namespace heddle::verif {
namespace {

uint64_t counter(LaunchBench& bench, uint32_t low) { return bench.get(low) | uint64_t{bench.get(low + 4)} << 32; }

Launch random_launch(LaunchBench& bench) {
  Launch launch;
  const unsigned threads = bench.warps() * bench.lanes();
  for (;;) {
    // Small sizes in two dimensions, in random order, so that all of them see all of x, y and z.
    launch.local_size = {bench.pick(1, threads), bench.pick(1, 5), bench.pick(1, 3)};
    std::shuffle(launch.local_size.begin(), launch.local_size.end(), bench.random());
    if (launch.items() <= threads) break;
  }
  launch.num_groups = {bench.pick(1, 9), bench.pick(1, 3), bench.pick(1, 3)};
  std::shuffle(launch.num_groups.begin(), launch.num_groups.end(), bench.random());
  launch.scratch_size = bench.pick(0, 2) == 0 ? 0 : bench.pick(1, bench.scratchpad_bytes() / bench.pick(1, 16));
  launch.private_size = bench.pick(0, 64) * 4;
  return launch;
}

Behaviour random_behaviour(LaunchBench& bench) {
  Behaviour behaviour;
  behaviour.min_life = bench.pick(1, 4);
  behaviour.max_life = behaviour.min_life + bench.pick(0, 60);
  behaviour.ready = bench.pick(0, 3) == 0 ? 0.3 : 1.0;
  return behaviour;
}

void expect_complete(LaunchBench& bench, const Launch& launch, uint32_t status) {
  EXPECT_EQ(status, regs::status::kDone.set(1));
  EXPECT_EQ(bench.groups_started(), launch.groups());
  EXPECT_EQ(bench.groups_completed(), launch.groups());
}

TEST(LaunchTest, EveryWorkgroupRunsOnce) {
  LaunchBench bench(1);
  for (unsigned i = 0; i < 300; ++i) {
    SCOPED_TRACE(testing::Message() << "launch " << i);
    const Launch launch = random_launch(bench);
    bench.start(launch, random_behaviour(bench));
    expect_complete(bench, launch, bench.wait());
    EXPECT_EQ(counter(bench, regs::kWarpInstrsLo), bench.retired_warps());
    EXPECT_EQ(counter(bench, regs::kLaneInstrsLo), bench.retired_lanes());
    if (testing::Test::HasFailure()) return;
  }
}

TEST(LaunchTest, OneWarpStartsPerCycle) {
  LaunchBench bench(2);
  const unsigned slots = bench.cores() * bench.warps();
  Launch launch{.num_groups = {slots, 1, 1}, .local_size = {bench.lanes(), 1, 1}};
  Behaviour slow{.min_life = 400, .max_life = 400};
  bench.start(launch, slow);
  expect_complete(bench, launch, bench.wait());
  for (unsigned i = 1; i < slots; ++i) EXPECT_EQ(bench.start_cycles()[i], bench.start_cycles()[0] + i);
  EXPECT_EQ(bench.most_groups(), slots);

  // Workgroups of all warps of a core: the first waits for its local ids, the others do not.
  launch = {.num_groups = {bench.cores(), 1, 1}, .local_size = {bench.lanes(), bench.warps(), 1}};
  bench.start(launch, slow);
  expect_complete(bench, launch, bench.wait());
  for (unsigned i = bench.warps() + 1; i < slots; ++i)
    EXPECT_EQ(bench.start_cycles()[i], bench.start_cycles()[i - 1] + 1);
}

// The core with the most free slots, of equals the lowest: while nothing ends, each core in turn.
// Many workgroups along each axis alone, and with the others at their ends.
TEST(LaunchTest, LongGrids) {
  LaunchBench bench(12);
  for (unsigned axis = 0; axis < 3; ++axis) {
    for (const uint32_t others : {1u, 2u}) {
      Launch launch{.num_groups = {others, others, others}, .local_size = {1, 1, 1}};
      launch.num_groups[axis] = 1100;
      launch.local_size[axis] = std::min(bench.warps() * bench.lanes(), 7u);
      bench.start(launch, {.min_life = 1, .max_life = 2, .ready = 1.0});
      expect_complete(bench, launch, bench.wait());
    }
  }
}

TEST(LaunchTest, WorkgroupsSpreadOverTheCores) {
  LaunchBench bench(11);
  const Launch launch{.num_groups = {bench.cores() * bench.warps(), 1, 1}, .local_size = {bench.lanes(), 1, 1}};
  bench.start(launch, {.min_life = 400, .max_life = 400});
  expect_complete(bench, launch, bench.wait());
  ASSERT_EQ(bench.start_cores().size(), launch.groups());
  for (unsigned i = 0; i < launch.groups(); ++i)
    EXPECT_EQ(bench.start_cores()[i], i % bench.cores()) << "workgroup " << i;
}

TEST(LaunchTest, ScratchpadLimitsWorkgroups) {
  LaunchBench bench(3);
  const Launch launch{
      .num_groups = {20, 1, 1}, .local_size = {1, 1, 1}, .scratch_size = bench.scratchpad_bytes() / 2 - 1};
  bench.start(launch, {.min_life = 30, .max_life = 90});
  expect_complete(bench, launch, bench.wait());
  EXPECT_EQ(bench.most_groups(), std::min(2u, bench.cores() * bench.warps()));

  const Launch whole{.num_groups = {7, 1, 1}, .local_size = {1, 1, 1}, .scratch_size = bench.scratchpad_bytes()};
  bench.start(whole, {});
  expect_complete(bench, whole, bench.wait());
  EXPECT_EQ(bench.most_groups(), 1u);
}

// Whatever a workgroup took comes back, also while another one starts and while other cores give theirs back: what got
// lost would be missed in a grid this long (LaunchBench::check_progress).
TEST(LaunchTest, WarpSlotsAndScratchpadComeBack) {
  LaunchBench bench(14);
  for (const unsigned warps : {1u, std::min(2u, bench.warps()), bench.warps()}) {
    const Launch launch{.num_groups = {600, 1, 1},
                        .local_size = {bench.lanes() * warps, 1, 1},
                        .scratch_size = bench.scratchpad_bytes() / 8};
    bench.start(launch, {.min_life = 1, .max_life = 200});
    expect_complete(bench, launch, bench.wait());
    if (testing::Test::HasFailure()) return;
  }
}

// Everything that runs ends while nothing can start: what has come back is then given out again, each part once.
TEST(LaunchTest, AllEndsBeforeMoreStarts) {
  LaunchBench bench(15);
  const unsigned slots = bench.cores() * bench.warps();
  const Launch launch{
      .num_groups = {8 * slots, 1, 1}, .local_size = {1, 1, 1}, .scratch_size = bench.scratchpad_bytes() / (2 * slots)};
  const Behaviour starts{.min_life = 200, .max_life = 200}, nothing{.min_life = 1, .max_life = 1, .ready = 0.0};
  bench.start(launch, starts);
  for (unsigned turn = 0; turn < 4; ++turn) {
    bench.clock(100 + slots);
    bench.behave(nothing);
    bench.clock(300);
    bench.behave(starts);
  }
  expect_complete(bench, launch, bench.wait());
  EXPECT_EQ(bench.most_groups(), slots);
}

TEST(LaunchTest, CyclesCountFromStartToDone) {
  LaunchBench bench(4);
  // The last warp's life in cycles is known; the rest is a few cycles of start and end.
  for (const unsigned life : {1u, 100u, 1000u}) {
    bench.start({}, {.min_life = life, .max_life = life});
    bench.wait();
    const uint64_t cycles = counter(bench, regs::kCyclesLo);
    EXPECT_GE(cycles, life);
    EXPECT_LE(cycles, life + 60);
    bench.clock(50);
    EXPECT_EQ(counter(bench, regs::kCyclesLo), cycles);
  }
}

TEST(LaunchTest, ImpossibleLaunchesAreRejected) {
  LaunchBench bench(5);
  const uint32_t threads = bench.warps() * bench.lanes();
  struct Case {
    const char* what;
    unsigned reason;
    Launch launch;
  };
  const std::vector<Case> cases = {
      {"local x 0", 1, {.local_size = {0, 1, 1}}},
      {"local y 0", 1, {.local_size = {1, 0, 1}}},
      {"local z 0", 1, {.local_size = {1, 1, 0}}},
      {"one work-item too many", 1, {.local_size = {threads + 1, 1, 1}}},
      {"too many, in y", 1, {.local_size = {1, threads + 1, 1}}},
      {"too many, in z", 1, {.local_size = {1, 1, threads + 1}}},
      {"product too large", 1, {.local_size = {threads, 2, 1}}},
      {"product too large with z", 1, {.local_size = {threads, 1, 2}}},
      {"product that wraps to 0", 1, {.local_size = {0x10000, 0x10000, 1}}},
      {"product that wraps to 1", 1, {.local_size = {0xFFFFFFFF, 0xFFFFFFFF, 1}}},
      {"size that wraps in the next width", 1, {.local_size = {0x80000001, 1, 1}}},
      {"grid x 0", 2, {.num_groups = {0, 1, 1}}},
      {"grid y 0", 2, {.num_groups = {1, 0, 1}}},
      {"grid z 0", 2, {.num_groups = {1, 1, 0}}},
      {"scratchpad too small", 3, {.scratch_size = bench.scratchpad_bytes() + 1}},
      {"scratch size of 4 GiB", 3, {.scratch_size = 0xFFFFFFFF}},
      {"private size 1", 4, {.private_size = 1}},
      {"private size 6", 4, {.private_size = 6}},
      {"several at once: the first reason",
       1,
       {.num_groups = {0, 0, 0}, .local_size = {0, 0, 0}, .scratch_size = ~0u, .private_size = 3}},
      {"all but the first", 2, {.num_groups = {0, 0, 0}, .scratch_size = ~0u, .private_size = 3}},
      {"the last two", 3, {.scratch_size = ~0u, .private_size = 3}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    bench.start(c.launch, {});
    const uint32_t status = bench.wait();
    EXPECT_EQ(status,
              regs::status::kDone.set(1) | regs::status::kRejected.set(1) | regs::status::kReason.set(c.reason));
    EXPECT_EQ(bench.warps_started(), 0u);
  }
  // The largest that are possible, and status is clean again.
  const Launch largest{.local_size = {1, threads, 1}, .scratch_size = bench.scratchpad_bytes()};
  bench.start(largest, {});
  expect_complete(bench, largest, bench.wait());
}

TEST(LaunchTest, FirstFaultStopsTheLaunch) {
  LaunchBench bench(6);
  unsigned stopped_early = 0;
  for (unsigned i = 0; i < 200; ++i) {
    SCOPED_TRACE(testing::Message() << "launch " << i);
    const Launch launch = random_launch(bench);
    Behaviour behaviour = random_behaviour(bench);
    behaviour.fault_cycle = bench.pick(0, 300);
    behaviour.fault_cores = bench.pick(1, (1 << bench.cores()) - 1);
    bench.start(launch, behaviour);
    const uint32_t status = bench.wait();
    if (const auto cause = bench.fault_cause()) {
      EXPECT_EQ(status, regs::status::kDone.set(1) | regs::status::kFault.set(1));
      EXPECT_EQ(bench.get(regs::kFaultCause), *cause);
      EXPECT_EQ(bench.get(regs::kFaultPc), ~*cause);
      EXPECT_EQ(bench.get(regs::kFaultValue), *cause << 16 | *cause >> 16);
      for (unsigned d = 0; d < 3; ++d)
        EXPECT_EQ(bench.get(regs::kFaultGroup + d * regs::kFaultGroupStride), *cause + 1 + d);
      const uint32_t place = bench.get(regs::kFaultPlace);
      EXPECT_EQ(regs::fault_place::kCore.get(place), bench.fault_core());
      // The bench makes them of the cause, cut to the bits that the shape has.
      EXPECT_EQ(regs::fault_place::kLane.get(place), *cause % std::max(bench.lanes(), 2u));
      EXPECT_EQ(regs::fault_place::kWarp.get(place), *cause % std::bit_ceil(std::max(bench.warps(), 2u)));
      EXPECT_EQ(bench.get(regs::kFaultLocal), *cause % std::bit_ceil(bench.warps() * bench.lanes() + 1));
      stopped_early += bench.groups_started() < launch.groups();
    } else {
      expect_complete(bench, launch, status);
    }
    // Nothing survives: a launch that uses all of the device runs to its end.
    const Launch clean = random_launch(bench);
    bench.start(clean, random_behaviour(bench));
    expect_complete(bench, clean, bench.wait());
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(stopped_early, 10u);
}

TEST(LaunchTest, AbortStopsTheLaunchAtAnyTime) {
  LaunchBench bench(7);
  unsigned aborted = 0, untouched = 0;
  for (unsigned i = 0; i < 200; ++i) {
    SCOPED_TRACE(testing::Message() << "launch " << i);
    const Launch launch = random_launch(bench);
    bench.start(launch, random_behaviour(bench));
    bench.clock(bench.pick(0, i % 2 ? 30 : 300));
    bench.set(regs::kControl, regs::control::kAbort.set(1));
    const uint32_t status = bench.wait();
    if (regs::status::kAborted.get(status)) {
      EXPECT_EQ(status, regs::status::kDone.set(1) | regs::status::kAborted.set(1));
      ++aborted;
    } else {
      expect_complete(bench, launch, status);
      ++untouched;
    }
    const Launch clean = random_launch(bench);
    bench.start(clean, random_behaviour(bench));
    expect_complete(bench, clean, bench.wait());
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(aborted, 10u);
  EXPECT_GT(untouched, 0u);
}

// In whatever cycle of a launch the host asks, checking, first and last included.
TEST(LaunchTest, AbortIsNeverLost) {
  LaunchBench bench(12);
  const Launch launch{.num_groups = {100000, 1, 1}, .local_size = {1, 1, 1}};
  for (unsigned wait = 0; wait < 100; ++wait) {
    SCOPED_TRACE(testing::Message() << "after " << wait << " cycles");
    bench.start(launch, {});
    bench.clock(wait);
    bench.set(regs::kControl, regs::control::kAbort.set(1));
    EXPECT_EQ(bench.wait(), regs::status::kDone.set(1) | regs::status::kAborted.set(1));
    if (testing::Test::HasFailure()) return;
  }
}

// Whichever comes first ends the launch and is what is reported; of both in one cycle the fault.
TEST(LaunchTest, FaultAndAbortMeet) {
  LaunchBench bench(13);
  const Launch launch{.num_groups = {1000, 1, 1}, .local_size = {1, 1, 1}};
  const Behaviour behaviour{.min_life = 2000, .max_life = 2000, .kill_life = 40, .fault_cycle = 40};
  unsigned aborted = 0, faulted = 0;
  for (unsigned wait = 0; wait < 400; ++wait) {
    SCOPED_TRACE(testing::Message() << "launch " << wait);
    bench.start(launch, behaviour);
    bench.clock(wait % 100);
    bench.set(regs::kControl, regs::control::kAbort.set(1));
    const uint32_t status = bench.wait();
    if (const auto cause = bench.fault_cause()) {
      EXPECT_FALSE(bench.aborted());
      EXPECT_EQ(status, regs::status::kDone.set(1) | regs::status::kFault.set(1));
      EXPECT_EQ(bench.get(regs::kFaultCause), *cause);
      ++faulted;
    } else {
      // Some are over before the dispatcher has heard of them.
      EXPECT_EQ(bench.aborted(), bench.launched());
      EXPECT_EQ(status, regs::status::kDone.set(1) | regs::status::kAborted.set(1));
      aborted += bench.aborted();
    }
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(aborted, 10u);
  EXPECT_GT(faulted, 10u);
  EXPECT_GT(bench.meetings(), 0u);
}

TEST(LaunchTest, AbortOfAnEndlessGrid) {
  LaunchBench bench(8);
  const Launch launch{.num_groups = {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, .local_size = {1, 1, 1}};
  bench.start(launch, {});
  bench.clock(2000);
  EXPECT_TRUE(regs::status::kBusy.get(bench.get(regs::kStatus)));
  bench.set(regs::kControl, regs::control::kAbort.set(1));
  EXPECT_EQ(bench.wait(), regs::status::kDone.set(1) | regs::status::kAborted.set(1));
  EXPECT_GT(bench.groups_completed(), 30u);
}

TEST(LaunchTest, BusyRefusesAndIdleIgnores) {
  LaunchBench bench(9);
  const Launch launch{.num_groups = {3, 1, 1}};
  bench.start(launch, {.min_life = 500, .max_life = 500});
  EXPECT_TRUE(bench.write(regs::kControl, regs::control::kStart.set(1)).error);
  EXPECT_TRUE(bench.write(regs::kEntry, 4).error);
  EXPECT_TRUE(bench.write(regs::kNumGroups, 4).error);
  EXPECT_TRUE(bench.write(regs::kRegionBase, 4).error);
  EXPECT_FALSE(bench.write(regs::kInterruptEnable, 1).error);
  EXPECT_EQ(bench.get(regs::kNumGroups), 3u);
  expect_complete(bench, launch, bench.wait());

  bench.set(regs::kControl, regs::control::kAbort.set(1));
  EXPECT_EQ(bench.get(regs::kStatus), regs::status::kDone.set(1));
  EXPECT_FALSE(bench.write(regs::kEntry, 0x80000000).error);
  EXPECT_EQ(bench.get(regs::kEntry), 0x80000000);
  EXPECT_TRUE(bench.read(0x800).error);
  EXPECT_TRUE(bench.write(0x800, 0).error);
  EXPECT_TRUE(bench.read(0x1000 + regs::kEntry).error);  // all of the address counts
  EXPECT_EQ(bench.get(regs::kControl), 0u);
}

TEST(LaunchTest, InterruptFollowsDone) {
  LaunchBench bench(10);
  bench.start({}, {});
  bench.wait();
  EXPECT_FALSE(bench.irq());
  bench.set(regs::kInterruptEnable, 1);
  EXPECT_TRUE(bench.irq());
  bench.set(regs::kInterruptClear, 0);
  EXPECT_TRUE(bench.irq());
  bench.set(regs::kInterruptClear, 1);
  EXPECT_FALSE(bench.irq());
  EXPECT_EQ(bench.get(regs::kStatus), 0u);
  bench.start({}, {});
  EXPECT_FALSE(bench.irq());
  bench.wait();
  EXPECT_TRUE(bench.irq());
  // A start takes done back, and with it the interrupt.
  bench.start({}, {.min_life = 100, .max_life = 100});
  EXPECT_FALSE(bench.irq());
  bench.wait();
  EXPECT_TRUE(bench.irq());
}

}  // namespace
}  // namespace heddle::verif
