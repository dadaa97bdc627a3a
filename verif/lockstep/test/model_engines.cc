#include "model_engines.h"

#include <algorithm>
#include <set>

namespace heddle::lockstep::test {

namespace {

BarrierOp operation(isa::Op op) {
  switch (op) {
    case isa::Op::HdMbarInit: return BarrierOp::kInit;
    case isa::Op::HdMbarArrive: return BarrierOp::kArrive;
    case isa::Op::HdMbarExpect: return BarrierOp::kExpect;
    case isa::Op::HdMbarTest: return BarrierOp::kTest;
    default: return BarrierOp::kWait;
  }
}

}  // namespace

void ModelEngines::wake(model::Warp& warp) {
  reports_.wake({.core = 0, .warp = warp.identity.slot, .order = static_cast<uint32_t>(warp.slots)});
  model::wake(warp);
}

void ModelEngines::fault(model::Cause cause, const model::EngineFault& fault, uint32_t identifier,
                         const model::WarpIdentity& giver, unsigned lane, uint32_t pc) {
  reports_.fault(model::engine_fault(cause, fault, identifier, giver, lane, pc));
}

model::BarrierAnswer ModelEngines::operate(BarrierRecord record, const model::WarpIdentity& giver) {
  const model::BarrierAnswer answer =
      model::operate(memory_.scratchpad(), giver.scratch_base + memory_.launch(giver.core).scratch_size,
                     static_cast<model::BarrierOp>(record.op), record.address, record.operand);
  record.error = answer.error;
  record.phase = answer.phase;
  record.over = answer.over;
  reports_.barrier(record);
  if (answer.ended) {
    for (model::Warp* warp : warps_) {
      if (warp->wait != 0 && warp->waits_for.address == record.address) wake(*warp);
    }
  }
  return answer;
}

void ModelEngines::copy(const model::CopyCommand& command, uint32_t number, const model::WarpIdentity& giver) {
  model::perform(command, giver, memory_);
  const bool device = command.direction == model::CopyCommand::Direction::kStore;
  std::set<uint32_t> bytes;
  for (uint32_t byte = 0; byte < command.bytes(); ++byte) {
    // (Of stores the tests have rows within the tensor only.)
    bytes.insert(device ? command.base + command.first[0] * command.element + byte
                        : giver.scratch_base + command.place(byte));
  }
  for (auto at = bytes.begin(); at != bytes.end();) {
    CopyWriteRecord record{.number = number, .device = device, .address = *at & ~3U, .words = 1};
    for (; at != bytes.end() && (*at & ~3U) == record.address; ++at) record.strobe[0] |= 1U << (*at & 3);
    record.data[0] = memory_.read_word({device ? model::Space::kDevice : model::Space::kScratchpad, record.address});
    reports_.write(record);
    if (device) reports_.device_word(record.address);
  }
}

void ModelEngines::command(model::Warp& warp, const model::StepResult& step, const Tag& tag, unsigned lane) {
  const bool matrix = step.instruction.op == isa::Op::HdMatrix;
  const model::WarpIdentity& giver = warp.identity;
  CommandRecord record{.tag = tag, .lane = lane, .engine = matrix ? Engine::kMatrix : Engine::kCopy};
  const unsigned words = matrix ? kMatrixWords : kCopyWords;
  for (unsigned w = 0; w < words; ++w) {
    record.descriptor[w] = memory_.read_word({model::Space::kScratchpad, step.location[lane].address + 4 * w});
  }
  reports_.command(record);
  CommandEndRecord end{
      .engine = record.engine, .number = taken_[matrix ? 1 : 0]++, .identifier = record.descriptor[0] >> 16};
  model::CopyCommand copied;
  model::MatrixCommand multiplied;
  model::MatrixDescriptor descriptor{};
  std::copy_n(record.descriptor.begin(), descriptor.size(), descriptor.begin());
  const model::Launch& launch = memory_.launch(giver.core);
  const auto wrong =
      matrix ? model::check(descriptor, memory_.shape(), launch.accumulators, launch.scratch_size, multiplied)
             : model::check(record.descriptor, launch.scratch_size, copied);
  if (wrong) {
    end.end = CommandEnd::kFault;
    end.cause = wrong->code;
    end.operand = wrong->operand;
    end.value = wrong->value;
    reports_.end(end);
    return fault(matrix ? model::Cause::kMatrixEngine : model::Cause::kCopyEngine, *wrong, end.identifier, giver, lane,
                 step.pc);
  }
  BarrierRecord arrival;
  arrival.source = matrix ? BarrierSource::kMatrix : BarrierSource::kCopy;
  arrival.number = end.number;
  bool arrives = false;
  if (matrix) {
    const size_t buffer = memory_.shape().buffer_bytes() / 4;
    model::perform(multiplied, memory_.shape(), memory_.scratchpad().subspan(giver.scratch_base),
                   memory_.accumulators().subspan((giver.first_buffer + multiplied.buffer) * buffer, buffer));
    arrives = multiplied.arrive;
    arrival.op = BarrierOp::kArrive;
    arrival.address = giver.scratch_base + multiplied.barrier;
  } else {
    copy(copied, end.number, giver);
    end.bytes = copied.bytes();
    arrives = copied.complete;
    arrival.op = BarrierOp::kComplete;
    arrival.address = giver.scratch_base + copied.barrier;
    arrival.operand = end.bytes;
  }
  reports_.end(end);
  if (!arrives) return;
  const model::BarrierAnswer answer = operate(arrival, giver);
  if (answer.error != 0) {
    fault(model::Cause::kMbarrier,
          {.code = answer.error,
           .operand = static_cast<unsigned>(arrival.op),
           .value = arrival.address - giver.scratch_base},
          end.identifier, giver, lane, step.pc);
  }
}

void ModelEngines::perform(model::Warp& warp, const model::StepResult& step, const Tag& tag) {
  const isa::Op op = step.instruction.op;
  if (op == isa::Op::HdCopy || op == isa::Op::HdMatrix) {
    return model::for_each_lane(step.access, [&](unsigned lane) { command(warp, step, tag, lane); });
  }
  if (step.waits || step.access == 0) return;
  const bool wait = op == isa::Op::HdMbarWait;
  const model::LaneMask lanes = wait ? model::lane_bit(model::first_lane(step.access)) : step.access;
  model::for_each_lane(lanes, [&](unsigned lane) {
    BarrierRecord record;
    record.tag = tag;
    record.lane = lane;
    record.op = operation(op);
    record.address = step.location[lane].address;
    record.operand = step.data[lane];
    const model::BarrierAnswer answer = operate(record, warp.identity);
    if (answer.error != 0) {
      return fault(model::Cause::kMbarrier,
                   {.code = answer.error,
                    .operand = static_cast<unsigned>(record.op),
                    .value = record.address - warp.identity.scratch_base},
                   0, warp.identity, lane, step.pc);
    }
    if (step.rd != 0) {
      model::complete_access(warp, step, lane, op == isa::Op::HdMbarTest ? (answer.over ? 1 : 0) : answer.phase);
    }
    if (wait && answer.over) wake(warp);
  });
}

}  // namespace heddle::lockstep::test
