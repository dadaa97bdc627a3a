// What a random program with commands to the engines has in the scratchpad: what everybody races for comes first, then
// mbarriers of the whole workgroup, then for each work-item what controls its commands (a descriptor, mbarriers), then
// the data of each, then a little that is nobody's. Two registers of a work-item point to its own (writer.h).
#pragma once

#include <cstdint>

namespace heddle::fuzz::piece {

inline constexpr uint32_t kMeetings = 576;
inline constexpr uint32_t kMostMeetings = 16;
inline constexpr uint32_t kStart = 768;
inline constexpr uint32_t kSlack = 16;

// Of a work-item, from the start of what is its own. Lanes' descriptors are spread over the banks.
inline constexpr int32_t kDescriptor = 0;
inline constexpr int32_t kCopyBarrier = 128;    // one arrival
inline constexpr int32_t kMatrixBarrier = 136;  // two: of the work-item, of the last command
inline constexpr int32_t kSpareBarrier = 144;
inline constexpr uint32_t kControlBytes = 176;
inline constexpr uint32_t kMostItems = 256;  // of a box
inline constexpr uint32_t kData = 256;       // from here on an offset counts from the start of its data

inline constexpr uint32_t data_start(uint32_t items) { return (kStart + items * kControlBytes + 255) / 256 * 256; }

// Where tensors lie in the shared area, behind what may be cut into regions.
inline constexpr uint32_t kTensors = 1024;

}  // namespace heddle::fuzz::piece
