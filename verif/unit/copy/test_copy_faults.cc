// Several commands of one workgroup, of which the first has a fault while others come behind it.
#include <gtest/gtest.h>

#include <vector>

#include "copy_driver.h"

namespace heddle::copy_test {
namespace {

// A byte outside of its tensor, which is zero, and one that no region has.
Command refused(unsigned id) {
  Command command;
  command.owner = 5;
  command.scratch_base = command.owner * kAllocation;
  command.scratch_size = kAllocation;
  Descriptor& d = command.descriptor;
  d[0] = 1 | id << 16;
  d[2] = 2;
  d[11] = 2;
  d[16] = ~0U;  // first
  d[21] = 16 * id;
  return command;
}

// The first fault is what the host is shown, so one that only says that there has been a fault does not come before it.
TEST(CopyFaults, TheFirstOneIsToldFirst) {
  constexpr unsigned kCommands = 4, kSeeds = 30;
  unsigned after = 0, access = 0;
  for (unsigned engine = 0; engine < kShapes.size(); ++engine) {
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      CopyDriver driver(engine, seed);
      driver.timing.scratch_delay = 2 * (seed % 10);
      std::vector<End> ends;
      unsigned given = 0;
      while (ends.size() < kCommands) {
        ASSERT_LT(driver.cycles(), 5000U);
        const Command next = refused(given + 1);
        if (driver.cycle(given < kCommands ? &next : nullptr)) ++given;
        ends.insert(ends.end(), driver.ends.begin(), driver.ends.end());
      }
      EXPECT_EQ(ends[0].fault.cause, Cause::kAccess) << "engine " << engine << ", seed " << seed;
      bool all_after = false;
      for (const End& end : ends) {
        if (end.fault.cause == Cause::kAfter) {
          all_after = true;
          ++after;
          EXPECT_NE(end.id, 1U);
        } else {
          EXPECT_EQ(end.fault.cause, Cause::kAccess);
          ++access;
        }
      }
      EXPECT_TRUE(all_after) << "the last one comes long after the first fault";
    }
  }
  EXPECT_GT(access, kSeeds * kShapes.size()) << "no command has been under way when the first fault came";
  EXPECT_GT(after, 0U);
}

}  // namespace
}  // namespace heddle::copy_test
