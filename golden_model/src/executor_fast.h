// The short cut for loads and stores whose lanes all lie in one page of device memory (private windows included) or in
// the scratchpad, aligned and granted by one region. Anything else falls back to executor_memory.h: both give the same
// results.
#pragma once

#include <algorithm>
#include <cstring>

#include "executor.h"
#include "executor_memory.h"
#include "heddle/generated/memory_map.h"

namespace heddle::model {

template <unsigned kWidth, bool kRecord, bool kDeferred>
struct Executor<kWidth, kRecord, kDeferred>::FastPlace {
  std::uint8_t* base;                        // of the page or the allocation
  std::array<std::uint32_t, kWidth> offset;  // from base; inactive lanes have that of the lowest active lane
  bool unit_stride;                          // consecutive words from lane 0
  bool uniform;
};

template <unsigned kWidth, bool kRecord, bool kDeferred>
auto Executor<kWidth, kRecord, kDeferred>::resolve_fast(unsigned size, const LaneRow& address, bool write)
    -> std::optional<FastPlace> {
  std::optional<FastPlace> place(std::in_place);
  std::array<std::uint32_t, kWidth>& at = place->offset;
  const std::uint32_t first = address[first_lane(mask_)];
  const LaneMask mask = mask_;
  std::uint32_t lowest = first;
  std::uint32_t highest = first;
  std::uint32_t low_bits = 0;
  HEDDLE_LANE_LOOP(l, kWidth) {
    const std::uint32_t a = (mask & kLaneBit[l]) != 0 ? address.lane[l] : first;
    at[l] = a;
    lowest = a < lowest ? a : lowest;
    highest = a > highest ? a : highest;
    low_bits |= a;
  }
  if ((low_bits & (size - 1)) != 0) return std::nullopt;
  const std::uint32_t last = highest + (size - 1);

  std::uint32_t origin;  // virtual or physical address of base
  if (memory_map::in_scratchpad(lowest) && highest - memory_map::kScratchpadBase < memory_.launch().scratch_size &&
      last - memory_map::kScratchpadBase < memory_.launch().scratch_size) {
    if (write && memory_.reservations(Space::kScratchpad).any()) return std::nullopt;
    origin = memory_map::kScratchpadBase;
    place->base = memory_.scratchpad().data() + warp_.identity.scratch_base;
  } else {
    if (memory_map::in_private(lowest)) {
      const std::uint32_t window = std::min(memory_.launch().private_size, memory_map::kPrivateSize);
      if (highest - memory_map::kPrivateBase >= window || last - memory_map::kPrivateBase >= window)
        return std::nullopt;
      const std::uint32_t row0 = warp_.global_slot() * (memory_.launch().private_size / 4);
      const std::uint32_t lanes = warp_.lanes;
      const std::uint32_t base = memory_.launch().private_base;
      if ((base & 3) != 0) return std::nullopt;
      lowest = ~std::uint32_t{0};
      highest = 0;
      // Inactive lanes get addresses of their own lane: they may lie past the warp's, but are never accessed as such.
      HEDDLE_LANE_LOOP(l, kWidth) {
        const std::uint32_t o = at[l] - memory_map::kPrivateBase;
        const std::uint32_t a = base + ((row0 + o / 4) * lanes + kLaneIndex[l]) * 4 + o % 4;
        at[l] = a;
      }
      const std::uint32_t active = at[first_lane(mask)];
      HEDDLE_LANE_LOOP(l, kWidth) {
        const std::uint32_t a = (mask & kLaneBit[l]) != 0 ? at[l] : active;
        at[l] = a;
        lowest = a < lowest ? a : lowest;
        highest = a > highest ? a : highest;
      }
    } else {
      if (lowest < memory_map::kDeviceBase) return std::nullopt;
      const std::span<const Memory::Range> ranges = write ? memory_.writable() : memory_.readable();
      if (std::none_of(ranges.begin(), ranges.end(),
                       [&](const Memory::Range& r) { return r.first <= lowest && last <= r.last; })) {
        return std::nullopt;
      }
    }
    if ((lowest ^ highest) >> DeviceMemory::kPageBits != 0) return std::nullopt;
    DeviceMemory::Page& page = memory_.device().touch_page(lowest);
    if (write && (page.decoded || memory_.reservations(Space::kDevice).any())) return std::nullopt;
    origin = lowest & ~(DeviceMemory::kPageBytes - 1);
    place->base = page.bytes.data();
  }
  std::uint32_t stride_error = 0;
  const std::uint32_t start = at[0];
  HEDDLE_LANE_LOOP(l, kWidth) {
    stride_error |= at[l] - start - kLaneIndex[l] * 4;
    at[l] -= origin;
  }
  place->unit_stride = stride_error == 0;
  place->uniform = lowest == highest;
  return place;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
bool Executor<kWidth, kRecord, kDeferred>::load_fast(unsigned size, bool sign_extend, const LaneRow& address) {
  const std::optional<FastPlace> place = resolve_fast(size, address, false);
  if (!place) return false;
  const auto read = [&](unsigned l) {
    std::uint32_t raw = 0;
    std::memcpy(&raw, place->base + place->offset[l], size);
    return extend(raw, size, sign_extend);
  };
  alignas(64) std::array<std::uint32_t, kWidth> value;
  if (place->uniform) {
    value.fill(read(0));
  } else if (size == 4 && place->unit_stride) {
    std::memcpy(value.data(), place->base + place->offset[0], sizeof value);
  } else if (size == 4) {
    for (unsigned l = 0; l < kWidth; ++l) std::memcpy(&value[l], place->base + place->offset[l], 4);
  } else {
    for (unsigned l = 0; l < kWidth; ++l) value[l] = read(l);
  }
  write_rd(mask_, [&value](unsigned l) { return value[l]; });
  return true;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
bool Executor<kWidth, kRecord, kDeferred>::store_fast(unsigned size, const LaneRow& address) {
  const std::optional<FastPlace> place = resolve_fast(size, address, true);
  if (!place) return false;
  const ConstRow data = source2();
  if (size == 4 && place->unit_stride && mask_ == all_lanes(kWidth)) {
    std::memcpy(place->base + place->offset[0], data, kWidth * 4);
  } else {
    for_each_lane(mask_, [&](unsigned l) {
      const std::uint32_t word = data[l];
      std::memcpy(place->base + place->offset[l], &word, size);
    });
  }
  return true;
}

}  // namespace heddle::model
