// Where each warp is: what it runs, and which instruction it committed last. Kept from the monitors in every run, with
// and without lock-step, for reports about launches that do not end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

class WarpPositions {
 public:
  WarpPositions(unsigned cores, unsigned warps) : warps_per_core_(warps), warps_(size_t{cores} * warps) {}

  // A warp begins; `entry` is where.
  void dispatch(unsigned core, unsigned warp, uint32_t mask, const std::array<uint32_t, 3>& group, uint32_t local_base,
                uint32_t entry);
  // It has committed its instruction number `order`, for the lanes of `mask`.
  void commit(unsigned core, unsigned warp, uint32_t order, uint32_t pc, uint32_t mask);
  void done(unsigned core, unsigned warp) { at(core, warp).live = false; }

  // The live warp that committed last: its lowest lane that did; empty without a live warp.
  std::optional<RunningLane> latest() const;
  // A lane of a live warp at the instruction that it committed last; empty if it was not started with the warp.
  std::optional<RunningLane> last_of(unsigned core, unsigned warp, unsigned lane) const;
  // `lane` (none: the lowest) at its warp's instruction number `order`; empty if that was not lately.
  std::optional<RunningLane> lane(unsigned core, unsigned warp, uint32_t order, std::optional<unsigned> lane) const;

 private:
  static constexpr size_t kKept = 64;  // instructions of a warp
  static constexpr size_t kMaxLanes = 32;
  struct Commit {
    uint32_t order = 0;
    uint32_t pc = 0;
    uint32_t mask = 0;
  };
  struct Warp {
    bool live = false;
    std::array<uint32_t, 3> group{};
    uint32_t local_base = 0;
    uint64_t when = 0;  // number of the latest commit, over all warps
    Commit latest;
    // Of lanes that are not in the latest commit: where each committed last.
    std::array<uint32_t, kMaxLanes> pc{};
    uint32_t started = 0;              // lanes
    std::array<Commit, kKept> kept{};  // by order, modulo; no mask: none
  };

  Warp& at(unsigned core, unsigned warp) { return warps_[size_t{core} * warps_per_core_ + warp]; }
  const Warp& at(unsigned core, unsigned warp) const { return warps_[size_t{core} * warps_per_core_ + warp]; }
  static RunningLane place(const Warp& warp, unsigned core, unsigned number, unsigned lane, uint32_t pc);

  unsigned warps_per_core_;
  std::vector<Warp> warps_;
  uint64_t commits_ = 0;
};

}  // namespace heddle::harness
