// Votes and shuffles among the lanes together (docs/architecture.md, section 4).
#pragma once

#include "executor.h"

namespace heddle::model {

// The .sync rule: reduces the mask to the lanes with the lowest lane's operand, and sends them to SYNC unless every
// live lane that the operand names is there. True when the collective can be made.
template <unsigned kWidth, bool kRecord, bool kDeferred>
bool Executor<kWidth, kRecord, kDeferred>::gather_sync(ConstRow masks) {
  const LaneMask wanted = masks[first_lane(path_)];
  mask_ = path_ & lanes_where<kWidth>([&](unsigned l) { return masks[l] == wanted; });
  split_ = mask_ != path_;
  if ((wanted & warp_.live() & ~mask_) == 0) return true;
  flow_ = Flow::kWaits;
  warp_.run &= ~mask_;
  warp_.sync |= mask_;
  return false;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::vote(Vote kind, bool sync) {
  if (sync && !gather_sync(source2())) return;
  const ConstRow a = source1();
  const LaneMask ballot = mask_ & lanes_where<kWidth>([&](unsigned l) { return a[l] != 0; });
  std::uint32_t result = ballot;
  if (kind == Vote::kAll) result = ballot == mask_ ? 1 : 0;
  if (kind == Vote::kAny) result = ballot != 0 ? 1 : 0;
  write_rd(mask_, [result](unsigned) { return result; });
}

// `source_lane(own, rs2)` gives the lane to read as a 64-bit number, so that nothing wraps; one that does not exist
// is any number of lanes or more.
template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Source>
void Executor<kWidth, kRecord, kDeferred>::shuffle(Source&& source_lane, bool sync) {
  if (sync && !gather_sync(source3())) return;
  const LaneRow value = warp_.reg[d_->rs1];
  const ConstRow selector = source2();
  LaneRow result;
  for (unsigned l = 0; l < kWidth; ++l) {
    const std::uint64_t from = source_lane(std::uint64_t{l}, std::uint64_t{selector[l]});
    const bool together = from < kWidth && (mask_ & lane_bit(static_cast<unsigned>(from))) != 0;
    result[l] = together ? value[static_cast<unsigned>(from)] : value[l];
  }
  write_rd(mask_, [&result](unsigned l) { return result[l]; });
}

}  // namespace heddle::model
