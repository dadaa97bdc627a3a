#include "dma_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "heddle/generated/host_dma.h"

namespace heddle::harness {

namespace {

using namespace host_dma;

// Host memory: the buffer lies over a multiple of 2^32, ring and completion record behind it.
constexpr uint64_t kBuffer = RtlDevice::kHostMemoryBase + 0x4000'0000 - 0x10000;
constexpr uint64_t kBufferBytes = 0x20000;
constexpr uint64_t kRing = kBuffer + 2 * kBufferBytes;
constexpr uint64_t kRecord = kRing + 0x1FF8;
constexpr uint32_t kRingBits = 6;
constexpr uint64_t kPage = 4096;
constexpr uint64_t kMaxCycles = 1'000'000;  // of one list of descriptors

uint32_t low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t high(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

}  // namespace

void DmaCopy::write(uint32_t offset, uint32_t value) { device_.write_register(kBase + offset, value); }
uint32_t DmaCopy::read(uint32_t offset) { return device_.read_register(kBase + offset); }

DmaCopy::DmaCopy(RtlDevice& device) : device_(device) {
  const auto pin = [this](uint32_t window, uint64_t first, uint64_t last, uint32_t rights) {
    const uint32_t at = window * kPinAttrStride;
    write(kPinFirstLo + at, low(first));
    write(kPinFirstHi + at, high(first));
    write(kPinLastLo + at, low(last));
    write(kPinLastHi + at, high(last));
    write(kPinAttr + at, rights);
  };
  pin(0, kBuffer, kBuffer + kBufferBytes - 1, pin_attr::kR.mask() | pin_attr::kW.mask());
  pin(1, kRing, kRing + 4095, pin_attr::kR.mask());
  pin(2, kRecord, kRecord, pin_attr::kW.mask());
  write(kRingLo, low(kRing));
  write(kRingHi, high(kRing));
  write(kRingConfig, ring_config::kSize.set(kRingBits));
  write(kCompletionLo, low(kRecord));
  write(kCompletionHi, high(kRecord));
  write(kCompletionConfig, completion_config::kEnable.mask());
  tail_ = read(kTail);
  write(kControl, control::kStart.mask());
}

void DmaCopy::move(uint32_t address, uint64_t place, uint64_t bytes, bool to_host) {
  while (bytes != 0) {
    const uint64_t part = std::min(bytes, kPage - place % kPage);
    const bool last = part == bytes;
    const std::array<uint32_t, 8> words{low(place), high(place), address, low(part),
                                        flags::kDirection.set(to_host) | flags::kNotify.set(last)};
    device_.write_host_memory(kRing + uint64_t{descriptor::kSize} * (tail_ % (1U << kRingBits)),
                              std::as_bytes(std::span(words)));
    ++tail_;
    place += part;
    address += low(part);
    bytes -= part;
  }
  write(kTail, tail_);
  std::array<uint32_t, 2> record{};
  for (uint64_t cycles = 0; cycles < kMaxCycles; cycles += 100) {
    device_.advance(100);
    device_.read_host_memory(kRecord, std::as_writable_bytes(std::span(record)));
    if (record[1] != 0) break;
    if (record[0] == tail_) {
      write(kInterruptClear, interrupt_clear::kDone.mask());
      return;
    }
  }
  throw RtlError(fmt::format("DMA: cause {} at descriptor {} of {}, status {:#x}", record[1], read(kErrorIndex), tail_,
                             read(kStatus)));
}

void DmaCopy::to_device(uint32_t address, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    // Not aligned alike, so that bytes have to move within beats.
    const uint64_t place = kBuffer + 5;
    const std::span<const std::byte> part = bytes.first(std::min<size_t>(bytes.size(), kBufferBytes - 8));
    device_.write_host_memory(place, part);
    move(address, place, part.size(), false);
    address += static_cast<uint32_t>(part.size());
    bytes = bytes.subspan(part.size());
  }
}

void DmaCopy::from_device(uint32_t address, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const uint64_t place = kBuffer + 3;
    const std::span<std::byte> part = bytes.first(std::min<size_t>(bytes.size(), kBufferBytes - 8));
    move(address, place, part.size(), true);
    device_.read_host_memory(place, part);
    address += static_cast<uint32_t>(part.size());
    bytes = bytes.subspan(part.size());
  }
}

}  // namespace heddle::harness
