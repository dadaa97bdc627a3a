// Where the DPI functions of rtl/monitor_pkg.sv deliver. One sink is active at a time per thread: that of the device
// whose clock ticks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core_requests.h"
#include "heddle/lockstep/checker.h"
#include "management_lockstep.h"
#include "shared_writes.h"
#include "store_watch.h"
#include "warp_positions.h"

namespace heddle::harness {

struct MonitorSink {
  // By launch slot; empty: lock-step is off.
  std::vector<lockstep::Checker*> checkers;
  // Launch slot of each core's launch, and of the one with scratchpad and engines. Cores that are free: of the last
  // one.
  std::vector<unsigned> owners;
  unsigned holder = 0;
  SharedWrites* writes = nullptr;
  lockstep::Checker& of_core(unsigned core) const { return *checkers[owners[core]]; }
  lockstep::Checker& of_engines() const { return *checkers[holder]; }
  std::optional<StoreWatch> watch;  // empty: nobody watches
  WarpPositions* positions = nullptr;
  CoreRequests* requests = nullptr;
  uint64_t cycle = 0;  // of the edge that is being evaluated, from 0
  unsigned lanes = 1;
  unsigned line_bytes = 64;
  uint64_t warp_instrs = 0;
  uint64_t lane_instrs = 0;
  unsigned ended = 0;                             // launch slots whose launch has ended, a bit for each
  std::vector<lockstep::LaunchOutcome> outcomes;  // with several launch slots: as their registers show it
  ManagementLockstep* management = nullptr;       // with a management core and lock-step
  // The management core has written to a register of the host port; must not throw.
  std::function<void(uint32_t offset, uint32_t value)> register_written;
  // Of the commit that follows, see monitor_pkg.sv.
  lockstep::Row causes{};
  lockstep::Row addresses{};
  lockstep::Row operands{};
  // Of the write-back that follows.
  lockstep::Row flags{};
  bool has_flags = false;
  std::array<lockstep::Row, 3> local_ids{};
  // Of the accesses to accumulators that follow.
  std::array<lockstep::Tag, 2> window_tags{};
};

MonitorSink*& active_sink();

}  // namespace heddle::harness
