// Runs warps as the architecture says and notes what the stack's analysis needs.
#pragma once

#include <cstdint>
#include <set>

#include "heddle/model/step_runner.h"
#include "heddle/reconvergence/post_dominators.h"

namespace heddle::reconvergence {

class TargetRecorder : public model::StepRunner {
 public:
  const IndirectTargets& targets() const { return targets_; }
  // Functions that were called through a register.
  const std::set<std::uint32_t>& called() const { return called_; }
  std::uint64_t slots() const { return slots_; }

 protected:
  void after(const model::Warp& warp, const model::StepResult& result) override;

 private:
  IndirectTargets targets_;
  std::set<std::uint32_t> called_;
  std::uint64_t slots_ = 0;
};

}  // namespace heddle::reconvergence
