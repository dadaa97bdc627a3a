#pragma once

#include <cstdint>
#include <optional>

#include "heddle/blas/gemm.h"
#include "heddle/driver/device.h"

namespace heddle::blas {

/// Overrides of what make_plan() would choose, for measurements.
struct Tuning {
  std::optional<uint32_t> tile_m = {}, tile_n = {}, stages = {}, stage_groups = {}, group_rows = {}, workgroups = {},
                          warps = {}, start_groups = {};
};

/// How a product is computed.
struct Plan {
  bool on_engine = false;
  uint32_t tile_m = 0, tile_n = 0;        ///< Of the result, per workgroup and step.
  uint32_t stages = 0, stage_groups = 0;  ///< Operands in scratchpad: how many times, how many groups of K.
  uint32_t start_groups = 0;              ///< Those of the first stage of a workgroup, at most stage_groups.
  bool whole = false;          ///< A stage has all of K, and columns of B alone: rows of A stay for the next.
  uint32_t sets = 1;           ///< ... in so many places.
  bool apart = false;          ///< Rows of A and columns of B lie in different banks of the scratchpad.
  uint32_t group_rows = 0;     ///< Rows of the result that are gone through together.
  uint32_t workgroups = 0;     ///< Persistent ones, a core each; 2 take a buffer of accumulators each.
  uint32_t scratch_bytes = 0;  ///< Of a workgroup.
  driver::Size3 grid{}, workgroup{};
};

/// Chooses by shape, device and epilogue. `gemm` is valid (check.h).
Plan make_plan(const driver::DeviceShape& shape, const Gemm& gemm, const Tuning& tuning = {});

}  // namespace heddle::blas
