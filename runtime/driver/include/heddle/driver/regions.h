#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::driver {

/// One row of the launch's region table (docs/architecture.md, section 5).
struct Region {
  uint32_t base = 0;
  uint32_t last = 0;  ///< Inclusive.
  bool read = false, write = false, execute = false;

  bool operator==(const Region&) const = default;
};

/// Makes at most `limit` (at least 1) regions out of `regions`, which do not overlap, so that every byte keeps at least
/// its rights. Returns them sorted by address. Where there are too many, neighbours become one: first those of equal
/// rights with the smallest gap, which costs nothing but the guard between them; rights are united only when nothing
/// else is left.
std::vector<Region> fit_regions(std::vector<Region> regions, size_t limit);

}  // namespace heddle::driver
