// The checker's state and its parts: launch.cpp (launches, dispatch, faults, ends), commit.cpp (slots), accesses.cpp
// (register writes and memory), report.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine_state.h"
#include "heddle/lockstep/checker.h"
#include "heddle/model/dispatch.h"
#include "warp_context.h"

namespace heddle::lockstep {

// A register, numbered over both files, by its ABI name.
std::string register_text(uint32_t number);
// Floating-point flags by name, e.g. "OF NX"; "none".
std::string flags_text(uint32_t flags);

// Thrown inside the checker, caught by its public calls.
struct Diverged {
  Divergence divergence;
};

// Events of one kind and cycle; records are reused.
template <typename Record>
class EventList {
 public:
  Record& next() {
    if (count_ == records_.size()) records_.push_back(std::make_unique<Record>());
    return *records_[count_++];
  }
  size_t size() const { return count_; }
  Record& operator[](size_t i) { return *records_[i]; }
  void clear() { count_ = 0; }

 private:
  std::vector<std::unique_ptr<Record>> records_;
  size_t count_ = 0;
};

struct Checker::State {
  State(const model::Shape& shape_in, const CheckerOptions& options_in);

  // ---- launch.cpp ----
  void begin_launch(const model::Launch& launch);
  void handle_dispatch(const DispatchRecord& record);
  void handle_fault(const FaultRecord& record);
  void handle_abort();
  void check_bus_fault(const FaultRecord& record, const WarpContext& context, const Tag& tag);
  void handle_warp_done(const WarpDoneRecord& record);
  [[noreturn]] void store_missing(const Slot& slot, const char* when);
  void handle_end(const LaunchOutcome& outcome, const RtlMemoryView& rtl_memory);
  void compare_outcome(const LaunchOutcome& outcome);
  void compare_memory(const RtlMemoryView& rtl_memory);
  Group& group_for(const DispatchRecord& record);

  // ---- commit.cpp ----
  void handle_commit(const CommitRecord& record);
  void compare_commit(const CommitRecord& record, const Slot& slot, const model::Path& path);
  void check_operands(const WarpContext& context, const model::Path& path, const Tag& tag,
                      const model::StepResult& step);
  void note_discarded_load(WarpContext& context, const Slot& slot);
  void open_accesses(WarpContext& context, Slot& slot);
  void after_slot(WarpContext& context);

  // ---- accesses.cpp ----
  void handle_writeback(const WritebackRecord& record);
  void handle_memory(const MemoryRecord& record);
  void handle_scratch(const ScratchRecord& record);
  // `own`: the warp whose lanes do not see the store, as it is a later one of theirs; null: its warp has ended.
  void perform_device_store(const MemoryRecord& record, const WarpContext* own, Slot& slot);
  bool perform_left_store(const MemoryRecord& record);
  struct Atomic {
    unsigned lane;
    uint32_t word;
    uint32_t amo;
    uint32_t operand;
    uint32_t old_word;
    bool sc_success;
  };
  void perform_atomic(const Atomic& event, model::AccessKind kind, model::Space space, WarpContext& context,
                      Slot& slot);
  uint32_t match_load(const WritebackRecord& record, WarpContext& context, Slot& slot, unsigned lane);
  void note_refusal(WarpContext& context, const Slot& slot, unsigned lane);
  void copy_counter(const WritebackRecord& record, WarpContext& context, Slot& slot);
  void check_store_order(const WarpContext& context, const Slot& slot, unsigned lane, unsigned strobe);
  // Memory changed in [first, first + words * 4): open loads gain a value. `writer` is null outside stores.
  void word_changed(model::Space space, uint32_t word, const WarpContext* writer_context, const Slot* writer);
  void open_load(WarpContext& context, Slot& slot, unsigned lane);
  uint32_t seen_by(const WarpContext& context, const Slot& load, unsigned lane) const;
  // Whether the memory behind the bus answers accesses to this line with an error.
  bool bus_refuses(uint32_t address) const {
    const uint32_t line = address & ~(shape.line_bytes - 1);
    return error_first <= error_last && line + (shape.line_bytes - 1) >= error_first && line <= error_last;
  }
  void retire_if_finished(WarpContext& context, Slot& slot);

  void handle_engine_event(const EngineEvent& event);

