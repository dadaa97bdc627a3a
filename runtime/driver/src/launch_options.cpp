#include "heddle/driver/launch_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "heddle/driver/error.h"
#include "heddle/generated/memory_map.h"

namespace heddle::driver {
namespace {

std::string size_text(Size3 size) { return fmt::format("{} x {} x {}", size[0], size[1], size[2]); }

[[noreturn]] void invalid(const std::string& text) { throw DeviceError(ErrorKind::kInvalidArgument, text); }

}  // namespace

uint32_t check_launch(const DeviceShape& shape, const KernelImage& image, const std::string& kernel, Size3 grid,
                      Size3 workgroup, const LaunchOptions& options) {
  const auto address = image.function(kernel);
  if (!address) {
    invalid(fmt::format("no kernel '{}' in {}; it has: {}", kernel, image.file().string(),
                        fmt::join(image.functions(), ", ")));
  }
  if (std::ranges::count(workgroup, 0U) != 0) {
    invalid(fmt::format("launch of '{}': the workgroup {} is empty", kernel, size_text(workgroup)));
  }
  // The sides first: the product of three large ones does not fit into 64 bits.
  if (std::ranges::max(workgroup) > shape.threads() ||
      uint64_t{workgroup[0]} * workgroup[1] * workgroup[2] > shape.threads()) {
    invalid(fmt::format(
        "launch of '{}': the workgroup {} is too large: a core of this device has {} lanes ({} warps of {})", kernel,
        size_text(workgroup), shape.threads(), shape.warps, shape.lanes));
  }
  if (grid[0] == 0 || grid[1] == 0 || grid[2] == 0) {
    invalid(fmt::format("launch of '{}': the grid {} is empty", kernel, size_text(grid)));
  }
  const uint64_t scratch = uint64_t{image.scratch_bytes()} + options.extra_scratch_bytes;
  if (scratch > shape.scratchpad_bytes) {
    invalid(fmt::format(
        "launch of '{}': a workgroup needs {} bytes of scratchpad ({} of the program's variables, {} extra), "
        "the device has {}",
        kernel, scratch, image.scratch_bytes(), options.extra_scratch_bytes, shape.scratchpad_bytes));
  }
  const uint32_t buffers = shape.matrix_dim != 0 ? 2 : 0;
  if (options.accumulators > buffers) {
    invalid(fmt::format("launch of '{}': a workgroup needs {} buffers of accumulators, the device has {}{}", kernel,
                        options.accumulators, buffers,
                        buffers == 0 ? ": its configuration has no matrix engine (matrix_dim)" : ""));
  }
  if (options.private_bytes == 0 || options.private_bytes % 4 != 0 ||
      options.private_bytes > memory_map::kPrivateSize) {
    invalid(fmt::format("launch of '{}': {} bytes of private memory per lane: must be a multiple of 4, from 4 to {}",
                        kernel, options.private_bytes, memory_map::kPrivateSize));
  }
  return *address;
}

}  // namespace heddle::driver
