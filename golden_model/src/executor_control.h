// Control flow of a path (docs/architecture.md, sections 2 and 3).
#pragma once

#include <algorithm>

#include "executor.h"

namespace heddle::model {

inline constexpr int kMaxDepth = 63;

// The return-address-stack hint of the unprivileged specification.
constexpr bool is_link(unsigned reg) { return reg == 1 || reg == 5; }

constexpr int jalr_depth_change(unsigned rd, unsigned rs1) {
  if (is_link(rd)) return is_link(rs1) && rd != rs1 ? 0 : +1;
  return is_link(rs1) ? -1 : 0;
}

constexpr std::uint32_t changed_depth(std::uint32_t depth, int change) {
  return static_cast<std::uint32_t>(std::clamp(static_cast<int>(depth) + change, 0, kMaxDepth));
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::move(LaneMask lanes, std::uint32_t pc, int depth_change) {
  write_row(warp_.pc.lane.data(), lanes, [pc](unsigned) { return pc; });
  if (depth_change != 0 && lanes != 0) {
    const std::uint32_t depth = changed_depth(warp_.depth[first_lane(lanes)], depth_change);  // one path: all the same
    write_row(warp_.depth.lane.data(), lanes, [depth](unsigned) { return depth; });
  }
}

// `lanes` go to `target`, or trap there: all of them have the same target.
template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::transfer(LaneMask lanes, std::uint32_t target, int depth_change) {
  if constexpr (kRecord) result_->target = target;
  if (lanes == 0) return;
  if ((target & 2) != 0) {
    raise_value(lanes, Cause::kInstructionMisaligned, target);
    return;
  }
  if constexpr (kRecord) result_->taken = lanes;
  move(lanes, target, depth_change);
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Condition>
void Executor<kWidth, kRecord, kDeferred>::branch(Condition&& condition) {
  const ConstRow a = source1();
  const ConstRow b = source2();
  const LaneMask taken = mask_ & lanes_where<kWidth>([&](unsigned l) { return condition(a[l], b[l]); });
  if (taken == 0) {
    if constexpr (kRecord) result_->target = pc_ + static_cast<std::uint32_t>(d_->immediate);
    return;
  }
  flow_ = Flow::kMoved;
  if (taken != mask_) {
    split_ = true;
    move(mask_ & ~taken, pc_ + 4, 0);
  }
  transfer(taken, pc_ + static_cast<std::uint32_t>(d_->immediate), 0);
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::jal() {
  flow_ = Flow::kMoved;
  transfer(mask_, pc_ + static_cast<std::uint32_t>(d_->immediate), is_link(d_->rd) ? +1 : 0);
  const std::uint32_t link = pc_ + 4;
  write_rd(mask_ & ~trap_, [link](unsigned) { return link; });
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::jalr() {
  flow_ = Flow::kMoved;
  const ConstRow base = source1();
  const auto offset = static_cast<std::uint32_t>(d_->immediate);
  const std::uint32_t target = (base[first_lane(path_)] + offset) & ~1u;
  mask_ = path_ & lanes_where<kWidth>([&](unsigned l) { return ((base[l] + offset) & ~1u) == target; });
  split_ = mask_ != path_;
  transfer(mask_, target, jalr_depth_change(d_->rd, d_->rs1));
  const std::uint32_t link = pc_ + 4;
  write_rd(mask_ & ~trap_, [link](unsigned) { return link; });
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::mret() {
  flow_ = Flow::kMoved;
  const std::uint32_t target = warp_.mepc[first_lane(path_)];
  mask_ = path_ & lanes_where<kWidth>([&](unsigned l) { return warp_.mepc[l] == target; });
  split_ = mask_ != path_;
  transfer(mask_, target, -1);
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::exit_lanes() {
  flow_ = Flow::kMoved;
  warp_.run &= ~mask_;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::barrier() {
  flow_ = Flow::kMoved;
  move(mask_, pc_ + 4, 0);
  warp_.run &= ~mask_;
  warp_.barrier |= mask_;
}

}  // namespace heddle::model
