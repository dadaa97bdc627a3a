// The engines of the stand-in for the RTL: performs commands as they are taken, and reports every event of them.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "heddle/lockstep/records.h"
#include "heddle/model/engines.h"
#include "heddle/model/memory.h"
#include "heddle/model/step.h"

namespace heddle::lockstep::test {

class ModelEngines {
 public:
  struct Reports {
    std::function<void(const CommandRecord&)> command;
    std::function<void(const CommandEndRecord&)> end;
    std::function<void(const CopyWriteRecord&)> write;
    std::function<void(const BarrierRecord&)> barrier;
    std::function<void(const WakeRecord&)> wake;
    std::function<void(const model::Fault&)> fault;
    std::function<void(uint32_t)> device_word;  // has been written
  };

  ModelEngines(model::Memory& memory, Reports reports) : memory_(memory), reports_(std::move(reports)) {}

  void set_warps(std::vector<model::Warp*> warps) { warps_ = std::move(warps); }
  // All lanes of an engine instruction; values go to the registers.
  void perform(model::Warp& warp, const model::StepResult& step, const Tag& tag);

 private:
  void command(model::Warp& warp, const model::StepResult& step, const Tag& tag, unsigned lane);
  void copy(const model::CopyCommand& command, uint32_t number, const model::WarpIdentity& giver);
  void fault(model::Cause cause, const model::EngineFault& fault, uint32_t identifier, const model::WarpIdentity& giver,
             unsigned lane, uint32_t pc);
  model::BarrierAnswer operate(BarrierRecord record, const model::WarpIdentity& giver);
  void wake(model::Warp& warp);

  model::Memory& memory_;
  Reports reports_;
  std::vector<model::Warp*> warps_;
  uint32_t taken_[2] = {};
};

}  // namespace heddle::lockstep::test
