// The DMA engine: docs/host_port.md, section 3.
#include <algorithm>
#include <array>
#include <vector>

#include "host_fixture.h"

namespace heddle::host {
namespace {

using host_dma::Cause;

constexpr std::uint64_t kData = TestMemory::kBase + 0x2000;

class DmaTest : public HostPortTest {
 protected:
  DmaTest() {
    pin(0, TestMemory::kBase, TestMemory::kBase, kRead | kWrite);  // ring and record
    pin(1, kData, kData + 0x3000, kRead | kWrite);
  }
  void fill() {
    for (std::uint64_t i = 0; i < 0x4000; ++i) {
      host_.bytes[kData - TestMemory::kBase + i] = static_cast<std::uint8_t>(i * 7 + (i >> 8));
    }
  }
  // One descriptor alone; what it ends with.
  Cause run(std::uint64_t host, std::uint32_t device, std::uint32_t bytes, std::uint32_t flags) {
    start();
    describe(0, host, device, bytes, flags);
    set(host_dma::kTail, 1);
    port_.advance(100'000);
    EXPECT_EQ(status(host_dma::status::kError), status(host_dma::status::kCause) != 0);
    EXPECT_EQ(status(host_dma::status::kRunning), status(host_dma::status::kCause) == 0);
    return cause();
  }
};

TEST_F(DmaTest, MovesExactlyTheBytes) {
  fill();
  start(0xFFFF'FFFF);  // indices wrap
  describe(3, kData + 5, kDevice + 0x1003, 9000, kToDevice);
  describe(0, kData + 0x3001, kDevice + 0x1003, 700, kToHost | kFence | kNotify);
  const std::vector<std::uint8_t> before = host_.bytes;
  set(host_dma::kTail, 1);
  port_.advance(100'000);
  std::vector<std::uint8_t> got(9002);
  device_.read(kDevice + 0x1002, got);
  EXPECT_EQ(got.front(), 0);
  EXPECT_EQ(got.back(), 0);
  const auto source = before.begin() + 0x2000 + 5;
  EXPECT_TRUE(std::equal(got.begin() + 1, got.end() - 1, source));
  for (std::size_t i = 0x1000; i < host_.bytes.size(); ++i) {
    const std::size_t in_target = i - 0x5001;
    EXPECT_EQ(host_.bytes[i], in_target < 700 ? before[0x2005 + in_target] : before[i]) << i;
  }
  EXPECT_EQ(get(host_dma::kCompleted), 1U);
  EXPECT_EQ(word(kRecord), 1U);
  EXPECT_EQ(status(host_dma::status::kDone), 1U);
  EXPECT_TRUE(port_.hart_interrupt());
  set(host_dma::kInterruptClear, 1);
  EXPECT_FALSE(port_.hart_interrupt());
}

TEST_F(DmaTest, WithoutNotifyNothingIsTold) {
  EXPECT_EQ(run(kData, kDevice, 4, kToDevice), Cause::None);
  EXPECT_EQ(get(host_dma::kCompleted), 1U);
  EXPECT_EQ(status(host_dma::status::kDone), 0U);
  EXPECT_EQ(word(kRecord), 0U);
}

TEST_F(DmaTest, TakesTimeAndCanBeAborted) {
  start();
  describe(0, kData, kDevice, 0x3000, kToDevice | kNotify);
  set(host_dma::kTail, 1);
  port_.advance(10);
  EXPECT_EQ(get(host_dma::kCompleted), 0U);
  EXPECT_FALSE(port_.store(HostPort::Side::kHost, host_dma::kBase + host_dma::kRingLo, 0));
  EXPECT_FALSE(port_.store(HostPort::Side::kHost, host_dma::kBase + host_dma::kControl, 1));
  set(host_dma::kControl, 2);
  EXPECT_EQ(status(host_dma::status::kAborted), 1U);
  EXPECT_EQ(status(host_dma::status::kRunning), 0U);
  port_.advance(100'000);
  EXPECT_EQ(get(host_dma::kCompleted), 0U);
  EXPECT_EQ(status(host_dma::status::kDone), 0U);
  start(1);
  EXPECT_EQ(status(host_dma::status::kAborted), 0U);
  EXPECT_EQ(get(host_dma::kCompleted), 1U);
}

TEST_F(DmaTest, RefusesBadDescriptors) {
  EXPECT_EQ(run(kData, kDevice, 16, 2), Cause::Descriptor);
  EXPECT_EQ(run(kData, kDevice, 16, 3), Cause::Descriptor);
  EXPECT_EQ(run(kData, kDevice, 16, 1 << 2), Cause::Descriptor);
  EXPECT_EQ(run(kData, kDevice, 16, 1U << 31), Cause::Descriptor);
  EXPECT_EQ(run(kData, kDevice, 0, kToDevice), Cause::Descriptor);
  EXPECT_EQ(run(kData, kDevice - 1, 16, kToDevice), Cause::Device);
  EXPECT_EQ(run(kData, 0xFFFF'FFF0, 17, kToDevice), Cause::Device);
  EXPECT_EQ(run(kData, 0xFFFF'FFF0, 16, kToDevice), Cause::None);
  EXPECT_EQ(run(kData, 0x1000, 16, 2), Cause::Descriptor);  // looked at in this order
}

TEST_F(DmaTest, KeepsToPinnedMemory) {
  fill();
  pin(1, kData, kData, kRead);
  EXPECT_EQ(run(kData + 0xFF0, kDevice, 16, kToDevice), Cause::None);
  EXPECT_EQ(run(kData + 0xFF0, kDevice, 17, kToDevice), Cause::Pin);
  EXPECT_EQ(get(host_dma::kErrorIndex), 0U);
  EXPECT_EQ(word(kRecord + 4), static_cast<std::uint32_t>(Cause::Pin));
  EXPECT_EQ(run(kData, kDevice, 16, kToHost), Cause::Pin);
  pin(1, kData, kData, kWrite);
  EXPECT_EQ(run(kData, kDevice, 16, kToHost), Cause::None);
  EXPECT_EQ(run(kData, kDevice, 16, kToDevice), Cause::Pin);
  EXPECT_EQ(run(kData & 0xFFFF'FFFF, kDevice, 16, kToHost), Cause::Pin);  // all 64 bits count
  pin(1, kData, kData, 0);
  EXPECT_EQ(run(kData, kDevice, 16, kToHost), Cause::Pin);
}

TEST_F(DmaTest, ReportsErrorsOfTheHost) {
  pin(2, TestMemory::kBadPage, TestMemory::kBadPage, kRead | kWrite);
  EXPECT_EQ(run(TestMemory::kBadPage + 8, kDevice, 8, kToDevice), Cause::Read);
  EXPECT_EQ(run(TestMemory::kBadPage + 8, kDevice, 8, kToHost), Cause::Write);
}

TEST_F(DmaTest, StopsAtTheFirstError) {
  start();
  describe(0, kData, kDevice, 4, kToDevice | kNotify);
  describe(1, kData, kDevice, 0, kToDevice);
  describe(2, kData, kDevice, 4, kToDevice | kNotify);
  set(host_dma::kTail, 3);
  port_.advance(100'000);
  EXPECT_EQ(cause(), Cause::Descriptor);
  EXPECT_EQ(get(host_dma::kErrorIndex), 1U);
  EXPECT_EQ(get(host_dma::kCompleted), 1U);
  EXPECT_EQ(word(kRecord), 1U);
  EXPECT_EQ(word(kRecord + 4), static_cast<std::uint32_t>(Cause::Descriptor));
  EXPECT_TRUE(port_.hart_interrupt());
}

TEST_F(DmaTest, RingAndRecord) {
  start();
  set(host_dma::kTail, 5);
  port_.advance(100);
  EXPECT_EQ(cause(), Cause::Index);
  pin(0, TestMemory::kBase, TestMemory::kBase, kWrite);
  EXPECT_EQ(run(kData, kDevice, 4, kToDevice), Cause::Ring);
  EXPECT_EQ(get(host_dma::kCompleted), 0U);
  pin(0, TestMemory::kBase, TestMemory::kBase, kRead);
  put(kRecord + 4, 0);
  EXPECT_EQ(run(kData, kDevice, 4, kToDevice | kNotify), Cause::Completion);
  EXPECT_EQ(get(host_dma::kCompleted), 1U);
  EXPECT_EQ(status(host_dma::status::kDone), 0U);
  EXPECT_EQ(word(kRecord + 4), 0U);
}

TEST_F(DmaTest, RingInDeviceMemory) {
  fill();
  start();
  set(host_dma::kControl, 2);
  set(host_dma::kRingLo, kDevice + 0x100);
  set(host_dma::kRingConfig, 2 | 1 << 4);
  set(host_dma::kControl, 1);
  const std::array<std::uint32_t, 5> words{static_cast<std::uint32_t>(kData), static_cast<std::uint32_t>(kData >> 32),
                                           kDevice, 8, kToDevice};
  for (std::uint32_t i = 0; i < words.size(); ++i) device_.write_word(kDevice + 0x100 + 4 * i, words[i]);
  set(host_dma::kTail, 1);
  port_.advance(100);
  EXPECT_EQ(get(host_dma::kCompleted), 1U);
  EXPECT_EQ(device_.read_word(kDevice), word(kData));
  set(host_dma::kControl, 2);
  set(host_dma::kRingLo, 0x7FFF'FFE0);
  set(host_dma::kTail, 0);
  set(host_dma::kControl, 1);
  set(host_dma::kTail, 1);
  port_.advance(100);
  EXPECT_EQ(cause(), Cause::Ring);
}

}  // namespace
}  // namespace heddle::host
