#include "heddle/driver/regions.h"

#include <algorithm>
#include <bit>

namespace heddle::driver {
namespace {

unsigned rights(const Region& region) {
  return (region.read ? 1U : 0U) | (region.write ? 2U : 0U) | (region.execute ? 4U : 0U);
}

/// What joining two neighbours gives away: rights first, then bytes of gap.
uint64_t cost(const Region& lower, const Region& upper) {
  const unsigned both = rights(lower) | rights(upper);
  const unsigned gained = std::popcount(both ^ rights(lower)) + std::popcount(both ^ rights(upper));
  const bool writable_code = (both & 6U) == 6U;  // the last thing to grant
  return (writable_code ? uint64_t{1} << 50 : 0) + (uint64_t{gained} << 40) + (upper.base - lower.last);
}

}  // namespace

std::vector<Region> fit_regions(std::vector<Region> regions, size_t limit) {
  std::ranges::sort(regions, {}, &Region::base);
  while (regions.size() > std::max<size_t>(limit, 1)) {
    size_t best = 0;
    for (size_t i = 1; i + 1 < regions.size(); ++i) {
      if (cost(regions[i], regions[i + 1]) < cost(regions[best], regions[best + 1])) best = i;
    }
    Region& lower = regions[best];
    const Region& upper = regions[best + 1];
    lower.last = upper.last;
    lower.read |= upper.read;
    lower.write |= upper.write;
    lower.execute |= upper.execute;
    regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  return regions;
}

}  // namespace heddle::driver
