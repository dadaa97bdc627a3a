#pragma once

#include <string>

#include "heddle/driver/allocator.h"
#include "heddle/driver/error.h"
#include "heddle/driver/kernel_image.h"

namespace heddle::driver {

/// What the words of a report are made from.
struct FaultContext {
  const KernelImage& image;
  const Allocator& allocator;
  std::array<uint32_t, 3> workgroup{};
  uint32_t private_bytes = 0;
  uint32_t scratch_bytes = 0;
  uint32_t args_base = 0;  // allocation of the argument block
};

/// Completes `fault`, of which cause, pc, address (mtval, whatever the cause), group, local_linear, lane, warp and core
/// are set: words, hint, symbol, source line, local id.
void explain_fault(FaultReport& fault, const FaultContext& context);

/// Completes symbol, source line and local id alone, for a lane that did nothing wrong.
void locate_lane(FaultReport& fault, const FaultContext& context);

/// "kernel_name+0x14 (file.c:12)", as much of it as is known.
std::string place_text(const FaultReport& fault);

/// One paragraph for people; `subject` is what faulted, e.g. "kernel 'vecadd'".
std::string fault_text(const std::string& subject, const FaultReport& fault);

}  // namespace heddle::driver