  // ---- engine_commands.cpp ----
  void handle_command(const CommandRecord& record);
  void handle_command_end(const CommandEndRecord& record);
  void handle_copy_write(const CopyWriteRecord& record);
  uint8_t device_byte(uint32_t address) const;
  void list_bytes(EngineCommand& command);
  void check_written(const CommandEndRecord& record, const EngineCommand& command);
  void check_fault(const CommandEndRecord& record, const EngineCommand& command);
  void expect_fault(model::Cause cause, const model::EngineFault& fault, const EngineCommand& command);
  void perform_matrix(EngineCommand& command);
  // Lanes reach a buffer of accumulators: the matrix commands that were taken for it are over.
  void settle_buffer(unsigned buffer);

  // ---- engine_races.cpp ----
  // A word has changed; `writer` is null outside lanes' accesses.
  void engines_see(model::Space space, uint32_t word, const Slot* writer);

  // ---- engine_barriers.cpp ----
  void handle_barrier(const BarrierRecord& record);
  void handle_lane_barrier(const BarrierRecord& record);
  model::BarrierAnswer operate_barrier(const BarrierRecord& record, const model::WarpIdentity& giver, const Tag& tag);
  void handle_wake(const WakeRecord& record);
  void wake_if_due(WarpContext& context);
  void handle_accumulators(const AccumulatorRecord& record);
  void handle_discarded_accumulators(WarpContext& context, const AccumulatorRecord& record);
  void check_accumulator(const AccumulatorRecord& record, unsigned lane, std::optional<uint32_t> word,
                         std::optional<uint32_t> stored);

  // ---- engine_launch.cpp ----
  void check_buffers(const DispatchRecord& record, Group& group);
  void handle_engine_fault(const FaultRecord& record);

  // ---- common ----
  WarpContext& context_of(const Tag& tag, const char* field);
  // The in-flight slot of an event, or an error that names `field`.
  Slot& slot_of(WarpContext& context, const Tag& tag, const char* field);
  bool known(const Tag& tag);
  [[noreturn]] void diverge(std::string field, std::string explanation, std::optional<Tag> tag = {},
                            std::vector<LaneDifference> lanes = {}, std::vector<uint32_t> words = {});
  // Throws when the rows differ in a lane of `mask`.
  template <typename Expected, typename Got>
  void compare_lanes(const char* field, const std::string& explanation, const Tag& tag, model::LaneMask mask,
                     const Expected& expected, const Got& got) {
    std::vector<LaneDifference> lanes;
    model::for_each_lane(mask, [&](unsigned lane) {
      const uint32_t want = expected[lane];
      const uint32_t have = got[lane];
      if (want != have) lanes.push_back({lane, want, have});
    });
    if (!lanes.empty()) diverge(field, explanation, tag, std::move(lanes));
  }
  std::string render() const;
  std::unique_ptr<Slot> new_slot();

  model::Shape shape;
  CheckerOptions options;
  model::Memory memory;
  model::Launch launch;
  bool running = false;
  bool abort_asked = false;     // by the host
  bool aborted = false;         // and it ends the launch: faults from now on come too late
  bool refused_access = false;  // a register got what memory had refused: the launch has to end in a fault
  std::optional<model::RejectReason> rejected;
  uint64_t total_groups = 0;
  uint64_t next_group = 0;  // linear order of dispatch
  uint64_t groups_done = 0;
  uint64_t retired = 0;  // slots and lanes of this launch, for the host's counters
  uint64_t lanes_retired = 0;
  uint32_t error_first = 1;  // device memory whose lines the bus may refuse; none if first > last
  uint32_t error_last = 0;
  uint64_t now = 0;
  uint64_t launch_cycle = 0;

  EngineState engine;
  std::vector<WarpContext> contexts;                                       // core * warps + slot
  std::map<std::pair<unsigned, unsigned>, std::unique_ptr<Group>> groups;  // by core and slot of warp 0
  std::vector<LeftStore> left_stores;                                      // oldest first, by warp slot
  std::vector<Slot*> open_loads;                                           // slots with a load in flight
  std::vector<std::unique_ptr<Slot>> free_slots;
  std::vector<FaultRecord> faults;  // reported in this launch, in order
  size_t first_faults = 0;          // of them, those of the first cycle with any
  uint64_t first_fault_cycle = 0;

  EventList<CommitRecord> commits;
  EventList<WritebackRecord> writebacks;
  EventList<MemoryRecord> memories;
  EventList<ScratchRecord> scratches;
  std::vector<DispatchRecord> dispatches;
  bool abort_event = false;
  std::vector<FaultRecord> fault_events;
  std::vector<WarpDoneRecord> dones;

  std::optional<Divergence> divergence;
  CheckerStatistics statistics;
};

}  // namespace heddle::lockstep
