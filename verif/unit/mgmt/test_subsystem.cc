// The whole subsystem: boot program, host, devices, traps, in lock-step with the reference.

#include <gtest/gtest.h>

#include "bench.h"
#include "heddle/generated/management.h"

namespace heddle::mgmtbench {
namespace {

TEST(Boot, WaitsForACommand) {
  Bench bench;
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mgmt::mailbox::kBootStatus) == 1; }, 200));
  EXPECT_EQ(bench.problem(), "");
}

TEST(Boot, StartsAnywhere) {
  Bench bench;
  // addi a0, zero, 5; c.addi a0, 1; c.j .
  bench.load_words(mgmt::kSramBase, {0x00500513, 0xa0010505});
  bench.start(mgmt::kSramBase);
  EXPECT_TRUE(bench.run([&] { return bench.checker().instructions() > 200; }, 2000));
  EXPECT_EQ(bench.problem(), "");
}

}  // namespace
}  // namespace heddle::mgmtbench
