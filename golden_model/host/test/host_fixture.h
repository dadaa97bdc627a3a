// A host port before 64 KiB of host memory, of which one page answers with errors; every access is within a page.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "heddle/host/host_port.h"

namespace heddle::host {

class TestMemory final : public HostMemory {
 public:
  static constexpr std::uint64_t kBase = 0x12'3456'0000;
  static constexpr std::uint64_t kBytes = 0x1'0000;
  static constexpr std::uint64_t kBadPage = kBase + 0xF000;
  static constexpr std::uint64_t kMessages = 0xFEE0'0000;

  bool read(std::uint64_t address, std::span<std::uint8_t> out) override {
    if (!good(address, out.size())) return false;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = bytes[address - kBase + i];
    return true;
  }
  bool write(std::uint64_t address, std::span<const std::uint8_t> in) override {
    if (address == kMessages && in.size() == 4) {
      messages.push_back(std::uint32_t{in[0]} | std::uint32_t{in[1]} << 8 | std::uint32_t{in[2]} << 16 |
                         std::uint32_t{in[3]} << 24);
      return true;
    }
    if (!good(address, in.size())) return false;
    for (std::size_t i = 0; i < in.size(); ++i) bytes[address - kBase + i] = in[i];
    return true;
  }

  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(kBytes);
  std::vector<std::uint32_t> messages;

 private:
  static bool good(std::uint64_t address, std::size_t size) {
    EXPECT_EQ(address / 4096, (address + size - 1) / 4096) << "an access over the end of a page";
    return address >= kBase && address + size <= kBase + kBytes && address / 4096 != kBadPage / 4096;
  }
};

class HostPortTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kDevice = 0x8000'0000;
  static constexpr std::uint64_t kRing = TestMemory::kBase, kRecord = TestMemory::kBase + 0x800;
  static constexpr std::uint32_t kToDevice = 0, kToHost = 1, kNotify = 1 << 4, kFence = 1 << 5;
  static constexpr unsigned kRead = 1, kWrite = 2;

  void set(std::uint32_t offset, std::uint32_t value) {
    ASSERT_TRUE(port_.store(HostPort::Side::kHost, host_dma::kBase + offset, value)) << std::hex << offset;
  }
  std::uint32_t get(std::uint32_t offset) const { return port_.load(host_dma::kBase + offset).value(); }
  void pin(unsigned window, std::uint64_t first, std::uint64_t last, unsigned rights) {
    const std::uint32_t at = window * host_dma::kPinAttrStride;
    set(host_dma::kPinFirstLo + at, static_cast<std::uint32_t>(first));
    set(host_dma::kPinFirstHi + at, static_cast<std::uint32_t>(first >> 32));
    set(host_dma::kPinLastLo + at, static_cast<std::uint32_t>(last));
    set(host_dma::kPinLastHi + at, static_cast<std::uint32_t>(last >> 32));
    set(host_dma::kPinAttr + at, rights);
  }
  void put(std::uint64_t address, std::uint32_t word) {
    for (unsigned i = 0; i < 4; ++i) {
      host_.bytes[address - TestMemory::kBase + i] = static_cast<std::uint8_t>(word >> 8 * i);
    }
  }
  std::uint32_t word(std::uint64_t address) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{host_.bytes[address - TestMemory::kBase + i]} << 8 * i;
    return value;
  }
  // A ring of four descriptors in host memory, with completion records; it begins at `first`.
  void start(std::uint32_t first = 0) {
    set(host_dma::kControl, 2);  // whatever runs
    set(host_dma::kRingLo, static_cast<std::uint32_t>(kRing));
    set(host_dma::kRingHi, static_cast<std::uint32_t>(kRing >> 32));
    set(host_dma::kRingConfig, 2);
    set(host_dma::kCompletionLo, static_cast<std::uint32_t>(kRecord));
    set(host_dma::kCompletionHi, static_cast<std::uint32_t>(kRecord >> 32));
    set(host_dma::kCompletionConfig, 1);
    set(host_dma::kTail, first);
    set(host_dma::kControl, 1);
  }
  void describe(std::uint32_t index, std::uint64_t host, std::uint32_t device, std::uint32_t bytes,
                std::uint32_t flags) {
    const std::uint64_t at = kRing + 32 * (index % 4);
    put(at, static_cast<std::uint32_t>(host));
    put(at + 4, static_cast<std::uint32_t>(host >> 32));
    put(at + 8, device);
    put(at + 12, bytes);
    put(at + 16, flags);
  }
  std::uint32_t status(const host_dma::Field& field) const { return field.get(get(host_dma::kStatus)); }
  host_dma::Cause cause() const { return static_cast<host_dma::Cause>(status(host_dma::status::kCause)); }

  TestMemory host_;
  model::DeviceMemory device_;
  HostPort port_{4, 16, host_, device_};
};

}  // namespace heddle::host
