#include "heddle/model/dispatch.h"

#include <algorithm>

namespace heddle::model {

std::optional<RejectReason> check_launch(const Shape& shape, const Launch& launch) {
  const std::uint64_t most = std::uint64_t{shape.warps} * shape.lanes;
  const std::uint64_t plane = std::uint64_t{launch.local_size[0]} * launch.local_size[1];
  if (plane == 0 || plane > most || launch.local_size[2] == 0 || plane * launch.local_size[2] > most) {
    return RejectReason::kLocalSize;
  }
  if (std::ranges::find(launch.num_groups, 0u) != launch.num_groups.end()) return RejectReason::kGridSize;
  if (launch.scratch_size > shape.scratchpad_bytes) return RejectReason::kScratchpadSize;
  if (launch.private_size % 4 != 0) return RejectReason::kPrivateSize;
  if (launch.accumulators > (shape.matrix_dim != 0 ? 2u : 0u)) return RejectReason::kAccumulators;
  return std::nullopt;
}

std::uint32_t local_count(const Launch& launch) {
  return launch.local_size[0] * launch.local_size[1] * launch.local_size[2];
}

unsigned group_warps(const Shape& shape, const Launch& launch) {
  return (local_count(launch) + shape.lanes - 1) / shape.lanes;
}

std::uint32_t scratch_allocation(const Shape& shape, const Launch& launch) {
  const std::uint32_t unit = std::max(shape.lanes * 4, shape.copy_engine ? 256u : 0u);
  return (launch.scratch_size + unit - 1) / unit * unit;
}

WarpIdentity make_identity(const Shape& shape, const Launch& launch, const Vector3& group_id, unsigned warp_in_group,
                           unsigned core, unsigned slot, std::uint32_t scratch_base) {
  WarpIdentity id;
  id.core = core;
  id.slot = slot;
  id.warp_in_group = warp_in_group;
  id.group_warps = group_warps(shape, launch);
  id.group_id = group_id;
  id.local_base = warp_in_group * shape.lanes;
  id.scratch_base = scratch_base;
  const std::uint32_t items = local_count(launch);
  for (unsigned lane = 0; lane < shape.lanes; ++lane) {
    const std::uint32_t item = id.local_base + lane;
    if (item >= items) break;
    id.mask |= lane_bit(lane);
    id.local_id[0][lane] = item % launch.local_size[0];
    id.local_id[1][lane] = item / launch.local_size[0] % launch.local_size[1];
    id.local_id[2][lane] = item / launch.local_size[0] / launch.local_size[1];
  }
  return id;
}

}  // namespace heddle::model
