// The registers of the launch slots as host and management core see them, and the way to the management core's bus:
// docs/spec/registers.yaml, docs/host_port.md, docs/management.md (section 7).
#include <gtest/gtest.h>

#include "port_fixture.h"

namespace heddle::port_test {
namespace {

// Host and management core, registers, those behind them and the bus, all at once and at random.
TEST_P(Port, EveryAccessIsAnsweredAsTheRegistersSay) {
  const uint32_t slots = kSlotBytes * side_.launches();
  std::vector<uint32_t> held;
  for (const regs::RegisterInfo& info : regs::kRegisters) {
    for (uint32_t i = 0; i < info.count && info.access == regs::Access::ReadWrite; ++i)
      held.push_back(info.offset + i * info.stride);
  }
  const auto draw_register = [&](bool write) {
    Access access{
        .address = 0, .write = write, .data = side_.any(), .strobe = side_.chance(60) ? 15 : side_.any() & 15};
    const unsigned kind = side_.pick(0, 9);
    if (kind < 6) {
      access.address = kSlotBytes * side_.pick(0, side_.launches() - 1) + held[side_.any() % held.size()];
    } else if (kind < 8) {
      access.address = kBlock + side_.any() % 0x1000;
    } else if (kind == 8) {
      access.address = side_.any() % slots;
    } else {
      access.address = side_.chance(50) ? slots + side_.any() % 0x400 : side_.any() % kBus;
    }
    // What starts something has tests of its own.
    const regs::RegisterInfo* info = register_at(access.address);
    if (write && info != nullptr && info->access == regs::Access::WriteOnly) access.address += 1;
    return access;
  };
  const auto draw_bus = [&](bool write) {
    const uint32_t address =
        side_.chance(70) ? 0x0010'0000 + 4 * (side_.any() % 32) : kBus << side_.pick(0, 15) | (side_.any() & 0xFFFC);
    return Access{.address = address, .write = write, .data = side_.any(), .strobe = side_.any() & 15};
  };
  unsigned busy = 30;
  const auto host = [&](bool write) -> std::optional<Access> {
    if (!side_.chance(busy)) return std::nullopt;
    return side_.chance(40) ? draw_bus(write) : draw_register(write);
  };
  side_.draw_host_write = [&] { return host(true); };
  side_.draw_host_read = [&] { return host(false); };
  side_.draw_hart = [&]() -> std::optional<Access> {
    return side_.chance(busy) ? std::optional(draw_register(side_.chance(50))) : std::nullopt;
  };
  for (unsigned round = 0; round < 20 && !HasFailure(); ++round) {
    busy = round % 2 == 0 ? 30 : 100;
    side_.clocks(1000);
  }
  busy = 0;
  side_.clocks(50);
  EXPECT_TRUE(side_.idle());
  EXPECT_GT(side_.host_accesses, 3000U);
  EXPECT_GT(side_.hart_accesses, 2000U);
  EXPECT_GT(side_.bus_accesses, 500U);
  EXPECT_GT(side_.turns, 50U);
  EXPECT_EQ(starts_ | aborts_, 0U);
}

// What is fixed, and what is zero before the first launch.
TEST_P(Port, WhatIsFixed) {
  for (uint32_t base = 0; base < kSlotBytes * side_.launches(); base += kSlotBytes) {
    EXPECT_EQ(side_.get(base + regs::kId), regs::kIdValue);
    EXPECT_EQ(side_.get(base + regs::kVersion), regs::kVersionValue);
    EXPECT_EQ(side_.get(base + regs::kShape),
              side_.lanes() | side_.warps() << 8 | side_.cores() << 16 | side_.top().regions_o << 24);
    EXPECT_EQ(side_.get(base + regs::kLaunches), side_.launches() | kSlotBytes << 16);
    EXPECT_EQ(side_.get(base + regs::kStatus), 0U);
    for (const regs::RegisterInfo& info : regs::kRegisters) {
      if (info.access == regs::Access::ReadOnly && info.offset >= regs::kCyclesLo) {
        EXPECT_EQ(side_.get(base + info.offset), 0U) << info.name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Port, testing::Range(1U, 4U));

}  // namespace
}  // namespace heddle::port_test
