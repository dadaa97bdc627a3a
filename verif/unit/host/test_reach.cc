// What lists of descriptors in a few places leave alone: every bit of the addresses, and of every window of pinned
// pages.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "bench.h"

namespace heddle::bridge_test {
namespace {

using namespace host_dma;

constexpr std::uint32_t kRing = 0xB333'3000;

// One descriptor after the other, from a ring in device memory.
class OneByOne {
 public:
  explicit OneByOne(std::uint64_t seed) : bench(seed), random(seed) {
    bench.device.pages[kRing >> 12].fill(0);
    bench.host.timing = {.latency = 3, .jitter = 5};
    bench.device.timing = {.latency = 3, .jitter = 5};
  }

  MemoryPort::Page& page(MemoryPort& memory, std::uint64_t address) {
    MemoryPort::Page& bytes = memory.pages[address >> 12];
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  }

  // Status at its end: complete, or an error. The engine is started and stopped around it.
  std::uint32_t move(std::uint64_t host, std::uint32_t device, std::uint32_t bytes, bool to_host) {
    const std::uint32_t tail = bench.read(kCompleted);
    const std::uint32_t at = kRing + descriptor::kSize * (tail & 1);
    bench.device.put_word(at + descriptor::kHostLo, static_cast<std::uint32_t>(host));
    bench.device.put_word(at + descriptor::kHostHi, static_cast<std::uint32_t>(host >> 32));
    bench.device.put_word(at + descriptor::kDevice, device);
    bench.device.put_word(at + descriptor::kBytes, bytes);
    bench.device.put_word(at + descriptor::kFlags, to_host ? 1 : 0);
    EXPECT_TRUE(bench.write(kRingLo, kRing));
    EXPECT_TRUE(bench.write(kRingConfig, ring_config::kDevice.set(1) | ring_config::kSize.set(1)));
    EXPECT_TRUE(bench.write(kTail, tail));
    EXPECT_TRUE(bench.write(kControl, control::kStart.set(1)));
    EXPECT_TRUE(bench.write(kTail, tail + 1));
    for (unsigned i = 0; i < 2000 && bench.read(kCompleted) == tail && status::kRunning.get(bench.status()) != 0; ++i)
      bench.clock();
    const std::uint32_t found = bench.status();
    if (status::kRunning.get(found) != 0) {
      EXPECT_TRUE(bench.write(kControl, control::kAbort.mask()));
      for (unsigned i = 0; i < 500 && status::kRunning.get(bench.status()) != 0; ++i) bench.clock();
    }
    EXPECT_TRUE(bench.write(kInterruptClear, 3));
    return found;
  }

