// The fast simulator's short cut for loads and stores whose lanes all lie in one page of device memory (private
// windows included) or in the scratchpad, aligned and granted by one region. Anything else is left to the general way
// of executor_memory.h: both give the same results.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "heddle/generated/memory_map.h"
#include "heddle/model/memory.h"
#include "heddle/model/step.h"
#include "heddle/model/warp.h"
#include "kinds.h"
#include "lane_loop.h"

namespace heddle::model {

// Where in host memory the bytes that a warp may execute, read or write are. Lives while the launch stays the same: for
// one call of run(). In Company::kOthers nothing of the memory but its bytes is changed or created.
class HostWindows {
 public:
  HostWindows(Memory& memory, const Warp& warp, Company company)
      : memory_(memory), warp_(warp), alone_(company == Company::kAlone) {}

  bool alone() const { return alone_; }

  // As Memory::fetch; but in company null may also mean that the instruction has not been decoded yet.
  const DecodedInstruction* fetch(std::uint32_t pc) {
    const DecodedInstruction* const decoded = code_.find(pc);
    return decoded != nullptr ? decoded : fetch_slow(pc);
  }

  // The byte `lowest` of virtual addresses [lowest, last] outside private windows; null where the general way must be
  // taken. The bytes up to `last` follow it.
  template <bool kWrite>
  std::uint8_t* find(std::uint32_t lowest, std::uint32_t last) {
    Window& window = (kWrite ? writable_ : readable_)[lowest >> DeviceMemory::kPageBits & (kWindows - 1)];
    if (lowest < window.first || last > window.last || last < lowest) {
      window = look_up(lowest, last, kWrite);
      if (window.base == nullptr) return nullptr;
    }
    if (kWrite && watched(window.page)) return nullptr;
    return window.base + (lowest - window.first);
  }

  // The same for physical device memory: the backing store of private windows, to which the launch's owner gave rights.
  template <bool kWrite>
  std::uint8_t* find_physical(std::uint32_t lowest, std::uint32_t last) {
    if ((lowest ^ last) >> DeviceMemory::kPageBits != 0) return nullptr;
    DeviceMemory::Page* const page = device_page(lowest);
    if (page == nullptr || (kWrite && watched(page))) return nullptr;
    return page->bytes.data() + (lowest & (DeviceMemory::kPageBytes - 1));
  }

  // The lanes' private windows: addresses are kBase + (row0 + word of the window) * row + 4 * lane.
  struct Private {
    std::uint32_t bytes;  // of a window; 0 where the general way must be taken
    std::uint32_t base;
    std::uint32_t row0;
    std::uint32_t lanes;
  };
  Private private_window() const {
    const Launch& launch = memory_.launch(warp_.identity.core);
    const bool aligned = (launch.private_base & 3) == 0;
    return {.bytes = aligned ? std::min(launch.private_size, memory_map::kPrivateSize) : 0,
            .base = launch.private_base,
            .row0 = warp_.global_slot() * (launch.private_size / 4),
            .lanes = warp_.lanes};
  }

 private:
  static constexpr unsigned kWindows = 8;

  struct Window {
    std::uint32_t first = 1;  // virtual addresses first..last
    std::uint32_t last = 0;
    std::uint8_t* base = nullptr;        // of `first`
    DeviceMemory::Page* page = nullptr;  // null: the scratchpad
  };

  // A store must be seen by the decoded instructions of its page and by reservations.
  bool watched(const DeviceMemory::Page* page) {
    if (page == nullptr) return memory_.reservations(Space::kScratchpad).any();
    return page->decoded != nullptr || memory_.reservations(Space::kDevice).any();
  }

  DeviceMemory::Page* device_page(std::uint32_t address) {
    return alone_ ? &memory_.device().touch_page(address) : memory_.device().find_page(address);
  }
  const DecodedInstruction* fetch_slow(std::uint32_t pc);
  Window look_up(std::uint32_t lowest, std::uint32_t last, bool write);

  Memory& memory_;
  const Warp& warp_;
  bool alone_;
  Memory::FetchWindow code_;
  std::array<Window, kWindows> readable_;
  std::array<Window, kWindows> writable_;
};

// The host address of the first lane's word, where the lanes' words follow each other; or of a byte that all lanes load
// from; or of the lowest address; see `shape`.
struct HostPlace {
  enum class Shape : std::uint8_t { kNone, kOne, kRow, kAny };
  Shape shape = Shape::kNone;
  std::uint8_t* base = nullptr;
  std::uint32_t origin = 0;  // kAny: the address at `base`
};

// Turns the private window's addresses into those of the backing store. False where the general way must be taken.
template <unsigned kWidth>
inline bool map_private(const HostWindows::Private& window, std::uint32_t* address) {
  std::uint32_t outside = 0;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    // With the alignment that has been checked, the access fits where its first byte does: windows are whole words.
    const std::uint32_t o = address[l] - memory_map::kPrivateBase;
    outside |= o >= window.bytes ? 1u : 0u;
    address[l] = window.base + ((window.row0 + o / 4) * window.lanes + kLaneIndex[l]) * 4 + o % 4;
  }
  return outside == 0;
}

