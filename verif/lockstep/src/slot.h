// An issue slot that has committed and of which something is still to come: register writes or memory effects.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "heddle/lockstep/records.h"
#include "heddle/model/step.h"

namespace heddle::lockstep {

constexpr uint32_t byte_mask(unsigned strobe) {
  return ((strobe & 1) ? 0xFFU : 0) | ((strobe & 2) ? 0xFF00U : 0) | ((strobe & 4) ? 0xFF'0000U : 0) |
         ((strobe & 8) ? 0xFF00'0000U : 0);
}

// One lane's load between commit and write-back: every value its bytes held meanwhile, as that lane sees memory.
struct LoadWatch {
  bool open = false;             // values may still be added
  unsigned strobe = 0;           // bytes of the word that are loaded
  std::vector<uint32_t> values;  // of the whole word, masked by strobe; distinct
};

// One lane's store, in word position. For device memory `data` has the merged bytes where lanes of the instruction
// overlap (the highest lane's value remains); in the scratchpad lanes are performed one by one.
struct LaneStore {
  unsigned strobe = 0;   // all bytes of the store
  unsigned pending = 0;  // bytes not yet visible
  uint32_t data = 0;
};

struct Slot {
  Tag tag;
  uint64_t commit_cycle = 0;
  model::StepResult step;

  // Lanes whose register write is to come, and those of them whose value is known by now.
  model::LaneMask unwritten = 0;
  model::LaneMask value_known = 0;
  model::LaneRow value;  // of value_known

  // AMO, LR, SC: lanes not yet performed. Stores: lanes with bytes not yet visible.
  model::LaneMask unperformed = 0;
  // An operation on an mbarrier had an error: the lanes behind it perform nothing, and their registers mean nothing.
  bool failed = false;
  model::LaneMask sc_failed = 0;

  std::array<LoadWatch, model::kMaxLanes> load;
  std::array<LaneStore, model::kMaxLanes> store;

  bool is_load() const { return step.is_memory && step.kind == model::AccessKind::kLoad; }
  bool is_store() const { return step.is_memory && step.kind == model::AccessKind::kStore; }
  bool finished() const { return unwritten == 0 && unperformed == 0; }
  uint32_t word(unsigned lane) const { return step.location[lane].address & ~3U; }
  model::Space space(unsigned lane) const { return step.location[lane].space; }
};

}  // namespace heddle::lockstep
