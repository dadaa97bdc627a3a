#pragma once

#include <cstdint>
#include <map>

namespace heddle::driver {

/// A set of addresses, as ranges.
class Ranges {
 public:
  /// Adds `base` to `last`, inclusive.
  void add(uint32_t base, uint32_t last);
  void clear() { ranges_.clear(); }
  /// First to last address, inclusive; neither overlapping nor touching.
  const std::map<uint32_t, uint32_t>& all() const { return ranges_; }
  uint64_t bytes() const;

 private:
  std::map<uint32_t, uint32_t> ranges_;
};

}  // namespace heddle::driver
