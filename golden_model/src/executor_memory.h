// Loads, stores and atomics (docs/architecture.md, section 5): translate every lane, trap where that fails, then act in
// ascending lane order. host_access.h has the short cut for unrecorded loads and stores.
#pragma once

#include "executor.h"

namespace heddle::model {

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::addresses(LaneRow& out, std::int32_t offset) const {
  const ConstRow base = source1();
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) out.lane[l] = base[l] + static_cast<std::uint32_t>(offset);
}

// Fills location_ and raises the traps; returns the lanes whose access goes ahead.
template <unsigned kWidth, bool kRecord, bool kDeferred>
LaneMask Executor<kWidth, kRecord, kDeferred>::translate(AccessKind kind, unsigned size, const LaneRow& address) {
  LaneMask access = 0;
  for_each_lane(mask_, [&](unsigned l) {
    const Translation place = memory_.locate(warp_, l, address[l], size, kind);
    if (place.ok) {
      access |= lane_bit(l);
      location_[l] = place.location;
    } else {
      raise_value(lane_bit(l), place.cause, address[l]);
    }
  });
  if constexpr (kRecord) record_access(kind, size, address, access);
  settle_accumulators(access);
  return access;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::record_access(AccessKind kind, unsigned size, const LaneRow& address,
                                                         LaneMask access) {
  StepResult& r = *result_;
  r.is_memory = true;
  r.kind = kind;
  r.size = size;
  r.access = access;
  r.address = address;
  r.data = warp_.reg[d_->rs2];
  for_each_lane(access, [&](unsigned l) { r.location[l] = location_[l]; });
  if (kDeferred && d_->rd != 0) r.deferred = access;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
bool Executor<kWidth, kRecord, kDeferred>::load_from_host(unsigned size, Extension extension, const LaneRow& address) {
  LaneRow value;
  const Row out = value.lane.data();
  const bool done = mask_ == all_lanes(kWidth)
                        ? host_load<kWidth, true>(*windows_, mask_, size, extension, address.lane.data(), out)
                        : host_load<kWidth, false>(*windows_, mask_, size, extension, address.lane.data(), out);
  if (done) write_rd(mask_, [&value](unsigned l) { return value.lane[l]; });
  return done;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
bool Executor<kWidth, kRecord, kDeferred>::store_to_host(unsigned size, const LaneRow& address) {
  return mask_ == all_lanes(kWidth) ? host_store<kWidth, true>(*windows_, mask_, size, address.lane.data(), source2())
                                    : host_store<kWidth, false>(*windows_, mask_, size, address.lane.data(), source2());
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::load(unsigned size, Extension extension) {
  LaneRow address;
  addresses(address, d_->immediate);
  if constexpr (!kRecord) {
    if (load_from_host(size, extension, address)) return;
    if (decline()) return;
  }
  const LaneMask access = translate(AccessKind::kLoad, size, address);
  if constexpr (!kDeferred) {
    LaneRow value;
    for_each_lane(access, [&](unsigned l) { value[l] = extend(memory_.read(location_[l], size), size, extension); });
    write_rd(access, [&value](unsigned l) { return value[l]; });
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::store(unsigned size) {
  LaneRow address;
  addresses(address, d_->immediate);
  if constexpr (!kRecord) {
    if (store_to_host(size, address)) return;
    if (decline()) return;
  }
  const LaneMask access = translate(AccessKind::kStore, size, address);
  if constexpr (!kDeferred) {
    const ConstRow data = source2();
    for_each_lane(access, [&](unsigned l) { memory_.write(location_[l], data[l], size); });
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::amo(AmoKind kind) {
  if (decline()) return;
  LaneRow address;
  addresses(address, 0);
  const LaneMask access = translate(AccessKind::kAmo, 4, address);
  if constexpr (kRecord) result_->amo = kind;
  if constexpr (!kDeferred) {
    const ConstRow operand = source2();
    LaneRow value;
    for_each_lane(access, [&](unsigned l) { value[l] = memory_.amo(location_[l], kind, operand[l]); });
    write_rd(access, [&value](unsigned l) { return value[l]; });
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::load_reserved() {
  if (decline()) return;
  LaneRow address;
  addresses(address, 0);
  const LaneMask access = translate(AccessKind::kLr, 4, address);
  if constexpr (!kDeferred) {
    LaneRow value;
    std::array<bool, 2> reserved{};  // by Space: the lowest lane there takes the reservation
    for_each_lane(access, [&](unsigned l) {
      bool& taken = reserved[static_cast<unsigned>(location_[l].space)];
      value[l] = taken ? memory_.read_word(location_[l]) : memory_.load_reserved(location_[l], warp_.global_slot(), l);
      taken = true;
    });
    write_rd(access, [&value](unsigned l) { return value[l]; });
  }
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::store_conditional() {
  if (decline()) return;
  LaneRow address;
  addresses(address, 0);
  const LaneMask access = translate(AccessKind::kSc, 4, address);
  if constexpr (kDeferred) {
    sc_deferred_ = access != 0;
  } else {
    const ConstRow data = source2();
    for_each_lane(access, [&](unsigned l) {
      if (!memory_.store_conditional(location_[l], warp_.global_slot(), l, data[l])) sc_failed_ |= lane_bit(l);
    });
    for_each_lane(access, [&](unsigned l) { memory_.end_store_conditional(location_[l].space, warp_.global_slot()); });
    write_rd(access, [this](unsigned l) { return (sc_failed_ & kLaneBit[l]) != 0 ? 1u : 0u; });
  }
}

}  // namespace heddle::model
