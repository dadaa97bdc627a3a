// Runs warps as the architecture says and notes what the stack's analysis needs.
#pragma once

#include <cstdint>
#include <set>

#include "heddle/model/machine.h"
#include "heddle/reconvergence/post_dominators.h"

namespace heddle::reconvergence {

class TargetRecorder : public model::WarpRunner {
 public:
  void dispatched(unsigned, const model::Warp&) override {}
  model::RunResult run(unsigned slot, model::Warp& warp, model::Memory& memory, std::uint64_t max_slots) override;

  const IndirectTargets& targets() const { return targets_; }
  // Functions that were called through a register.
  const std::set<std::uint32_t>& called() const { return called_; }
  std::uint64_t slots() const { return slots_; }

 private:
  IndirectTargets targets_;
  std::set<std::uint32_t> called_;
  std::uint64_t slots_ = 0;
  model::StepResult result_;
};

}  // namespace heddle::reconvergence