// Finds the memory of an access. `address` is changed: private ones become physical, and lanes outside the mask
// get some address of the others. kWhole: the mask has all kWidth lanes.
template <unsigned kWidth, bool kWhole, bool kWrite>
inline HostPlace find_place(HostWindows& windows, LaneMask mask, unsigned size, std::uint32_t* address) {
  using Shape = HostPlace::Shape;
  const std::uint32_t first = kWhole ? address[0] : address[first_lane(mask)];
  const bool is_private = memory_map::in_private(first);
  if constexpr (kWhole) {
    std::uint32_t unequal = 0;
    std::uint32_t off_row = 0;
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) {
      unequal |= address[l] ^ first;
      off_row |= (address[l] - first) ^ (kLaneIndex[l] * 4);
    }
    if (off_row == 0 && size == 4 && !is_private) {
      if (first % 4 != 0) return {};
      std::uint8_t* const base = windows.find<kWrite>(first, first + (kWidth * 4 - 1));
      return {base != nullptr ? Shape::kRow : Shape::kNone, base};
    }
    if (unequal == 0 && is_private && size == 4 && first % 4 == 0) {
      const HostWindows::Private window = windows.private_window();
      const std::uint32_t offset = first - memory_map::kPrivateBase;
      if (offset >= window.bytes || window.lanes != kWidth) return {};
      const std::uint32_t row = window.base + (window.row0 + offset / 4) * (kWidth * 4);
      std::uint8_t* const base = windows.find_physical<kWrite>(row, row + (kWidth * 4 - 1));
      return {base != nullptr ? Shape::kRow : Shape::kNone, base};
    }
    if (unequal == 0 && !kWrite && !is_private) {
      if ((first & (size - 1)) != 0) return {};
      std::uint8_t* const base = windows.find<kWrite>(first, first + (size - 1));
      return {base != nullptr ? Shape::kOne : Shape::kNone, base};
    }
  }
  std::uint32_t low_bits = 0;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    if constexpr (!kWhole) address[l] = (mask & kLaneBit[l]) != 0 ? address[l] : first;
    low_bits |= address[l];
  }
  if ((low_bits & (size - 1)) != 0) return {};
  if (is_private && !map_private<kWidth>(windows.private_window(), address)) return {};
  // Lanes outside the mask have got private words of their own, which may lie anywhere.
  const std::uint32_t some = kWhole ? address[0] : address[first_lane(mask)];
  std::uint32_t lowest = some;
  std::uint32_t highest = some;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) {
    const std::uint32_t a = kWhole || (mask & kLaneBit[l]) != 0 ? address[l] : some;
    lowest = a < lowest ? a : lowest;
    highest = a > highest ? a : highest;
  }
  const std::uint32_t last = highest + (size - 1);
  std::uint8_t* const base =
      is_private ? windows.find_physical<kWrite>(lowest, last) : windows.find<kWrite>(lowest, last);
  return {base != nullptr ? Shape::kAny : Shape::kNone, base, lowest};
}

// False, with nothing done: the general way must be taken. `value` gets what the lanes of the mask load.
template <unsigned kWidth, bool kWhole>
inline bool host_load(HostWindows& windows, LaneMask mask, unsigned size, Extension extension,
                      const std::uint32_t* virtual_address, std::uint32_t* value) {
  alignas(64) std::array<std::uint32_t, kWidth> address;
  std::memcpy(address.data(), virtual_address, sizeof address);
  const HostPlace place = find_place<kWidth, kWhole, false>(windows, mask, size, address.data());
  const auto word = [&](const std::uint8_t* from) {
    std::uint32_t raw = 0;
    std::memcpy(&raw, from, size);
    return extend(raw, size, extension);
  };
  switch (place.shape) {
    case HostPlace::Shape::kNone: return false;
    case HostPlace::Shape::kOne: std::fill_n(value, kWidth, word(place.base)); break;
    case HostPlace::Shape::kRow: std::memcpy(value, place.base, kWidth * 4); break;
    case HostPlace::Shape::kAny:
      if constexpr (kWhole) {
        for (unsigned l = 0; l < kWidth; ++l) value[l] = word(place.base + (address[l] - place.origin));
      } else {
        for_each_lane(mask, [&](unsigned l) { value[l] = word(place.base + (address[l] - place.origin)); });
      }
      break;
  }
  return true;
}

template <unsigned kWidth, bool kWhole>
inline bool host_store(HostWindows& windows, LaneMask mask, unsigned size, const std::uint32_t* virtual_address,
                       const std::uint32_t* data) {
  alignas(64) std::array<std::uint32_t, kWidth> address;
  std::memcpy(address.data(), virtual_address, sizeof address);
  const HostPlace place = find_place<kWidth, kWhole, true>(windows, mask, size, address.data());
  if (place.shape == HostPlace::Shape::kNone) return false;
  if (place.shape == HostPlace::Shape::kRow) {
    std::memcpy(place.base, data, kWidth * 4);
    return true;
  }
  for_each_lane(mask, [&](unsigned l) { std::memcpy(place.base + (address[l] - place.origin), &data[l], size); });
  return true;
}

}  // namespace heddle::model
