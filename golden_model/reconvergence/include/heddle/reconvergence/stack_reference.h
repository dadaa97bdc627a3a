// The same launch twice in the functional simulator: as the architecture says, and with a post-dominator stack.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "heddle/model/machine.h"
#include "heddle/reconvergence/code_image.h"

namespace heddle::reconvergence {

struct StackReferenceResult {
  std::uint64_t heddle_slots = 0;  // issue slots, all warps
  std::uint64_t heddle_lane_instrs = 0;
  std::uint64_t stack_slots = 0;  // meaningful when the stack's run ended
  std::uint64_t stack_lane_instrs = 0;
  unsigned deepest_stack = 0;
  // Why there is no figure; empty when there is one. Faults and "deadlock under the stack policy" are told here.
  std::string problem;

  bool ok() const { return problem.empty(); }
  // Slots of the stack over ours: above 1 the stack needs more.
  double ratio() const { return static_cast<double>(stack_slots) / static_cast<double>(heddle_slots); }
};

// `image` is device memory as it is before the launch; it is not changed. Functions that the launch calls through
// registers need not be in `code.functions`. A run of either kind that takes more than `slot_cap` cycles counts as
// endless.
StackReferenceResult run_stack_reference(const model::Shape& shape, const model::Launch& launch,
                                         const model::DeviceMemory& image, const CodeImage& code,
                                         std::uint64_t slot_cap = 2'000'000'000);

// The launch that the registers of an idle Machine describe, from its memory as it is now. The Machine is not changed.
StackReferenceResult run_stack_reference(const model::Machine& machine, std::uint64_t slot_cap = 2'000'000'000);

}  // namespace heddle::reconvergence
