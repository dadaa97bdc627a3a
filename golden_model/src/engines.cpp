#include "heddle/model/engines.h"

#include <algorithm>
#include <cstring>

#include "heddle/generated/memory_map.h"

namespace heddle::model {

namespace {

template <std::size_t kWords>
std::array<std::uint32_t, kWords> read_words(std::span<const std::uint8_t> scratchpad, std::uint32_t address) {
  std::array<std::uint32_t, kWords> words;
  std::memcpy(words.data(), scratchpad.subspan(address, sizeof(words)).data(), sizeof(words));
  return words;
}

constexpr unsigned kNeverGoesOn = 15;  // code of cause 28

}  // namespace

void wake(Warp& warp) {
  warp.run |= warp.wait;
  warp.wait = warp.wait_again = 0;
  refresh_converged(warp);
}

Fault engine_fault(Cause cause, const EngineFault& fault, std::uint32_t identifier, const WarpIdentity& warp,
                   unsigned lane, std::uint32_t pc) {
  return {.cause = cause,
          .pc = pc,
          .value = fault.code | fault.operand << 4 | identifier << 16,
          .detail = fault.value,
          .group_id = warp.group_id,
          .local_id = warp.local_base + lane,
          .lane = lane,
          .warp = warp.slot,
          .core = warp.core};
}

Fault never_goes_on(std::span<Warp* const> warps, Memory& memory) {
  const auto found = std::ranges::find_if(warps, [](const Warp* w) { return w->wait != 0; });
  if (found == warps.end()) throw ModelError("never_goes_on: no lane waits");
  const Warp& warp = **found;
  const unsigned lane = first_lane(warp.wait);
  std::uint32_t pc = warp.waits_for.pc;
  std::uint32_t address = warp.waits_for.address - warp.identity.scratch_base;
  if ((warp.wait_again & lane_bit(lane)) != 0) {
    pc = warp.pc[lane];
    const DecodedInstruction* const instruction = memory.fetch(warp.identity.core, pc);
    address = instruction != nullptr ? warp.reg[instruction->rs1][lane] - memory_map::kScratchpadBase : 0;
  }
  return engine_fault(Cause::kMbarrier,
                      {.code = kNeverGoesOn, .operand = static_cast<unsigned>(BarrierOp::kWait), .value = address}, 0,
                      warp.identity, lane, pc);
}

Engines::Engines(Memory& memory, std::vector<Warp*> warps) : memory_(memory), warps_(std::move(warps)) {}

void Engines::set_delays(std::uint64_t seed, std::uint32_t most) {
  seed_ = seed;
  most_ = most;
  random_.seed(seed);
}

void Engines::begin_launch() {
  commands_.clear();
  woken_.clear();
  fault_.reset();
}

// Short and long ones alike: orders of magnitude are drawn, too.
std::uint64_t Engines::delay() {
  if (seed_ == 0) return 0;
  const std::uint64_t most = std::max<std::uint64_t>(most_ >> random_() % 13, 1);
  return random_() % (2 * most);
}

void Engines::fail(Cause cause, const EngineFault& fault, std::uint32_t identifier, const WarpIdentity& giver,
                   unsigned lane, std::uint32_t pc) {
  if (!fault_) fault_ = engine_fault(cause, fault, identifier, giver, lane, pc);
}

void Engines::take(EngineKind kind, const Warp& warp, unsigned lane, std::uint32_t pc, std::uint32_t descriptor) {
  Command command{.kind = kind, .giver = warp.identity, .lane = lane, .pc = pc, .copy = {}, .matrix = {}};
  const std::span<const std::uint8_t> scratchpad = memory_.scratchpad();
  const Launch& launch = memory_.launch(warp.identity.core);
  if (kind == EngineKind::kCopy) {
    const auto words = read_words<kCopyDescriptorWords>(scratchpad, descriptor);
    if (const auto fault = check(words, launch.scratch_size, command.copy)) {
      return fail(Cause::kCopyEngine, *fault, CopyCommand::identifier_of(words), warp.identity, lane, pc);
    }
  } else {
    const auto words = read_words<kMatrixDescriptorWords>(scratchpad, descriptor);
    if (const auto fault = check(words, memory_.shape(), launch.accumulators, launch.scratch_size, command.matrix)) {
      return fail(Cause::kMatrixEngine, *fault, MatrixCommand::identifier_of(words), warp.identity, lane, pc);
    }
  }
  command.perform_at = now_ + delay();
  command.complete_at = command.perform_at + delay();
  if (kind == EngineKind::kMatrix) {
    // Behind the one before it.
    const auto before = std::find_if(commands_.rbegin(), commands_.rend(),
                                     [](const Command& c) { return c.kind == EngineKind::kMatrix; });
    if (before != commands_.rend()) {
      command.perform_at = std::max(command.perform_at, before->perform_at);
      command.complete_at = std::max(command.complete_at, before->complete_at);
    }
  }
  commands_.push_back(command);
  if (seed_ == 0) complete(std::prev(commands_.end()));
}

void Engines::perform_command(Command& command) {
  if (command.performed) return;
  command.performed = true;
  const WarpIdentity& giver = command.giver;
  if (command.kind == EngineKind::kCopy) {
    if (const auto fault = perform(command.copy, giver, memory_)) {
      fail(Cause::kCopyEngine, *fault, command.copy.identifier, giver, command.lane, command.pc);
    }
    return;
  }
  const Shape& shape = memory_.shape();
  const std::size_t words = shape.buffer_bytes() / 4;
  const std::span<std::uint32_t> buffer =
      memory_.accumulators().subspan((giver.first_buffer + command.matrix.buffer) * words, words);
  perform(command.matrix, shape, memory_.scratchpad().subspan(giver.scratch_base), buffer);
}

// Everything of the command that has not been done, and its completion.
void Engines::complete(const Place& place) {
  perform_command(*place);
  const Command command = *place;
  commands_.erase(place);
  if (fault_) return;
  const WarpIdentity& giver = command.giver;
  if (command.kind == EngineKind::kCopy && command.copy.complete) {
    operate_barrier(BarrierOp::kComplete, giver.scratch_base + command.copy.barrier, command.copy.bytes(), giver,
                    command.lane, command.pc, command.copy.identifier);
  } else if (command.kind == EngineKind::kMatrix && command.matrix.arrive) {
    operate_barrier(BarrierOp::kArrive, giver.scratch_base + command.matrix.barrier, 0, giver, command.lane, command.pc,
                    command.matrix.identifier);
  }
}

BarrierAnswer Engines::operate_barrier(BarrierOp op, std::uint32_t address, std::uint32_t operand,
                                       const WarpIdentity& giver, unsigned lane, std::uint32_t pc,
                                       std::uint32_t identifier) {
  const BarrierAnswer answer =
      operate(memory_.scratchpad(), giver.scratch_base + memory_.launch(giver.core).scratch_size, op, address, operand);
  if (answer.error != 0) {
    fail(Cause::kMbarrier,
         {.code = answer.error, .operand = static_cast<unsigned>(op), .value = address - giver.scratch_base},
         identifier, giver, lane, pc);
    return answer;
  }
  if (op != BarrierOp::kTest && op != BarrierOp::kWait) memory_.reservations(Space::kScratchpad).written(address, 8);
  if (answer.ended) {
    for (Warp* warp : warps_) {
      if (warp->wait != 0 && warp->waits_for.address == address) woken_.push_back(warp);
    }
  }
  return answer;
}

BarrierAnswer Engines::barrier(const Warp& warp, unsigned lane, std::uint32_t pc, BarrierOp op, std::uint32_t address,
                               std::uint32_t operand) {
  return operate_barrier(op, address, operand, warp.identity, lane, pc, 0);
}

void Engines::settle_buffer(unsigned buffer) {
  const auto last = std::find_if(commands_.rbegin(), commands_.rend(), [buffer](const Command& c) {
    return c.kind == EngineKind::kMatrix && c.giver.first_buffer + c.matrix.buffer == buffer;
  });
  if (last == commands_.rend()) return;
  auto left = static_cast<std::size_t>(std::distance(last, commands_.rend()));  // places up to the last one
  for (std::size_t at = 0; at < left;) {
    if (commands_[at].kind != EngineKind::kMatrix) {
      ++at;
      continue;
    }
    complete(commands_.begin() + static_cast<std::ptrdiff_t>(at));
    --left;
  }
}

void Engines::run_due() {
  for (bool found = true; found && !fault_;) {
    found = false;
    for (std::size_t at = 0; at < commands_.size() && !fault_; ++at) {
      Command& command = commands_[at];
      if (!command.performed && command.perform_at <= now_) perform_command(command);
      if (command.complete_at > now_) continue;
      complete(commands_.begin() + static_cast<std::ptrdiff_t>(at));
      found = true;
      break;
    }
  }
}

std::uint64_t Engines::next_event() const {
  std::uint64_t next = ~std::uint64_t{0};
  for (const Command& c : commands_) next = std::min(next, c.performed ? c.complete_at : c.perform_at);
  return next;
}

// One time after the other, so that what is performed earlier is.
void Engines::advance(std::uint64_t cycles) {
  const std::uint64_t end = now_ + cycles;
  while (!commands_.empty() && !fault_ && next_event() <= end) {
    now_ = std::max(now_, next_event());
    run_due();
  }
  now_ = end;
}

bool Engines::advance_to_event() {
  if (commands_.empty() || fault_) return false;
  now_ = std::max(now_, next_event());
  run_due();
  return true;
}

bool Engines::busy(const Vector3& group_id) const {
  return std::ranges::any_of(commands_, [&](const Command& c) { return c.giver.group_id == group_id; });
}

void Engines::apply_wakes() {
  for (Warp* warp : woken_) {
    if (warp->wait != 0) wake(*warp);
  }
  woken_.clear();
}

}  // namespace heddle::model