  Bench bench;
  std::mt19937_64 random;
};

bool complete(std::uint32_t found) { return status::kRunning.get(found) != 0 && status::kError.get(found) == 0; }

// Both ways between places of which the addresses have every bit, alone and among others.
TEST(Reach, CopiesAtEveryAddress) {
  OneByOne engine(1);
  engine.bench.pin(0, 0, ~0ULL, true, true);
  for (unsigned bit = 12; bit < 64; ++bit) {
    for (const bool inverted : {false, true}) {
      const std::uint64_t host = (inverted ? ~(1ULL << bit) : 1ULL << bit) & ~0xFFFULL;
      const std::uint32_t one = 1U << (12 + bit % 19);
      const std::uint32_t device = 0x8000'0000 | ((inverted ? ~one : one) & 0x7FFF'F000);
      if (device >> 12 == kRing >> 12) continue;
      const MemoryPort::Page from_host = engine.page(engine.bench.host, host),
                             from_device = engine.page(engine.bench.device, device);
      const std::uint32_t at = static_cast<std::uint32_t>(engine.random() % 1000),
                          to = 2048 + static_cast<std::uint32_t>(engine.random() % 1000);
      const std::uint32_t bytes = 1 + static_cast<std::uint32_t>(engine.random() % 100);
      ASSERT_TRUE(complete(engine.move(host + at, device + to, bytes, false))) << std::hex << host << " " << device;
      ASSERT_TRUE(complete(engine.move(host + to, device + at, bytes, true))) << std::hex << host << " " << device;
      MemoryPort::Page in_host = from_host, in_device = from_device;
      for (std::uint32_t i = 0; i < bytes; ++i) {
        in_device[to + i] = from_host[at + i];
        in_host[to + i] = from_device[at + i];
      }
      ASSERT_EQ(engine.bench.host.pages[host >> 12], in_host) << std::hex << host;
      ASSERT_EQ(engine.bench.device.pages[device >> 12], in_device) << std::hex << device;
    }
  }
  EXPECT_EQ(engine.bench.host.strays + engine.bench.device.strays, 0U);
}

// Messages to addresses that have every bit, each answered before the next: what is lost, or sent twice, is seen.
TEST(Reach, MessagesAtEveryAddress) {
  OneByOne engine(3);
  Bench& bench = engine.bench;
  EXPECT_TRUE(bench.write(kMsiControl, 1));
  for (unsigned bit = 2; bit < 64; ++bit) {
    for (const bool inverted : {false, true}) {
      const std::uint64_t at = (inverted ? ~(1ULL << bit) : 1ULL << bit) & ~3ULL;
      const std::uint32_t data = static_cast<std::uint32_t>(engine.random()) & ~3U;
      bench.host.pages[at >> 12].fill(0);
      EXPECT_TRUE(bench.write(kMsiAddressLo, static_cast<std::uint32_t>(at)));
      EXPECT_TRUE(bench.write(kMsiAddressHi, static_cast<std::uint32_t>(at >> 32)));
      EXPECT_TRUE(bench.write(kMsiData, data));
      bench.management_irq = true;
      for (unsigned i = 0; i < 40; ++i) bench.clock();
      bench.management_irq = false;
      MemoryPort::Page expected{};
      for (unsigned byte = 0; byte < 4; ++byte)
        expected[(at + byte) & 0xFFF] = static_cast<std::uint8_t>((data | 1) >> 8 * byte);
      ASSERT_EQ(bench.host.pages[at >> 12], expected) << std::hex << at;
      bench.clock();
      EXPECT_EQ(bench.read(kMsiStatus), 0U);
    }
  }
  EXPECT_EQ(bench.host.writes, 2 * 62U);
}

// Each window alone, from one page to another: its ends are inside, the pages beside them and those that differ from
// them in one bit are not.
TEST(Reach, PinsOfEveryWindow) {
  OneByOne engine(2);
  const unsigned windows = capability::kPins.get(engine.bench.read(kCapability));
  const std::uint32_t device = 0x9000'0000;
  engine.page(engine.bench.device, device);
  constexpr std::uint64_t kLast = ~0ULL >> 12;
  for (unsigned round = 0; round < 6 * windows; ++round) {
    const unsigned window = round % windows;
    std::uint64_t first = engine.random() & kLast, last = round % 3 == 0 ? first : engine.random() & kLast;
    if (first > last) std::swap(first, last);
    const bool reads = engine.random() % 2 == 0, writes = !reads || engine.random() % 2 == 0;
    engine.bench.pin(window, first << 12, last << 12 | 0xFFF, reads, writes);
    std::vector<std::uint64_t> pages = {first, last, first - 1, last + 1};
    for (unsigned i = 0; i < 4; ++i) {
      pages.push_back(first ^ 1ULL << engine.random() % 52);
      pages.push_back(last ^ 1ULL << engine.random() % 52);
    }
    for (const std::uint64_t page : pages) {
      const std::uint64_t host = (page & kLast) << 12;
      const bool to_host = engine.random() % 2 == 0, inside = (page & kLast) >= first && (page & kLast) <= last;
      engine.bench.host.pages[host >> 12].fill(0);
      const std::uint32_t found = engine.move(host + 8, device, 8, to_host);
      ASSERT_EQ(complete(found), inside && (to_host ? writes : reads))
          << "window " << window << " " << std::hex << first << " to " << last << ": " << page
          << (to_host ? " write" : " read");
      if (!complete(found)) {
        EXPECT_EQ(status::kCause.get(found), static_cast<unsigned>(Cause::Pin));
      }
    }
    engine.bench.pin(window, 0, 0, false, false);
  }
  EXPECT_EQ(engine.bench.host.strays, 0U);
}

}  // namespace
}  // namespace heddle::bridge_test
