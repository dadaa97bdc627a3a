#include "path_reference.h"

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>

namespace heddle::core_test {

void WarpReference::start(uint32_t pc, uint32_t mask, unsigned lane_count) {
  const uint64_t serves_before = serves, returns_before = greedy_returns, most_before = most_paths;
  *this = WarpReference();
  serves = serves_before;
  greedy_returns = returns_before;
  most_paths = most_before;
  lanes.assign(lane_count, Lane());
  for (unsigned l = 0; l < lane_count; ++l) {
    if (mask >> l & 1) lanes[l] = {pc, 0, LaneState::kRun};
  }
}

uint32_t WarpReference::in_state(LaneState state) const {
  uint32_t mask = 0;
  for (unsigned l = 0; l < lanes.size(); ++l) {
    if (lanes[l].state == state) mask |= 1u << l;
  }
  return mask;
}

unsigned WarpReference::paths() const {
  std::set<std::tuple<uint32_t, unsigned>> keys;
  for (const Lane& lane : lanes) {
    if (lane.state == LaneState::kRun) keys.insert({lane.pc, lane.depth});
  }
  return keys.size();
}

Path WarpReference::containing(unsigned lane) const {
  Path path{lanes[lane].pc, lanes[lane].depth, 0};
  for (unsigned l = 0; l < lanes.size(); ++l) {
    if (lanes[l].state == LaneState::kRun && lanes[l].pc == path.pc && lanes[l].depth == path.depth)
      path.mask |= 1u << l;
  }
  return path;
}

std::optional<Path> WarpReference::best() const {
  std::optional<unsigned> found;
  for (unsigned l = 0; l < lanes.size(); ++l) {
    if (lanes[l].state != LaneState::kRun) continue;
    if (!found || lanes[l].depth > lanes[*found].depth ||
        (lanes[l].depth == lanes[*found].depth && lanes[l].pc < lanes[*found].pc)) {
      found = l;
    }
  }
  if (!found) return std::nullopt;
  return containing(*found);
}

void WarpReference::next_lane() {
  const uint32_t candidates = in_state(LaneState::kRun) & ~served_;
  count_ = 0;
  if (candidates == 0) {
    serve_ = false;
    served_ = 0;
    ++greedy_returns;
  } else {
    serve_ = true;
    quantum_lane_ = std::countr_zero(candidates);
    ++serves;
  }
}

Path WarpReference::select() {
  before_ = paths();
  most_paths = std::max<uint64_t>(most_paths, before_);
  if (hold_ > 0 && lanes[hold_lane_].state == LaneState::kRun) return containing(hold_lane_);
  if (serve_ && lanes[quantum_lane_].state != LaneState::kRun) next_lane();
  if (serve_) return containing(quantum_lane_);
  return *best();
}

void WarpReference::finish_slot(uint32_t executed, uint32_t trapping, SlotKind kind) {
  // 1
  if (before_ > 1 && kind.ordering) limit_ = 512;
  // 2
  if (kind.load_reserved && trapping == 0 && hold_ == 0) {
    hold_ = 16;
    hold_lane_ = std::countr_zero(executed);
  } else {
    const bool holder_traps = trapping >> hold_lane_ & 1;
    if (hold_ > 0) --hold_;
    if (kind.store_conditional || holder_traps) hold_ = 0;
  }
  // 3
  const bool yield = kind.pause || (kind.store_conditional && kind.failed);
  // 4
  if (before_ == 1 && paths() <= 1) {
    serve_ = false;
    count_ = 0;
    served_ = 0;
    limit_ = 65536;
    return;
  }
  // 5
  served_ |= executed;
  ++count_;
  // 6
  if (hold_ > 0) return;
  if (!serve_) {
    if (count_ >= limit_ || yield) next_lane();
  } else if (lanes[quantum_lane_].state != LaneState::kRun || count_ >= 64 || yield) {
    next_lane();
  }
}

}  // namespace heddle::core_test
