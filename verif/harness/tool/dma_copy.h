// Copies between host and device memory by the device's DMA engine (docs/host_port.md), a descriptor per page of the
// host's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

class DmaCopy {
 public:
  // Pins the memory that it uses, and starts the engine. The device must have host_dma.
  explicit DmaCopy(RtlDevice& device);

  // Return when the bytes are there. Throw RtlError with cause and index where the engine stops with an error.
  void to_device(uint32_t address, std::span<const std::byte> bytes);
  void from_device(uint32_t address, std::span<std::byte> bytes);

 private:
  void write(uint32_t offset, uint32_t value);
  uint32_t read(uint32_t offset);
  // Moves `bytes` bytes between the buffer, at `place`, and the device's memory.
  void move(uint32_t address, uint64_t place, uint64_t bytes, bool to_host);

  RtlDevice& device_;
  uint32_t tail_ = 0;
};

}  // namespace heddle::harness
