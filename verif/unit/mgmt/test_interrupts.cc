// Timer, watchdog and interrupts of the whole subsystem. Every instruction is compared with the reference as well.

#include <gtest/gtest.h>

#include "bench.h"
#include "handler.h"
#include "heddle/generated/management.h"
#include "program.h"

namespace heddle::mgmtbench {
namespace {

namespace mailbox = mgmt::mailbox;

// ---- devices

TEST(Timer, InterruptComesAtItsTime) {
  Bench bench;
  Program program(kCode);
  set_handler(program);
  program.li(kPointer, mgmt::kTimerBase);
  program.word(code::lw(kA, kPointer, 0));
  program.word(code::addi(kA, kA, 200));
  program.word(code::sw(kA, kPointer, 8));
  program.word(code::sw(0, kPointer, 12));
  program.li(kB, 0x80);
  program.word(code::csrrw(0, mgmt::csr::kMie, kB));
  program.word(code::csrrsi(0, mgmt::csr::kMstatus, 8));
  const uint32_t wait = program.here();
  program.word(code::kWfi);
  program.word(code::jal(0, -4));
  uint64_t due = 0, taken = 0;
  bench.on_record = [&](const management::Retirement& record) {
    if (record.pc == kCode + 5 * 4 && record.rd == kA) due = record.value + 200;
    if (record.interrupt) {
      taken = bench.now();
      EXPECT_EQ(record.pc, wait + 4);
      EXPECT_EQ(record.cause, 0x8000'0007u);
    }
  };
  const uint64_t origin = [&] {  // cycle in which mtime was 0
    uint64_t at = 0;
    EXPECT_TRUE(bench.run(
        [&] {
          at = bench.now();
          return bench.top().hart_running_o != 0;
        },
        100));
    return at;
  }();
  start_with_handler(bench, program);
  EXPECT_TRUE(bench.run([&] { return taken != 0; }, 2000));
  EXPECT_EQ(bench.problem(), "");
  ASSERT_NE(due, 0u);
  EXPECT_GE(taken, origin + due);
  EXPECT_LE(taken, origin + due + 10);
}

TEST(Watchdog, WarnsThenResets) {
  Bench bench;
  Program program(kCode);
  set_handler(program);
  program.li(kPointer, mgmt::kWatchdogBase);
  program.li(kA, 300);
  program.word(code::sw(kA, kPointer, 4));
  program.li(kA, 200);
  program.word(code::sw(kA, kPointer, 8));
  program.word(code::addi(kA, 0, 3));
  program.word(code::sw(kA, kPointer, 0));
  // Kicks four times, about every hundred cycles, then forgets to. The warning goes to message 0.
  program.li(kA, 0x4B49434B);
  program.word(code::addi(kB, 0, 4));
  const uint32_t kick = program.here();
  program.word(code::sw(kA, kPointer, 12));
  program.word(code::addi(kC, 0, 50));
  program.word(code::addi(kC, kC, -1));
  program.word(code::branch(1, kC, 0, -4));
  program.word(code::addi(kB, kB, -1));
  program.word(code::branch(1, kB, 0, static_cast<int32_t>(kick - program.here())));
  const uint32_t look = program.here();
  program.word(code::lw(kA, kPointer, 20));
  program.li(kB, mailbox::kMessage);
  program.word(code::sw(kA, kB, 0));
  program.word(code::jal(0, static_cast<int32_t>(look - program.here())));
  start_with_handler(bench, program);
  bench.host_write(mailbox::kMessage, 0);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kMessage) == 1; }, 3000));
  const uint64_t warned = bench.now();
  EXPECT_TRUE(bench.run([&] { return bench.top().hart_running_o == 0; }, 400));
  EXPECT_NEAR(static_cast<double>(bench.now() - warned), 200, 60);
  // It comes back by itself, and says why.
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kBootStatus) == 1; }, 500));
  EXPECT_EQ(bench.host_read(mailbox::kStatus), 2u << 4);
  EXPECT_EQ(bench.problem(), "");
}

TEST(Watchdog, RefusesWrongKicksAndLockedRegisters) {
  for (const uint32_t offset : {0u, 4u, 8u, 12u}) {
    Bench bench;
    Program program(kCode);
    set_handler(program);
    program.li(kPointer, mgmt::kWatchdogBase);
    program.word(code::addi(kA, 0, 2));
    program.word(code::sw(kA, kPointer, 0));  // lock
    program.li(kA, 0x4B49434B);
    program.word(code::sw(kA, kPointer, 12));  // may be
    program.word(code::addi(kA, 0, 1));
    const uint32_t pc = program.here();
    program.word(code::sw(kA, kPointer, static_cast<int32_t>(offset)));
    start_with_handler(bench, program);
    const Trap trap = wait_for_trap(bench);
    EXPECT_EQ(trap.cause, 7u);
    EXPECT_EQ(trap.pc, pc);
    EXPECT_EQ(trap.tval, mgmt::kWatchdogBase + offset);
  }
}

