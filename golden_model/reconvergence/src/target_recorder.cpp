#include "heddle/reconvergence/target_recorder.h"

namespace heddle::reconvergence {

void TargetRecorder::after(const model::Warp&, const model::StepResult& result) {
  ++slots_;
  if (result.instruction.op != isa::Op::Jalr || result.taken == 0) return;
  const model::DecodedInstruction& d = result.instruction;
  const bool call = d.rd == 1 || d.rd == 5;
  const bool returns = d.rs1 == 1 || d.rs1 == 5;
  if (call) {
    called_.insert(result.target);
  } else if (!returns) {
    targets_[result.pc].insert(result.target);
  }
}

}  // namespace heddle::reconvergence
