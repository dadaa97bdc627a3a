// What studies of a Machine that only look share: the loop over the slots of a warp.
#pragma once

#include "heddle/model/machine.h"

namespace heddle::model {

// Runs warps as section 2 says, slot by slot, and lets a study look at each.
class StepRunner : public WarpRunner {
 public:
  void dispatched(unsigned, const Warp&) override {}
  RunResult run(unsigned slot, Warp& warp, Memory& memory, std::uint64_t max_slots) final;

 protected:
  // Registers are as the slot will find them.
  virtual void before(const Warp&, const Path&, Memory&) {}
  virtual void after(const Warp& warp, const StepResult& result) = 0;

 private:
  StepResult result_;
};

}  // namespace heddle::model
