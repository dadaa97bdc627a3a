// Registers, aperture and messages: docs/host_port.md, sections 1, 4 and 5.
#include <array>
#include <utility>
#include <vector>

#include "host_fixture.h"

namespace heddle::host {
namespace {

using Side = HostPort::Side;

TEST_F(HostPortTest, Registers) {
  EXPECT_EQ(get(host_dma::kId), host_dma::kIdValue);
  EXPECT_EQ(get(host_dma::kCapability), 4U);
  for (std::uint32_t offset = 0; offset < 0x1000; offset += 2) {
    const bool there = host_dma::find_register(offset) != nullptr;
    EXPECT_EQ(port_.load(host_dma::kBase + offset).has_value(), there) << std::hex << offset;
    EXPECT_EQ(port_.store(Side::kHart, host_dma::kBase + offset, 0), there && offset < host_dma::kAperture);
    EXPECT_EQ(port_.store(Side::kHost, host_dma::kBase + offset, 0), there);
  }
  set(host_dma::kId, 0);  // read-only
  EXPECT_EQ(get(host_dma::kId), host_dma::kIdValue);
  for (const host_dma::RegisterInfo& info : host_dma::kRegisters) {
    if (info.access != host_dma::Access::ReadWrite) continue;
    set(info.offset, 0xFFFF'FFFF);
    EXPECT_EQ(get(info.offset), info.mask) << info.name;
  }
  pin(4, 0x1000, 0x1000, 3);  // there are four
  EXPECT_EQ(get(host_dma::kPinAttr + 4 * host_dma::kPinAttrStride), 0U);
}

TEST_F(HostPortTest, Aperture) {
  std::array<std::uint8_t, 4> bytes{1, 2, 3, 4};
  EXPECT_FALSE(port_.aperture_write(0, bytes));
  set(host_dma::kAperture, 0x8100'0001);
  EXPECT_TRUE(port_.aperture_write(0x12'3456, bytes));
  std::array<std::uint8_t, 4> got{};
  EXPECT_TRUE(port_.aperture_read(0xFF12'3456, got));  // 24 bits count
  EXPECT_EQ(got, bytes);
  device_.read(0x8112'3456, got);
  EXPECT_EQ(got, bytes);
  set(host_dma::kAperture, 0x7F00'0001);  // below device memory
  EXPECT_FALSE(port_.aperture_read(0, got));
  set(host_dma::kAperture, 0x8100'0000);
  EXPECT_FALSE(port_.aperture_read(0, got));
}

class MessageTest : public HostPortTest {
 protected:
  void messages(std::uint32_t mask) {
    set(host_dma::kMsiAddressLo, static_cast<std::uint32_t>(TestMemory::kMessages));
    set(host_dma::kMsiData, 0x4003);
    set(host_dma::kMsiMask, mask);
    set(host_dma::kMsiControl, 1);
  }
  std::vector<std::uint32_t> sent() { return std::exchange(host_.messages, {}); }
};

TEST_F(MessageTest, LevelWithoutMessages) {
  port_.update(true, false);
  EXPECT_TRUE(port_.host_interrupt());
  messages(0);
  EXPECT_FALSE(port_.host_interrupt());
  EXPECT_EQ(sent(), std::vector<std::uint32_t>{0x4000});  // high when they were switched on
  set(host_dma::kMsiControl, 0);
  EXPECT_TRUE(port_.host_interrupt());
}

TEST_F(MessageTest, OnePerRise) {
  messages(0);
  port_.update(true, true);
  EXPECT_EQ(sent(), (std::vector<std::uint32_t>{0x4000, 0x4001}));
  port_.update(true, true);
  EXPECT_TRUE(sent().empty());
  set(host_dma::kMsiRearm, 2);
  EXPECT_EQ(sent(), std::vector<std::uint32_t>{0x4001});
  port_.update(false, true);
  set(host_dma::kMsiRearm, 1);  // no longer high
  EXPECT_TRUE(sent().empty());
  port_.update(true, true);
  EXPECT_EQ(sent(), std::vector<std::uint32_t>{0x4000});
}

TEST_F(MessageTest, MaskedStayPending) {
  messages(2);
  port_.update(false, true);
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(get(host_dma::kMsiStatus), 2U);
  set(host_dma::kMsiMask, 0);
  EXPECT_EQ(sent(), std::vector<std::uint32_t>{0x4001});
  EXPECT_EQ(get(host_dma::kMsiStatus), 0U);
  set(host_dma::kMsiMask, 2);
  set(host_dma::kMsiRearm, 2);
  set(host_dma::kMsiControl, 0);
  EXPECT_EQ(get(host_dma::kMsiStatus), 0U);
}

TEST_F(MessageTest, LostOnes) {
  messages(0);
  set(host_dma::kMsiAddressLo, 0x1000);
  port_.update(true, false);
  EXPECT_EQ(get(host_dma::kMsiStatus), 1U << 8);
  set(host_dma::kMsiRearm, 1U << 8);
  EXPECT_EQ(get(host_dma::kMsiStatus), 0U);
}

TEST_F(MessageTest, TellOfTheEngine) {
  constexpr std::uint64_t kData = TestMemory::kBase + 0x2000;
  messages(0);
  pin(0, TestMemory::kBase, kData, kRead | kWrite);
  set(host_dma::kInterruptEnable, 1);
  start();
  describe(0, kData, kDevice, 4, kToDevice | kNotify);
  describe(1, kData, kDevice, 0, kToDevice);
  set(host_dma::kTail, 1);
  port_.advance(100);
  port_.update(false, false);
  EXPECT_EQ(sent(), std::vector<std::uint32_t>{0x4002});
  set(host_dma::kTail, 2);
  port_.advance(100);
  port_.update(false, false);
  EXPECT_TRUE(sent().empty());  // errors are not enabled
  set(host_dma::kInterruptEnable, 2);
  port_.update(false, false);
  EXPECT_EQ(sent(), std::vector<std::uint32_t>{0x4003});
}

}  // namespace
}  // namespace heddle::host
