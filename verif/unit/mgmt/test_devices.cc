// The devices, register by register and cycle by cycle. What they read is no architecture for the lock-step
// (docs/management.md, section 9), so it is compared here with what docs/management.md, section 6, and
// docs/spec/management.yaml say.
#include <gtest/gtest.h>

#include <map>

#include "bench.h"
#include "heddle/generated/management.h"
#include "proxy.h"

namespace heddle::mgmtbench {
namespace {

constexpr uint32_t kLoadFault = 5, kStoreFault = 7;
constexpr uint32_t kKick = 0x4B49'434B;
constexpr uint32_t kTimerLine = 1U << 7;

// What a write makes of a register.
uint32_t written(mgmt::WriteKind kind, uint32_t old, uint32_t data, uint32_t mask) {
  if (kind == mgmt::WriteKind::Set) return old | (data & mask);
  if (kind == mgmt::WriteKind::Clear) return old & ~data;
  return data & mask;
}

class Devices : public testing::Test {
 protected:
  uint32_t load(uint32_t address) {
    const Access access = proxy_.load(address);
    EXPECT_EQ(access.cause, 0U) << std::hex << address;
    return access.value;
  }
  // The cycle in which it is taken.
  uint64_t store(uint32_t address, uint32_t data) {
    const Access access = proxy_.store(address, data);
    EXPECT_EQ(access.cause, 0U) << std::hex << address;
    return access.at;
  }
  uint32_t random() { return static_cast<uint32_t>(bench_.random()()); }
  void TearDown() override { EXPECT_EQ(bench_.problem(), ""); }

