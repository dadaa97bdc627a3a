// The whole subsystem: host, devices, reset, memory, interrupts. Every instruction is compared with the reference as
// well.

#include <gtest/gtest.h>

#include "bench.h"
#include "heddle/generated/management.h"
#include "program.h"

namespace heddle::mgmtbench {
namespace {

namespace mailbox = mgmt::mailbox;

// Registers of the programs below.
constexpr uint32_t kA = 10, kB = 11, kC = 12, kSum = 13, kPointer = 29;
constexpr uint32_t kCode = mgmt::kSramBase, kHandler = mgmt::kSramBase + 0x400;

// Starts `program`, with a handler that writes mcause, mtval and mepc to messages 13 to 15 and then loops.
void start_with_handler(Bench& bench, const Program& program) {
  Program handler(kHandler);
  handler.li(kPointer, mailbox::kMessage);
  uint32_t offset = 13 * 4;
  for (const uint32_t number : {mgmt::csr::kMtval, mgmt::csr::kMepc, mgmt::csr::kMcause}) {
    handler.word(code::csrrs(kA, number, 0));
    handler.word(code::sw(kA, kPointer, static_cast<int32_t>(offset)));
    offset += 4;
  }
  handler.word(code::jal(0, 0));
  bench.load(kHandler, handler.bytes());
  bench.load(program.base(), program.bytes());
  bench.start(program.base());
}

void set_handler(Program& program) {
  program.li(kPointer, kHandler);
  program.word(code::csrrw(0, mgmt::csr::kMtvec, kPointer));
}

struct Trap {
  uint32_t tval, pc, cause;
};

Trap wait_for_trap(Bench& bench) {
  bench.host_write(mailbox::kMessage + 15 * 4, ~0u);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kMessage + 15 * 4) != ~0u; }, 5000));
  EXPECT_EQ(bench.problem(), "");
  return {bench.host_read(mailbox::kMessage + 13 * 4), bench.host_read(mailbox::kMessage + 14 * 4),
          bench.host_read(mailbox::kMessage + 15 * 4)};
}

// ---- host
// ------------------------------------------------------------------------------------------------------------

TEST(Host, ReachesWhatItMayAndNothingElse) {
  Bench bench;
  EXPECT_EQ(bench.host_read(mailbox::kId), 0x544D4748u);
  EXPECT_EQ(bench.host_read(mailbox::kSramBytes), bench.top().sram_bytes_o);
  for (const mgmt::Window& window : mgmt::kWindows) {
    for (const bool write : {false, true}) {
      if (window.base == mgmt::kMailboxBase) continue;
      const HostAnswer answer = bench.host(window.base, write, 0x12345678);
      EXPECT_EQ(answer.error, !(write ? window.host.write : window.host.read)) << window.name << write;
    }
  }
  for (uint32_t address = mgmt::kMailboxBase; address < mgmt::kMailboxBase + 0x100; ++address) {
    const mgmt::RegisterInfo* info = mgmt::find_register(address);
    for (const bool write : {false, true}) {
      if (address == mailbox::kControl && write) continue;
      const bool allowed = info != nullptr && (write ? info->host.write : info->host.read);
      EXPECT_EQ(bench.host(address, write, 0).error, !allowed) << std::hex << address << write;
    }
  }
  for (unsigned strobe = 0; strobe < 15; ++strobe) {
    EXPECT_TRUE(bench.host(mgmt::kSramBase, true, ~0u, strobe).error);
  }
  EXPECT_EQ(bench.host_read(mgmt::kSramBase), 0x12345678u);
}

TEST(Host, SramIsAsLargeAsItSays) {
  Bench bench;
  const uint32_t bytes = bench.host_read(mailbox::kSramBytes);
  for (uint32_t at = 0; at < bytes; at += 4) bench.host_write(mgmt::kSramBase + at, at * 0x9E3779B9u);
  EXPECT_TRUE(bench.host(mgmt::kSramBase + bytes, true, 1).error);
  EXPECT_TRUE(bench.host(mgmt::kSramBase + mgmt::kWindows[1].last - mgmt::kWindows[1].base - 3, false).error);
  for (uint32_t at = 0; at < bytes; at += 4) ASSERT_EQ(bench.host_read(mgmt::kSramBase + at), at * 0x9E3779B9u);
}

