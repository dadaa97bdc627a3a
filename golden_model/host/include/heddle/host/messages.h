// Interrupts of the host, as messages or as a level (docs/host_port.md, section 5).
#pragma once

#include <cstdint>

#include "heddle/generated/host_dma.h"
#include "heddle/host/host_memory.h"

namespace heddle::host {

class Messages {
 public:
  explicit Messages(HostMemory& host) : host_(host) {}

  std::uint32_t load(std::uint32_t offset) const;
  void store(std::uint32_t offset, std::uint32_t value);

  // The sources as they are now, as bits by host_dma::Message; what has to be sent is sent.
  void update(std::uint32_t levels);
  // The level interrupt.
  bool level() const { return !enabled() && levels_ != 0; }

 private:
  bool enabled() const { return control_ != 0; }
  void send();

  HostMemory& host_;
  std::uint32_t address_lo_ = 0, address_hi_ = 0, data_ = 0, control_ = 0, mask_ = 0;
  std::uint32_t levels_ = 0, pending_ = 0;
  bool error_ = false;
};

}  // namespace heddle::host
