// The lock-step checker: takes the RTL's events, steps the golden model along and compares everything that is
// architecture (docs/architecture.md). Knows nothing of the simulator; the harness or a test feeds it.
//
// Per cycle: any number of event calls, then end_cycle(), which handles them in the order memory, engines (as they were
// reported: writes of copies, ends of commands, mbarriers, accumulators), write-back, commit, commands taken, abort,
// fault, done, dispatch (an event whose slot commits in the same cycle waits for that commit). A wake-up counts for the
// slot it names. The model picks the path of every slot itself. Its memory changes when the RTL reports that a write
// took its place in the order; a load must return a value that its bytes held, as seen by its lane, between its commit
// and its write-back.
//
// Copied from the RTL instead of checked, and counted: `cycle` (the cycle and time CSRs; must not lie ahead of, or more
// than kCycleLag behind, the present cycle, nor go back within a warp) and `bus_error` (accesses that the harness was
// told to answer with an AXI error).
//
// After the first divergence every call is ignored.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "heddle/lockstep/divergence.h"
#include "heddle/lockstep/records.h"
#include "heddle/model/memory.h"
#include "heddle/model/types.h"
#include "heddle/model/warp.h"

namespace heddle::lockstep {

// A reader of the RTL's memory for the comparison at the end of a launch: pages of kPageBytes.
class RtlMemoryView {
 public:
  static constexpr uint32_t kPageBytes = 4096;
  virtual ~RtlMemoryView() = default;
  // Base addresses of all pages that were ever written.
  virtual std::vector<uint32_t> pages() const = 0;
  // Content of such a page.
  virtual std::span<const std::byte> page(uint32_t address) const = 0;
};

struct CheckerOptions {
  std::string configuration;  // for the report
  uint64_t seed = 0;          // for the report
  std::string replay;         // for the report
};

struct CheckerStatistics {
  uint64_t compared = 0;      // slots
  uint64_t accesses = 0;      // of lanes to memory, in those slots
  uint64_t copied_cycle = 0;  // lanes that were given a cycle or time value of the RTL
  uint64_t copied_bus_error = 0;
  uint64_t copied_copy_race = 0;  // bytes that a copy read before they changed, while it was under way
  // Copy commands that were taken before a fault of another one was told, and checked behind it.
  uint64_t copied_fault_after = 0;
};

class Checker {
 public:
  static constexpr uint64_t kCycleLag = 64;

  Checker(const model::Shape& shape, const CheckerOptions& options);
  ~Checker();
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  // The model's memory, for the host's copies while no launch runs.
  model::Memory& memory();

  // control.start was written with these launch registers.
  void begin_launch(const model::Launch& launch);
  // control.abort was written while a launch ran. The RTL says with aborted() that this, and not a fault, ends it.
  void abort_launch();
  // Accesses to [first, last] may end in an access fault from the bus; last < first: none.
  void expect_bus_errors(uint32_t first, uint32_t last);

  void dispatch(const DispatchRecord& record);
  // The record is copied; the reference is to a record to be filled, so that its rows are not copied twice.
  CommitRecord& next_commit();
  WritebackRecord& next_writeback();
  MemoryRecord& next_memory();
  ScratchRecord& next_scratch();
  // Of the engines.
  void command(const CommandRecord& record);
  void command_end(const CommandEndRecord& record);
  void copy_write(const CopyWriteRecord& record);
  void barrier(const BarrierRecord& record);
  void wake(const WakeRecord& record);
  void accumulators(const AccumulatorRecord& record);
  void aborted();
  void fault(const FaultRecord& record);
  void warp_done(const WarpDoneRecord& record);

  // All events of `cycle` (counted from reset) have been reported. Returns false when the RTL has diverged.
  bool end_cycle(uint64_t cycle);
  // The launch is over, the host has read its outcome. Also compares memory. Returns false on a divergence.
  bool end_launch(uint64_t cycle, const LaunchOutcome& outcome, const RtlMemoryView& rtl_memory);

  const std::optional<Divergence>& divergence() const;
  // The one-screen report; empty without a divergence.
  std::string report() const;
  CheckerStatistics statistics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heddle::lockstep
