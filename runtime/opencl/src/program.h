#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "compiler.h"
#include "context.h"

struct _cl_program : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kProgram;

  std::shared_ptr<_cl_context> context;
  std::string source;  ///< Empty for a program from a binary.

  std::mutex mutex;  ///< Guards what follows.
  cl_build_status status = CL_BUILD_NONE;
  cl_program_binary_type binary_type = CL_PROGRAM_BINARY_TYPE_NONE;
  std::string options, log;
  bool keeps_argument_info = true;  ///< -cl-kernel-arg-info was given, or it came from a binary.
  std::string module;               ///< Compiled programs and libraries.
  std::shared_ptr<const heddle::opencl::Image> image;
  unsigned kernels = 0;  ///< Kernels that the user's program has; not those that only commands still need.
};

namespace heddle::opencl {

using ProgramPtr = std::shared_ptr<_cl_program>;

/// Throws CL_INVALID_PROGRAM unless it is a program of ours.
ProgramPtr program_of(cl_program handle);

/// A program as one string of bytes, and back. The form is our own: a line that says what follows, then the parts.
std::string to_binary(const _cl_program& program);
/// Fills in type, module and image. Throws CL_INVALID_BINARY.
void from_binary(_cl_program& program, const std::string& binary);

}  // namespace heddle::opencl
