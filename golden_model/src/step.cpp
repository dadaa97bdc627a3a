#include "heddle/model/step.h"

#include "executor_rules.h"

namespace heddle::model {

namespace {

void check_steppable(const Warp& warp, const Path& path) {
  if (!path) throw ModelError("step: the path is empty");
  if (warp.pending_sc) throw ModelError("step: the warp's SC has no result yet");
}

}  // namespace

void step(Warp& warp, const Path& path, Memory& memory, StepResult& result) {
  check_steppable(warp, path);
  Executor<kMaxLanes, true, false>(warp, memory, &result, nullptr).slot(path);
}

void step(Warp& warp, const Path& path, DeferredMemory memory, StepResult& result) {
  check_steppable(warp, path);
  Executor<kMaxLanes, true, true>(warp, memory.memory(), &result, nullptr).slot(path);
}

std::uint32_t load_result(isa::Op op, std::uint32_t raw) {
  switch (op) {
    case isa::Op::Lb: return extend(raw, 1, Extension::kSign);
    case isa::Op::Lbu: return extend(raw, 1, Extension::kZero);
    case isa::Op::Lh: return extend(raw, 2, Extension::kSign);
    case isa::Op::Lhu: return extend(raw, 2, Extension::kZero);
    case isa::Op::Flh: return extend(raw, 2, Extension::kBox);
    default: return raw;
  }
}

void complete_access(Warp& warp, const StepResult& slot, unsigned lane, std::uint32_t raw) {
  warp.write_register(slot.rd, lane, load_result(slot.instruction.op, raw));
}

void finish_sc(Warp& warp, const StepResult& slot, LaneMask failed) {
  if (!warp.pending_sc) throw ModelError("finish_sc: the warp has no pending SC");
  const PendingSc pending = *warp.pending_sc;
  warp.pending_sc.reset();
  for_each_lane(slot.access, [&](unsigned l) { warp.write_register(slot.rd, l, (failed & lane_bit(l)) != 0 ? 1 : 0); });
  update_fairness(warp, SlotSummary{.issued = pending.issued,
                                    .trapped = pending.trapped,
                                    .several_paths = pending.several_paths,
                                    .atomic_or_fence = true,
                                    .sc = true,
                                    .sc_failed = failed != 0});
}

}  // namespace heddle::model
