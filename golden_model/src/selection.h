// Selection and fairness, as templates over the lane count: path.cpp wraps them for everybody, the executor inlines
// them.
#pragma once

#include "heddle/model/path.h"
#include "lane_loop.h"

namespace heddle::model::detail {

template <unsigned kWidth>
inline LaneMask lanes_like(const Warp& warp, unsigned lane) {
  const std::uint32_t pc = warp.pc[lane];
  const std::uint32_t depth = warp.depth[lane];
  return warp.run & lanes_where<kWidth>([&](unsigned l) { return warp.pc[l] == pc && warp.depth[l] == depth; });
}

// A lane of the path with the greatest depth, then the lowest pc. `run` must not be empty.
template <unsigned kWidth>
inline unsigned greedy_lane(const Warp& warp) {
  const LaneMask run = warp.run;
  std::uint32_t deepest = 0;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    const std::uint32_t depth = (run & kLaneBit[l]) != 0 ? warp.depth[l] : 0;
    deepest = depth > deepest ? depth : deepest;
  }
  const LaneMask candidates = run & lanes_where<kWidth>([&](unsigned l) { return warp.depth[l] == deepest; });
  std::uint32_t lowest = ~std::uint32_t{0};
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    const std::uint32_t pc = (candidates & kLaneBit[l]) != 0 ? warp.pc[l] : ~std::uint32_t{0};
    lowest = pc < lowest ? pc : lowest;
  }
  return first_lane(candidates & lanes_where<kWidth>([&](unsigned l) { return warp.pc[l] == lowest; }));
}

inline bool hold_decides(const Warp& warp) {
  return warp.fairness.hold > 0 && (warp.run & lane_bit(warp.fairness.hold_lane)) != 0;
}

// Rule 7's outcome for the given state.
inline void start_quantum(const Warp& warp, Fairness& fairness) {
  const LaneMask candidates = warp.run & ~fairness.served;
  fairness.count = 0;
  if (candidates == 0) {
    fairness.mode = Fairness::Mode::kGreedy;
    fairness.served = 0;
  } else {
    fairness.mode = Fairness::Mode::kServe;
    fairness.quantum_lane = first_lane(candidates);
  }
}

template <unsigned kWidth>
inline Path make_path(const Warp& warp, unsigned lane) {
  Path path;
  path.mask = warp.converged ? warp.run : lanes_like<kWidth>(warp, lane);
  path.pc = warp.pc[lane];
  path.depth = warp.depth[lane];
  path.several = path.mask != warp.run;
  return path;
}

// Whether the next selection goes by depth and pc.
inline bool greedy_decides(const Warp& warp) {
  return warp.fairness.mode == Fairness::Mode::kGreedy && !hold_decides(warp);
}

// The lowest pc of the other paths of the same depth; the greatest number where there is none. While the greedy path
// stays below it, it stays the greedy path and meets nobody.
template <unsigned kWidth>
inline std::uint32_t rival_pc(const Warp& warp, const Path& path) {
  const LaneMask others = warp.run & ~path.mask;
  std::uint32_t lowest = ~std::uint32_t{0};
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    const bool rival = (others & kLaneBit[l]) != 0 && warp.depth[l] == path.depth;
    const std::uint32_t pc = rival ? warp.pc[l] : ~std::uint32_t{0};
    lowest = pc < lowest ? pc : lowest;
  }
  return lowest;
}

template <unsigned kWidth>
inline Path select_path(const Warp& warp) {
  if (warp.run == 0) return {};
  const Fairness& fairness = warp.fairness;
  const bool hold = hold_decides(warp);
  const bool serve = !hold && fairness.mode == Fairness::Mode::kServe;
  const bool requeue = serve && (warp.run & lane_bit(fairness.quantum_lane)) == 0;
  unsigned lane;
  if (warp.converged) {
    lane = first_lane(warp.run);
  } else if (hold) {
    lane = fairness.hold_lane;
  } else if (requeue) {
    Fairness next = fairness;
    start_quantum(warp, next);
    lane = next.mode == Fairness::Mode::kServe ? next.quantum_lane : greedy_lane<kWidth>(warp);
  } else {
    lane = serve ? fairness.quantum_lane : greedy_lane<kWidth>(warp);
  }
  Path path = make_path<kWidth>(warp, lane);
  path.requeue = requeue;
  return path;
}

// Rules 1 to 7 of section 2. `one_path_left` matters only when there were not several.
inline void update_fairness(Warp& warp, const SlotSummary& slot, bool one_path_left) {
  Fairness& f = warp.fairness;
  if (slot.several_paths && slot.atomic_or_fence) f.limit = Fairness::kLimitSynchronising;
  if (slot.lr && slot.trapped == 0 && f.hold == 0) {
    f.hold = Fairness::kHoldSlots;
    f.hold_lane = first_lane(slot.issued);
  } else if (f.hold > 0) {
    --f.hold;
    if (slot.sc || (slot.trapped & lane_bit(f.hold_lane)) != 0) f.hold = 0;
  }
  const bool yield = slot.pause || slot.sc_failed;
  if (!slot.several_paths && one_path_left) {
    f.reset();
    return;
  }
  f.served |= slot.issued;
  ++f.count;
  if (f.hold > 0) return;
  const bool turn_over = f.mode == Fairness::Mode::kGreedy
                             ? f.count >= f.limit
                             : (warp.run & lane_bit(f.quantum_lane)) == 0 || f.count >= Fairness::kQuantum;
  if (turn_over || yield) start_quantum(warp, f);
}

}  // namespace heddle::model::detail