  Bench bench_;
  Proxy proxy_{bench_};
};

// Every word of the windows, and what is no word: allowed exactly where the tables say.
TEST_F(Devices, RightsOfTheHart) {
  for (const uint32_t base : {mgmt::kTimerBase, mgmt::kWatchdogBase, mgmt::kInterruptsBase, mgmt::kMailboxBase,
                              mgmt::kChecksumBase, mgmt::kBlocksBase}) {
    std::vector<uint32_t> offsets;
    for (uint32_t offset = 0; offset < 0x110; offset += 4) offsets.push_back(offset);
    for (uint32_t bit = 0x100; bit < 0x1000; bit <<= 1)
      for (uint32_t offset = 0; offset < 0x50; offset += 4) offsets.push_back(bit | offset);
    for (const uint32_t offset : offsets) {
      const mgmt::RegisterInfo* info = mgmt::find_register(base + offset);
      const Access read = proxy_.load(base + offset);
      const bool may_read = info != nullptr && info->hart.read;
      ASSERT_EQ(read.cause, may_read ? 0U : kLoadFault) << std::hex << base + offset;
      if (info == nullptr || !info->hart.write) {
        ASSERT_EQ(proxy_.store(base + offset, ~0U).cause, kStoreFault) << std::hex << base + offset;
      }
    }
    // Parts of words are refused and change nothing.
    for (const mgmt::RegisterInfo& info : mgmt::kRegisters) {
      if (info.address >> 12 != base >> 12) continue;
      for (const uint32_t size : {0U, 1U}) {
        EXPECT_EQ(proxy_.load(info.address, size).cause, kLoadFault) << info.name;
        EXPECT_EQ(proxy_.load(info.address + 2, 4 + size).cause, kLoadFault) << info.name;
        EXPECT_EQ(proxy_.store(info.address, ~0U, size).cause, kStoreFault) << info.name;
        EXPECT_EQ(proxy_.store(info.address + 2, ~0U, size).cause, kStoreFault) << info.name;
      }
    }
  }
  // Not even what was refused has left something behind.
  for (const mgmt::RegisterInfo& info : mgmt::kRegisters) {
    const bool changes = info.address == mgmt::timer::kMtimeLo || info.address == mgmt::mailbox::kSramBytes ||
                         info.address == mgmt::checksum::kResult || info.address == mgmt::blocks::kData ||
                         info.address == mgmt::mailbox::kMessage || info.address == mgmt::mailbox::kBootStatus ||
                         info.address == mgmt::mailbox::kBootEntry;
    if (info.hart.read && !changes) {
      EXPECT_EQ(load(info.address), info.reset) << info.name;
    }
  }
}

// Both sides, in any order, against a table of what each register holds.
TEST_F(Devices, MailboxHoldsWhatBothSidesWrote) {
  std::map<uint32_t, uint32_t> held;
  std::vector<const mgmt::RegisterInfo*> infos;
  for (const mgmt::RegisterInfo& info : mgmt::kRegisters) {
    const bool fixed = info.address == mgmt::mailbox::kId || info.address == mgmt::mailbox::kSramBytes ||
                       info.address == mgmt::mailbox::kControl || info.address == mgmt::mailbox::kStatus;
    if (info.address >> 12 == mgmt::kMailboxBase >> 12 && !fixed) infos.push_back(&info);
  }
  const auto write = [&](const mgmt::RegisterInfo& info, uint32_t address, bool by_host, uint32_t data) {
    if (!(by_host ? info.host : info.hart).write) return;
    if (by_host) {
      EXPECT_FALSE(bench_.host(address, true, data).error);
    } else {
      store(address, data);
    }
    held[address] = written(by_host ? info.host_write : info.hart_write, held[address], data, info.mask);
  };
  const auto compare = [&](const mgmt::RegisterInfo& info, uint32_t address, bool by_host) {
    const uint32_t found = by_host ? bench_.host_read(address) : load(address);
    ASSERT_EQ(found, held[address]) << info.name << " " << (address - info.address) / 4
                                    << (by_host ? " host" : " hart");
  };
  const auto entry = [&](const mgmt::RegisterInfo& info) { return info.address + 4 * (random() % info.count); };
  const auto all = [&] {
    for (const mgmt::RegisterInfo* info : infos) {
      for (uint32_t i = 0; i < info->count; ++i) {
        compare(*info, info->address + 4 * i, true);
        if (i == 0 || info->count < 16) compare(*info, info->address + 4 * i, false);
      }
    }
  };
  // A number of its own in each.
  for (const mgmt::RegisterInfo* info : infos) {
    for (uint32_t i = 0; i < info->count; ++i) {
      const uint32_t address = info->address + 4 * i;
      for (const bool by_host : {false, true}) {
        if (!(by_host ? info->host : info->hart).write) continue;
        if (info->host_write == mgmt::WriteKind::Set) bench_.host_write(address, 0);
        const uint32_t first = by_host ? bench_.host_read(address) : load(address);
        if (held.find(address) == held.end()) held[address] = first;  // of the boot program, or of nobody
        write(*info, address, by_host, random());
      }
    }
  }
  all();
  for (unsigned round = 0; round < 300; ++round) {
    const mgmt::RegisterInfo& info = *infos[random() % infos.size()];
    const uint32_t address = entry(info);
    const uint32_t data = random() % 4 == 0 ? ~0U : random();
    write(info, address, random() % 2 != 0, data);
    compare(info, address, random() % 2 != 0);
    // No other has changed, as the host sees them.
    for (const mgmt::RegisterInfo* other : infos) {
      if (!other->host.read) continue;
      for (uint32_t i = 0; i < other->count; ++i) compare(*other, other->address + 4 * i, true);
    }
    const bool irq = (held[mgmt::mailbox::kHartDoorbell] & held[mgmt::mailbox::kHartDoorbellEnable]) != 0;
    ASSERT_EQ(bench_.top().host_irq_o != 0, irq);
    if (round % 32 == 0) {
      ASSERT_EQ(proxy_.mip() & 0x8U, held[mgmt::mailbox::kSoftwareInterrupt] << 3);
      ASSERT_EQ(load(mgmt::interrupts::kPending) >> 2 & 1, held[mgmt::mailbox::kHostDoorbell] != 0 ? 1U : 0U);
    }
  }
  all();
  EXPECT_EQ(bench_.host_read(mgmt::mailbox::kStatus), 0U);
  EXPECT_EQ(load(mgmt::mailbox::kId), 0x544D'4748U);
  EXPECT_EQ(load(mgmt::mailbox::kSramBytes), bench_.top().sram_bytes_o);
  // Single bits of the doorbells: each asks, each is cleared alone.
  bench_.host_write(mgmt::mailbox::kHartDoorbell, ~0U);
  store(mgmt::mailbox::kHostDoorbell, ~0U);
  for (unsigned bit = 0; bit < 32; ++bit) {
    bench_.host_write(mgmt::mailbox::kHostDoorbell, 1U << bit);
    ASSERT_EQ(load(mgmt::interrupts::kPending), 4U) << bit;
    store(mgmt::mailbox::kHostDoorbell, 1U << bit);
    ASSERT_EQ(load(mgmt::interrupts::kPending), 0U) << bit;
    store(mgmt::mailbox::kHartDoorbell, 1U << bit);
    bench_.host_write(mgmt::mailbox::kHartDoorbellEnable, ~(1U << bit));
    ASSERT_FALSE(bench_.top().host_irq_o) << bit;
    bench_.host_write(mgmt::mailbox::kHartDoorbellEnable, 1U << bit);
    ASSERT_TRUE(bench_.top().host_irq_o) << bit;
    bench_.host_write(mgmt::mailbox::kHartDoorbell, 1U << bit);
    ASSERT_FALSE(bench_.top().host_irq_o) << bit;
  }
  // What the hart has to say, and what waits for it, is gone with it; the rest stays.
  for (const mgmt::RegisterInfo* info : infos) {
    for (uint32_t i = 0; i < info->count; ++i) {
      write(*info, info->address + 4 * i, false, ~0U);
      write(*info, info->address + 4 * i, true, info->host_write == mgmt::WriteKind::Clear ? 0 : ~0U);
    }
  }
  bench_.host_write(mgmt::mailbox::kControl, 1);
  bench_.cycles(4);
  for (const mgmt::RegisterInfo* info : infos) {
    const bool kept = info->address == mgmt::mailbox::kBootImage || info->address == mgmt::mailbox::kBootEntry ||
                      info->address == mgmt::mailbox::kHartDoorbellEnable ||
                      info->address >= mgmt::mailbox::kConsoleBase;
    for (uint32_t i = 0; i < info->count; ++i) {
      const uint32_t address = info->address + 4 * i;
      EXPECT_EQ(bench_.host_read(address), kept ? held[address] : 0) << info->name;
    }
  }
  EXPECT_EQ(bench_.host_read(mgmt::mailbox::kControl), 1U);
  EXPECT_EQ(bench_.host_read(mgmt::mailbox::kStatus), 0x11U);
}

TEST_F(Devices, TimeIsCycles) {
  // Two loads, then stores to one half and loads of both.
  const Access first = proxy_.load(mgmt::timer::kMtimeLo), second = proxy_.load(mgmt::timer::kMtimeLo);
  EXPECT_EQ(second.value - first.value, second.at - first.at);
  EXPECT_EQ(load(mgmt::timer::kMtimeHi), 0U);
  for (unsigned bit = 5; bit < 32; bit += 3) {
    const uint32_t high = random();
    store(mgmt::timer::kMtimeHi, high);
    const uint32_t low = (2U << (bit - 1)) - 1 - random() % 8;  // soon a carry into the bit
    const uint64_t since = store(mgmt::timer::kMtimeLo, low);
    EXPECT_EQ(load(mgmt::timer::kMtimeHi), high);
    const Access later = proxy_.load(mgmt::timer::kMtimeLo);
    EXPECT_EQ(later.value, low + static_cast<uint32_t>(later.at - since) - 1);
  }
  for (const uint32_t high : {0U, 0xFFFFU, 0x7FFF'FFFFU, 0xFFFF'FFFEU, 0x0F0F'FFFFU}) {
    store(mgmt::timer::kMtimeHi, high);
    const uint64_t since = store(mgmt::timer::kMtimeLo, ~0U - 20);
    EXPECT_EQ(load(mgmt::timer::kMtimeHi), high + 1);
    const Access later = proxy_.load(mgmt::timer::kMtimeLo);
    EXPECT_EQ(later.value, ~0U - 20 + static_cast<uint32_t>(later.at - since) - 1);
    store(mgmt::timer::kMtimeHi, high);  // the other half goes on
    const Access last = proxy_.load(mgmt::timer::kMtimeLo);
    EXPECT_EQ(last.value, ~0U - 20 + static_cast<uint32_t>(last.at - since) - 1);
  }
}

TEST_F(Devices, TimerLevelIsThatOfAllBits) {
  EXPECT_EQ(load(mgmt::timer::kMtimecmpLo), ~0U);
  EXPECT_EQ(load(mgmt::timer::kMtimecmpHi), ~0U);
  for (unsigned round = 0; round < 100; ++round) {
    uint32_t time_low = random() & ~0xFFFFU, time_high = random(), low = random() & ~0xFFFFU, high = random();
    if (round % 2 == 0) high = time_high;
    if (round < 40) {  // one bit of difference
      low = time_low;
      high = time_high;
      const unsigned bit = 20 + round;
      (bit < 32 ? low : high) ^= 1U << bit % 32;
    }
    store(mgmt::timer::kMtimeHi, time_high);
    store(mgmt::timer::kMtimeLo, time_low);
    store(mgmt::timer::kMtimecmpLo, low);
    store(mgmt::timer::kMtimecmpHi, high);
    ASSERT_EQ(load(mgmt::timer::kMtimecmpLo), low);
    ASSERT_EQ(load(mgmt::timer::kMtimecmpHi), high);
    const bool due = (uint64_t{time_high} << 32 | time_low) >= (uint64_t{high} << 32 | low);
    ASSERT_EQ(proxy_.mip() & kTimerLine, due ? kTimerLine : 0)
        << std::hex << time_high << " " << time_low << " " << high << " " << low;
  }
  // What is compared is read as it was written, whatever the time is.
  for (unsigned round = 0; round < 50; ++round) {
    const uint32_t low = random(), high = random();
    store(mgmt::timer::kMtimeLo, round % 2 == 0 ? random() : ~0xFFFU);
    store(mgmt::timer::kMtimeHi, round % 2 == 0 ? random() : ~0U);
    store(mgmt::timer::kMtimecmpLo, low);
    store(mgmt::timer::kMtimecmpHi, high);
    ASSERT_EQ(load(mgmt::timer::kMtimecmpLo), low);
    ASSERT_EQ(load(mgmt::timer::kMtimecmpHi), high);
  }
}

// Count and warning at each time after the watchdog was switched on; what begins anew, and what does not.
TEST_F(Devices, WatchdogCounts) {
  namespace watchdog = mgmt::watchdog;
  EXPECT_EQ(load(watchdog::kTimeout), ~0U);
  EXPECT_EQ(load(watchdog::kGrace), ~0U);
  EXPECT_EQ(load(watchdog::kCount), 0U);
  uint32_t grace = 1U << 30, timeout = 0;
  const auto expect = [&](uint64_t since, bool runs) {
    const Access count = proxy_.load(watchdog::kCount);
    const auto passed = static_cast<uint32_t>(count.at - since) - 1;
    const bool warned = passed > timeout;
    if (runs) {
      ASSERT_EQ(count.value, warned ? passed - timeout - 1 : passed) << timeout;
      const Access status = proxy_.load(watchdog::kStatus);
      ASSERT_EQ(status.value, status.at - since - 1 > timeout ? 1U : 0U) << timeout;
      const Access pending = proxy_.load(mgmt::interrupts::kPending);
      ASSERT_EQ(pending.value, pending.at - since - 2 > timeout ? 2U : 0U) << timeout;
    }
  };
  store(watchdog::kGrace, grace);
  for (unsigned round = 0; round < 30; ++round) {
    timeout = round < 10 ? random() & ~0xFFFFU : random() % 300;
    store(watchdog::kTimeout, timeout);
    ASSERT_EQ(load(watchdog::kTimeout), timeout);
    const uint64_t on = store(watchdog::kControl, 1);
    ASSERT_EQ(load(watchdog::kControl), 1U);
    expect(on, true);
    store(watchdog::kControl, 1);  // was on before
    expect(on, true);
    expect(on, true);
    const uint64_t kick = store(watchdog::kKick, kKick);
    expect(kick, true);
    expect(kick, true);
    ASSERT_EQ(proxy_.store(watchdog::kKick, kKick ^ 1U << round).cause, kStoreFault);
    expect(kick, true);
    store(watchdog::kControl, 0);
    ASSERT_EQ(load(watchdog::kCount), 0U);
    ASSERT_EQ(load(watchdog::kStatus), 0U);
  }
  for (unsigned bit = 0; bit < 32; ++bit) {
    store(watchdog::kGrace, 1U << bit);
    ASSERT_EQ(load(watchdog::kGrace), 1U << bit);
    ASSERT_EQ(proxy_.store(watchdog::kKick, kKick ^ 1U << bit).cause, kStoreFault) << bit;
  }
  store(watchdog::kControl, 2);
  EXPECT_EQ(load(watchdog::kControl), 2U);
  for (const uint32_t address : {watchdog::kControl, watchdog::kTimeout, watchdog::kGrace}) {
    EXPECT_EQ(proxy_.store(address, 0).cause, kStoreFault);
  }
  EXPECT_EQ(load(watchdog::kControl), 2U);
  store(watchdog::kKick, kKick);
}

// The warning is source 1 of the interrupt controller, until a kick.
TEST_F(Devices, WatchdogWarnsThroughTheInterruptController) {
  constexpr uint32_t kSource = 1, kExternal = 1U << 11;
  store(mgmt::interrupts::kEnable, 1U << kSource);
  store(mgmt::watchdog::kTimeout, 10);
  store(mgmt::watchdog::kControl, 1);
  bench_.cycles(30);
  EXPECT_EQ(load(mgmt::interrupts::kHighest), kSource);
  EXPECT_EQ(proxy_.mip() & kExternal, kExternal);
  store(mgmt::watchdog::kTimeout, ~0U);
  store(mgmt::watchdog::kKick, kKick);
  EXPECT_EQ(load(mgmt::interrupts::kHighest), 0U);
  EXPECT_EQ(proxy_.mip() & kExternal, 0U);
}

// The reset comes in the cycle that docs/management.md names, and not before.
TEST(Watchdog, ResetsInItsCycle) {
  for (const auto& [timeout, grace] : {std::pair{300U, 500U}, {0U, 400U}, {400U, 0U}, {257U, 255U}}) {
    Bench bench;
    Proxy proxy(bench);
    EXPECT_EQ(proxy.store(mgmt::watchdog::kTimeout, timeout).cause, 0U);
    EXPECT_EQ(proxy.store(mgmt::watchdog::kGrace, grace).cause, 0U);
    proxy.begin_store(mgmt::watchdog::kControl, 1);
    EXPECT_TRUE(bench.run([&] { return proxy.at() != 0; }, 200));
    const uint64_t on = proxy.at();
    EXPECT_TRUE(bench.run([&] { return bench.top().hart_running_o == 0; }, 2000));
    // From the cycle in which the store is taken a cycle each to switch on, to warn, to ask for the reset, and for it.
    EXPECT_EQ(bench.now() - (on - 1), timeout + grace + 4) << timeout << " " << grace;
    const uint64_t off = bench.now();
    EXPECT_TRUE(bench.run([&] { return bench.top().hart_running_o != 0; }, 100));
    EXPECT_GE(bench.now() - off, 16U);
    EXPECT_LE(bench.now() - off, 20U);
    EXPECT_EQ(bench.host_read(mgmt::mailbox::kStatus), 2U << 4);
    EXPECT_EQ(bench.problem(), "");
  }
}

TEST_F(Devices, ChecksumIsThatOfEthernet) {
  const auto step = [](uint32_t state, uint32_t word) {
    for (unsigned byte = 0; byte < 4; ++byte) {
      state ^= word >> 8 * byte & 0xFF;
      for (unsigned bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) != 0 ? 0xEDB8'8320U : 0);
    }
    return state;
  };
  uint32_t state = ~0U;
  for (unsigned round = 0; round < 60; ++round) {
    if (round % 8 == 7) store(mgmt::checksum::kState, state = random());
    const uint32_t word = random();
    store(mgmt::checksum::kData, word);
    state = step(state, word);
    ASSERT_EQ(load(mgmt::checksum::kState), state);
    ASSERT_EQ(load(mgmt::checksum::kResult), ~state);
  }
}

TEST_F(Devices, BlockBuffersHoldWords) {
  std::map<uint32_t, uint32_t> held;
  for (uint32_t i = 0; i < 32; ++i) store(mgmt::blocks::kData + 4 * i, held[i] = random());
  for (unsigned round = 0; round < 60; ++round) {
    const uint32_t word = random() % 32, other = random() % 32;
    store(mgmt::blocks::kData + 4 * word, held[word] = random());
    ASSERT_EQ(load(mgmt::blocks::kData + 4 * other), held[other]) << other;
  }
  for (unsigned round = 0; round < 20; ++round) {
    const uint32_t first = random(), second = random();
    store(mgmt::blocks::kAddress, first);
    store(mgmt::blocks::kAddress + 4, second);
    ASSERT_EQ(load(mgmt::blocks::kAddress), first & ~63U);
    ASSERT_EQ(load(mgmt::blocks::kAddress + 4), second & ~63U);
    // A command for what is no device memory, and one that is none, by one bit.
    store(mgmt::blocks::kAddress, first & 0x7FFF'FFFFU);
    ASSERT_EQ(proxy_.store(mgmt::blocks::kCommand, 1).cause, kStoreFault);
    store(mgmt::blocks::kAddress, mgmt::kDeviceMemoryBase);
    ASSERT_EQ(proxy_.store(mgmt::blocks::kCommand, 1U | 2U << round % 31).cause, kStoreFault) << round;
    ASSERT_EQ(proxy_.store(mgmt::blocks::kCommand, 2U | 4U << round % 14).cause, kStoreFault) << round;
    ASSERT_EQ(load(mgmt::blocks::kStatus), 0U);
  }
  for (uint32_t i = 0; i < 32; ++i) ASSERT_EQ(load(mgmt::blocks::kData + 4 * i), held[i]) << i;
}

}  // namespace
}  // namespace heddle::mgmtbench
