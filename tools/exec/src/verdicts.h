// What each lane has written to `tohost` (docs/exec.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lanes.h"

namespace heddle::exec {

enum class Outcome : uint8_t {
  kPass,         // tohost = 1
  kFail,         // odd: test number `value >> 1`
  kUnsupported,  // even: a request to the host, which this machine has not
  kNone,         // nothing was written
};

class Verdicts {
 public:
  explicit Verdicts(LaneMask lanes) : lanes_(lanes) {}

  // A store of `value` to tohost. The lane's first one that is not zero counts.
  void store(unsigned lane, uint32_t value);

  LaneMask lanes() const { return lanes_; }
  // Lanes that have none yet.
  LaneMask missing() const { return lanes_ & ~given_; }
  bool all_pass() const;
  std::optional<uint32_t> value(unsigned lane) const;
  Outcome outcome(unsigned lane) const;

  // The lanes that wrote the same, by ascending first lane.
  struct Group {
    Outcome outcome = Outcome::kNone;
    uint32_t value = 0;
    LaneMask lanes = 0;
  };
  std::vector<Group> groups() const;

  // For people: "pass", "test 5 failed (tohost 0xb)", or, where lanes differ, each group with its lanes.
  std::string text() const;
  // 0 if every lane passed; otherwise the test number of the lowest lane that failed with one, at most 255, or 1.
  int exit_status() const;

 private:
  LaneMask lanes_;
  LaneMask given_ = 0;
  std::array<uint32_t, 32> value_{};
};

}  // namespace heddle::exec
