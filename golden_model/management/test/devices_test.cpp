// Registers, address map and the machine around the hart: docs/management.md, sections 2, 4 and 6 to 8.
#include "heddle/management/devices.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "heddle/disassembler/encode.h"
#include "heddle/management/machine.h"

namespace heddle::management {
namespace {

using Side = Mailbox::Side;
using isa::encode;
using isa::Op;

constexpr std::uint32_t kSram = 0x8000;
constexpr std::uint32_t kMtip = 1u << Hart::kTimer, kMsip = 1u << Hart::kSoftware, kMeip = 1u << Hart::kExternal;

TEST(Devices, Timer) {
  Devices devices(kSram);
  EXPECT_EQ(devices.mip(), 0u);
  EXPECT_EQ(devices.next_event(), ~std::uint64_t{0});
  devices.store(mgmt::timer::kMtimecmpLo, 10);
  devices.store(mgmt::timer::kMtimecmpHi, 0);
  EXPECT_EQ(devices.next_event(), 10u);
  devices.advance(9);
  EXPECT_EQ(devices.mip(), 0u);
  devices.advance(1);
  EXPECT_EQ(devices.mip(), kMtip);
  devices.store(mgmt::timer::kMtimecmpHi, 1);
  EXPECT_EQ(devices.mip(), 0u);
  devices.store(mgmt::timer::kMtimeLo, ~0u);
  devices.advance(1);  // the carry reaches the upper half
  EXPECT_EQ(devices.load(mgmt::timer::kMtimeLo), 0u);
  EXPECT_EQ(devices.load(mgmt::timer::kMtimeHi), 1u);
  devices.store(mgmt::timer::kMtimeHi, 7);
  EXPECT_EQ(devices.time(), 0x7'0000'0000u);
}

TEST(Devices, WatchdogWarnsThenResets) {
  Devices devices(kSram);
  devices.store(mgmt::interrupts::kEnable, ~0u);
  EXPECT_EQ(devices.load(mgmt::interrupts::kEnable), mgmt::kSources);
  devices.store(mgmt::watchdog::kTimeout, 100);
  devices.store(mgmt::watchdog::kGrace, 50);
  EXPECT_TRUE(devices.advance(1000));  // not enabled
  devices.store(mgmt::watchdog::kControl, 1);
  EXPECT_TRUE(devices.advance(99));
  EXPECT_EQ(devices.load(mgmt::watchdog::kCount), 99u);
  EXPECT_EQ(devices.mip(), 0u);
  EXPECT_TRUE(devices.advance(1));
  EXPECT_EQ(devices.mip(), kMeip);
  EXPECT_EQ(devices.load(mgmt::interrupts::kHighest), mgmt::source::kWatchdog);
  EXPECT_FALSE(devices.store(mgmt::watchdog::kKick, 1));
  EXPECT_TRUE(devices.store(mgmt::watchdog::kKick, 0x4B49434B));
  EXPECT_EQ(devices.mip(), 0u);
  EXPECT_TRUE(devices.advance(149));
  EXPECT_FALSE(devices.advance(1));
}

TEST(Devices, WatchdogLock) {
  Devices devices(kSram);
  devices.store(mgmt::watchdog::kControl, 3);
  EXPECT_FALSE(devices.store(mgmt::watchdog::kControl, 0));
  EXPECT_FALSE(devices.store(mgmt::watchdog::kTimeout, 5));
  EXPECT_FALSE(devices.store(mgmt::watchdog::kGrace, 5));
  EXPECT_TRUE(devices.store(mgmt::watchdog::kKick, 0x4B49434B));
  devices.reset(Mailbox::Cause::kWatchdog);
  EXPECT_TRUE(devices.store(mgmt::watchdog::kControl, 0));
}

TEST(Devices, InterruptController) {
  Devices devices(kSram);
  devices.set_sources(~0u);
  EXPECT_EQ(devices.load(mgmt::interrupts::kPending), mgmt::kSources & ~6u);  // watchdog and doorbell have their own
  EXPECT_EQ(devices.mip(), 0u);
  devices.store(mgmt::interrupts::kEnable, 1u << mgmt::source::kDma | 1u << mgmt::source::kQueue);
  EXPECT_EQ(devices.load(mgmt::interrupts::kHighest), mgmt::source::kQueue);
  EXPECT_EQ(devices.mip(), kMeip);
  devices.set_sources(0);
  EXPECT_EQ(devices.load(mgmt::interrupts::kHighest), 0u);
  EXPECT_EQ(devices.mip(), 0u);
}

TEST(Devices, Checksum) {
  Devices devices(kSram);
  devices.store(mgmt::checksum::kData, 0x34333231);  // "1234", "5678": the CRC-32 of it is public
  devices.store(mgmt::checksum::kData, 0x38373635);
  EXPECT_EQ(devices.load(mgmt::checksum::kResult), 0x9AE0DAAFu);
  devices.store(mgmt::checksum::kState, ~0u);
  EXPECT_EQ(devices.load(mgmt::checksum::kResult), 0u);
}

TEST(MailboxTest, SidesAndKindsOfWrites) {
  Mailbox mailbox(kSram);
  EXPECT_EQ(mailbox.load(Side::kHost, mgmt::mailbox::kId), 0x544D4748u);
  EXPECT_EQ(mailbox.load(Side::kHart, mgmt::mailbox::kSramBytes), kSram);
  EXPECT_FALSE(mailbox.store(Side::kHost, mgmt::mailbox::kId, 0));
  EXPECT_FALSE(mailbox.store(Side::kHart, mgmt::mailbox::kBootImage, 0));
  EXPECT_FALSE(mailbox.store(Side::kHost, mgmt::kTimerBase, 0));
  EXPECT_FALSE(mailbox.load(Side::kHost, mgmt::kMailboxBase + 0x50).has_value());
  mailbox.store(Side::kHost, mgmt::mailbox::kHostDoorbell, 5);
  mailbox.store(Side::kHost, mgmt::mailbox::kHostDoorbell, 2);
  EXPECT_EQ(mailbox.value(mgmt::mailbox::kHostDoorbell), 7u);
  EXPECT_TRUE(mailbox.host_doorbell());
  mailbox.store(Side::kHart, mgmt::mailbox::kHostDoorbell, 3);
  EXPECT_EQ(mailbox.value(mgmt::mailbox::kHostDoorbell), 4u);
  mailbox.store(Side::kHart, mgmt::mailbox::kHartDoorbell, 8);
  EXPECT_FALSE(mailbox.host_interrupt());
  mailbox.store(Side::kHost, mgmt::mailbox::kHartDoorbellEnable, 8);
  EXPECT_TRUE(mailbox.host_interrupt());
  mailbox.store(Side::kHost, mgmt::mailbox::kHartDoorbell, 8);
  EXPECT_FALSE(mailbox.host_interrupt());
  mailbox.store(Side::kHart, mgmt::mailbox::kSoftwareInterrupt, ~0u);
  EXPECT_EQ(mailbox.value(mgmt::mailbox::kSoftwareInterrupt), 1u);
  mailbox.store(Side::kHart, mgmt::mailbox::kMessage + 4 * 15, 77);
  mailbox.hart_reset(Mailbox::Cause::kWatchdog);
  EXPECT_EQ(mailbox.value(mgmt::mailbox::kHostDoorbell), 0u);
  EXPECT_EQ(mailbox.value(mgmt::mailbox::kMessage + 4 * 15), 77u);
  EXPECT_EQ(mailbox.load(Side::kHost, mgmt::mailbox::kStatus), 0x20u);
}

class MachineTest : public testing::Test {
 protected:
  void code(std::uint32_t at, const std::vector<std::uint32_t>& words) { code(machine, at, words); }
  static void code(Machine& where, std::uint32_t at, const std::vector<std::uint32_t>& words) {
    for (const std::uint32_t word : words) {
      std::array<std::uint8_t, 4> bytes;
      for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(word >> 8 * i);
      where.memory().write(at, bytes);
      at += 4;
    }
  }
  // The cause with which an access traps; 0: it does not.
  std::uint32_t access(Op op, std::uint32_t address) {
    machine.hart().set_pc(mgmt::kSramBase);
    machine.hart().set_x(1, address);
    code(mgmt::kSramBase,
         {op == Op::Sw || op == Op::Sb ? encode(op, {.rs1 = 1, .rs2 = 0}) : encode(op, {.rd = 2, .rs1 = 1})});
    return machine.step().value().cause;
  }

