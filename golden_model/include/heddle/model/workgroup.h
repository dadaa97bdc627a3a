// The events that a single slot cannot make: barrier release over the warps of a workgroup, SYNC release and the
// deadlock fault of one warp, and the workgroup's end (docs/architecture.md, sections 3, 4 and 7).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "heddle/model/step.h"
#include "heddle/model/warp.h"

namespace heddle::model {

class Workgroup {
 public:
  struct Event {
    bool barrier_released = false;  // lanes in BAR of all warps became RUN
    bool sync_released = false;     // lanes in SYNC of the stepped warp became RUN
    bool ended = false;             // no warp of the workgroup has a live lane
    std::optional<Fault> fault;     // cause 24
  };

  Workgroup() = default;
  // Warps are not owned and must outlive this object.
  explicit Workgroup(std::vector<Warp*> warps) : warps_(std::move(warps)) {}

  // To be called after every slot of one of the workgroup's warps; does nothing while the warp has runnable lanes.
  // `memory` is where it fetches from.
  Event after_slot(Warp& warp, Memory& memory);

  std::span<Warp* const> warps() const { return warps_; }
  bool ended() const;

  // Every live lane is at the barrier, or there is none.
  static bool arrived(const Warp& warp) { return (warp.run | warp.sync | warp.wait) == 0; }

  // No lane can run or be released, and some wait for an mbarrier: only an engine can let it go on (docs/copy.md).
  bool stuck() const;

 private:
  std::vector<Warp*> warps_;
};

}  // namespace heddle::model
