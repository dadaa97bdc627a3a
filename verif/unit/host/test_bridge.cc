// Registers, messages and aperture of the bridge; how fast the DMA engine is.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <random>

#include "bench.h"

namespace heddle::bridge_test {
namespace {

using namespace host_dma;

constexpr std::uint64_t kMessages = 0x0000'00FE'E000'0040;

TEST(Registers, RightsAndConstants) {
  Bench bench(1);
  EXPECT_EQ(bench.read(kId), kIdValue);
  const std::uint32_t pins = capability::kPins.get(bench.read(kCapability));
  EXPECT_GE(pins, 1U);
  for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
    const RegisterInfo* info = find_register(offset);
    EXPECT_EQ(bench.readable(offset), info != nullptr) << std::hex << offset;
    EXPECT_FALSE(bench.readable(offset + 1));
    if (info == nullptr) {
      EXPECT_FALSE(bench.write(offset, ~0U));
      continue;
    }
    if (info->access != Access::ReadWrite) continue;
    const std::uint32_t entry = (offset - info->offset) / info->stride;
    const std::uint32_t mask = info->count == 1 || entry < pins ? info->mask : 0;
    // The management core writes what is below the aperture's register.
    EXPECT_EQ(bench.write(offset, 0x5A5A'5A5A, true), offset < kAperture) << std::hex << offset;
    EXPECT_EQ(bench.read(offset), offset < kAperture ? 0x5A5A'5A5A & mask : 0) << std::hex << offset;
    EXPECT_TRUE(bench.write(offset, ~0U));
    EXPECT_EQ(bench.read(offset), mask);
    EXPECT_TRUE(bench.write(offset, 0, false, 5));
    EXPECT_EQ(bench.read(offset), mask & 0xFF00'FF00);
    EXPECT_TRUE(bench.write(offset, 0));
  }
}

class Messages : public testing::Test {
 protected:
  Messages() : bench(1) {
    bench.host.pages[kMessages >> 12].fill(0);
    bench.host.timing.latency = 20;
    EXPECT_TRUE(bench.write(kMsiAddressLo, static_cast<std::uint32_t>(kMessages)));
    EXPECT_TRUE(bench.write(kMsiAddressHi, static_cast<std::uint32_t>(kMessages >> 32)));
    EXPECT_TRUE(bench.write(kMsiData, 0xABCD'4003));
  }
  // The message that has come since the last call, 0 if none.
  std::uint32_t message() {
    for (unsigned i = 0; i < 60; ++i) bench.clock();
    const std::uint32_t found = bench.host.get_word(kMessages);
    bench.host.put_word(kMessages, 0);
    return found;
  }
  std::uint32_t pending() { return msi_status::kPending.get(bench.read(kMsiStatus)); }
  Bench bench;
};

TEST_F(Messages, LevelWithoutThem) {
  bench.launch_irq = true;
  EXPECT_EQ(message(), 0U);
  EXPECT_TRUE(bench.irq());
  EXPECT_EQ(pending(), 0U);
  bench.launch_irq = false;
  bench.management_irq = true;
  bench.clock();
  EXPECT_TRUE(bench.irq());
  bench.management_irq = false;
  bench.clock();
  EXPECT_FALSE(bench.irq());
}

TEST_F(Messages, OnePerRise) {
  EXPECT_TRUE(bench.write(kMsiControl, 1));
  bench.management_irq = true;
  EXPECT_EQ(message(), 0xABCD'4001U);
  EXPECT_FALSE(bench.irq());
  EXPECT_EQ(bench.host.writes, 1U);
  EXPECT_EQ(message(), 0U);  // it stays high
  bench.management_irq = false;
  EXPECT_EQ(message(), 0U);
  bench.management_irq = true;
  EXPECT_EQ(message(), 0xABCD'4001U);
  // Of two the lower one first.
  bench.launch_irq = true;
  EXPECT_EQ(message(), 0xABCD'4000U);
  // The words beside it are as they were.
  EXPECT_EQ(bench.host.get_word(kMessages - 4), 0U);
  EXPECT_EQ(bench.host.get_word(kMessages + 4), 0U);
}

TEST_F(Messages, WhatIsHighWhenEnabled) {
  bench.launch_irq = true;
  EXPECT_EQ(message(), 0U);
  EXPECT_TRUE(bench.write(kMsiControl, 1));
  EXPECT_EQ(message(), 0xABCD'4000U);
  EXPECT_TRUE(bench.write(kMsiControl, 0));
  EXPECT_TRUE(bench.irq());
}

TEST_F(Messages, MaskAndPending) {
  EXPECT_TRUE(bench.write(kMsiControl, 1));
  EXPECT_TRUE(bench.write(kMsiMask, 2));
  bench.management_irq = true;
  EXPECT_EQ(message(), 0U);
  EXPECT_EQ(pending(), 2U);
  bench.management_irq = false;
  EXPECT_EQ(message(), 0U);
  EXPECT_EQ(pending(), 2U);
  EXPECT_TRUE(bench.write(kMsiMask, 0));
  EXPECT_EQ(message(), 0xABCD'4001U);
  EXPECT_EQ(pending(), 0U);
  EXPECT_TRUE(bench.write(kMsiMask, 15));
  bench.management_irq = true;
  EXPECT_EQ(message(), 0U);
  EXPECT_TRUE(bench.write(kMsiControl, 0));
  bench.clock();
  EXPECT_EQ(pending(), 0U);
}

TEST_F(Messages, Rearm) {
  EXPECT_TRUE(bench.write(kMsiControl, 1));
  bench.management_irq = true;
  EXPECT_EQ(message(), 0xABCD'4001U);
  EXPECT_TRUE(bench.write(kMsiRearm, 15));
  EXPECT_EQ(message(), 0xABCD'4001U);  // the only one that is high
  EXPECT_EQ(message(), 0U);
}

// Launch, management core, and the DMA engine, of whose two descriptors one is complete and the other cannot be.
TEST_F(Messages, EverySource) {
  constexpr std::uint64_t kPage = 0x5000;
  constexpr std::uint32_t kRing = 0x8000'0000, kTarget = 0x8000'1000, kBytes = 16;
  bench.host.pages[kPage >> 12].fill(7);
  bench.device.pages[kRing >> 12].fill(0);
  bench.device.pages[kTarget >> 12].fill(0);
  bench.pin(0, kPage, kPage, true, false);
  bench.device.put_word(kRing, kPage);
  bench.device.put_word(kRing + 8, kTarget);
  bench.device.put_word(kRing + 12, kBytes);
  bench.device.put_word(kRing + 16, 1U << 4);  // notify
  EXPECT_TRUE(bench.write(kRingLo, kRing));
  EXPECT_TRUE(bench.write(kRingConfig, ring_config::kDevice.set(1) | ring_config::kSize.set(1)));
  EXPECT_TRUE(bench.write(kInterruptEnable, interrupt_enable::kDone.set(1) | interrupt_enable::kError.set(1)));
  EXPECT_TRUE(bench.write(kMsiMask, 15));
  EXPECT_TRUE(bench.write(kMsiControl, 1));
  EXPECT_TRUE(bench.write(kControl, control::kStart.set(1)));
  EXPECT_TRUE(bench.write(kTail, 2));
  bench.launch_irq = bench.management_irq = true;
  for (unsigned i = 0; i < 1000 && pending() != 15; ++i) bench.clock();
  EXPECT_EQ(pending(), 15U);
  EXPECT_EQ(message(), 0U);
  std::uint32_t left = 15;
  for (const std::uint32_t source : {3U, 2U, 1U, 0U}) {
    EXPECT_TRUE(bench.write(kMsiMask, 15 & ~(1U << source)));
    EXPECT_EQ(message(), 0xABCD'4000U | source);
    left &= ~(1U << source);
    EXPECT_EQ(pending(), left);
  }
  EXPECT_TRUE(bench.write(kMsiMask, 0));
  for (std::uint32_t source = 0; source < 4; ++source) {
    EXPECT_TRUE(bench.write(kMsiRearm, 1U << source));
    EXPECT_EQ(message(), 0xABCD'4000U | source);
  }
  EXPECT_EQ(bench.device.get_word(kTarget + kBytes - 4), 0x0707'0707U);
}

TEST_F(Messages, Refused) {
  bench.host.write_errors = {kMessages >> 12};
  EXPECT_TRUE(bench.write(kMsiControl, 1));
  bench.launch_irq = true;
  EXPECT_EQ(message(), 0U);
  EXPECT_EQ(msi_status::kError.get(bench.read(kMsiStatus)), 1U);
  bench.host.write_errors.clear();
  EXPECT_EQ(message(), 0U);  // it is lost
  EXPECT_TRUE(bench.write(kMsiRearm, msi_rearm::kError.mask()));
  EXPECT_EQ(bench.read(kMsiStatus), 0U);
}

TEST(Aperture, RandomAccesses) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Bench bench(seed);
    std::mt19937_64 random(seed);
    const unsigned full = static_cast<unsigned>(std::countr_zero(bench.beat_bytes()));
    std::uint32_t setting = 0;
    bench.aperture.pages = {0, 0x12'3000, 0xFF'F000};
    for (const std::uint64_t page : bench.aperture.pages) {
      MemoryPort::Page& bytes = bench.aperture.expected[page >> 12];
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
      bench.device.pages[0xC3000 + (page >> 12)] = bytes;
    }
    bench.aperture.narrow = true;
    bench.aperture.refused_reads_zero = true;
    bench.aperture.longest = 16;
    bench.aperture.ids = 256;
    bench.aperture.active = 80;
    bench.aperture.ready = 30 + random() % 71;
    bench.aperture.refused = [&](const Address& address) {
      return aperture::kEnable.get(setting) == 0 || aperture::kBase.get(setting) < 0x80 || address.len > 15 ||
             address.size > full || (address.len != 0 && (address.size != full || address.burst != 1));
    };
    bench.device.timing = {
        .latency = 1 + static_cast<unsigned>(random() % 20), .jitter = 10, .ready = 70, .valid = 70, .reorder = true};
    // The cluster uses other pages meanwhile.
    for (const std::uint64_t page : {0x8000'0000ULL, 0xFFFF'F000ULL, 0x9555'5000ULL}) {
      bench.cluster.pages.push_back(page);
      bench.device.pages[page >> 12] = bench.cluster.expected[page >> 12];
    }
    bench.cluster.longest = 2;
    bench.cluster.ids = std::min(4U, bench.first_id());
    bench.cluster.active = random() % 100;
    bench.cluster.enabled = seed % 2 == 0;
    for (unsigned phase = 0; phase < 8; ++phase) {
      setting = aperture::kEnable.set(random() % 4 != 0) | aperture::kBase.set(random() % 4 == 0 ? 0x43 : 0xC3);
      EXPECT_TRUE(bench.write(kAperture, setting));
      bench.aperture.enabled = true;
      for (unsigned i = 0; i < 1500; ++i) bench.clock();
      bench.aperture.enabled = false;
      for (unsigned i = 0; i < 3000 && !bench.aperture.idle(); ++i) bench.clock();
      ASSERT_TRUE(bench.aperture.idle());
    }
    bench.cluster.enabled = false;
    for (unsigned i = 0; i < 3000 && !bench.quiet(); ++i) bench.clock();
    ASSERT_TRUE(bench.quiet());
    EXPECT_GT(bench.aperture.accesses, 200U);
    EXPECT_GT(bench.aperture.refusals, 20U);
    EXPECT_EQ(bench.device.strays, 0U);
    for (const std::uint64_t page : bench.aperture.pages) {
      EXPECT_EQ(bench.device.pages[0xC3000 + (page >> 12)], bench.aperture.expected[page >> 12]);
    }
  }
}

// What memory answers is what the host gets.
TEST(Aperture, ErrorsOfMemory) {
  Bench bench(1);
  bench.aperture.pages = {0, 0x1000};
  bench.aperture.refused = [](const Address&) { return true; };  // every answer must be an error
  for (std::uint64_t page = 0xC3000; page < 0xC3002; ++page) {
    bench.device.pages[page].fill(0);
    bench.device.write_errors.insert(page);
    bench.device.read_errors.insert(page);
  }
  bench.device.error_response = 2;
  EXPECT_TRUE(bench.write(kAperture, aperture::kEnable.set(1) | aperture::kBase.set(0xC3)));
  bench.aperture.enabled = true;
  for (unsigned i = 0; i < 1000; ++i) bench.clock();
  bench.aperture.enabled = false;
  for (unsigned i = 0; i < 1000 && !bench.quiet(); ++i) bench.clock();
  EXPECT_GT(bench.aperture.refusals, 50U);
  EXPECT_GT(bench.device.reads, 0U);
}

// Pages of 4096 bytes each way, beats of the port per cycle: `figures` prints what the documentation says.
double rate(bool to_host, unsigned latency, unsigned bytes, unsigned shift, unsigned count) {
  Bench bench(1);
  constexpr std::uint64_t kHost = 0x7'0000'0000, kRing = 0x6'0000'0000;
  constexpr std::uint32_t kDevice = 0x8000'0000;
  const std::uint64_t pages = std::uint64_t{bytes} * count / 4096 + 3;
  for (std::uint64_t page = 0; page < pages; ++page) {
    bench.host.pages[(kHost >> 12) + page].fill(1);
    bench.device.pages[(kDevice >> 12) + page].fill(2);
  }
  bench.host.pages[kRing >> 12].fill(0);
  bench.host.pages[(kRing >> 12) + 1].fill(0);
  bench.pin(0, kHost, kHost + 4096 * pages - 1, true, true);
  bench.pin(1, kRing, kRing + 8191, true, false);
  bench.host.timing.latency = bench.device.timing.latency = latency;
  for (unsigned n = 0; n < count; ++n) {
    const std::uint64_t host = kHost + std::uint64_t{n} * bytes;
    bench.host.put_word(kRing + 32 * n, static_cast<std::uint32_t>(host));
    bench.host.put_word(kRing + 32 * n + 4, static_cast<std::uint32_t>(host >> 32));
    bench.host.put_word(kRing + 32 * n + 8, kDevice + n * bytes + shift);
    bench.host.put_word(kRing + 32 * n + 12, bytes);
    bench.host.put_word(kRing + 32 * n + 16, to_host);
  }
  EXPECT_TRUE(bench.write(kRingLo, static_cast<std::uint32_t>(kRing)));
  EXPECT_TRUE(bench.write(kRingHi, kRing >> 32));
  EXPECT_TRUE(bench.write(kRingConfig, 8));
  EXPECT_TRUE(bench.write(kControl, control::kStart.mask()));
  EXPECT_TRUE(bench.write(kTail, count));
  const std::uint64_t begin = bench.cycles();
  while (bench.read(kCompleted) != count && bench.cycles() < begin + 1'000'000) bench.clock();
  EXPECT_EQ(bench.status(), status::kRunning.mask());
  return static_cast<double>(bytes) * count / bench.beat_bytes() / static_cast<double>(bench.cycles() - begin);
}

// At 90 % of the port's width, or as fast as the buffer allows, which is filled once in a round trip.
TEST(Speed, APageAfterTheOther) {
  constexpr unsigned kLatency = 20;
  const double buffer = Bench(1).beat_bytes() == 8 ? 32 : 256;  // dma_beats of CMakeLists.txt
  const double least = std::min(0.9, buffer / (kLatency + 70));
  for (const bool to_host : {false, true}) {
    for (const unsigned shift : {0U, 3U}) {
      const double found = rate(to_host, kLatency, 4096, shift, 32);
      EXPECT_GT(found, least) << (to_host ? "to host" : "to device") << ", shift " << shift;
    }
  }
}

// Printed by `heddle bench --suite host`: nothing is asserted here.
TEST(Speed, DISABLED_Figures) {
  for (const bool to_host : {false, true}) {
    for (const unsigned bytes : {64U, 512U, 4096U, 65536U}) {
      for (const unsigned latency : {20U, 100U, 200U, 400U}) {
        for (const unsigned shift : {0U, 3U}) {
          const unsigned count = std::min(256U, 1'048'576U / bytes);
          std::printf("figure %s %u %u %u %.4f %u\n", to_host ? "to_host" : "to_device", bytes, latency, shift,
                      rate(to_host, latency, bytes, shift, count), count);
        }
      }
    }
  }
}

}  // namespace
}  // namespace heddle::bridge_test
