#include "heddle/model/path.h"

#include "selection.h"

namespace heddle::model {

Path select_path(const Warp& warp) {
  if (warp.pending_sc) throw ModelError("select_path: the warp's SC has no result yet");
  return detail::select_path<kMaxLanes>(warp);
}

Path path_of_lane(const Warp& warp, unsigned lane) {
  if ((warp.run & lane_bit(lane)) == 0) throw ModelError("path_of_lane: the lane is not runnable");
  return detail::make_path<kMaxLanes>(warp, lane);
}

unsigned count_paths(const Warp& warp) {
  unsigned paths = 0;
  for (LaneMask rest = warp.run; rest != 0; ++paths) rest &= ~detail::lanes_like<kMaxLanes>(warp, first_lane(rest));
  return paths;
}

void refresh_converged(Warp& warp) {
  warp.converged = warp.run == 0 || detail::lanes_like<kMaxLanes>(warp, first_lane(warp.run)) == warp.run;
}

void start_quantum(Warp& warp) { detail::start_quantum(warp, warp.fairness); }

void update_fairness(Warp& warp, const SlotSummary& slot) {
  refresh_converged(warp);
  detail::update_fairness(warp, slot, warp.converged);
}

}  // namespace heddle::model
