#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "heddle/driver/allocator.h"
#include "heddle/driver/launch_registers.h"
#include "heddle/driver/management.h"

namespace heddle::driver {

/// Launches through a queue of the management core: one at a time, in place of the launch registers.
class LaunchQueue {
 public:
  /// Boots the firmware of the file `image` and opens queue 0 with context 0. `backend` must outlive this. Throws
  /// DeviceError.
  LaunchQueue(Backend& backend, Allocator& allocator, const std::filesystem::path& image);

  /// Throws DeviceError(kInvalidArgument) for a grid of 2^32 work-items or more along an axis.
  void start(const LaunchRegisters& launch, uint64_t private_bytes);
  /// The launch has ended, in one way or another: its results are in the registers.
  bool ended();
  /// Why the firmware refused it; empty if it did not (a kernel's fault is no refusal).
  std::string refusal();
  /// Stops the kernel; it has ended afterwards. Throws DeviceError(kDeviceLost) where it does not.
  void abort();

 private:
  Backend& backend_;
  Management management_;
  uint32_t memory_ = 0;  // of the ring, behind it signal and kernel object
  uint64_t last_ = 0;    // index of its packet
};

}  // namespace heddle::driver
