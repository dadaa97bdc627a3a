// The selection rule of docs/architecture.md, section 2, written down lane by lane: the reference for warp_paths.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace heddle::core_test {

enum class LaneState { kRun, kBarrier, kSync, kEnded };

struct Lane {
  uint32_t pc = 0;
  unsigned depth = 0;
  LaneState state = LaneState::kEnded;
};

struct Path {
  uint32_t pc = 0;
  unsigned depth = 0;
  uint32_t mask = 0;
};

// What the rule wants to know about the instruction of a slot.
struct SlotKind {
  bool ordering = false;  // AMO, LR, SC or FENCE
  bool load_reserved = false;
  bool store_conditional = false;
  bool pause = false;
  bool failed = false;  // SC: a lane failed
};

// One warp. Use: select(), change the lanes as the instruction does, finish_slot(), then releases.
class WarpReference {
 public:
  void start(uint32_t pc, uint32_t mask, unsigned lanes);

  Path select();
  void finish_slot(uint32_t executed, uint32_t trapping, SlotKind kind);

  uint32_t in_state(LaneState state) const;
  unsigned paths() const;

  std::vector<Lane> lanes;

  // For coverage of the bench.
  uint64_t serves = 0, greedy_returns = 0, most_paths = 0;

 private:
  void next_lane();
  std::optional<Path> best() const;
  Path containing(unsigned lane) const;

  bool serve_ = false;
  uint64_t count_ = 0;
  uint32_t served_ = 0;
  uint64_t limit_ = 65536;
  unsigned hold_ = 0, hold_lane_ = 0, quantum_lane_ = 0;
  unsigned before_ = 0;
};

}  // namespace heddle::core_test