TEST(Host, DoorbellsBothWays) {
  Bench bench;
  Program program(kCode);
  program.li(kPointer, mgmt::kMailboxBase);
  const auto offset = [](uint32_t address) { return static_cast<int32_t>(address - mgmt::kMailboxBase); };
  const uint32_t loop = program.here();
  program.word(code::lw(kA, kPointer, offset(mailbox::kHostDoorbell)));
  program.word(code::branch(0, kA, 0, static_cast<int32_t>(loop - program.here())));
  program.word(code::sw(kA, kPointer, offset(mailbox::kHostDoorbell)));  // clears
  program.word(code::sw(kA, kPointer, offset(mailbox::kHartDoorbell)));  // sets
  program.word(code::jal(0, static_cast<int32_t>(loop - program.here())));
  bench.load(kCode, program.bytes());
  bench.start(kCode);
  bench.host_write(mailbox::kHartDoorbellEnable, 0x4);
  bench.host_write(mailbox::kHostDoorbell, 0x2);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kHartDoorbell) == 2; }, 500));
  EXPECT_FALSE(bench.top().host_irq_o);
  bench.host_write(mailbox::kHostDoorbell, 0x4);
  EXPECT_TRUE(bench.run([&] { return bench.top().host_irq_o != 0; }, 500));
  EXPECT_EQ(bench.host_read(mailbox::kHartDoorbell), 6u);
  bench.host_write(mailbox::kHartDoorbell, 0x4);
  EXPECT_EQ(bench.host_read(mailbox::kHartDoorbell), 2u);
  EXPECT_FALSE(bench.top().host_irq_o);
  EXPECT_EQ(bench.host_read(mailbox::kHostDoorbell), 0u);
  EXPECT_EQ(bench.problem(), "");
}

// ---- registers that keep what is written: every bit of each is 0, 1, and unlike its neighbours
// ---------------------------------------------------------------------------------------------------------------------

constexpr uint32_t kPatterns[] = {~0u, 0, 0x5555'5555, 0xAAAA'AAAA, 0};

TEST(Registers, KeepEveryBitOfTheHosts) {
  Bench bench;
  std::vector<uint32_t> registers{mailbox::kBootImage, mailbox::kBootEntry, mailbox::kHartDoorbellEnable,
                                  mailbox::kConsoleRead};
  for (uint32_t i = 0; i < 16; ++i) registers.push_back(mailbox::kMessage + 4 * i);
  for (const uint32_t value : kPatterns) {
    for (const uint32_t address : registers) bench.host_write(address, value);
    for (const uint32_t address : registers) EXPECT_EQ(bench.host_read(address), value) << std::hex << address;
  }
}

struct Kept {
  uint32_t address;     // of a register; with `csr` its number
  uint32_t mask = ~0u;  // bits that it has
  bool csr = false;
};

std::vector<Kept> kept_by_the_hart() {
  std::vector<Kept> all{{mailbox::kConsoleBase},
                        {mailbox::kConsoleSize},
                        {mailbox::kConsoleWritten},
                        {mgmt::watchdog::kTimeout},
                        {mgmt::watchdog::kGrace},
                        {mgmt::timer::kMtimecmpLo},
                        {mgmt::timer::kMtimecmpHi},
                        {mgmt::timer::kMtimeHi},
                        {mgmt::checksum::kState},
                        {mgmt::blocks::kAddress, mgmt::blocks::kAddressBlock},
                        {mgmt::blocks::kAddress + 4, mgmt::blocks::kAddressBlock},
                        {mgmt::csr::kMscratch, ~0u, true},
                        {mgmt::csr::kMtval, ~0u, true},
                        {mgmt::csr::kMepc, ~1u, true},
                        {mgmt::csr::kMtvec, ~2u, true},
                        {mgmt::csr::kMcause, 0x8000'001F, true},
                        {mgmt::csr::kMcycleh, ~0u, true},
                        {mgmt::csr::kMinstreth, ~0u, true}};
  for (uint32_t i = 0; i < 4; ++i) all.push_back({mailbox::kBootDetail + 4 * i});
  for (uint32_t i = 0; i < 32; ++i) all.push_back({mgmt::blocks::kData + 4 * i});
  return all;
}

// The hart writes each, reads it back, and leaves what differs in SRAM.
TEST(Registers, KeepEveryBitOfTheHarts) {
  constexpr uint32_t kDiffers = kCode + 0x3000, kDone = mailbox::kMessage;
  const std::vector<Kept> all = kept_by_the_hart();
  Bench bench;
  Program program(kCode);
  for (uint32_t i = 0; i < all.size(); ++i) {
    program.word(code::addi(kSum, 0, 0));
    program.li(kPointer, all[i].address);
    for (const uint32_t value : kPatterns) {
      program.li(kA, value);
      program.li(kC, value & all[i].mask);
      program.word(all[i].csr ? code::csrrw(0, all[i].address, kA) : code::sw(kA, kPointer, 0));
      program.word(all[i].csr ? code::csrrs(kB, all[i].address, 0) : code::lw(kB, kPointer, 0));
      program.word(code::exclusive_or(kB, kB, kC));
      program.word(code::inclusive_or(kSum, kSum, kB));
    }
    program.li(kPointer, kDiffers + 4 * i);
    program.word(code::sw(kSum, kPointer, 0));
  }
  program.li(kPointer, kDone);
  program.word(code::sw(kPointer, kPointer, 0));
  program.word(code::jal(0, 0));
  ASSERT_LE(program.here(), kDiffers);
  bench.load(kCode, program.bytes());
  bench.host_write(kDone, 0);
  bench.start(kCode);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(kDone) == kDone; }, 20000));
  EXPECT_EQ(bench.problem(), "");
  for (uint32_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(bench.host_read(kDiffers + 4 * i), 0u) << std::hex << all[i].address;
  }
}

