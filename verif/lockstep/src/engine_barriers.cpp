// mbarriers, who waits for them, and the accumulators as lanes see them.
#include <fmt/format.h>

#include <algorithm>

#include "state.h"

namespace heddle::lockstep {

namespace {

BarrierOp operation_of(isa::Op op) {
  switch (op) {
    case isa::Op::HdMbarInit: return BarrierOp::kInit;
    case isa::Op::HdMbarArrive: return BarrierOp::kArrive;
    case isa::Op::HdMbarExpect: return BarrierOp::kExpect;
    case isa::Op::HdMbarWait: return BarrierOp::kWait;
    default: return BarrierOp::kTest;
  }
}

bool answers_over(BarrierOp op) { return op == BarrierOp::kTest || op == BarrierOp::kWait; }

}  // namespace

// The operation in the model, with its answer; who waits for the end of the phase may wake up.
model::BarrierAnswer Checker::State::operate_barrier(const BarrierRecord& record, const model::WarpIdentity& giver,
                                                     const Tag& tag) {
  const model::BarrierAnswer answer =
      model::operate(memory.scratchpad(), giver.scratch_base + launch.scratch_size,
                     static_cast<model::BarrierOp>(record.op), record.address, record.operand);
  const auto check = [&](const char* field, uint32_t expected, uint32_t got) {
    if (expected != got) diverge(field, fmt::format("expected {}, got {}", expected, got), tag, {}, {record.address});
  };
  check("barrier.error", answer.error, record.error);
  if (answer.error != 0) return answer;
  check("barrier.phase", record.op == BarrierOp::kInit ? record.phase : answer.phase, record.phase);
  if (answers_over(record.op)) {
    check("barrier.over", answer.over ? 1 : 0, record.over ? 1 : 0);
    return answer;
  }
  for (const uint32_t word : {record.address, record.address + 4}) {
    memory.reservations(model::Space::kScratchpad).written(word, 4);
    word_changed(model::Space::kScratchpad, word, nullptr, nullptr);
  }
  if (!answer.ended) return answer;
  for (WarpContext& context : contexts) {
    if (context.warp != nullptr && context.warp->wait != 0 && context.waits &&
        context.warp->waits_for.address == record.address) {
      context.may_wake = true;
    }
  }
  return answer;
}

void Checker::State::handle_lane_barrier(const BarrierRecord& record) {
  const Tag& tag = record.tag;
  WarpContext& context = context_of(tag, "barrier.tag");
  Slot& slot = slot_of(context, tag, "barrier.tag");
  const model::StepResult& step = slot.step;
  if (!step.is_engine || step.instruction.op == isa::Op::HdCopy || step.instruction.op == isa::Op::HdMatrix ||
      operation_of(step.instruction.op) != record.op) {
    diverge("barrier.op", "the slot makes no such operation", tag);
  }
  if (slot.unperformed == 0 || model::first_lane(slot.unperformed) != record.lane) {
    diverge(
        "barrier.lane",
        fmt::format("lane {} is performed, lanes {:#x} are to come, in ascending order", record.lane, slot.unperformed),
        tag);
  }
  if (step.location[record.lane].address != record.address) {
    diverge("barrier.address",
            fmt::format("expected {:#x}, got {:#x}", step.location[record.lane].address, record.address), tag);
  }
  const uint32_t used = answers_over(record.op) ? 1 : ~0U;
  if (((step.data[record.lane] ^ record.operand) & used) != 0) {
    diverge("barrier.operand", "operand of the operation", tag,
            {{record.lane, step.data[record.lane], record.operand}});
  }
  const model::BarrierAnswer answer = operate_barrier(record, context.warp->identity, tag);
  if (answer.error != 0) {
    expect_fault(model::Cause::kMbarrier,
                 {.code = answer.error,
                  .operand = static_cast<unsigned>(record.op),
                  .value = record.address - context.warp->identity.scratch_base},
                 {.tag = tag,
                  .lane = record.lane,
                  .pc = step.pc,
                  .giver = context.warp->identity,
                  .fault = {},
                  .copy = {},
                  .matrix = {},
                  .bytes = {}});
    slot.failed = true;
    slot.unperformed = model::lane_bit(record.lane);
  }
  if (record.op == BarrierOp::kWait) {
    context.waits = true;
    context.may_wake = answer.over;
  }
  if (step.rd != 0) {
    const uint32_t value = record.op == BarrierOp::kTest ? (answer.over ? 1 : 0) : answer.phase;
    model::complete_access(*context.warp, step, record.lane, value);
    slot.value[record.lane] = value;
    slot.value_known |= model::lane_bit(record.lane);
  }
  slot.unperformed &= ~model::lane_bit(record.lane);
  retire_if_finished(context, slot);
}

void Checker::State::handle_barrier(const BarrierRecord& record) {
  if (!running) diverge("barrier", "an operation on an mbarrier while no launch runs");
  if (record.source == BarrierSource::kLane) return handle_lane_barrier(record);
  const CommandKey key{record.source == BarrierSource::kCopy ? Engine::kCopy : Engine::kMatrix, record.number};
  const auto found = engine.completions.find(key);
  if (found == engine.completions.end()) {
    diverge("barrier.number", fmt::format("command {} of that engine has no completion to arrive", record.number));
  }
  const CompletionOperation expected = std::move(found->second);
  engine.completions.erase(found);
  const Tag& tag = expected.command.tag;
  const auto check = [&](const char* field, uint32_t want, uint32_t got) {
    if (want != got) diverge(field, fmt::format("expected {:#x}, got {:#x}", want, got), tag);
  };
  check("barrier.op", static_cast<uint32_t>(expected.op), static_cast<uint32_t>(record.op));
  check("barrier.address", expected.address, record.address);
  check("barrier.operand", expected.operand, record.operand);
  const model::BarrierAnswer answer = operate_barrier(record, expected.command.giver, tag);
  if (answer.error != 0) {
    expect_fault(model::Cause::kMbarrier,
                 {.code = answer.error,
                  .operand = static_cast<unsigned>(record.op),
                  .value = record.address - expected.command.giver.scratch_base},
                 expected.command);
  }
}

void Checker::State::handle_wake(const WakeRecord& record) {
  const Tag tag{record.core, record.warp, record.order};
  WarpContext& context = context_of(tag, "wake.warp");
  if (context.warp->wait == 0) diverge("wake.warp", "no lane of the warp waits for an mbarrier", tag);
  if (!context.may_wake) diverge("wake", "the phase that the warp waits for is not over", tag);
  if (record.order < context.warp->slots) {
    diverge("wake.order", fmt::format("slot {} was selected without it", context.warp->slots - 1), tag);
  }
  context.wake_at = record.order;
  wake_if_due(context);
}

// The wake-up counts from the slot on that it names.
void Checker::State::wake_if_due(WarpContext& context) {
  if (!context.wake_at || *context.wake_at != context.warp->slots) return;
  context.wake_at.reset();
  context.may_wake = context.waits = false;
  model::wake(*context.warp);
}

// One lane of an access to the accumulators: `word` is what the model says that it reaches, if anything.
void Checker::State::check_accumulator(const AccumulatorRecord& record, unsigned lane, std::optional<uint32_t> word,
                                       std::optional<uint32_t> stored) {
  const uint32_t address = record.address[lane];
  if (word) settle_buffer(address / shape.buffer_bytes());
  if (word != address) {
    diverge("accumulators.address",
            fmt::format("lane {}: expected {}, got {:#x}", lane, word ? fmt::format("{:#x}", *word) : "none", address),
            record.tag);
  }
  const uint32_t expected = stored ? *stored : memory.read_word({model::Space::kAccumulators, address});
  if (expected != record.data[lane]) {
    diverge("accumulators.data", "word of the accumulators", record.tag, {{lane, expected, record.data[lane]}},
            {address});
  }
}

// A load into x0, of which no slot is kept.
void Checker::State::handle_discarded_accumulators(WarpContext& context, const AccumulatorRecord& record) {
  if (record.mask == 0) diverge("accumulators.mask", "no lane is performed", record.tag);
  model::for_each_lane(record.mask, [&](unsigned lane) {
    auto& loads = context.discarded_accumulators;
    const auto load =
        std::ranges::find_if(loads, [&](const auto& l) { return l.order == record.tag.order && l.lane == lane; });
    if (load == loads.end()) {
      diverge("accumulators.mask", fmt::format("lane {} has been performed already, or loads nothing", lane),
              record.tag);
    }
    check_accumulator(record, lane, load->word, std::nullopt);
    loads.erase(load);
  });
}

void Checker::State::handle_accumulators(const AccumulatorRecord& record) {
  const Tag& tag = record.tag;
  WarpContext& context = context_of(tag, "accumulators.tag");
  if (!record.store &&
      std::ranges::any_of(context.discarded_accumulators, [&](const auto& l) { return l.order == tag.order; })) {
    return handle_discarded_accumulators(context, record);
  }
  Slot& slot = slot_of(context, tag, "accumulators.tag");
  const model::AccessKind kind = record.store ? model::AccessKind::kStore : model::AccessKind::kLoad;
  if (!slot.step.is_memory || slot.step.kind != kind)
    diverge("accumulators.store", "the slot is not of that kind", tag);
  const model::LaneMask open = record.store ? slot.unperformed : slot.step.access;
  if (record.mask == 0 || (record.mask & ~open) != 0) {
    diverge("accumulators.mask",
            fmt::format("lanes {:#x} are performed, lanes {:#x} of the slot are to come", record.mask, open), tag);
  }
  model::for_each_lane(record.mask, [&](unsigned lane) {
    check_accumulator(record, lane,
                      slot.space(lane) == model::Space::kAccumulators ? std::optional(slot.word(lane)) : std::nullopt,
                      record.store ? std::optional(slot.step.data[lane]) : std::nullopt);
    if (!record.store) return;
    memory.write_word({model::Space::kAccumulators, record.address[lane]}, record.data[lane]);
    slot.unperformed &= ~model::lane_bit(lane);
    slot.store[lane].pending = 0;
    word_changed(model::Space::kAccumulators, record.address[lane], &context, &slot);
  });
  retire_if_finished(context, slot);
}

}  // namespace heddle::lockstep
