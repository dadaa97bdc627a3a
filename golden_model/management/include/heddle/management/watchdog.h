// The watchdog (docs/management.md, section 6).
#pragma once

#include <cstdint>

namespace heddle::management {

class Watchdog {
 public:
  void reset() { *this = Watchdog(); }
  // Counts. False: the hart must be reset; what is left of `cycles` is forgotten.
  bool advance(std::uint64_t cycles);
  // Cycles after which something happens that nothing else causes; ~0: never.
  std::uint64_t next_event() const;

  std::uint32_t load(std::uint32_t address) const;
  // False: refused.
  bool store(std::uint32_t address, std::uint32_t data);
  bool warned() const { return warned_; }

 private:
  void kick() {
    count_ = 0;
    warned_ = false;
  }

  std::uint32_t control_ = 0, timeout_ = ~0u, grace_ = ~0u, count_ = 0;
  bool warned_ = false;
};

}  // namespace heddle::management
