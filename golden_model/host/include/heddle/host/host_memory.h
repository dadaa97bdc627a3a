// What the device finds behind its AXI4 master port: the host's memory, by 64-bit addresses.
#pragma once

#include <cstdint>
#include <span>

namespace heddle::host {

class HostMemory {
 public:
  virtual ~HostMemory() = default;
  // All the bytes, in one page of 4096. False: answered with an error; of a write nothing has happened then.
  virtual bool read(std::uint64_t address, std::span<std::uint8_t> out) = 0;
  virtual bool write(std::uint64_t address, std::span<const std::uint8_t> in) = 0;
};

}  // namespace heddle::host
