#pragma once

#include <cstdint>
#include <string>

#include "heddle/driver/backend.h"

namespace heddle::driver {

/// What kernels printed since the ring was last drained.
struct KernelOutput {
  std::string text;
  uint64_t dropped_bytes = 0;  ///< Printed while the ring was full, and lost.
};

/// Empties the ring that printf in kernels fills (symbol `__hd_stdout`, layout in runtime/device). `base` is its
/// address. Returns nothing if the ring's header is damaged: a kernel may have written over it. No launch may be
/// running.
KernelOutput drain_output_ring(Backend& backend, uint32_t base);

}  // namespace heddle::driver
