// The frame of a slot: fetch, execute, traps, next pcs, counters, fairness.
#pragma once

#include "executor.h"
#include "operations.h"

namespace heddle::model {

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::slot(const Path& path) {
  if (path.requeue) start_quantum(warp_);
  pc_ = path.pc;
  path_ = mask_ = path.mask;
  several_ = path.several;
  warp_.converged = !several_;
  trap_ = 0;
  flow_ = Flow::kNext;
  split_ = false;
  sc_failed_ = 0;
  sc_deferred_ = false;
  declined_ = false;
  wakes_ = false;
  if constexpr (!kRecord) {
    d_ = windows_->fetch(pc_);
    if (d_ == nullptr && decline()) return;
  } else {
    d_ = memory_.fetch(warp_.identity.core, pc_);
    StepResult& r = *result_;
    r.pc = pc_;
    r.depth = path.depth;
    r.instruction = d_ != nullptr ? *d_ : DecodedInstruction{};
    r.order = warp_.slots;
    r.rd = d_ != nullptr ? d_->rd : 0;
    r.written = r.deferred = r.flagged = r.taken = r.trap = r.access = r.sc_failed = 0;
    r.target = 0;
    r.reads_counter = r.is_memory = r.needs_sc_result = r.is_fence = r.is_engine = false;
    r.fault.reset();
  }
  if (d_ != nullptr) [[likely]] {
    perform(*this);
  } else {
    raise_value(mask_, Cause::kInstructionAccess, pc_);
  }
  if (declined_) return;
  finish();
  if (wakes_) [[unlikely]]
    apply_wakes();
}

// Whether rules 1 to 3 of section 2 say anything about it.
constexpr bool affects_fairness(isa::Class klass) {
  return klass == isa::Class::Amo || klass == isa::Class::Lr || klass == isa::Class::Sc || klass == isa::Class::Fence ||
         klass == isa::Class::Pause;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::finish() {
  const bool waits = flow_ == Flow::kWaits;
  completed_ = waits ? 0 : mask_ & ~trap_;
  if (flow_ == Flow::kNext) {
    const std::uint32_t next = pc_ + 4;
    write_row(warp_.pc.lane.data(), completed_, [next](unsigned) { return next; });
  }
  if (trap_ != 0) [[unlikely]]
    deliver_traps();

  ++warp_.slots;
  if (completed_ != 0) {
    ++warp_.retired;
    warp_.retired_since_release = true;
  }
  if (!several_ && !split_ && trap_ == 0 && warp_.fairness.hold == 0 && !affects_fairness(d_->klass)) [[likely]] {
    warp_.fairness.reset();  // rule 4 is all there is to do
    record_end(waits);
    return;
  }
  // With several paths the answer does not matter, and the next selection finds out what is left.
  if (!several_ && (split_ || trap_ != 0)) refresh_converged(warp_);

  SlotSummary summary{.issued = mask_, .trapped = trap_, .several_paths = several_};
  if (d_ != nullptr) {
    const isa::Class klass = d_->klass;
    summary.lr = klass == isa::Class::Lr;
    summary.sc = klass == isa::Class::Sc;
    summary.atomic_or_fence = klass == isa::Class::Amo || summary.lr || summary.sc || klass == isa::Class::Fence;
    summary.pause = klass == isa::Class::Pause;
  }
  summary.sc_failed = sc_failed_ != 0;
  if (sc_deferred_) {
    warp_.pending_sc = PendingSc{.issued = mask_, .trapped = trap_, .several_paths = several_};
  } else {
    detail::update_fairness(warp_, summary, warp_.converged);
  }
  record_end(waits);
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::record_end(bool waits) {
  if constexpr (kRecord) {
    StepResult& r = *result_;
    r.mask = mask_;
    r.waits = waits;
    r.completed = completed_;
    r.sc_failed = sc_failed_;
    r.needs_sc_result = sc_deferred_;
    r.fault = fault_;
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Value>
void Executor<kWidth, kRecord, kDeferred>::write_row(Row row, LaneMask lanes, Value&& value) {
  if (full(lanes)) {
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) row[l] = value(l);
  } else {
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) row[l] = (lanes & kLaneBit[l]) != 0 ? value(l) : row[l];
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Value>
void Executor<kWidth, kRecord, kDeferred>::write_rd(LaneMask lanes, Value&& value) {
  const unsigned row = d_->rd != 0 ? d_->rd : Warp::kSinkRow;
  write_row(warp_.reg[row].lane.data(), lanes, value);
  if constexpr (kRecord) {
    if (d_->rd != 0) {
      result_->written = lanes;
      result_->value = warp_.reg[row];
    }
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Tval>
void Executor<kWidth, kRecord, kDeferred>::raise(LaneMask lanes, Cause cause, Tval&& tval) {
  trap_ |= lanes;
  for_each_lane(lanes, [&](unsigned l) {
    cause_[l] = cause;
    tval_[l] = tval(l);
  });
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::deliver_traps() {
  const unsigned lowest = first_lane(trap_);
  if (warp_.mtvec == 0) {
    const WarpIdentity& id = warp_.identity;
    fault_ = Fault{.cause = cause_[lowest],
                   .pc = pc_,
                   .value = tval_[lowest],
                   .group_id = id.group_id,
                   .local_id = id.local_base + lowest,
                   .lane = lowest,
                   .warp = id.slot,
                   .core = id.core};
  } else {
    for_each_lane(trap_, [&](unsigned l) {
      warp_.mepc[l] = pc_;
      warp_.mcause[l] = static_cast<std::uint32_t>(cause_[l]);
      warp_.mtval[l] = tval_[l];
    });
    move(trap_, warp_.mtvec, +1);
  }
  if constexpr (kRecord) {
    StepResult& r = *result_;
    r.trap = trap_;
    for_each_lane(trap_, [&](unsigned l) {
      r.cause[l] = static_cast<std::uint8_t>(cause_[l]);
      r.tval[l] = tval_[l];
    });
  }
}

}  // namespace heddle::model
