#pragma once

struct _cl_platform_id;

namespace heddle::opencl {
/// Appends what ran to the file that HEDDLE_CL_SUMMARY names, if it does: lines of fields with tabs between them,
///     device NAME UNIT-OF-TIME
///     kernel DEVICE NAME LAUNCHES TIME INSTRUCTIONS SECONDS
///     lockstep DEVICE SLOTS-COMPARED agrees|differs
void write_summary(const _cl_platform_id& platform);
}  // namespace heddle::opencl
