// The DMA engine, its messages and BAR2 as the driver uses them, below contexts: what it moves, and how it says what
// went wrong.
#include "dma.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "expect_error.h"
#include "heddle/generated/host_dma.h"
#include "test_device.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kDevice = 0x8010'0000;

class DmaTest : public testing::Test {
 protected:
  DmaTest() {
    std::ranges::generate(memory_, [this] { return static_cast<std::byte>(draw_()); });
    pinned_ = dma_->pin(memory_);
  }
  std::vector<std::byte> random_bytes(size_t size) {
    std::vector<std::byte> bytes(size);
    std::ranges::generate(bytes, [this] { return static_cast<std::byte>(draw_()); });
    return bytes;
  }
  std::vector<std::byte> read(uint32_t address, size_t size) {
    std::vector<std::byte> bytes(size);
    backend_->read_memory(address, bytes);
    return bytes;
  }
  // The ends of so many transfers, by their numbers.
  std::map<uint32_t, std::string> ends(size_t count) {
    std::map<uint32_t, std::string> all;
    for (int i = 0; i < 10'000 && all.size() < count; ++i) {
      backend_->advance(64);
      for (const Dma::Ended& end : dma_->collect()) all[end.number] = end.error.empty() ? "done" : end.error;
    }
    EXPECT_EQ(all.size(), count);
    return all;
  }

  std::mt19937 draw_{11};
  std::vector<std::byte> memory_ = std::vector<std::byte>(10'000);  // ends within a page
  std::unique_ptr<Backend> backend_ = open_backend(device_options(kWithDma));
  Dma* dma_ = backend_->dma();
  uint64_t pinned_ = 0;
};

TEST_F(DmaTest, MemoryHoldsWhatWasWrittenByEitherWay) {
  // The places lie around the end of what BAR2 shows at once; the sizes around what goes through it.
  for (const size_t size : {1U, 3U, 8U, 64U, 200U, 511U, 512U, 513U, 4096U, 70'000U}) {
    const uint32_t address = 0x8100'0000 - static_cast<uint32_t>(draw_() % size);
    const std::vector<std::byte> around = random_bytes(size + 2), bytes = random_bytes(size);
    backend_->write_memory(address - 1, around);
    backend_->write_memory(address, bytes);
    EXPECT_EQ(read(address, size), bytes) << size;
    EXPECT_EQ(read(address - 1, 1)[0], around.front()) << size;
    EXPECT_EQ(read(address + static_cast<uint32_t>(size), 1)[0], around.back()) << size;
  }
  EXPECT_EQ(read(kDevice, 2000), std::vector<std::byte>(2000)) << "what nobody wrote";
  expect_error(ErrorKind::kInvalidArgument, "not device memory", [&] { read(0x7FFF'FFFF, 4); });
  expect_error(ErrorKind::kInvalidArgument, "not device memory", [&] { read(0xFFFF'FFFF, 4000); });
}

TEST_F(DmaTest, SaysWhatIsWrongWithATransfer) {
  const auto error_of_transfer = [&](const Transfer& transfer) {
    dma_->begin(3, transfer);
    return ends(1)[3];
  };
  const uint64_t nobody = pinned_ + (uint64_t{1} << 32), end = pinned_ + memory_.size();
  const char *kPin = "a copy between host and device: host memory that is not pinned",
             *kDestination = "a copy between host and device: its destination answered with an error";
  EXPECT_EQ(error_of_transfer({nobody, kDevice, 16, false}), kPin);
  EXPECT_EQ(error_of_transfer({nobody, kDevice, 16, true}), kPin);
  EXPECT_EQ(error_of_transfer({end - 4, kDevice, 4096, false}), kPin) << "it goes on into another page";
  EXPECT_EQ(error_of_transfer({end - 4, kDevice, 8, true}), kDestination) << "the page is pinned, its end is nobody's";
  EXPECT_EQ(error_of_transfer({pinned_, 0x1000, 16, false}), "a copy between host and device: outside device memory");
  EXPECT_EQ(error_of_transfer({pinned_, kDevice, 0, false}),
            "a copy between host and device: direction, flags or size");
  EXPECT_EQ(error_of_transfer({pinned_, kDevice, 5000, false}), "done");
  EXPECT_TRUE(std::ranges::equal(read(kDevice, 5000), std::span(memory_).first(5000)));
  dma_->unpin(pinned_);
  EXPECT_EQ(error_of_transfer({pinned_, kDevice, 16, false}), kPin);
}

TEST_F(DmaTest, OneThatFailsTakesNobodyWithIt) {
  const uint64_t nobody = pinned_ + (uint64_t{1} << 32);
  for (uint32_t i = 0; i < HD_QUEUES; ++i)
    dma_->begin(i, {i % 3 == 1 ? nobody : pinned_, kDevice + i * 4096, 3000, false});
  // The host's own copies go on behind them.
  const std::vector<std::byte> bytes = random_bytes(3000);
  backend_->write_memory(kDevice + (1 << 20), bytes);
  EXPECT_EQ(read(kDevice + (1 << 20), 3000), bytes);
  for (const auto& [number, end] : ends(HD_QUEUES)) {
    const bool good = number % 3 != 1;
    EXPECT_EQ(end == "done", good) << number << ": " << end;
    if (good) {
      EXPECT_TRUE(std::ranges::equal(read(kDevice + number * 4096, 3000), std::span(memory_).first(3000))) << number;
    }
  }
}

TEST_F(DmaTest, AbortTakesOneAlone) {
  for (uint32_t i = 0; i < 4; ++i) dma_->begin(i, {pinned_, kDevice + i * 0x1'0000, 9000, false});
  backend_->advance(200);
  for (const Dma::Ended& end : dma_->abort(2)) EXPECT_LT(end.number, 2U);
  const auto others = ends(3);
  EXPECT_FALSE(others.contains(2));
  for (const auto& [number, end] : others) {
    EXPECT_EQ(end, "done");
    EXPECT_TRUE(std::ranges::equal(read(kDevice + number * 0x1'0000, 9000), std::span(memory_).first(9000)));
  }
  dma_->begin(0, {pinned_, kDevice, 9000, false});
  dma_->abort_all();
  EXPECT_TRUE(dma_->collect().empty());
  dma_->begin(5, {pinned_, kDevice + 0x8'0000, 9000, false});
  EXPECT_EQ(ends(1)[5], "done");
}

TEST_F(DmaTest, CopiesUseTheWidthOfThePort) {
  const std::vector<std::byte> bytes = random_bytes(1 << 18);
  const uint64_t begin = backend_->cycle();
  backend_->write_memory(kDevice, bytes);
  const auto cycles = static_cast<double>(backend_->cycle() - begin);
  // Registers, descriptor and completion included.
  const double share = static_cast<double>(bytes.size()) / 8 / cycles;
  RecordProperty("share", std::to_string(share));
  if (!test_device.random) {
    EXPECT_GT(share, 0.9);
  }
}

}  // namespace
}  // namespace heddle::driver
