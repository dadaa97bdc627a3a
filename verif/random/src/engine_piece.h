// The piece of the scratchpad that a work-item of a random program has for itself: bytes from its start.
#pragma once

#include <cstdint>

namespace heddle::fuzz::piece {

inline constexpr int32_t kDescriptor = 0;
inline constexpr int32_t kCopyBarrier = 128;    // one arrival
inline constexpr int32_t kMatrixBarrier = 136;  // two: of the work-item, of the last command
inline constexpr int32_t kSpareBarrier = 144;
inline constexpr uint32_t kData = 256;

}  // namespace heddle::fuzz::piece
