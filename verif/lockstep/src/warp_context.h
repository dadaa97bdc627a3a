// What the checker keeps per hardware warp slot and per workgroup.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "heddle/model/step.h"
#include "heddle/model/warp.h"
#include "heddle/model/workgroup.h"
#include "slot.h"

namespace heddle::lockstep {

// A line of the report's history.
struct HistoryEntry {
  uint64_t cycle = 0;
  uint32_t order = 0;
  uint32_t pc = 0;
  uint32_t instr = 0;
  model::LaneMask mask = 0;
  model::LaneMask trap = 0;
  bool waits = false;
};

struct Group {
  uint64_t linear_id = 0;
  unsigned core = 0;
  unsigned slot = 0;  // of its warp 0
  uint32_t scratch_base = 0;
  uint32_t scratch_bytes = 0;
  uint32_t first_buffer = 0;                        // of accumulators
  std::vector<std::unique_ptr<model::Warp>> warps;  // by place in the group; set up before they are dispatched
  uint64_t dispatched = 0;                          // bit per warp
  uint64_t done = 0;
  model::Workgroup workgroup;
};

// An access of one lane.
struct LaneAccess {
  uint32_t pc = 0;
  unsigned lane = 0;
  uint32_t address = 0;

  bool operator==(const LaneAccess&) const = default;
};

// A load of a word of the accumulators into x0, which the RTL performs and never writes back.
struct DiscardedLoad {
  uint32_t order = 0;
  unsigned lane = 0;
  uint32_t word = 0;
};

// A store to device memory that became visible, or will, after its warp had ended.
struct LeftStore {
  std::unique_ptr<Slot> slot;
  bool excused = false;  // an access of the warp failed on the bus: it may never come
};

struct WarpContext {
  static constexpr unsigned kHistory = 8;

  Group* group = nullptr;  // null: the slot is free
  unsigned warp_in_group = 0;
  model::Warp* warp = nullptr;
  std::vector<std::unique_ptr<Slot>> in_flight;                   // oldest first
  std::array<model::LaneMask, model::kRegisters> load_pending{};  // per register: lanes that wait for memory
  std::optional<model::Fault> fault;                              // the warp's trap without handler; it may not go on
  bool fault_reported = false;
  bool bus_error = false;                             // an access failed on the bus: some of it never completes
  std::vector<LaneAccess> discarded_loads;            // into x0, of what memory refuses
  std::vector<DiscardedLoad> discarded_accumulators;  // that have not been performed
  std::array<HistoryEntry, kHistory> history{};
  uint64_t history_count = 0;
  uint64_t last_cycle_value = 0;    // what cycle read last
  bool waits = false;               // its hd.mbar.wait has been performed
  bool may_wake = false;            // the phase that it waits for is over
  std::optional<uint32_t> wake_at;  // the slot from which on its WAIT lanes run

  void remember(const HistoryEntry& entry) { history[history_count++ % kHistory] = entry; }
  Slot* find(uint32_t order) {
    for (auto& slot : in_flight) {
      if (slot->tag.order == order) return slot.get();
    }
    return nullptr;
  }
};

}  // namespace heddle::lockstep