TEST(Interrupts, TheLowestNumberThatIsEnabled) {
  Bench bench;
  Program program(kCode);
  program.li(kPointer, mgmt::kInterruptsBase);
  program.li(kB, mailbox::kMessage);
  program.word(code::addi(kA, 0, -1));
  program.word(code::sw(kA, kPointer, 4));
  const uint32_t loop = program.here();
  program.word(code::lw(kC, kB, 4));  // what the host wants enabled
  program.word(code::sw(kC, kPointer, 4));
  for (int i = 0; i < 3; ++i) {
    program.word(code::lw(kA, kPointer, i * 4));
    program.word(code::sw(kA, kB, 8 + i * 4));
  }
  program.word(code::jal(0, static_cast<int32_t>(loop - program.here())));
  bench.load(kCode, program.bytes());
  bench.start(kCode);
  constexpr uint32_t kExternal = mgmt::kSources & ~6u;
  for (int round = 0; round < 60; ++round) {
    const uint32_t lines = bench.random()(), enabled = bench.random()();
    bench.sources = lines;
    const bool ring = bench.chance(50);
    bench.host_write(mailbox::kHostDoorbell, ring ? 1 : 0);
    const uint32_t doorbell = bench.host_read(mailbox::kHostDoorbell) != 0 ? 4 : 0;
    bench.host_write(mailbox::kMessage + 4, enabled);
    bench.cycles(60);
    const uint32_t pending = (lines & kExternal) | doorbell;
    const uint32_t asking = pending & enabled & mgmt::kSources;
    ASSERT_EQ(bench.host_read(mailbox::kMessage + 8), pending);
    ASSERT_EQ(bench.host_read(mailbox::kMessage + 12), enabled & mgmt::kSources);
    ASSERT_EQ(bench.host_read(mailbox::kMessage + 16), asking == 0 ? 0 : static_cast<unsigned>(__builtin_ctz(asking)));
  }
  EXPECT_EQ(bench.problem(), "");
}

// A cause that a handler removes does not come again once a load behind the store has been used.
TEST(Interrupts, NoneAfterItsCauseIsGone) {
  Bench bench(3, {100, 1, 1, 100, 1});
  Program program(kCode);
  set_handler(program);
  program.li(kPointer, mgmt::kMailboxBase);
  program.li(kB, 0x808);
  program.word(code::csrrw(0, mgmt::csr::kMie, kB));
  program.li(kB, mgmt::interrupts::kEnable);
  program.word(code::addi(kA, 0, -1));
  program.word(code::sw(kA, kB, 0));
  const uint32_t loop = program.here();
  const auto offset = [](uint32_t address) { return static_cast<int32_t>(address - mgmt::kMailboxBase); };
  // Waits until the host has rung, silences it, loads, uses, and allows interrupts for one instruction: none may come.
  program.word(code::csrrs(kA, mgmt::csr::kMip, 0));
  program.word(code::branch(0, kA, 0, -4));
  program.word(code::addi(kA, 0, -1));
  program.word(code::sw(kA, kPointer, offset(mailbox::kHostDoorbell)));
  program.word(code::sw(0, kPointer, offset(mailbox::kSoftwareInterrupt)));
  program.word(code::lw(kC, kPointer, offset(mailbox::kHostDoorbell)));
  program.word(code::addi(kC, kC, 0));
  program.word(code::csrrsi(0, mgmt::csr::kMstatus, 8));
  program.word(code::csrrci(0, mgmt::csr::kMstatus, 8));
  program.word(code::jal(0, static_cast<int32_t>(loop - program.here())));
  start_with_handler(bench, program);
  bench.cycles(300);
  unsigned taken = 0;
  bench.on_record = [&](const management::Retirement& record) { taken += record.interrupt; };
  for (int round = 0; round < 200; ++round) {
    bench.host_write(round % 2 != 0 ? mailbox::kHostDoorbell : mailbox::kSoftwareInterrupt, 1);
    bench.cycles(40 + bench.random()() % 5);
  }
  EXPECT_EQ(taken, 0u);
  EXPECT_EQ(bench.problem(), "");
}

TEST(Interrupts, WakeWithoutBeingTaken) {
  Bench bench;
  Program program(kCode);
  set_handler(program);
  program.word(code::csrrwi(0, mgmt::csr::kMie, 8));
  program.word(code::kWfi);
  program.li(kPointer, mailbox::kMessage);
  program.word(code::csrrs(kA, mgmt::csr::kMip, 0));
  program.word(code::sw(kA, kPointer, 0));
  program.word(code::jal(0, 0));
  start_with_handler(bench, program);
  bench.host_write(mailbox::kMessage, 0);
  EXPECT_FALSE(bench.run([&] { return bench.host_read(mailbox::kMessage) != 0; }, 500));
  EXPECT_EQ(bench.host_read(mailbox::kStatus) & mailbox::kStatusSleeping, mailbox::kStatusSleeping);
  bench.host_write(mailbox::kSoftwareInterrupt, 1);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kMessage) == 8; }, 200));
  EXPECT_EQ(bench.problem(), "");
}

}  // namespace
}  // namespace heddle::mgmtbench
