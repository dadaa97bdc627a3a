#include "heddle/reconvergence/target_recorder.h"

namespace heddle::reconvergence {

model::RunResult TargetRecorder::run(unsigned, model::Warp& warp, model::Memory& memory, std::uint64_t max_slots) {
  model::RunResult result;
  while (result.slots < max_slots) {
    const model::Path path = model::select_path(warp);
    if (!path) break;
    model::step(warp, path, memory, result_);
    ++result.slots;
    ++warp.cycle;
    if (result_.completed != 0) {
      ++result.warp_instrs;
      result.lane_instrs += model::lane_count(result_.completed);
    }
    if (result_.instruction.op == isa::Op::Jalr && result_.taken != 0) {
      const model::DecodedInstruction& d = result_.instruction;
      const bool call = d.rd == 1 || d.rd == 5;
      const bool returns = d.rs1 == 1 || d.rs1 == 5;
      if (call) {
        called_.insert(result_.target);
      } else if (!returns) {
        targets_[result_.pc].insert(result_.target);
      }
    }
    if (result_.fault) {
      result.fault = result_.fault;
      break;
    }
  }
  slots_ += result.slots;
  return result;
}

}  // namespace heddle::reconvergence
