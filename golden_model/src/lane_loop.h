// Loops over the lanes of a warp, written so that the compiler vectorises them: `width` is a compile-time constant,
// every iteration touches its own lane only, and masks select values instead of guarding statements.
#pragma once

#include <array>
#include <cstdint>

#include "heddle/model/types.h"

// Before a loop over lanes. Rows are either the same or disjoint, so no iteration depends on another.
#if defined(__clang__)
#define HEDDLE_LANES_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define HEDDLE_LANES_APART _Pragma("GCC ivdep")
#endif

namespace heddle::model {

inline constexpr std::array<std::uint32_t, kMaxLanes> kLaneBit = [] {
  std::array<std::uint32_t, kMaxLanes> bits{};
  for (unsigned l = 0; l < kMaxLanes; ++l) bits[l] = lane_bit(l);
  return bits;
}();

inline constexpr std::array<std::uint32_t, kMaxLanes> kLaneIndex = [] {
  std::array<std::uint32_t, kMaxLanes> index{};
  for (unsigned l = 0; l < kMaxLanes; ++l) index[l] = l;
  return index;
}();

// Lanes for which the predicate holds.
template <unsigned kWidth, typename Predicate>
inline LaneMask lanes_where(Predicate&& predicate) {
  LaneMask mask = 0;
  HEDDLE_LANES_APART
  for (unsigned l = 0; l < kWidth; ++l) mask |= predicate(l) ? kLaneBit[l] : 0u;
  return mask;
}

}  // namespace heddle::model
