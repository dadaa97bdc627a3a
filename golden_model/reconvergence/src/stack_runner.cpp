#include "heddle/reconvergence/stack_runner.h"

#include <algorithm>
#include <map>

namespace heddle::reconvergence {

using model::LaneMask;

void StackRunner::dispatched(unsigned slot, const model::Warp& warp) {
  stacks_[slot] = {Entry{.lanes = warp.live(), .has_pc = false, .pc = 0, .depth = 0}};
}

// Pushes one entry per group of `lanes` that has not reached the meeting point, the lowest pc on top.
void StackRunner::split(Stack& stack, const model::Warp& warp, const Entry& meeting, LaneMask lanes) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, LaneMask, std::greater<>> groups;  // by pc and depth
  model::for_each_lane(lanes, [&](unsigned l) { groups[{warp.pc[l], warp.depth[l]}] |= model::lane_bit(l); });
  for (const auto& [at, mask] : groups) {
    Entry entry = meeting;
    entry.lanes = mask;
    stack.push_back(entry);
  }
  deepest_ = std::max(deepest_, static_cast<unsigned>(stack.size()));
}

// Pops what has ended or met. Afterwards the lanes of the top entry are at one pc.
void StackRunner::settle(Stack& stack, const model::Warp& warp) {
  while (!stack.empty()) {
    Entry& top = stack.back();
    top.lanes &= warp.live();
    if (top.lanes == 0) {
      stack.pop_back();
      continue;
    }
    const unsigned first = model::first_lane(top.lanes);
    const std::uint32_t pc = warp.pc[first];
    const std::uint32_t depth = warp.depth[first];
    LaneMask together = 0;
    model::for_each_lane(top.lanes, [&](unsigned l) {
      if (warp.pc[l] == pc && warp.depth[l] == depth) together |= model::lane_bit(l);
    });
    if (together != top.lanes) {
      // Lanes that came back from different places: go on apart, to the same meeting point.
      const Entry meeting = top;
      split(stack, warp, meeting, meeting.lanes);
      continue;
    }
    const bool met = stack.size() > 1 && ((top.has_pc && pc == top.pc && depth == top.depth) || depth < top.depth);
    if (!met) return;
    stack.pop_back();
  }
}

void StackRunner::issue(model::Warp& warp, model::Memory& memory, LaneMask lanes, model::RunResult& result) {
  const unsigned first = model::first_lane(lanes);
  model::Path path{.mask = lanes,
                   .pc = warp.pc[first],
                   .depth = warp.depth[first],
                   .several = true,  // fairness does not matter here, and nothing may be taken for converged
                   .requeue = false};
  LaneMask completed = 0;
  // step() takes the lanes of an indirect jump target by target; a stack's hardware splits them in one slot.
  while (path.mask != 0 && !result.fault) {
    model::step(warp, path, memory, result_);
    completed |= result_.completed;
    result.fault = result_.fault;
    path.mask &= ~result_.mask;
  }
  ++result.slots;
  ++warp.cycle;
  if (completed != 0) {
    ++result.warp_instrs;
    result.lane_instrs += model::lane_count(completed);
  }
}

model::RunResult StackRunner::run(unsigned slot, model::Warp& warp, model::Memory& memory, std::uint64_t max_slots) {
  model::RunResult result;
  Stack& stack = stacks_[slot];
  while (result.slots < max_slots && !result.fault) {
    settle(stack, warp);
    if (stack.empty()) break;
    // Lanes at a barrier or in a collective wait for lanes that are further down the stack: nothing can be done here.
    const LaneMask lanes = stack.back().lanes & warp.run;
    if (lanes == 0) break;
    const unsigned first = model::first_lane(lanes);
    const std::uint32_t pc = warp.pc[first];
    const std::uint32_t depth = warp.depth[first];
    issue(warp, memory, lanes, result);
    const LaneMask left = stack.back().lanes & warp.live();
    bool apart = false;
    model::for_each_lane(left, [&](unsigned l) {
      const unsigned some = model::first_lane(left);
      apart = apart || warp.pc[l] != warp.pc[some] || warp.depth[l] != warp.depth[some];
    });
    if (!apart) continue;
    const model::DecodedInstruction& d = result_.instruction;
    const bool is_call = d.klass == isa::Class::Jump && (d.rd == 1 || d.rd == 5);
    const bool is_transfer = d.klass == isa::Class::Jump || d.klass == isa::Class::Branch || d.op == isa::Op::Mret;
    Entry meeting{.lanes = 0, .has_pc = true, .pc = pc + 4, .depth = depth};  // calls, and traps of some lanes
    if (is_transfer && !is_call) {
      const std::optional<std::uint32_t> at = post_dominators_->immediate(pc);
      meeting.has_pc = at.has_value();
      meeting.pc = at.value_or(0);
    }
    split(stack, warp, meeting, left);
  }
  slots_ += result.slots;
  return result;
}

}  // namespace heddle::reconvergence
