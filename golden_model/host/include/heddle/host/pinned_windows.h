// The table of pinned host memory (docs/host_port.md, section 3).
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/generated/host_dma.h"

namespace heddle::host {

class PinnedWindows {
 public:
  explicit PinnedWindows(unsigned windows) : windows_(windows) {}

  unsigned count() const { return static_cast<unsigned>(windows_.size()); }
  // By offset in the block; those of windows that do not exist read 0 and ignore writes.
  std::uint32_t load(std::uint32_t offset) const;
  void store(std::uint32_t offset, std::uint32_t value);

  // The page of `address` may be read, or written.
  bool allows(std::uint64_t address, bool write) const;

 private:
  struct Window {
    std::uint32_t first_lo = 0, first_hi = 0, last_lo = 0, last_hi = 0, attr = 0;
  };
  static std::uint32_t Window::* field(std::uint32_t offset);

  std::vector<Window> windows_;
};

}  // namespace heddle::host
