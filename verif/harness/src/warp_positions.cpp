#include "warp_positions.h"

#include <bit>

namespace heddle::harness {

void WarpPositions::dispatch(unsigned core, unsigned warp, uint32_t mask, const std::array<uint32_t, 3>& group,
                             uint32_t local_base, uint32_t entry) {
  at(core, warp) = {.live = true,
                    .group = group,
                    .local_base = local_base,
                    .when = ++commits_,
                    .latest = {.order = 0, .pc = entry, .mask = mask},
                    .pc = {},
                    .started = mask,
                    .kept = {}};
}

void WarpPositions::commit(unsigned core, unsigned warp, uint32_t order, uint32_t pc, uint32_t mask) {
  Warp& committing = at(core, warp);
  committing.when = ++commits_;
  for (uint32_t left = committing.latest.mask & ~mask; left != 0; left &= left - 1) {
    committing.pc[static_cast<unsigned>(std::countr_zero(left))] = committing.latest.pc;
  }
  committing.latest = {.order = order, .pc = pc, .mask = mask};
  committing.kept[order % kKept] = committing.latest;
}

RunningLane WarpPositions::place(const Warp& warp, unsigned core, unsigned number, unsigned lane, uint32_t pc) {
  return {.pc = pc,
          .group = warp.group,
          .local_linear = warp.local_base + lane,
          .lane = lane,
          .warp = number,
          .core = core};
}

std::optional<RunningLane> WarpPositions::latest() const {
  size_t found = warps_.size();
  for (size_t i = 0; i < warps_.size(); ++i) {
    if (warps_[i].live && (found == warps_.size() || warps_[i].when > warps_[found].when)) found = i;
  }
  if (found == warps_.size()) return std::nullopt;
  const Warp& warp = warps_[found];
  return place(warp, static_cast<unsigned>(found / warps_per_core_), static_cast<unsigned>(found % warps_per_core_),
               static_cast<unsigned>(std::countr_zero(warp.latest.mask)), warp.latest.pc);
}

std::optional<RunningLane> WarpPositions::last_of(unsigned core, unsigned warp, unsigned lane) const {
  const Warp& wanted = at(core, warp);
  if (!wanted.live || (wanted.started >> lane & 1) == 0) return std::nullopt;
  return place(wanted, core, warp, lane, (wanted.latest.mask >> lane & 1) != 0 ? wanted.latest.pc : wanted.pc[lane]);
}

std::optional<RunningLane> WarpPositions::lane(unsigned core, unsigned warp, uint32_t order,
                                               std::optional<unsigned> lane) const {
  const Warp& wanted = at(core, warp);
  const Commit& commit = wanted.kept[order % kKept];
  if (!wanted.live || commit.mask == 0 || commit.order != order) return std::nullopt;
  return place(wanted, core, warp, lane.value_or(static_cast<unsigned>(std::countr_zero(commit.mask))), commit.pc);
}

}  // namespace heddle::harness
