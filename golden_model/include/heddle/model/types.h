// Plain types shared by the whole model: masks, lane rows, the shape of a device and the launch parameters.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "heddle/generated/causes.h"
#include "heddle/generated/configuration.h"

namespace heddle::model {

inline constexpr unsigned kMaxLanes = 32;

// Registers have one number over both files, as in the trace: 0..31 are x0..x31, 32..63 are f0..f31.
inline constexpr unsigned kFloatRegister = 32;
inline constexpr unsigned kRegisters = 64;

// Bit l is lane l of the warp.
using LaneMask = std::uint32_t;

// One 32-bit value per lane. Rows always have kMaxLanes entries; those at and above the warp's lane count are padding
// whose contents mean nothing.
struct alignas(64) LaneRow {
  std::array<std::uint32_t, kMaxLanes> lane{};

  std::uint32_t& operator[](unsigned l) { return lane[l]; }
  const std::uint32_t& operator[](unsigned l) const { return lane[l]; }
  void fill(std::uint32_t value) { lane.fill(value); }
  bool operator==(const LaneRow&) const = default;
};

using Vector3 = std::array<std::uint32_t, 3>;  // x, y, z

// All lanes of a warp of `lanes` lanes.
constexpr LaneMask all_lanes(unsigned lanes) { return lanes >= 32 ? ~LaneMask{0} : (LaneMask{1} << lanes) - 1; }
constexpr LaneMask lane_bit(unsigned lane) { return LaneMask{1} << lane; }
// Lowest lane of a non-empty mask.
constexpr unsigned first_lane(LaneMask mask) { return static_cast<unsigned>(std::countr_zero(mask)); }
constexpr unsigned lane_count(LaneMask mask) { return static_cast<unsigned>(std::popcount(mask)); }

// Calls `visit(lane)` for each lane of the mask, in ascending order.
template <typename Visitor>
constexpr void for_each_lane(LaneMask mask, Visitor&& visit) {
  for (; mask != 0; mask &= mask - 1) visit(first_lane(mask));
}

// What the model needs to know of a configuration (docs/spec/configurations.yaml; Shape::of converts one).
struct Shape {
  unsigned cores = 1;
  unsigned warps = 1;  // per core
  unsigned lanes = 1;  // per warp, a power of two, at most kMaxLanes
  unsigned regions = 16;
  unsigned launches = 1;                   // launch slots
  std::uint32_t scratchpad_bytes = 32768;  // of the cluster
  std::uint32_t line_bytes = 64;
  bool copy_engine = false;  // and mbarriers
  unsigned matrix_dim = 0;   // 0: no matrix engine
  bool matrix_fp8 = false;
  bool matrix_fp4 = false;

  unsigned warp_slots() const { return cores * warps; }
  // Rows and columns of a buffer of accumulators, and its bytes.
  unsigned buffer_rows() const { return 4 * matrix_dim; }
  std::uint32_t buffer_bytes() const { return buffer_rows() * buffer_rows() * 4; }

  static Shape of(const Configuration& configuration) {
    return {.cores = configuration.cores,
            .warps = configuration.warps,
            .lanes = configuration.lanes,
            .regions = configuration.regions,
            .launches = configuration.launches,
            .scratchpad_bytes = configuration.scratchpad_bytes,
            .line_bytes = configuration.line_bytes,
            .copy_engine = configuration.copy_engine != 0,
            .matrix_dim = configuration.matrix_dim,
            .matrix_fp8 = configuration.matrix_fp8 != 0,
            .matrix_fp4 = configuration.matrix_fp4 != 0};
  }
};

// One entry of the launch's region table; bytes base..last (inclusive). A region without rights grants nothing.
struct Region {
  std::uint32_t base = 0;
  std::uint32_t last = 0;
  bool read = false;
  bool write = false;
  bool execute = false;
};

// The launch registers (docs/spec/registers.yaml).
struct Launch {
  std::uint32_t entry = 0;
  std::uint32_t kernel = 0;
  std::uint32_t args = 0;
  std::uint32_t private_base = 0;
  std::uint32_t private_size = 0;
  std::uint32_t scratch_size = 0;
  std::uint32_t accumulators = 0;  // buffers per workgroup
  Vector3 num_groups{};
  Vector3 local_size{};
  std::vector<Region> regions;

  // Scratchpad, accumulators or engines, which one launch has at a time.
  bool needs_scratchpad() const { return scratch_size != 0 || accumulators != 0; }
};

// (kWritebackRefused is of the RTL alone: the model has no memory that refuses anything.)
using heddle::Cause;

// A use of the model that its contract excludes (a shape out of range, a step while an SC is pending, ...).
class ModelError : public std::logic_error {
  using std::logic_error::logic_error;
};

}  // namespace heddle::model
