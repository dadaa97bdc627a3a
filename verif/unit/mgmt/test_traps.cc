// Traps of the whole subsystem that random programs do not reach, and code that changes. Every instruction is compared
// with the reference as well.

#include <gtest/gtest.h>

#include "bench.h"
#include "handler.h"
#include "heddle/generated/management.h"
#include "program.h"

namespace heddle::mgmtbench {
namespace {

namespace mailbox = mgmt::mailbox;

// ---- traps that random programs do not reach

TEST(Traps, FetchAcrossTheEndOfSram) {
  Bench bench;
  const uint32_t end = mgmt::kSramBase + bench.top().sram_bytes_o;
  Program program(kCode);
  set_handler(program);
  program.li(kA, end - 2);
  program.word(code::jalr(0, kA, 0));
  bench.host_write(end - 4, 0x00130001);  // c.nop; the first half of an addi
  start_with_handler(bench, program);
  const Trap trap = wait_for_trap(bench);
  EXPECT_EQ(trap.cause, 1u);
  EXPECT_EQ(trap.pc, end - 2);
  EXPECT_EQ(trap.tval, end);
}

TEST(Traps, SixteenBitInstructionAtTheEndOfSram) {
  Bench bench;
  const uint32_t end = mgmt::kSramBase + bench.top().sram_bytes_o;
  Program program(kCode);
  set_handler(program);
  program.li(kA, end - 2);
  program.word(code::jalr(0, kA, 0));
  bench.host_write(end - 4, 0x00010001);
  start_with_handler(bench, program);
  const Trap trap = wait_for_trap(bench);
  EXPECT_EQ(trap.cause, 1u);
  EXPECT_EQ(trap.pc, end);
  EXPECT_EQ(trap.tval, end);
}

TEST(Traps, FetchFromDevicesAndNowhere) {
  std::vector<uint32_t> addresses = {0u, 0x7FFF'FFFEu, 0x0001'1000u};
  for (const mgmt::Window& window : mgmt::kWindows) {
    const uint32_t next = window.last + 1;
    if (!window.hart.execute) addresses.push_back(window.base);
    if (const mgmt::Window* behind = mgmt::find_window(next); behind == nullptr || !behind->hart.execute)
      addresses.push_back(next);
  }
  for (const uint32_t address : addresses) {
    Bench bench;
    Program program(kCode);
    set_handler(program);
    program.li(kA, address);
    program.word(code::jalr(kB, kA, 0));
    start_with_handler(bench, program);
    const Trap trap = wait_for_trap(bench);
    EXPECT_EQ(trap.cause, 1u);
    EXPECT_EQ(trap.pc, address);
  }
}

TEST(Traps, FoldersThatAreNotThere) {
  Bench bench;
  bench.external_exists = false;
  Program program(kCode);
  set_handler(program);
  program.li(kA, mgmt::kDmaBase);
  const uint32_t pc = program.here();
  program.word(code::sw(kA, kA, 0));
  start_with_handler(bench, program);
  const Trap trap = wait_for_trap(bench);
  EXPECT_EQ(trap.cause, 7u);
  EXPECT_EQ(trap.pc, pc);
  EXPECT_EQ(trap.tval, mgmt::kDmaBase);
}

TEST(Traps, BeforeTheFirmwareHasAHandler) {
  Bench bench;
  bench.load_words(kCode, {0xFFFF'FFFF});
  bench.start(kCode);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kBootStatus) == 0x8F; }, 1000));
  EXPECT_EQ(bench.host_read(mailbox::kBootDetail), 2u);
  EXPECT_EQ(bench.host_read(mailbox::kBootDetail + 4), kCode);
  EXPECT_EQ(bench.host_read(mailbox::kBootDetail + 8), 0xFFFF'FFFFu);
  bench.cycles(20);
  EXPECT_EQ(bench.host_read(mailbox::kStatus) & mailbox::kStatusSleeping, mailbox::kStatusSleeping);
  EXPECT_EQ(bench.problem(), "");
}

// ---- code that changes

class Rewrite : public testing::TestWithParam<uint32_t> {};

// The instruction behind fence.i is the one that was just stored there.
TEST_P(Rewrite, FenceI) {
  const uint32_t base = GetParam();
  Bench bench;
  Program program(base);
  set_handler(program);
  program.li(kA, code::addi(kC, 0, 77));
  program.li(kB, base);
  const uint32_t patched = program.here() + 8;
  program.word(code::sw(kA, kB, static_cast<int32_t>(patched - base)));
  program.word(code::kFenceI);
  program.word(code::addi(kC, 0, 11));
  program.li(kPointer, mailbox::kMessage);
  program.word(code::sw(kC, kPointer, 0));
  program.word(code::jal(0, 0));
  start_with_handler(bench, program);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kMessage) == 77; }, 2000));
  EXPECT_EQ(bench.problem(), "");
}

INSTANTIATE_TEST_SUITE_P(Places, Rewrite,
                         testing::Values(mgmt::kSramBase, mgmt::kDeviceMemoryBase, mgmt::kDeviceMemoryBase + 0x3C));

}  // namespace
}  // namespace heddle::mgmtbench
