// What a launch has to do with the engines: places of workgroups, faults.
#include <fmt/format.h>

#include <algorithm>

#include "state.h"

namespace heddle::lockstep {

// Buffers of accumulators, and that commands of whoever had the scratchpad before are over.
void Checker::State::check_buffers(const DispatchRecord& record, Group& group) {
  const Tag tag{record.core, record.warp, 0};
  group.first_buffer = record.first_buffer;
  const uint32_t count = launch.accumulators;
  if (count != 0 && record.first_buffer + count > 2) {
    diverge("dispatch.first_buffer", fmt::format("{} buffers from {} on: there are two", count, record.first_buffer),
            tag);
  }
  for (const auto& [key, other] : groups) {
    if (count != 0 && record.first_buffer < other->first_buffer + count &&
        other->first_buffer < record.first_buffer + count) {
      diverge("dispatch.first_buffer",
              fmt::format("buffer {} is that of workgroup {}, which still runs", record.first_buffer, other->linear_id),
              tag);
    }
  }
  for (const auto& [key, command] : engine.commands) {
    if (command.fault) continue;
    const bool scratch = command.giver.scratch_base < group.scratch_base + group.scratch_bytes &&
                         group.scratch_base < command.giver.scratch_base + group.scratch_bytes;
    const bool buffer = count != 0 && command.giver.first_buffer < record.first_buffer + count &&
                        record.first_buffer < command.giver.first_buffer + count;
    if (scratch || buffer) {
      diverge("dispatch.busy",
              fmt::format("a command of workgroup {}, which had its place, is under way", command.group), tag);
    }
  }
}

// Of a command, an mbarrier, or of lanes that wait for nothing.
void Checker::State::handle_engine_fault(const FaultRecord& record) {
  const Tag tag{record.core, record.warp, 0};
  if (faults.empty()) first_fault_cycle = now;
  faults.push_back(record);
  if (first_fault_cycle == now) first_faults = faults.size();
  constexpr uint32_t kNeverGoesOn = 15;
  model::Fault expected;
  if (record.cause == static_cast<uint32_t>(model::Cause::kMbarrier) && (record.value & 0xF) == kNeverGoesOn) {
    const WarpContext& context = context_of(tag, "fault");
    const Group& group = *context.group;
    for (const auto& [key, command] : engine.commands) {
      if (command.group == group.linear_id)
        diverge("fault", "a command of the workgroup is under way: it may go on", tag);
    }
    if (!group.workgroup.stuck()) diverge("fault", "the workgroup can go on in the model", tag);
    expected = model::never_goes_on(group.workgroup.warps(), memory);
  } else {
    if (engine.faults.empty()) diverge("fault", "the RTL reports a fault of an engine, the model has none", tag);
    // (Of several at once a core reports the first.)
    const auto found = std::ranges::find_if(engine.faults, [&](const model::Fault& fault) {
      return static_cast<uint32_t>(fault.cause) == record.cause && fault.pc == record.pc &&
             fault.value == record.value && fault.detail == record.detail && fault.core == record.core &&
             fault.warp == record.warp && fault.lane == record.lane && fault.local_id == record.local_id &&
             fault.group_id == record.group_id;
    });
    const auto reported = found != engine.faults.end() ? found : engine.faults.begin();
    expected = *reported;
    engine.faults.erase(reported);
  }
  const auto check = [&](const char* field, uint32_t want, uint32_t got) {
    if (want != got) diverge(field, fmt::format("expected {:#x}, got {:#x}", want, got), tag);
  };
  check("fault.cause", static_cast<uint32_t>(expected.cause), record.cause);
  check("fault.pc", expected.pc, record.pc);
  check("fault.value", expected.value, record.value);
  check("fault.detail", expected.detail, record.detail);
  check("fault.lane", expected.lane, record.lane);
  check("fault.warp", expected.warp, record.warp);
  check("fault.core", expected.core, record.core);
  check("fault.local_id", expected.local_id, record.local_id);
  for (unsigned axis = 0; axis < 3; ++axis) check("fault.group_id", expected.group_id[axis], record.group_id[axis]);
}

}  // namespace heddle::lockstep
