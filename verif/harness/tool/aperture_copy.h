// Copies between host and device memory through BAR2 (docs/host_port.md, section 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

class ApertureCopy {
 public:
  // The device must have host_dma. Throws RtlError where it does not refuse accesses to a window that is off.
  explicit ApertureCopy(RtlDevice& device);

  void to_device(uint32_t address, std::span<const std::byte> bytes);
  void from_device(uint32_t address, std::span<std::byte> bytes);

 private:
  // How many of `bytes` bytes at `address` the window shows, which is there on return.
  size_t show(uint32_t address, size_t bytes);

  RtlDevice& device_;
};

}  // namespace heddle::harness
