#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "heddle/driver/kernel_image.h"
#include "heddle/driver/launch_registers.h"

namespace heddle::driver {

/// Size of a grid (in workgroups) or a workgroup (in work-items), x y z.
using Size3 = std::array<uint32_t, 3>;

struct LaunchOptions {
  /// Private memory (stack and thread-local storage) of each lane; a positive multiple of 4.
  uint32_t private_bytes = 4096;
  /// Scratchpad per workgroup beyond the program's own scratchpad variables.
  uint32_t extra_scratch_bytes = 0;
  /// Buffers of accumulators per workgroup, 0 to 2 (docs/matrix.md).
  uint32_t accumulators = 0;
  /// Cycles (model: issue slots) after which the launch is aborted; 0: the back end's default. Of Device alone: a
  /// queue has a limit of its own.
  uint64_t timeout = 0;
};

/// Refuses what can be known to be impossible, naming the limit. Returns the kernel's address. Throws
/// DeviceError(kInvalidArgument).
uint32_t check_launch(const DeviceShape& shape, const KernelImage& image, const std::string& kernel, Size3 grid,
                      Size3 workgroup, const LaunchOptions& options);

}  // namespace heddle::driver
