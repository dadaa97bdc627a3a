// Paths and selection (docs/architecture.md, section 2).
#pragma once

#include <cstdint>

#include "heddle/model/types.h"
#include "heddle/model/warp.h"

namespace heddle::model {

// All lanes of a warp with equal pc, equal depth and state RUN.
struct Path {
  LaneMask mask = 0;  // empty: the warp has no path (nothing is runnable)
  std::uint32_t pc = 0;
  std::uint32_t depth = 0;
  bool several = false;  // the warp had more than one path when this one was selected
  bool requeue = false;  // SERVE's lane was not runnable: rule 7 is applied before the slot (step() does it)

  explicit operator bool() const { return mask != 0; }
};

// The path that section 2 runs next. Does not change the warp. Throws ModelError while an SC is pending.
Path select_path(const Warp& warp);

// The path that contains a RUN lane.
Path path_of_lane(const Warp& warp, unsigned lane);

// Number of paths of the warp.
unsigned count_paths(const Warp& warp);

// What of a slot the fairness rules depend on.
struct SlotSummary {
  LaneMask issued = 0;         // P: the mask of the record
  LaneMask trapped = 0;        // subset of issued
  bool several_paths = false;  // when the path was selected
  bool atomic_or_fence = false;
  bool lr = false;
  bool sc = false;
  bool pause = false;
  bool sc_failed = false;  // in at least one lane
};

// Rules 1 to 7, after a slot; lane states are already updated by the instruction, releases are not made yet.
void update_fairness(Warp& warp, const SlotSummary& slot);

// Rule 7: a new quantum, or back to GREEDY when every runnable lane has been served.
void start_quantum(Warp& warp);

// Recomputes Warp::converged exactly.
void refresh_converged(Warp& warp);

}  // namespace heddle::model
