// What lies behind an AXI4 port: bytes by their addresses on it, a beat at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "axi_signals.h"

namespace heddle::harness {

class BeatStore {
 public:
  virtual ~BeatStore() = default;
  // The beat at `address`, a multiple of its size. False: nothing is there, and nothing happens.
  virtual bool read_beat(uint64_t address, std::span<std::byte> out) const = 0;
  // Of the beat the bytes whose strobe is set.
  virtual bool write_beat(uint64_t address, std::span<const std::byte> in, const LineStrobe& strobe) = 0;
};

}  // namespace heddle::harness
