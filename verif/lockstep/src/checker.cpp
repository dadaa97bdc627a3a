#include "heddle/lockstep/checker.h"

#include <algorithm>

#include "state.h"

namespace heddle::lockstep {

Checker::State::State(const model::Shape& shape_in, const CheckerOptions& options_in)
    : shape(shape_in), options(options_in), memory(shape_in), contexts(shape_in.warp_slots()) {}

Checker::Checker(const model::Shape& shape, const CheckerOptions& options)
    : state_(std::make_unique<State>(shape, options)) {}
Checker::~Checker() = default;

model::Memory& Checker::memory() { return state_->memory; }

void Checker::begin_launch(const model::Launch& launch) {
  if (!state_->divergence) state_->begin_launch(launch);
}

void Checker::abort_launch() { state_->abort_asked = state_->running; }

void Checker::expect_bus_errors(uint32_t first, uint32_t last) {
  state_->error_first = first;
  state_->error_last = last;
}

void Checker::dispatch(const DispatchRecord& record) { state_->dispatches.push_back(record); }
CommitRecord& Checker::next_commit() { return state_->commits.next(); }
WritebackRecord& Checker::next_writeback() { return state_->writebacks.next(); }
MemoryRecord& Checker::next_memory() { return state_->memories.next(); }
ScratchRecord& Checker::next_scratch() { return state_->scratches.next(); }
void Checker::command(const CommandRecord& record) { state_->engine.takes.push_back(record); }
void Checker::command_end(const CommandEndRecord& record) { state_->engine.events.emplace_back(record); }
void Checker::copy_write(const CopyWriteRecord& record) { state_->engine.events.emplace_back(record); }
void Checker::barrier(const BarrierRecord& record) { state_->engine.events.emplace_back(record); }
void Checker::wake(const WakeRecord& record) { state_->engine.events.emplace_back(record); }
void Checker::accumulators(const AccumulatorRecord& record) { state_->engine.events.emplace_back(record); }
void Checker::aborted() { state_->abort_event = true; }
void Checker::fault(const FaultRecord& record) { state_->fault_events.push_back(record); }
void Checker::warp_done(const WarpDoneRecord& record) { state_->dones.push_back(record); }

namespace {

// Handles the events whose slot has committed already, or, the second time, all that are left.
template <typename Record, typename Known, typename Handler>
void handle_events(EventList<Record>& events, std::vector<bool>& handled, bool all, Known&& known, Handler&& handler) {
  handled.resize(events.size(), false);
  for (size_t i = 0; i < events.size(); ++i) {
    if (handled[i] || !(all || known(events[i].tag))) continue;
    handled[i] = true;
    handler(events[i]);
  }
}

}  // namespace

bool Checker::end_cycle(uint64_t cycle) {
  State& s = *state_;
  if (s.divergence) return false;
  s.now = cycle;
  if (!s.abort_event && s.commits.size() + s.writebacks.size() + s.memories.size() + s.scratches.size() +
                                s.dispatches.size() + s.fault_events.size() + s.dones.size() + s.engine.events.size() +
                                s.engine.takes.size() ==
                            0) {
    return true;
  }
  try {
    const auto known = [&](const Tag& tag) { return s.known(tag); };
    std::vector<bool> memory_handled, scratch_handled, writeback_handled;
    for (const bool all : {false, true}) {
      handle_events(s.memories, memory_handled, all, known, [&](const auto& r) { s.handle_memory(r); });
      handle_events(s.scratches, scratch_handled, all, known, [&](const auto& r) { s.handle_scratch(r); });
      // (Those of engines come cycles after the slot that they belong to.)
      if (!all) {
        for (const EngineEvent& event : s.engine.events) s.handle_engine_event(event);
      }
      handle_events(s.writebacks, writeback_handled, all, known, [&](const auto& r) { s.handle_writeback(r); });
      if (!all) {
        for (size_t i = 0; i < s.commits.size(); ++i) s.handle_commit(s.commits[i]);
      }
    }
    for (const CommandRecord& record : s.engine.takes) s.handle_command(record);
    if (s.abort_event) s.handle_abort();
    for (const FaultRecord& record : s.fault_events) s.handle_fault(record);
    for (const WarpDoneRecord& record : s.dones) s.handle_warp_done(record);
    for (const DispatchRecord& record : s.dispatches) s.handle_dispatch(record);
  } catch (Diverged& diverged) {
    s.divergence = std::move(diverged.divergence);
  }
  s.commits.clear();
  s.writebacks.clear();
  s.memories.clear();
  s.scratches.clear();
  s.dispatches.clear();
  s.abort_event = false;
  s.fault_events.clear();
  s.dones.clear();
  s.engine.events.clear();
  s.engine.takes.clear();
  return !s.divergence;
}

bool Checker::end_launch(uint64_t cycle, const LaunchOutcome& outcome, const RtlMemoryView& rtl_memory) {
  State& s = *state_;
  if (s.divergence) return false;
  s.now = cycle;
  try {
    s.handle_end(outcome, rtl_memory);
  } catch (Diverged& diverged) {
    s.divergence = std::move(diverged.divergence);
  }
  return !s.divergence;
}

const std::optional<Divergence>& Checker::divergence() const { return state_->divergence; }

std::string Checker::report() const { return state_->divergence ? state_->render() : std::string(); }

CheckerStatistics Checker::statistics() const { return state_->statistics; }

void Checker::State::handle_engine_event(const EngineEvent& event) {
  if (const auto* const end = std::get_if<CommandEndRecord>(&event)) handle_command_end(*end);
  if (const auto* const write = std::get_if<CopyWriteRecord>(&event)) handle_copy_write(*write);
  if (const auto* const operation = std::get_if<BarrierRecord>(&event)) handle_barrier(*operation);
  if (const auto* const waking = std::get_if<WakeRecord>(&event)) handle_wake(*waking);
  if (const auto* const access = std::get_if<AccumulatorRecord>(&event)) handle_accumulators(*access);
}

// ---- common helpers ------------------------------------------------------------------------------------------------

void Checker::State::diverge(std::string field, std::string explanation, std::optional<Tag> tag,
                             std::vector<LaneDifference> lanes, std::vector<uint32_t> words) {
  throw Diverged{{.field = std::move(field),
                  .explanation = std::move(explanation),
                  .tag = tag,
                  .cycle = now,
                  .lanes = std::move(lanes),
                  .words = std::move(words)}};
}

WarpContext& Checker::State::context_of(const Tag& tag, const char* field) {
  if (tag.core >= shape.cores || tag.warp >= shape.warps) diverge(field, "no such core or warp", tag);
  WarpContext& context = contexts[tag.core * shape.warps + tag.warp];
  if (context.group == nullptr) diverge(field, "the warp slot is free: no warp runs there", tag);
  return context;
}

bool Checker::State::known(const Tag& tag) {
  if (tag.core >= shape.cores || tag.warp >= shape.warps) return false;
  const WarpContext& context = contexts[tag.core * shape.warps + tag.warp];
  return context.group != nullptr && tag.order < context.warp->slots;
}

Slot& Checker::State::slot_of(WarpContext& context, const Tag& tag, const char* field) {
  Slot* slot = context.find(tag.order);
  if (slot == nullptr) {
    diverge(field,
            tag.order < context.warp->slots ? "the slot has nothing outstanding: everything of it has been done already"
                                            : "the slot has not committed",
            tag);
  }
  return *slot;
}

std::unique_ptr<Slot> Checker::State::new_slot() {
  if (free_slots.empty()) return std::make_unique<Slot>();
  std::unique_ptr<Slot> slot = std::move(free_slots.back());
  free_slots.pop_back();
  return slot;
}

void Checker::State::retire_if_finished(WarpContext& context, Slot& slot) {
  if (!slot.finished()) return;
  const auto place = std::find_if(context.in_flight.begin(), context.in_flight.end(),
                                  [&](const auto& candidate) { return candidate.get() == &slot; });
  if (slot.is_load()) std::erase(open_loads, &slot);
  free_slots.push_back(std::move(*place));
  context.in_flight.erase(place);
}

}  // namespace heddle::lockstep
