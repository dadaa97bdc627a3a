// Commands to the engines and operations on mbarriers (docs/copy.md).
#pragma once

#include "executor.h"
#include "heddle/generated/memory_map.h"
#include "heddle/model/engines.h"

namespace heddle::model {

// Whether the device has what the instruction is for; if not it is illegal.
template <unsigned kWidth, bool kRecord, bool kDeferred>
bool Executor<kWidth, kRecord, kDeferred>::engine_exists() {
  const Shape& shape = memory_.shape();
  const bool exists = d_->op == isa::Op::HdMatrix ? shape.matrix_dim != 0 : shape.copy_engine;
  if (!exists) trap(Cause::kIllegalInstruction, d_->raw);
  return exists;
}

// Fills location_ and raises the traps; returns the lanes that go ahead.
template <unsigned kWidth, bool kRecord, bool kDeferred>
LaneMask Executor<kWidth, kRecord, kDeferred>::translate_for_engine(unsigned bytes, unsigned alignment) {
  const ConstRow address = source1();
  LaneMask access = 0;
  for_each_lane(mask_, [&](unsigned l) {
    const Translation place = memory_.locate_for_engine(warp_, address[l], bytes, alignment);
    if (place.ok) {
      access |= lane_bit(l);
      location_[l] = place.location;
    } else {
      raise_value(lane_bit(l), place.cause, address[l]);
    }
  });
  if constexpr (kRecord) {
    StepResult& r = *result_;
    r.is_engine = true;
    r.access = access;
    r.address = warp_.reg[d_->rs1];
    r.data = warp_.reg[d_->rs2];
    for_each_lane(access, [&](unsigned l) { r.location[l] = location_[l]; });
    if (kDeferred && d_->rd != 0) r.deferred = access;
  }
  return access;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
Engines& Executor<kWidth, kRecord, kDeferred>::engines() const {
  if (memory_.engines() == nullptr) throw ModelError("a command or an mbarrier, and nobody to perform it");
  return *memory_.engines();
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::command(bool matrix) {
  if (!engine_exists() || decline()) return;
  const unsigned words = matrix ? kMatrixDescriptorWords : kCopyDescriptorWords;
  const LaneMask access = translate_for_engine(4 * words, 16);
  if constexpr (!kDeferred) {
    for_each_lane(access, [&](unsigned l) {
      engines().take(matrix ? EngineKind::kMatrix : EngineKind::kCopy, warp_, l, pc_, location_[l].address);
    });
    engines_done();
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::barrier_operation(BarrierOp op) {
  if (!engine_exists() || decline()) return;
  const LaneMask access = translate_for_engine(8, 8);
  if constexpr (!kDeferred) {
    const LaneRow operand = warp_.reg[d_->rs2];
    LaneRow value;
    for_each_lane(access, [&](unsigned l) {
      const BarrierAnswer answer = engines().barrier(warp_, l, pc_, op, location_[l].address, operand[l]);
      value[l] = op == BarrierOp::kTest ? static_cast<std::uint32_t>(answer.over) : answer.phase;
    });
    if (isa::info(d_->op).writes_rd) write_rd(access, [&value](unsigned l) { return value[l]; });
    engines_done();
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::barrier_wait() {
  if (!engine_exists() || decline()) return;
  const ConstRow address = source1();
  const ConstRow operand = source2();
  const unsigned lowest = first_lane(path_);
  const std::uint32_t phase = operand[lowest] & 1;
  mask_ = path_ &
          lanes_where<kWidth>([&](unsigned l) { return address[l] == address[lowest] && (operand[l] & 1) == phase; });
  split_ = mask_ != path_;
  const LaneMask access = translate_for_engine(8, 8);
  if (access == 0) return;  // all of them trap: they have one address
  flow_ = Flow::kMoved;
  const bool again = warp_.wait != 0;
  warp_.run &= ~mask_;
  warp_.wait |= mask_;
  if (again) {
    flow_ = Flow::kWaits;
    warp_.wait_again |= mask_;
    return;
  }
  move(mask_, pc_ + 4, 0);
  warp_.waits_for = {.pc = pc_, .address = location_[lowest].address, .phase = phase};
  if constexpr (!kDeferred) {
    if (engines().barrier(warp_, lowest, pc_, BarrierOp::kWait, location_[lowest].address, phase).over) {
      engines().wake_later(warp_);
    }
    engines_done();
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::engines_done() {
  if (engines().fault()) fault_ = engines().fault();
  wakes_ = engines().wakes();
}

// After the slot, on the states that it leaves.
template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::apply_wakes() {
  if constexpr (!kDeferred) {
    engines().apply_wakes();
    split_ = true;  // the next path has to be looked for
  }
}

// Lanes that reach for accumulators wait until no command for their buffer is under way.
template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::settle_accumulators(LaneMask access) {
  if constexpr (!kDeferred) {
    if (memory_.engines() == nullptr) return;
    bool any = false;
    for_each_lane(access, [&](unsigned l) {
      if (location_[l].space != Space::kAccumulators) return;
      any = true;
      engines().settle_buffer(location_[l].address / memory_.shape().buffer_bytes());
    });
    if (any) engines_done();
  }
}

}  // namespace heddle::model
