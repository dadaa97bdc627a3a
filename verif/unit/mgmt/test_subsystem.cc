// The whole subsystem: host, registers, reset. Every instruction is compared with the reference as well.

#include <gtest/gtest.h>

#include "bench.h"
#include "heddle/generated/management.h"
#include "program.h"

namespace heddle::mgmtbench {
namespace {

namespace mailbox = mgmt::mailbox;

// One more register of the programs below.
constexpr uint32_t kSum = 13;

// ---- host

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

// ---- reset

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
