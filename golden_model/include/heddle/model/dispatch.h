// From a launch to the identity of its warps (docs/architecture.md, sections 1 and 8).
#pragma once

#include <cstdint>
#include <optional>

#include "heddle/model/types.h"
#include "heddle/model/warp.h"

namespace heddle::model {

// status.reason of a rejected start.
enum class RejectReason : std::uint8_t {
  kLocalSize = 1,
  kGridSize = 2,
  kScratchpadSize = 3,
  kPrivateSize = 4,
  kAccumulators = 5
};

// The lowest reason code that applies, or nothing when the shape is possible.
std::optional<RejectReason> check_launch(const Shape& shape, const Launch& launch);

// Work-items of a workgroup of an accepted launch.
std::uint32_t local_count(const Launch& launch);
// Warps of a workgroup of an accepted launch.
unsigned group_warps(const Shape& shape, const Launch& launch);
// Scratchpad bytes allocated per workgroup: rounded up to lanes * 4, with a copy engine to 256 if that is more.
std::uint32_t scratch_allocation(const Shape& shape, const Launch& launch);

// Identity of one warp of a workgroup at the place the caller chose.
WarpIdentity make_identity(const Shape& shape, const Launch& launch, const Vector3& group_id, unsigned warp_in_group,
                           unsigned core, unsigned slot, std::uint32_t scratch_base);

}  // namespace heddle::model
