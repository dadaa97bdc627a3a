#include "ranges.h"

#include <algorithm>
#include <iterator>

namespace heddle::driver {

void Ranges::add(uint32_t base, uint32_t last) {
  auto next = ranges_.upper_bound(base);
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (uint64_t{before->second} + 1 >= base) {
      base = before->first;
      last = std::max(last, before->second);
      next = ranges_.erase(before);
    }
  }
  while (next != ranges_.end() && next->first <= uint64_t{last} + 1) {
    last = std::max(last, next->second);
    next = ranges_.erase(next);
  }
  ranges_[base] = last;
}

uint64_t Ranges::bytes() const {
  uint64_t sum = 0;
  for (const auto& [base, last] : ranges_) sum += uint64_t{last} - base + 1;
  return sum;
}

}  // namespace heddle::driver