  model::DeviceMemory memory;
  Machine machine{kSram, {0x13, 0, 0, 0}, memory};
};

// Through the bus of the machine, as the hart's words.
TEST_F(MachineTest, BlockBuffersMoveBlocks) {
  constexpr std::uint32_t kBlock = mgmt::kDeviceMemoryBase + 0x1040, kOther = kBlock + 0x400;
  AddressSpace& bus = machine.memory();
  for (std::uint32_t i = 0; i < 16; ++i) ASSERT_TRUE(bus.store(kBlock + 4 * i, 15, 100 + i));
  ASSERT_TRUE(bus.store(mgmt::blocks::kAddress + 4, 15, kBlock | 63));
  EXPECT_EQ(bus.load(mgmt::blocks::kAddress + 4, 15), kBlock);
  ASSERT_TRUE(bus.store(mgmt::blocks::kCommand + 4, 15, mgmt::blocks::kCommandRead));
  EXPECT_EQ(bus.load(mgmt::blocks::kData + 64 + 4 * 9, 15), 109u);
  ASSERT_TRUE(bus.store(mgmt::blocks::kData + 64 + 4 * 15, 15, 7));
  ASSERT_TRUE(bus.store(mgmt::blocks::kAddress + 4, 15, kOther));
  ASSERT_TRUE(bus.store(mgmt::blocks::kCommand + 4, 15, mgmt::blocks::kCommandWrite | 0x8002'0000));
  EXPECT_EQ(bus.load(kOther, 15), 0u);
  EXPECT_EQ(bus.load(kOther + 4, 15), 101u);
  EXPECT_EQ(bus.load(kOther + 60, 15), 7u);
  EXPECT_EQ(bus.load(mgmt::blocks::kStatus + 4, 15), 0u);
  bus.refuse(kOther, kOther + 3);
  ASSERT_TRUE(bus.store(mgmt::blocks::kCommand + 4, 15, mgmt::blocks::kCommandRead));
  EXPECT_EQ(bus.load(mgmt::blocks::kStatus + 4, 15), mgmt::blocks::kStatusError);
  EXPECT_FALSE(bus.store(mgmt::blocks::kCommand + 4, 15, 3));
  EXPECT_FALSE(bus.store(mgmt::blocks::kCommand, 15, mgmt::blocks::kCommandRead)) << "no device memory";
}

TEST_F(MachineTest, Rights) {
  EXPECT_EQ(access(Op::Lw, mgmt::kBootRomBase), 0u);
  EXPECT_EQ(machine.hart().x(2), 0x13u);
  EXPECT_EQ(access(Op::Lbu, mgmt::kBootRomBase + 0xFFF), 0u);
  EXPECT_EQ(access(Op::Sw, mgmt::kBootRomBase), 7u);
  EXPECT_EQ(access(Op::Lw, mgmt::kBootRomBase + 0x1000), 5u);
  EXPECT_EQ(access(Op::Sw, mgmt::kSramBase + kSram - 4), 0u);
  EXPECT_EQ(access(Op::Sw, mgmt::kSramBase + kSram), 7u);
  EXPECT_EQ(access(Op::Lw, mgmt::kSramBase + kSram), 5u);
  EXPECT_EQ(access(Op::Lb, mgmt::kTimerBase), 5u);
  EXPECT_EQ(access(Op::Sb, mgmt::timer::kMtimecmpLo), 7u);
  EXPECT_EQ(access(Op::Lw, mgmt::kTimerBase + 0x10), 5u);
  EXPECT_EQ(access(Op::Lw, mgmt::checksum::kData), 5u);
  EXPECT_EQ(access(Op::Sw, mgmt::checksum::kResult), 7u);
  EXPECT_EQ(access(Op::Lw, mgmt::kDmaBase), 5u);
  EXPECT_EQ(access(Op::Sw, mgmt::kDmaBase), 7u);
  EXPECT_EQ(access(Op::Sw, 0xFFFF'FFFC), 0u);
  machine.memory().refuse(0x8000'0100, 0x8000'013F);
  EXPECT_EQ(access(Op::Lw, 0x8000'0100), 5u);
  EXPECT_EQ(access(Op::Sw, 0x8000'013C), 7u);
  EXPECT_EQ(access(Op::Sw, 0x8000'0140), 0u);
  machine.hart().set_pc(mgmt::kTimerBase);
  EXPECT_EQ(machine.step().value().cause, 1u);
}

TEST_F(MachineTest, TimerInterruptWakes) {
  machine.start(mgmt::kSramBase);
  machine.hart().set_csr(mgmt::csr::kMie, kMtip);
  machine.hart().set_csr(mgmt::csr::kMstatus, 8);
  machine.hart().set_csr(mgmt::csr::kMtvec, mgmt::kSramBase + 0x100);
  code(mgmt::kSramBase, {encode(Op::Wfi, {})});
  EXPECT_FALSE(machine.step().has_value());  // nothing that could wake it
  EXPECT_EQ(machine.devices().mailbox().load(Side::kHost, mgmt::mailbox::kStatus), mgmt::mailbox::kStatusSleeping);
  machine.devices().store(mgmt::timer::kMtimecmpHi, 0);
  machine.devices().store(mgmt::timer::kMtimecmpLo, 1000);
  EXPECT_TRUE(machine.step().value().interrupt == false);  // wfi retires,
  const Retirement record = machine.step().value();        // then it is taken
  EXPECT_TRUE(record.interrupt);
  EXPECT_EQ(record.pc, mgmt::kSramBase + 4);
  EXPECT_GE(machine.devices().time(), 1000u);
}

// The rounds of a loop that polls the mailbox are counted, not performed: the same as instruction by instruction, with
// timer interrupts in between, in turns of any length, and when the host has written.
TEST_F(MachineTest, PollsAsLongAsInstructionByInstruction) {
  constexpr std::uint32_t kHandler = mgmt::kSramBase + 0x100,
                          kOffset = mgmt::mailbox::kBootCommand - mgmt::kMailboxBase;
  for (const std::uint32_t inhibit : {0u, 1u, 4u, 5u}) {
    for (const std::uint64_t turn : {1u, 2u, 3u, 7u, 32u, 1000u}) {
      Machine alone{kSram, {}, memory}, runs{kSram, {}, memory};
      for (Machine* each : {&alone, &runs}) {
        code(*each, mgmt::kSramBase,
             {encode(Op::Lw, {.rd = 5, .rs1 = 8, .immediate = static_cast<std::int32_t>(kOffset)}),
              encode(Op::Beq, {.rs1 = 5, .rs2 = 0, .immediate = -4}), encode(Op::Add, {.rd = 6, .rs1 = 6, .rs2 = 5}),
              encode(Op::Jal, {.immediate = -12})});
        code(*each, kHandler,
             {encode(Op::Addi, {.rd = 11, .rs1 = 11, .immediate = 53}),
              encode(Op::Sw, {.rs1 = 10, .rs2 = 11, .immediate = 8}), encode(Op::Mret, {})});
        each->start(mgmt::kSramBase);
        each->hart().set_x(8, mgmt::kMailboxBase);
        each->hart().set_x(10, mgmt::kTimerBase);
        each->hart().set_x(11, 100);
        each->devices().store(mgmt::timer::kMtimecmpHi, 0);
        each->devices().store(mgmt::timer::kMtimecmpLo, 100);
        each->hart().set_csr(mgmt::csr::kMtvec, kHandler);
        each->hart().set_csr(mgmt::csr::kMie, kMtip);
        each->hart().set_csr(mgmt::csr::kMstatus, 8);
        each->hart().set_csr(mgmt::csr::kMcountinhibit, inhibit);
      }
      for (unsigned i = 0; i < 40; ++i) {
        SCOPED_TRACE(testing::Message() << "inhibit " << inhibit << ", turn " << i << " of " << turn << " cycles");
        const std::uint32_t command = i % 16 > 9 ? i : 0;
        for (Machine* each : {&alone, &runs}) {
          each->devices().mailbox().store(Side::kHost, mgmt::mailbox::kBootCommand, command);
        }
        for (std::uint64_t cycle = 0; cycle < turn; ++cycle) ASSERT_TRUE(alone.step());
        runs.run(turn);
        ASSERT_EQ(runs.hart().pc(), alone.hart().pc());
        for (unsigned x = 1; x < 32; ++x) ASSERT_EQ(runs.hart().x(x), alone.hart().x(x)) << "x" << x;
        for (const std::uint32_t number :
             {mgmt::csr::kMcycle, mgmt::csr::kMinstret, mgmt::csr::kMepc, mgmt::csr::kMstatus}) {
          ASSERT_EQ(runs.hart().csr(number), alone.hart().csr(number)) << std::hex << number;
        }
        ASSERT_EQ(runs.hart().retired(), alone.hart().retired());
        ASSERT_EQ(runs.devices().time(), alone.devices().time());
      }
      ASSERT_NE(runs.hart().x(6), 0u) << "no command was seen";
      ASSERT_EQ(runs.hart().step({}).value().order, alone.hart().step({}).value().order);
    }
  }
}

// Then the lanes beside it may go on for longer at a time.
TEST_F(MachineTest, QuietWhileItWaitsOrPolls) {
  constexpr std::uint32_t kOffset = mgmt::mailbox::kBootCommand - mgmt::kMailboxBase;
  machine.start(mgmt::kSramBase);
  machine.hart().set_x(8, mgmt::kMailboxBase);
  code(mgmt::kSramBase,
       {encode(Op::Addi, {.rd = 6, .rs1 = 6, .immediate = 1}),
        encode(Op::Lw, {.rd = 5, .rs1 = 8, .immediate = static_cast<std::int32_t>(kOffset)}),
        encode(Op::Beq, {.rs1 = 5, .rs2 = 0, .immediate = -4}), encode(Op::Addi, {.rd = 6, .rs1 = 6, .immediate = 1}),
        encode(Op::Addi, {.rd = 6, .rs1 = 6, .immediate = 1}), encode(Op::Wfi, {})});
  EXPECT_FALSE(machine.quiet());
  machine.run(5);  // it may still be a loop that does something the third time
  EXPECT_TRUE(machine.quiet());
  for (const std::uint64_t turn : {1u, 2u, 31u, 32u}) {
    machine.run(turn);
    EXPECT_TRUE(machine.quiet()) << turn;
  }
  machine.devices().mailbox().store(Side::kHost, mgmt::mailbox::kBootCommand, 1);
  machine.run(4);
  EXPECT_FALSE(machine.quiet());
  EXPECT_EQ(machine.hart().x(6), 3u);
  machine.run(20);
  EXPECT_TRUE(machine.quiet());
}

TEST_F(MachineTest, SoftwareInterrupt) {
  machine.start(mgmt::kSramBase);
  machine.devices().mailbox().store(Side::kHost, mgmt::mailbox::kSoftwareInterrupt, 1);
  EXPECT_EQ(machine.devices().mip(), kMsip);
  machine.hart().set_csr(mgmt::csr::kMie, kMsip);
  machine.hart().set_csr(mgmt::csr::kMstatus, 8);
  EXPECT_EQ(machine.step().value().cause, 0x8000'0003u);
}

TEST_F(MachineTest, WatchdogResets) {
  machine.start(mgmt::kSramBase);
  code(mgmt::kSramBase, {encode(Op::Wfi, {})});
  machine.devices().store(mgmt::watchdog::kTimeout, 10);
  machine.devices().store(mgmt::watchdog::kGrace, 10);
  machine.devices().store(mgmt::watchdog::kControl, 1);
  const Retirement record = machine.step().value();  // the boot ROM's first instruction
  EXPECT_EQ(record.pc, mgmt::kBootRomBase);
  EXPECT_EQ(machine.devices().mailbox().load(Side::kHost, mgmt::mailbox::kStatus), 0x20u);
}

TEST_F(MachineTest, Held) {
  machine.devices().mailbox().store(Side::kHost, mgmt::mailbox::kControl, mgmt::mailbox::kControlHold);
  EXPECT_FALSE(machine.step().has_value());
  EXPECT_EQ(machine.devices().mailbox().load(Side::kHost, mgmt::mailbox::kStatus), 1u);
}

}  // namespace
}  // namespace heddle::management
