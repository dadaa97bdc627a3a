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

// Host memory for the bytes [lowest, last] of device memory or the scratchpad window, or nothing where the general way
// must be taken. `base + (address - origin)` is the host address of a byte.
struct HostSpan {
  std::uint8_t* base = nullptr;
  std::uint32_t origin = 0;
  explicit operator bool() const { return base != nullptr; }
  std::uint8_t* at(std::uint32_t address) const { return base + (address - origin); }
};

// Physical device memory: region checks are the caller's.
inline HostSpan device_span(Memory& memory, std::uint32_t lowest, std::uint32_t last, bool write) {
  if ((lowest ^ last) >> DeviceMemory::kPageBits != 0) return {};
  DeviceMemory::Page& page = memory.device().touch_page(lowest);
  if (write && (page.decoded || memory.reservations(Space::kDevice).any())) return {};
  return {page.bytes.data(), lowest & ~(DeviceMemory::kPageBytes - 1)};
}

// Virtual addresses outside private windows.
inline HostSpan lane_span(Memory& memory, const Warp& warp, std::uint32_t lowest, std::uint32_t last, bool write) {
  if (lowest >= memory_map::kDeviceBase) {
    for (const Memory::Range& range : write ? memory.writable() : memory.readable()) {
      if (range.first <= lowest && last <= range.last) return device_span(memory, lowest, last, write);
    }
    return {};
  }
  if (lowest >= memory_map::kScratchpadBase && last >= lowest &&
      last - memory_map::kScratchpadBase < memory.launch().scratch_size) {
    if (write && memory.reservations(Space::kScratchpad).any()) return {};
    return {memory.scratchpad().data() + warp.identity.scratch_base, memory_map::kScratchpadBase};
  }
  return {};
}

inline std::uint32_t host_load(const std::uint8_t* from, unsigned size, Extension extension) {
  std::uint32_t raw = 0;
  std::memcpy(&raw, from, size);
  return extend(raw, size, extension);
}

// Turns the private window's addresses into those of the backing store. False where the general way must be taken.
template <unsigned kWidth, bool kRecord, bool kDeferred>
bool Executor<kWidth, kRecord, kDeferred>::map_private(LaneRow& address) const {
  const Launch& launch = memory_.launch();
  const std::uint32_t window = std::min(launch.private_size, memory_map::kPrivateSize);
  if (window == 0 || (launch.private_base & 3) != 0) return false;
  const std::uint32_t row0 = warp_.global_slot() * (launch.private_size / 4);
  const std::uint32_t lanes = warp_.lanes;
  const std::uint32_t base = launch.private_base;
  std::uint32_t outside = 0;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    // With the alignment that has been checked, the access fits where its first byte does: windows are whole words.
    const std::uint32_t o = address.lane[l] - memory_map::kPrivateBase;
    outside |= o >= window ? 1u : 0u;
    address.lane[l] = base + ((row0 + o / 4) * lanes + kLaneIndex[l]) * 4 + o % 4;
  }
  return outside == 0;
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <bool kWrite>
bool Executor<kWidth, kRecord, kDeferred>::access_fast(unsigned size, Extension extension,
                                                       const LaneRow& virtual_address) {
  const std::uint32_t first = virtual_address[first_lane(mask_)];
  const LaneMask mask = mask_;
  const bool whole = mask == all_lanes(kWidth);
  LaneRow address;
  std::uint32_t low_bits = 0;
  std::uint32_t unequal = 0;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    // Lanes that do nothing go along with the first one that does.
    const std::uint32_t a = (mask & kLaneBit[l]) != 0 ? virtual_address.lane[l] : first;
    address.lane[l] = a;
    low_bits |= a;
    unequal |= a ^ first;
  }
  if ((low_bits & (size - 1)) != 0) return false;

  const bool is_private = memory_map::in_private(first);
  if (is_private) {
    if (!map_private(address)) return false;
  } else if (!kWrite && unequal == 0) {
    const HostSpan span = lane_span(memory_, warp_, first, first + (size - 1), false);
    if (!span) return false;
    const std::uint32_t value = host_load(span.at(first), size, extension);
    write_rd(mask, [value](unsigned) { return value; });
    return true;
  }

  const std::uint32_t start = address[0];
  std::uint32_t stride_error = whole && size == 4 ? 0 : 1;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) stride_error |= (address.lane[l] - start) ^ (kLaneIndex[l] * 4);
  if (stride_error == 0) {
    const std::uint32_t last = start + (kWidth * 4 - 1);
    const HostSpan span =
        is_private ? device_span(memory_, start, last, kWrite) : lane_span(memory_, warp_, start, last, kWrite);
    if (!span) return false;
    if constexpr (kWrite) {
      std::memcpy(span.at(start), source2(), kWidth * 4);
    } else {
      alignas(64) std::array<std::uint32_t, kWidth> value;
      std::memcpy(value.data(), span.at(start), sizeof value);
      write_rd(mask, [&value](unsigned l) { return value[l]; });
    }
    return true;
  }

  const std::uint32_t some = address[first_lane(mask)];
  std::uint32_t lowest = some;
  std::uint32_t highest = some;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    const std::uint32_t a = (mask & kLaneBit[l]) != 0 ? address.lane[l] : some;
    lowest = a < lowest ? a : lowest;
    highest = a > highest ? a : highest;
  }
  const std::uint32_t last = highest + (size - 1);
  const HostSpan span =
      is_private ? device_span(memory_, lowest, last, kWrite) : lane_span(memory_, warp_, lowest, last, kWrite);
  if (!span) return false;
  if constexpr (kWrite) {
    const ConstRow data = source2();
    for_each_lane(mask, [&](unsigned l) {
      const std::uint32_t word = data[l];
      std::memcpy(span.at(address[l]), &word, size);
    });
  } else if (whole && size == 4) {
    alignas(64) std::array<std::uint32_t, kWidth> value;
    for (unsigned l = 0; l < kWidth; ++l) std::memcpy(&value[l], span.at(address[l]), 4);
    write_rd(mask, [&value](unsigned l) { return value[l]; });
  } else {
    alignas(64) std::array<std::uint32_t, kWidth> value;
    for_each_lane(mask, [&](unsigned l) { value[l] = host_load(span.at(address[l]), size, extension); });
    write_rd(mask, [&value](unsigned l) { return value[l]; });
  }
  return true;
}

}  // namespace heddle::model
