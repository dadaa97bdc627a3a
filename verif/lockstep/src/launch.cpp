// Launches, dispatch, faults and the ends of warps and launches (docs/architecture.md, sections 1, 7 and 8).
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "state.h"

namespace heddle::lockstep {

void Checker::State::begin_launch(const model::Launch& new_launch) {
  launch = new_launch;
  memory.set_launch(launch);
  if (launch.needs_scratchpad()) memory.clear_scratchpad();
  running = true;
  abort_asked = false;
  aborted = false;
  rejected = model::check_launch(shape, launch);
  total_groups = uint64_t{launch.num_groups[0]} * launch.num_groups[1] * launch.num_groups[2];
  next_group = 0;
  groups_done = 0;
  retired = 0;
  lanes_retired = 0;
  faults.clear();
  engine = EngineState{};
  refused_access = false;
  first_faults = 0;
  launch_cycle = now;
}

Group& Checker::State::group_for(const DispatchRecord& record) {
  const Tag tag{record.core, record.warp, 0};
  const auto key = std::make_pair(record.core, record.group_slot);
  const uint64_t linear =
      record.group_id[0] +
      uint64_t{launch.num_groups[0]} * (record.group_id[1] + uint64_t{launch.num_groups[1]} * record.group_id[2]);
  const auto found = groups.find(key);
  if (found != groups.end()) {
    Group& group = *found->second;
    if (group.linear_id != linear) {
      diverge("dispatch.group_id",
              fmt::format("group slot {} of core {} belongs to workgroup {}, which still runs, not to {}",
                          record.group_slot, record.core, group.linear_id, linear),
              tag);
    }
    return group;
  }
  for (unsigned axis = 0; axis < 3; ++axis) {
    if (record.group_id[axis] >= launch.num_groups[axis]) {
      diverge("dispatch.group_id",
              fmt::format("group id {} is outside the grid in axis {}", record.group_id[axis], axis), tag);
    }
  }
  if (linear != next_group) {
    diverge("dispatch.group_id", fmt::format("workgroup {} was dispatched, {} is next", linear, next_group), tag);
  }
  ++next_group;

  auto group = std::make_unique<Group>();
  group->linear_id = linear;
  group->core = record.core;
  group->slot = record.group_slot;
  group->scratch_base = record.scratch_base;
  group->scratch_bytes = model::scratch_allocation(shape, launch);
  if (uint64_t{group->scratch_base} + group->scratch_bytes > shape.scratchpad_bytes) {
    diverge("dispatch.scratch_base", fmt::format("allocation at {:#x} ends beyond the scratchpad", group->scratch_base),
            tag);
  }
  for (const auto& [other_key, other] : groups) {
    if (group->scratch_base < other->scratch_base + other->scratch_bytes &&
        other->scratch_base < group->scratch_base + group->scratch_bytes) {
      diverge("dispatch.scratch_base",
              fmt::format("allocation at {:#x} overlaps that of workgroup {} at {:#x}, which still runs",
                          group->scratch_base, other->linear_id, other->scratch_base),
              tag);
    }
  }
  check_buffers(record, *group);
  const unsigned warps = model::group_warps(shape, launch);
  std::vector<model::Warp*> members;
  for (unsigned i = 0; i < warps; ++i) {
    // Place and hart id follow when the warp itself is dispatched; until then it counts as not arrived anywhere.
    auto warp = std::make_unique<model::Warp>(shape);
    model::WarpIdentity identity =
        model::make_identity(shape, launch, record.group_id, i, record.core, 0, record.scratch_base);
    identity.first_buffer = record.first_buffer;
    warp->dispatch(launch, identity);
    members.push_back(warp.get());
    group->warps.push_back(std::move(warp));
  }
  group->workgroup = model::Workgroup(std::move(members));
  return *groups.emplace(key, std::move(group)).first->second;
}

void Checker::State::handle_dispatch(const DispatchRecord& record) {
  const Tag tag{record.core, record.warp, 0};
  if (!running) diverge("dispatch", "a warp was dispatched while no launch runs", tag);
  if (rejected) diverge("dispatch", "a warp was dispatched for a launch that has to be rejected", tag);
  if (record.core >= shape.cores || record.warp >= shape.warps) diverge("dispatch.warp", "no such core or warp", tag);
  WarpContext& context = contexts[record.core * shape.warps + record.warp];
  if (context.group != nullptr) diverge("dispatch.warp", "the warp slot is taken", tag);

  Group& group = group_for(record);
  const auto warps = static_cast<unsigned>(group.warps.size());
  if (record.group_warps != warps) {
    diverge("dispatch.group_warps", fmt::format("expected {}, got {}", warps, record.group_warps), tag);
  }
  if (record.warp_in_group >= warps || ((group.dispatched >> record.warp_in_group) & 1) != 0) {
    diverge("dispatch.warp_in_group",
            fmt::format("warp {} of workgroup {} does not exist or was dispatched before", record.warp_in_group,
                        group.linear_id),
            tag);
  }
  if (record.scratch_base != group.scratch_base) {
    diverge("dispatch.scratch_base",
            fmt::format("expected {:#x} as for the workgroup's other warps, got {:#x}", group.scratch_base,
                        record.scratch_base),
            tag);
  }
  model::WarpIdentity identity = model::make_identity(shape, launch, record.group_id, record.warp_in_group, record.core,
                                                      record.warp, record.scratch_base);
  identity.first_buffer = group.first_buffer;
  if (record.first_buffer != group.first_buffer) {
    diverge(
        "dispatch.first_buffer",
        fmt::format("expected {} as for the workgroup's other warps, got {}", group.first_buffer, record.first_buffer),
        tag);
  }
  if (record.mask != identity.mask) {
    diverge("dispatch.mask", fmt::format("expected {:#x}, got {:#x}", identity.mask, record.mask), tag);
  }
  if (record.local_base != identity.local_base) {
    diverge("dispatch.local_base", fmt::format("expected {}, got {}", identity.local_base, record.local_base), tag);
  }
  for (unsigned axis = 0; axis < 3; ++axis) {
    compare_lanes("dispatch.local_id", fmt::format("local id in axis {}", "xyz"[axis]), tag, identity.mask,
                  identity.local_id[axis], record.local_id[axis]);
  }

  group.dispatched |= uint64_t{1} << record.warp_in_group;
  context = WarpContext{};
  context.group = &group;
  context.warp_in_group = record.warp_in_group;
  context.warp = group.warps[record.warp_in_group].get();
  context.warp->dispatch(launch, identity);
  // A warp has no reservation at dispatch, whatever the one before it in its place has left.
  for (const model::Space space : {model::Space::kDevice, model::Space::kScratchpad}) {
    memory.reservations(space).clear(context.warp->global_slot());
  }
}

// That an access was refused is the RTL's word; which one it says it was has to be one in flight to such a line.
void Checker::State::check_bus_fault(const FaultRecord& record, const WarpContext& context, const Tag& tag) {
  if (record.cause == static_cast<uint32_t>(model::Cause::kInstructionAccess) || context.bus_error) return;
  const auto compare = [&](model::Cause cause) {
    if (record.cause != static_cast<uint32_t>(cause)) {
      diverge("fault.cause", fmt::format("expected {}, got {}", static_cast<uint32_t>(cause), record.cause), tag);
    }
    if (record.local_id != context.warp->identity.local_base + record.lane) {
      diverge("fault.local_id", fmt::format("lane {} is not work-item {}", record.lane, record.local_id), tag);
    }
  };
  for (const auto& slot : context.in_flight) {
    // (An atomic into x0 is never written, but performed; a store does not fail here.)
    const model::LaneMask open = slot->unwritten | (slot->is_store() ? 0 : slot->unperformed);
    if (slot->step.pc != record.pc || (open & model::lane_bit(record.lane)) == 0) continue;
    if (slot->space(record.lane) != model::Space::kDevice || slot->step.location[record.lane].address != record.value ||
        !bus_refuses(slot->word(record.lane))) {
      continue;
    }
    compare(slot->step.kind == model::AccessKind::kAmo ? model::Cause::kStoreAccess : model::Cause::kLoadAccess);
    return;
  }
  const LaneAccess wanted{record.pc, record.lane, record.value};
  if (std::find(context.discarded_loads.begin(), context.discarded_loads.end(), wanted) !=
      context.discarded_loads.end()) {
    compare(model::Cause::kLoadAccess);
    return;
  }
  diverge("fault",
          fmt::format("the RTL reports a bus error at {:#010x} for pc {:#010x}, lane {}: no such access is in flight",
                      record.value, record.pc, record.lane),
          tag);
}

// Whichever comes first ends the launch and is what the host sees; of both in one cycle the fault.
void Checker::State::handle_abort() {
  if (!abort_asked) diverge("abort", "the launch is ended as aborted, the host has not asked for it");
  if (!faults.empty()) diverge("abort", "the launch is ended as aborted, a fault came before");
  aborted = true;
}

void Checker::State::handle_fault(const FaultRecord& record) {
  if (record.cause >= static_cast<uint32_t>(model::Cause::kCopyEngine) &&
      record.cause <= static_cast<uint32_t>(model::Cause::kMbarrier)) {
    return handle_engine_fault(record);
  }
  if (record.cause == static_cast<uint32_t>(model::Cause::kWritebackRefused)) {
    // No warp's: what a cache wrote back late was refused. The model's memory has it, and is not compared there.
    if (!bus_refuses(record.value)) {
      diverge("fault",
              fmt::format("memory is said to have refused a write-back of the line at {:#010x}", record.value));
    }
    if (faults.empty()) first_fault_cycle = now;
    faults.push_back(record);
    if (first_fault_cycle == now) first_faults = faults.size();
    ++statistics.copied_bus_error;
    return;
  }
  const Tag tag{record.core, record.warp, 0};
  WarpContext& context = context_of(tag, "fault");
  const auto slot_tag = Tag{record.core, record.warp, static_cast<uint32_t>(context.warp->slots)};
  if (faults.empty()) first_fault_cycle = now;
  faults.push_back(record);
  if (first_fault_cycle == now) first_faults = faults.size();

  const bool bus_cause = record.cause == static_cast<uint32_t>(model::Cause::kInstructionAccess) ||
                         record.cause == static_cast<uint32_t>(model::Cause::kLoadAccess) ||
                         record.cause == static_cast<uint32_t>(model::Cause::kStoreAccess);
  // Of an atomic whose lanes trap in part, memory may refuse the others before the trap is reported.
  const bool other = !context.fault || record.lane != context.fault->lane || record.value != context.fault->value;
  if (other && bus_cause && error_first <= error_last) {
    check_bus_fault(record, context, slot_tag);
    context.bus_error = true;
    ++statistics.copied_bus_error;
    return;
  }
  if (!context.fault) diverge("fault", "the RTL reports a fault, the model has none in this warp", slot_tag);
  if (context.fault_reported) diverge("fault", "the warp's fault was reported before", slot_tag);
  context.fault_reported = true;
  const model::Fault& fault = *context.fault;
  const auto check = [&](const char* field, uint32_t expected, uint32_t got) {
    if (expected != got) diverge(field, fmt::format("expected {:#x}, got {:#x}", expected, got), slot_tag);
  };
  check("fault.cause", static_cast<uint32_t>(fault.cause), record.cause);
  check("fault.pc", fault.pc, record.pc);
  check("fault.value", fault.value, record.value);
  check("fault.lane", fault.lane, record.lane);
  check("fault.local_id", fault.local_id, record.local_id);
  for (unsigned axis = 0; axis < 3; ++axis) check("fault.group_id", fault.group_id[axis], record.group_id[axis]);
}

void Checker::State::store_missing(const Slot& slot, const char* when) {
  std::vector<uint32_t> words;
  model::for_each_lane(slot.unperformed, [&](unsigned lane) { words.push_back(slot.word(lane)); });
  diverge("store.visible",
          fmt::format("{}, the store in slot {} (lanes {:#x}) never became visible", when, slot.tag.order,
                      slot.unperformed),
          slot.tag, {}, std::move(words));
}

void Checker::State::handle_warp_done(const WarpDoneRecord& record) {
  Tag tag{record.core, record.warp, 0};
  WarpContext& context = context_of(tag, "done");
  tag.order = static_cast<uint32_t>(context.warp->slots);
  if (!context.warp->ended()) {
    if (!record.kill) diverge("done", "the warp is reported as ended, in the model it has live lanes", tag);
    if (!aborted && faults.empty()) {
      diverge("done", "the warp was killed although the launch has neither a fault nor an abort", tag);
    }
  }
  // Stores to device memory may still be on their way, to the scratchpad not: that belongs to the workgroup.
  const auto may_be_left = [](const Slot& slot) {
    bool device = slot.is_store() && slot.unperformed != 0;
    model::for_each_lane(slot.unperformed,
                         [&](unsigned lane) { device = device && slot.space(lane) == model::Space::kDevice; });
    return device;
  };
  for (auto& slot : context.in_flight) {
    if (context.bus_error) break;
    if (may_be_left(*slot)) continue;
    if (slot->is_store() && slot->unperformed != 0) store_missing(*slot, "the warp is reported as ended");
    if (slot->unperformed != 0) {
      diverge("memory.missing",
              fmt::format("the warp is reported as ended, the atomic in slot {} was never performed for lanes {:#x}",
                          slot->tag.order, slot->unperformed),
              slot->tag);
    }
    diverge("writeback.missing",
            fmt::format("the warp is reported as ended, register {} of slot {} was never written in lanes {:#x}",
                        register_text(slot->step.rd), slot->tag.order, slot->unwritten),
            slot->tag);
  }
  if (!context.bus_error && !context.discarded_accumulators.empty()) {
    const DiscardedLoad& load = context.discarded_accumulators.front();
    tag.order = load.order;
    diverge(
        "accumulators.missing",
        fmt::format("the warp is reported as ended, lane {} of slot {} has not loaded its word", load.lane, load.order),
        tag, {}, {load.word});
  }
  for (auto& slot : context.in_flight) {
    std::erase(open_loads, slot.get());
    if (may_be_left(*slot)) {
      left_stores.push_back({.slot = std::move(slot), .excused = context.bus_error});
    } else {
      free_slots.push_back(std::move(slot));
    }
  }
  context.in_flight.clear();

  Row fcsr{};
  for (unsigned lane = 0; lane < shape.lanes; ++lane) {
    fcsr[lane] = context.warp->frm[lane] << 5 | context.warp->fflags[lane];
  }
  if (!context.bus_error) {
    compare_lanes("done.fcsr", "fcsr (frm, fflags) at the end of the warp", tag, context.warp->identity.mask, fcsr,
                  record.fcsr);
  }

  Group& group = *context.group;
  group.done |= uint64_t{1} << context.warp_in_group;
  context.group = nullptr;
  context.warp = nullptr;
  if (group.done == group.dispatched && std::popcount(group.done) == static_cast<int>(group.warps.size())) {
    ++groups_done;
    groups.erase(std::make_pair(group.core, group.slot));
  }
}

void Checker::State::compare_outcome(const LaunchOutcome& outcome) {
  const auto check = [&](const char* field, uint64_t expected, uint64_t got) {
    if (expected != got) diverge(field, fmt::format("expected {}, got {}", expected, got));
  };
  check("status.rejected", rejected.has_value() ? 1 : 0, outcome.rejected ? 1 : 0);
  if (rejected) {
    check("status.reason", static_cast<unsigned>(*rejected), outcome.reason);
    return;
  }
  for (const WarpContext& context : contexts) {
    if (context.group != nullptr) {
      diverge("status.done", "the launch is reported as done while a warp runs",
              Tag{context.group->core, context.warp->identity.slot, static_cast<uint32_t>(context.warp->slots)});
    }
    if (context.fault && faults.empty()) diverge("status.fault", "a warp's fault was never reported");
  }
  for (LeftStore& left : left_stores) {
    if (!left.excused) store_missing(*left.slot, "the launch is reported as done");
    free_slots.push_back(std::move(left.slot));
  }
  left_stores.clear();
  if (engine.any_fault && faults.empty() && !aborted) {
    diverge("status.fault", "the fault of an engine was never reported");
  }
  if (!engine.commands.empty()) {
    const EngineCommand& command = engine.commands.begin()->second;
    diverge("command.missing", fmt::format("the launch is done, command {:#x} never ended", command.identifier),
            command.tag);
  }
  if (!engine.completions.empty() && faults.empty() && !aborted) {
    diverge("barrier.missing", "the completion of a command never arrived on its mbarrier",
            engine.completions.begin()->second.command.tag);
  }
  if (refused_access && faults.empty() && !aborted) {
    diverge("status.fault", "a register got what memory had refused, which was never reported");
  }
  // Of what faults when the warps are being ended for an abort, nothing is shown.
  const bool faulted = !faults.empty() && !aborted;
  check("status.fault", faulted ? 1 : 0, outcome.fault ? 1 : 0);
  if (faulted) {
    const auto end = faults.begin() + static_cast<std::ptrdiff_t>(first_faults);
    if (std::find(faults.begin(), end, outcome.fault_record) == end) {
      const FaultRecord& first = faults.front();
      const FaultRecord& got = outcome.fault_record;
      diverge("fault_registers",
              fmt::format("expected cause {} pc {:#x} value {:#x} core {} warp {} lane {} local {}, "
                          "got cause {} pc {:#x} value {:#x} core {} warp {} lane {} local {}",
                          first.cause, first.pc, first.value, first.core, first.warp, first.lane, first.local_id,
                          got.cause, got.pc, got.value, got.core, got.warp, got.lane, got.local_id));
    }
  }
  // An abort that meets the check of the launch ends it before anything is dispatched.
  const bool never_began = abort_asked && next_group == 0 && outcome.aborted;
  if (!faulted && !aborted && !never_began) check("dispatch.missing (workgroups done)", total_groups, groups_done);
  check("status.aborted", aborted || (never_began && !faulted) ? 1 : 0, outcome.aborted ? 1 : 0);
  check("counter.warp_instrs", retired, outcome.warp_instrs);
  check("counter.lane_instrs", lanes_retired, outcome.lane_instrs);
}

// Pages that only the model wrote are found too: a page that the RTL never wrote reads zero.
void Checker::State::compare_memory(const RtlMemoryView& rtl_memory) {
  std::array<uint8_t, RtlMemoryView::kPageBytes> expected{};
  for (const uint32_t base : rtl_memory.pages()) {
    memory.device().read(base, expected);
    const std::span<const std::byte> got = rtl_memory.page(base);
    if (std::memcmp(expected.data(), got.data(), expected.size()) == 0) continue;
    for (uint32_t offset = 0; offset < expected.size(); offset += 4) {
      uint32_t want = 0;
      uint32_t have = 0;
      std::memcpy(&want, expected.data() + offset, 4);
      std::memcpy(&have, got.data() + offset, 4);
      if (want == have) continue;
      if (bus_refuses(base + offset)) continue;
      diverge(
          "memory.final",
          fmt::format("after the launch the word at {:#010x} is {:#010x} in the model, {:#010x} in the RTL's memory",
                      base + offset, want, have),
          {}, {}, {base + offset});
    }
  }
}

void Checker::State::handle_end(const LaunchOutcome& outcome, const RtlMemoryView& rtl_memory) {
  if (!running) diverge("status.done", "the RTL reports the end of a launch that was not started");
  running = false;
  compare_outcome(outcome);
  compare_memory(rtl_memory);
  groups.clear();
  for (WarpContext& context : contexts) context = WarpContext{};
}

}  // namespace heddle::lockstep
