// ConvergedExecutor, compiled for several processors.
#pragma once

#include <cstdint>
#include <span>

#include "host_access.h"

namespace heddle::model {

// Runs a warp that goes_together(warp, width) as long as it does, at most `max_slots` slots; returns those done. Width
// is 4, 8, 16 or 32.
using ConvergedFunction = std::uint64_t (*)(Warp& warp, HostWindows& windows, std::uint64_t max_slots);

struct ConvergedVersion {
  const char* name;
  ConvergedFunction function;
};
// Those that this processor can run, the best one last.
std::span<const ConvergedVersion> converged_versions(unsigned width);

}  // namespace heddle::model
