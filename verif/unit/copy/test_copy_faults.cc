// Faults of commands while others are under way, of the same workgroup and of others.
#include <gtest/gtest.h>

#include <random>
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

// One row of a line, which is not in a region or which memory refuses.
Command line_at(unsigned owner, std::uint32_t address, unsigned line) {
  Command command;
  command.owner = owner;
  command.scratch_base = owner * kAllocation;
  command.scratch_size = kAllocation;
  Descriptor& d = command.descriptor;
  d[0] = 1 | 4 << 3 | (0x5A0 + owner) << 16;
  d[1] = address;
  d[2] = d[11] = line / 16;
  return command;
}

// A command is the only one with a fault, behind as many others as there may be, and tells the address of it; whichever
// way it comes, and whichever place it has among those under way.
TEST(CopyFaults, BehindOthers) {
  for (unsigned engine = 0; engine < kShapes.size(); ++engine) {
    const unsigned line = kShapes[engine].line, commands = kShapes[engine].commands;
    for (unsigned others = 0; others < commands; ++others) {
      for (const Cause cause : {Cause::kAccess, Cause::kMemory}) {
        SCOPED_TRACE(testing::Message() << "engine " << engine << ", behind " << others << ", cause "
                                        << static_cast<unsigned>(cause));
        std::uint32_t ones = 0, zeros = 0;
        for (unsigned seed = 0; seed < 4; ++seed) {
          CopyDriver driver(engine, seed);
          std::mt19937 random(100 * others + seed);
          const std::uint32_t at = driver.base + others * kPart + random() % (kPart / line) * line;
          if (cause == Cause::kMemory) {
            driver.refused.insert(at);
          } else {
            driver.regions[0].last = at - 1;
          }
          driver.hold_memory = true;
          for (unsigned n = 0; n <= others; ++n) {
            const Command command = line_at(n, n == others ? at : driver.base + n * kPart, line);
            while (!driver.cycle(&command)) ASSERT_LT(driver.cycles(), 1000U);
          }
          std::vector<End> ends;
          while (ends.size() <= others) {
            ASSERT_LT(driver.cycles(), 2000U);
            if (driver.cycles() > 500) driver.hold_memory = false;
            driver.cycle(nullptr);
            ends.insert(ends.end(), driver.ends.begin(), driver.ends.end());
          }
          for (const End& end : ends) {
            EXPECT_EQ(end.id, 0x5A0 + end.owner);
            EXPECT_EQ(end.fault.cause, end.owner == others ? cause : Cause::kNone);
            if (end.owner == others) EXPECT_EQ(end.fault.value, at);
          }
          ones |= at;
          zeros |= ~at;
        }
        EXPECT_EQ(ones & zeros & 0x7FF8'0000, 0x7FF8'0000U) << "bits that were the same in each address";
      }
    }
  }
}

}  // namespace
}  // namespace heddle::copy_test
