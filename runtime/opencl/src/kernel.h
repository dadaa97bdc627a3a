#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "memory.h"
#include "program.h"

struct _cl_kernel : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kKernel;

  struct Value {
    bool set = false;
    std::vector<std::byte> bytes;      ///< Of values.
    heddle::opencl::MemoryPtr memory;  ///< Of pointers; null for NULL.
    size_t local_bytes = 0;
  };

  _cl_kernel(heddle::opencl::ProgramPtr of, std::shared_ptr<const heddle::opencl::Image> in,
             const heddle::opencl::KernelInfo& what);
  void forgotten();

  const heddle::opencl::ProgramPtr program;
  const std::shared_ptr<const heddle::opencl::Image> image;
  const heddle::opencl::KernelInfo& info;  ///< In the image.
  std::mutex mutex;
  std::vector<Value> values;
};

namespace heddle::opencl {

using KernelPtr = std::shared_ptr<_cl_kernel>;

/// Throws CL_INVALID_KERNEL unless it is a kernel of ours.
KernelPtr kernel_of(cl_kernel handle);

}  // namespace heddle::opencl