// Every bit of both doorbells rings and is cleared.
TEST(Registers, EveryBitOfTheDoorbells) {
  Bench bench;
  Program program(kCode);
  program.li(kPointer, mgmt::kMailboxBase);
  const auto offset = [](uint32_t address) { return static_cast<int32_t>(address - mgmt::kMailboxBase); };
  const uint32_t loop = program.here();
  program.word(code::lw(kA, kPointer, offset(mailbox::kHostDoorbell)));
  program.word(code::sw(kA, kPointer, offset(mailbox::kHostDoorbell)));
  program.word(code::sw(kA, kPointer, offset(mailbox::kHartDoorbell)));
  program.word(code::jal(0, static_cast<int32_t>(loop - program.here())));
  bench.load(kCode, program.bytes());
  bench.start(kCode);
  for (unsigned bit = 0; bit < 32; ++bit) {
    const uint32_t value = 1u << bit;
    bench.host_write(mailbox::kHartDoorbellEnable, value);
    bench.host_write(mailbox::kHostDoorbell, value);
    EXPECT_TRUE(bench.run([&] { return bench.top().host_irq_o != 0; }, 500)) << bit;
    EXPECT_EQ(bench.host_read(mailbox::kHartDoorbell), value);
    bench.host_write(mailbox::kHartDoorbell, value);
    EXPECT_EQ(bench.host_read(mailbox::kHartDoorbell), 0u);
    EXPECT_EQ(bench.host_read(mailbox::kHostDoorbell), 0u);
  }
  EXPECT_EQ(bench.problem(), "");
}

// ---- traps that random programs do not reach
// ---------------------------------------------------------------------------

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
// ---------------------------------------------------------------------------------------------------

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

// ---- devices
// -------------------------------------------------------------------------------------------------------------

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

// ---- reset
// -----------------------------------------------------------------------------------------------------------------

TEST(Reset, HoldClearsWhatTheHartHadToSay) {
  Bench bench;
  bench.load_words(kCode, {0xa001a001});
  bench.start(kCode);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kBootStatus) == 3; }, 500));
  bench.host_write(mailbox::kMessage, 0x55);
  bench.host_write(mailbox::kControl, 1);
  bench.cycles(3);
  for (const uint32_t address : {mailbox::kBootCommand, mailbox::kHostDoorbell, mailbox::kSoftwareInterrupt}) {
    bench.host_write(address, 1);  // lost
    EXPECT_EQ(bench.host_read(address), 0u);
  }
  EXPECT_EQ(bench.host_read(mailbox::kBootStatus), 0u);
  EXPECT_EQ(bench.host_read(mailbox::kMessage), 0x55u);
  EXPECT_EQ(bench.host_read(kCode), 0xa001a001u);
  EXPECT_EQ(bench.host_read(mailbox::kStatus), (1u << 4) | 1);
  bench.cycles(100);
  EXPECT_FALSE(bench.top().hart_running_o);
  bench.host_write(mailbox::kControl, 0);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mailbox::kBootStatus) == 1; }, 500));
  EXPECT_EQ(bench.host_read(mailbox::kStatus), 1u << 4);
  EXPECT_EQ(bench.problem(), "");
}

// Loads, stores and fetches that are under way when the reset comes are waited for.
TEST(Reset, InTheMiddleOfAccesses) {
  Bench bench(7, {50, 5, 60, 30, 40});
  Program program(mgmt::kDeviceMemoryBase);
  program.li(kA, mgmt::kDeviceMemoryBase + 0x1000);
  program.li(kB, mgmt::kDispatcherBase);
  for (int i = 0; i < 40; ++i) {
    program.word(code::lw(kC, kA, i * 4));
    program.word(code::sw(kC, kB, 0));
    program.word(code::lw(kC, kB, 4));
    // Nobody loads these: whether a store that the reset met took place is open.
    program.word(code::sw(kC, kA, 0x400 + i * 4));
  }
  program.word(code::jal(0, static_cast<int32_t>(program.base() - program.here())));
  bench.load(program.base(), program.bytes());
  for (int round = 0; round < 60; ++round) {
    bench.start(program.base());
    bench.cycles(100 + bench.random()() % 600);
    bench.host_write(mailbox::kControl, 1);
    bench.host_write(mailbox::kControl, 0);
    ASSERT_EQ(bench.problem(), "");
  }
}

}  // namespace
}  // namespace heddle::mgmtbench
