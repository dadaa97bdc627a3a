#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace heddle::driver {

/// What kernels printed since the ring was last drained.
struct KernelOutput {
  std::string text;
  uint64_t dropped_bytes = 0;  ///< Printed while the ring was full, and lost.
};

/// Ways to device memory.
struct MemoryAccess {
  std::function<void(uint32_t address, std::span<std::byte> bytes)> read;
  std::function<void(uint32_t address, std::span<const std::byte> bytes)> write;
};

/// Empties the ring that printf in kernels fills (symbol `__hd_stdout`, layout in runtime/device). `base` is its
/// address. Returns nothing if the ring's header is damaged: a kernel may have written over it. No launch of
/// the program may be running.
KernelOutput drain_output_ring(const MemoryAccess& memory, uint32_t base);

}  // namespace heddle::driver
