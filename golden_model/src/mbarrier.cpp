#include "heddle/model/mbarrier.h"

#include <cstring>

namespace heddle::model {

namespace {

constexpr unsigned kBytes = 8;
constexpr std::uint32_t kMostCount = 32'767;
constexpr std::int64_t kByteLimit = std::int64_t{1} << 30;

enum Error : unsigned { kFine, kBadAddress, kBadCount, kNoBarrier, kTooMany, kBadBytes };

struct State {
  std::uint32_t count = 0;
  std::uint32_t missing = 0;
  std::uint32_t phase = 0;
  std::int32_t bytes = 0;
  bool reserved_bit = false;
};

State read(const std::uint8_t* at) {
  std::uint32_t word = 0;
  State state;
  std::memcpy(&word, at, 4);
  std::memcpy(&state.bytes, at + 4, 4);
  state.count = word & 0x7FFF;
  state.reserved_bit = (word >> 15 & 1) != 0;
  state.missing = word >> 16 & 0x7FFF;
  state.phase = word >> 31;
  return state;
}

void write(std::uint8_t* at, const State& state) {
  const std::uint32_t word = state.count | state.missing << 16 | state.phase << 31;
  std::memcpy(at, &word, 4);
  std::memcpy(at + 4, &state.bytes, 4);
}

BarrierAnswer failed(Error error) { return {.error = error}; }

}  // namespace

BarrierAnswer operate(std::span<std::uint8_t> scratchpad, std::uint32_t limit, BarrierOp op, std::uint32_t address,
                      std::uint32_t operand) {
  if (address % kBytes != 0 || std::uint64_t{address} + kBytes > limit) return failed(kBadAddress);
  std::uint8_t* const at = scratchpad.subspan(address, kBytes).data();
  if (op == BarrierOp::kInit) {
    if (operand == 0 || operand > kMostCount) return failed(kBadCount);
    write(at, State{.count = operand, .missing = operand});
    return {};
  }
  State state = read(at);
  if (state.count == 0 || state.reserved_bit || state.missing > state.count) return failed(kNoBarrier);
  BarrierAnswer answer{.phase = state.phase};
  if (op == BarrierOp::kTest || op == BarrierOp::kWait) {
    answer.over = state.phase != (operand & 1);
    return answer;
  }
  if (op == BarrierOp::kArrive && state.missing == 0) return failed(kTooMany);
  const std::int64_t change = op == BarrierOp::kComplete ? -std::int64_t{operand} : std::int64_t{operand};
  const std::int64_t bytes = state.bytes + change;
  if (operand >= kByteLimit || bytes < -kByteLimit || bytes >= kByteLimit) return failed(kBadBytes);
  state.bytes = static_cast<std::int32_t>(bytes);
  if (op == BarrierOp::kArrive) --state.missing;
  if (state.missing == 0 && state.bytes == 0) {
    state.phase ^= 1;
    state.missing = state.count;
    answer.ended = true;
  }
  write(at, state);
  return answer;
}

}  // namespace heddle::model
