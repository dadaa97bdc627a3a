#pragma once

struct _cl_platform_id;

namespace heddle::opencl {
/// Prints launches and cycles by kernel on the standard error output, if HEDDLE_CL_SUMMARY asks for it and anything
/// ran.
void print_summary(const _cl_platform_id& platform);
}  // namespace heddle::opencl
