// Slots: the model picks the path, steps it, and the record has to say the same (docs/architecture.md, sections 2 to
// 7).
#include <fmt/format.h>

#include "heddle/generated/isa.h"
#include "heddle/model/path.h"
#include "state.h"

namespace heddle::lockstep {

// An instruction may not read a register whose load is still in flight, nor write it: the load's value would be lost
// or come late. (Everything else is forwarded, and found by comparing values.) One that was not fetched, or that is
// illegal for what it is (a CSR that may not be written), has no operands.
void Checker::State::check_operands(const WarpContext& context, const model::Path& path, const Tag& tag,
                                    const model::StepResult& step) {
  if (step.trap == path.mask) {
    const auto cause = static_cast<model::Cause>(step.cause[model::first_lane(step.trap)]);
    if (cause == model::Cause::kInstructionAccess || cause == model::Cause::kIllegalInstruction) return;
  }
  const model::DecodedInstruction& instruction = step.instruction;
  const isa::InstructionInfo& info = isa::info(instruction.op);
  const auto check = [&](bool used, unsigned reg, const char* field, const char* verb) {
    const model::LaneMask waiting = used ? context.load_pending[reg] & path.mask : 0;
    if (waiting == 0) return;
    diverge(field,
            fmt::format("the instruction {} {} before memory has supplied it in lanes {:#x}", verb, register_text(reg),
                        waiting),
            tag);
  };
  check(info.reads_rs1, instruction.rs1, "hazard.read", "reads");
  check(info.reads_rs2, instruction.rs2, "hazard.read", "reads");
  check(info.reads_rs3, instruction.rs3, "hazard.read", "reads");
  check(info.writes_rd, instruction.rd, "hazard.write", "writes");
}

void Checker::State::compare_commit(const CommitRecord& record, const Slot& slot, const model::Path& path) {
  const model::StepResult& step = slot.step;
  const Tag& tag = record.tag;
  const auto check = [&](const char* field, uint32_t expected, uint32_t got, const char* what) {
    if (expected != got) diverge(field, fmt::format("{}: expected {:#010x}, got {:#010x}", what, expected, got), tag);
  };
  const bool fetch_fault = step.trap != 0 && step.cause[model::first_lane(step.trap)] ==
                                                 static_cast<uint8_t>(model::Cause::kInstructionAccess);
  // A faulting fetch has no instruction.
  if (!fetch_fault) check("commit.instr", step.instruction.raw, record.instr, "instruction word");
  check("commit.mask", step.mask, record.mask, fmt::format("lanes that execute, of the path {:#x}", path.mask).c_str());
  check("commit.retire", step.waits ? 0 : 1, record.retire ? 1 : 0, "whether the slot retires");
  if (step.waits) return;
  check("commit.trap", step.trap, record.trap, "lanes that trap");
  compare_lanes("commit.cause", "cause of the trap", tag, step.trap, step.cause, record.cause);
  check("commit.taken", step.taken, record.taken, "lanes that jump");
  if (step.taken != 0) check("commit.target", step.target, record.target, "target of the jump");
  if (!step.is_memory && !step.is_engine) return;
  compare_lanes("commit.address", "address of the access", tag, step.mask, step.address, record.address);
  if (step.is_engine) {
    if (isa::info(step.instruction.op).reads_rs2) {
      compare_lanes("commit.data", "operand of the mbarrier", tag, step.mask, step.data, record.data);
    }
    return;
  }
  if (step.kind == model::AccessKind::kStore || step.kind == model::AccessKind::kAmo ||
      step.kind == model::AccessKind::kSc) {
    // Narrow stores use the low bytes only.
    const uint32_t used = step.size >= 4 ? ~0U : (1U << (8 * step.size)) - 1;
    Row expected{};
    Row got{};
    for (unsigned lane = 0; lane < shape.lanes; ++lane) {
      expected[lane] = step.data[lane] & used;
      got[lane] = record.data[lane] & used;
    }
    compare_lanes("commit.data", "data to store", tag, step.mask, expected, got);
  }
}

// A load into x0 leaves nothing to be written; that memory refuses it shows all the same, and so does that accumulators
// are read.
void Checker::State::note_discarded_load(WarpContext& context, const Slot& slot) {
  model::for_each_lane(slot.step.access, [&](unsigned lane) {
    if (slot.space(lane) == model::Space::kAccumulators) {
      context.discarded_accumulators.push_back({slot.tag.order, lane, slot.word(lane)});
    }
    if (slot.space(lane) != model::Space::kDevice || !bus_refuses(slot.word(lane))) return;
    context.discarded_loads.push_back({slot.step.pc, lane, slot.step.location[lane].address});
  });
}

// What of the slot is still to come.
void Checker::State::open_accesses(WarpContext& context, Slot& slot) {
  const model::StepResult& step = slot.step;
  // An instruction without a destination is written back for its flags.
  slot.unwritten = step.rd != 0 ? step.written | step.deferred : step.flagged;
  slot.value_known = step.rd != 0 ? step.written : step.flagged;
  slot.value = step.value;
  slot.unperformed = 0;
  slot.failed = false;
  slot.sc_failed = 0;
  if (step.is_engine) {
    if (step.rd != 0) context.load_pending[step.rd] |= step.deferred;
    const bool wait = step.instruction.op == isa::Op::HdMbarWait;
    if (step.access != 0 && !step.waits) {
      slot.unperformed = wait ? model::lane_bit(model::first_lane(step.access)) : step.access;
    }
    return;
  }
  if (!step.is_memory) return;
  statistics.accesses += model::lane_count(step.access);
  if (step.rd != 0) context.load_pending[step.rd] |= step.deferred;
  switch (step.kind) {
    case model::AccessKind::kLoad:
      if (slot.unwritten != 0) {
        model::for_each_lane(slot.unwritten, [&](unsigned lane) { open_load(context, slot, lane); });
        open_loads.push_back(&slot);
      } else {
        note_discarded_load(context, slot);
      }
      break;
    case model::AccessKind::kStore:
      slot.unperformed = step.access;
      model::for_each_lane(step.access, [&](unsigned lane) {
        const unsigned offset = step.location[lane].address & 3;
        LaneStore& store = slot.store[lane];
        store.strobe = store.pending = ((1U << step.size) - 1) << offset;
        store.data = step.data[lane] << (8 * offset);
        if (slot.space(lane) != model::Space::kDevice) return;
        // The highest lane's bytes remain.
        model::for_each_lane(step.access & (model::lane_bit(lane) - 1), [&](unsigned lower) {
          if (slot.word(lower) != slot.word(lane) || slot.space(lower) != model::Space::kDevice) return;
          const uint32_t bytes = byte_mask(store.strobe);
          slot.store[lower].data = (slot.store[lower].data & ~bytes) | (store.data & bytes);
        });
      });
      break;
    default: slot.unperformed = step.access; break;
  }
}

// Releases that the slot made possible (sections 2 and 4).
void Checker::State::after_slot(WarpContext& context) {
  const model::Workgroup::Event event = context.group->workgroup.after_slot(*context.warp, memory);
  if (event.fault) context.fault = event.fault;
}

void Checker::State::handle_commit(const CommitRecord& record) {
  const Tag& tag = record.tag;
  WarpContext& context = context_of(tag, "commit.tag");
  model::Warp& warp = *context.warp;
  if (tag.order != static_cast<uint32_t>(warp.slots)) {
    diverge("commit.tag", fmt::format("slot {} of the warp commits, {} is next", tag.order, warp.slots), tag);
  }
  if (context.fault) diverge("commit.after_fault", "the warp's launch has faulted in this warp, it may not go on", tag);
  if (warp.pending_sc) {
    diverge("commit.after_sc", "the warp goes on before the outcome of its SC is known", tag);
  }
  wake_if_due(context);
  const model::Path path = model::select_path(warp);
  if (!path) {
    diverge("commit.path",
            warp.ended() ? "all lanes of the warp have ended" : "no lane of the warp may run: all wait at a barrier",
            tag);
  }
  if (record.pc != path.pc) {
    diverge("commit.pc",
            fmt::format("the model selects the path at {:#010x} (lanes {:#x}), the RTL runs {:#010x} (lanes {:#x})",
                        path.pc, path.mask, record.pc, record.mask),
            tag);
  }
  // Whether the bus refused this fetch is the RTL's word: an earlier fetch of the line may be what it executes.
  const bool refused =
      bus_refuses(path.pc) && record.trap != 0 &&
      record.cause[model::first_lane(record.trap)] == static_cast<uint32_t>(model::Cause::kInstructionAccess);
  if (refused) {
    memory.refuse_fetches(true);
    ++statistics.copied_bus_error;
  }

  std::unique_ptr<Slot> owned = new_slot();
  Slot& slot = *owned;
  slot.tag = tag;
  slot.commit_cycle = now;
  warp.cycle = now;
  slot.step.needs_sc_result = false;
  model::step(warp, path, model::DeferredMemory(memory), slot.step);
  if (refused) memory.refuse_fetches(false);
  context.remember({.cycle = now,
                    .order = tag.order,
                    .pc = record.pc,
                    .instr = slot.step.instruction.raw,
                    .mask = slot.step.mask,
                    .trap = slot.step.trap,
                    .waits = slot.step.waits});
  check_operands(context, path, tag, slot.step);
  compare_commit(record, slot, path);
  ++statistics.compared;
  if (slot.step.completed != 0) {
    ++retired;
    lanes_retired += model::lane_count(slot.step.completed);
  }
  if (slot.step.is_fence) {
    for (const auto& earlier : context.in_flight) {
      if (earlier->unperformed == 0 || earlier->step.is_engine) continue;
      diverge("fence",
              fmt::format("the fence completes while the access of slot {} is not visible (lanes {:#x})",
                          earlier->tag.order, earlier->unperformed),
              tag);
    }
  }
  if (slot.step.fault) context.fault = slot.step.fault;
  open_accesses(context, slot);
  if (slot.finished()) {
    free_slots.push_back(std::move(owned));
  } else {
    context.in_flight.push_back(std::move(owned));
  }
  if (!context.fault && !warp.pending_sc) after_slot(context);
}

}  // namespace heddle::lockstep
