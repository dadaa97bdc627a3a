// Runs warps as hardware with a post-dominator stack would: lanes that part at an instruction come together again at
// its immediate post-dominator, in the same call frame; until then the groups run one after the other, each to the end.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/model/machine.h"
#include "heddle/reconvergence/post_dominators.h"

namespace heddle::reconvergence {

class StackRunner : public model::WarpRunner {
 public:
  StackRunner(const model::Shape& shape, const PostDominators& post_dominators)
      : post_dominators_(&post_dominators), stacks_(shape.warp_slots()) {}

  void dispatched(unsigned slot, const model::Warp& warp) override;
  model::RunResult run(unsigned slot, model::Warp& warp, model::Memory& memory, std::uint64_t max_slots) override;

  std::uint64_t slots() const { return slots_; }
  unsigned deepest() const { return deepest_; }

 private:
  struct Entry {
    model::LaneMask lanes = 0;
    // Its lanes wait for the others when they are at this pc in this frame, or have left the frame.
    bool has_pc = false;
    std::uint32_t pc = 0;
    std::uint32_t depth = 0;
  };
  using Stack = std::vector<Entry>;

  void settle(Stack& stack, const model::Warp& warp);
  void split(Stack& stack, const model::Warp& warp, const Entry& meeting, model::LaneMask lanes);
  // One instruction for all of `lanes`, indirect jumps of several targets included.
  void issue(model::Warp& warp, model::Memory& memory, model::LaneMask lanes, model::RunResult& result);

  const PostDominators* post_dominators_;
  std::vector<Stack> stacks_;
  std::uint64_t slots_ = 0;
  unsigned deepest_ = 0;
  model::StepResult result_;
};

}  // namespace heddle::reconvergence
