#pragma once

#include <filesystem>

#include "heddle/blas/error.h"
#include "heddle/blas/gemm.h"
#include "heddle/blas/plan.h"
#include "heddle/driver/device.h"

namespace heddle::blas {

/// Products on a device. Its program must have the kernels of runtime/blas/kernels: program() is such a one, and others
/// may be built with their sources. Not thread-safe, like the device.
class Blas {
 public:
  /// Throws Error(kUnsupported) if the loaded program has no such kernels.
  explicit Blas(driver::Device& device);

  /// The program with these kernels alone, as built with the library.
  static std::filesystem::path program();

  /// Computes, and waits. Throws Error, and what the driver throws: kOutOfMemory for the table of a large batch, kFault
  /// where matrices are not in allocations of the device. `timeout` as in LaunchOptions. Without anything to do all
  /// counters are 0.
  driver::LaunchStatistics gemm(const Gemm& gemm, const Tuning& tuning = {}, uint64_t timeout = 0);

 private:
  driver::Device& device_;
};

}  // namespace heddle::blas
