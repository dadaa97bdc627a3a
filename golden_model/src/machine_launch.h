// A launch slot of a Machine (docs/architecture.md, section 8), and a workgroup of its launch.
#pragma once

#include <memory>
#include <vector>

#include "heddle/model/machine.h"

namespace heddle::model {

struct Machine::Group {
  LaunchSlot* launch = nullptr;
  Workgroup workgroup;
  unsigned core = 0;
  std::vector<unsigned> slots;  // indices of its warps in Machine::warps_
  unsigned scratch_slot = 0;
  unsigned first_buffer = 0;  // of accumulators
  bool ended = false;         // its warps; commands may be under way
};

struct Machine::LaunchSlot {
  Launch launch;  // the registers; the Memory has a copy for each core that runs it
  bool busy = false;
  bool begun = false;  // not while it waits for the scratchpad
  bool done = false;
  bool aborted = false;
  bool interrupt_enable = false;
  std::optional<RejectReason> rejected;
  std::optional<Fault> fault;

  std::uint64_t cycles = 0;
  std::uint64_t warp_instrs = 0;
  std::uint64_t lane_instrs = 0;

  std::uint64_t order = 0;                     // of the starts
  std::vector<std::unique_ptr<Group>> groups;  // those that run
  Vector3 next_group{};                        // the next one to place; z past the end when all are placed

  bool needs_scratchpad() const { return launch.needs_scratchpad(); }
  bool groups_left() const { return busy && begun && next_group[2] != launch.num_groups[2]; }
};

}  // namespace heddle::model
