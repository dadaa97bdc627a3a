// The block buffers (docs/management.md, section 6). Here a transfer takes no time: it ends with its command.
#pragma once

#include <array>
#include <cstdint>

#include "heddle/generated/management.h"
#include "heddle/management/bus.h"

namespace heddle::management {

class Blocks {
 public:
  static constexpr unsigned kBuffers = 2, kWords = 16;

  static bool has(std::uint32_t address) { return mgmt::find_window(address)->base == mgmt::kBlocksBase; }

  // Words of registers that may be loaded, or stored. False: refused.
  std::uint32_t load(std::uint32_t address) const;
  // `memory` has the device memory, by its addresses.
  bool store(Bus& memory, std::uint32_t address, std::uint32_t data);

 private:
  struct Buffer {
    std::uint32_t address = 0;
    bool error = false;
    std::array<std::uint32_t, kWords> words{};
  };

  static bool command(Bus& memory, Buffer& buffer, std::uint32_t data);

  std::array<Buffer, kBuffers> buffers_{};
};

}  // namespace heddle::management
