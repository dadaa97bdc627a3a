#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "heddle/driver/backend.h"
#include "heddle/driver/error.h"
#include "heddle/driver/regions.h"
#include "heddle_queue.h"

namespace heddle::driver {

/// The shape of the device, from its identification registers.
struct DeviceShape {
  unsigned cores = 0, warps = 0, lanes = 0, regions = 0;
  uint32_t scratchpad_bytes = 0, line_bytes = 0;
  bool copy_engine = false, matrix_fp8 = false, matrix_fp4 = false;
  unsigned matrix_dim = 0;  ///< 0: no matrix engine.

  /// Largest workgroup.
  unsigned threads() const { return warps * lanes; }
};

/// Reads the shape. Throws kUnavailable if this is no Heddle device, or one with registers of another version.
DeviceShape identify(Backend& device);

/// Everything the device is told about a launch (docs/architecture.md, section 8).
struct LaunchRegisters {
  uint32_t entry = 0, kernel = 0, args = 0;
  uint32_t private_base = 0, private_size = 0;  ///< Backing store of the private windows; bytes per lane.
  uint32_t scratch_size = 0;                    ///< Bytes per workgroup.
  uint32_t accumulators = 0;                    ///< Buffers per workgroup.
  std::array<uint32_t, 3> num_groups{1, 1, 1}, local_size{1, 1, 1};
  std::vector<Region> regions;  ///< No more than the device has.
};

/// Writes all of them; `region_count` is how many rows the device's region table has. Throws what the back end throws.
void write_launch_registers(Backend& device, const LaunchRegisters& launch, uint32_t region_count);

/// The fault record after a launch that ended in a fault: cause, pc, address (mtval, whatever the cause), group,
/// local_linear, lane, warp, core. The words are still missing.
FaultReport read_fault_record(Backend& device);

/// The same from what the firmware has copied.
FaultReport fault_report(const hd_fault& record);

/// Reasons in `LaunchStatistics::warp_cycles`; docs/spec/registers.yaml says what they mean.
inline constexpr std::array kWarpCycleReasons = {"issued",  "operand", "memory",  "unit",  "port",
                                                 "control", "fetch",   "barrier", "drain", "idle"};

/// Counters of the device for one launch.
struct LaunchStatistics {
  uint64_t cycles = 0;        ///< From start to done.
  uint64_t warp_instrs = 0;   ///< Issue slots that retired an instruction.
  uint64_t lane_instrs = 0;   ///< Active lanes summed over those.
  double host_seconds = 0.0;  ///< Wall clock of the host for it.
  /// Processor time of this process for it, over all threads: what a busy host changes least.
  double processor_seconds = 0.0;
  /// Cycles of all warp slots by reason; the sum is cycles * cores * warps. All zero in the model, which has no timing.
  std::array<uint64_t, kWarpCycleReasons.size()> warp_cycles{};
};

/// The counters of the running or last launch; those of the host are left at 0.
LaunchStatistics read_counters(Backend& device);

}  // namespace heddle::driver
