#include "barrier_reference.h"

namespace heddle::copy_test {

Answer BarrierReference::perform(const Operation& operation) {
  Answer answer;
  const auto failed = [&](unsigned code) {
    answer.error = code;
    return answer;
  };
  if (operation.address % 8 != 0 || operation.address + 8 > operation.limit) return failed(1);
  std::uint64_t& words = memory[operation.address];
  if (operation.op == Op::kInit) {
    if (operation.operand == 0 || operation.operand > 32'767) return failed(2);
    words = operation.operand | static_cast<std::uint64_t>(operation.operand) << 16;
    return answer;
  }
  const auto low = static_cast<std::uint32_t>(words);
  const unsigned count = low % 0x8000;
  unsigned missing = low / 0x1'0000 % 0x8000;
  unsigned phase = low / 0x8000'0000;
  std::int64_t bytes = static_cast<std::int32_t>(words >> 32);
  if (count == 0 || (low & 0x8000) != 0 || missing > count) return failed(3);
  answer.phase = phase;
  answer.over = phase != operation.operand % 2;
  if (operation.op == Op::kTest || operation.op == Op::kWait) return answer;
  if (operation.op == Op::kArrive && missing == 0) return failed(4);
  bytes += operation.op == Op::kComplete ? -std::int64_t{operation.operand} : std::int64_t{operation.operand};
  constexpr std::int64_t kMost = std::int64_t{1} << 30;
  if (operation.operand >= kMost || bytes >= kMost || bytes < -kMost) return failed(5);
  if (operation.op == Op::kArrive) --missing;
  if (missing == 0 && bytes == 0) {
    answer.ended = true;
    phase ^= 1;
    missing = count;
  }
  words = count | missing << 16 | phase << 31 | static_cast<std::uint64_t>(static_cast<std::uint32_t>(bytes)) << 32;
  return answer;
}

std::set<unsigned> BarrierReference::answered(const Operation& operation, const Answer& answer,
                                              const std::set<unsigned>& cancelled) {
  cancel(cancelled);
  std::set<unsigned> woken;
  if (answer.error != 0) return woken;
  if (answer.ended) {
    for (const auto& [waiter, address] : waiting_) {
      if (address == operation.address) woken.insert(waiter);
    }
    cancel(woken);
  }
  if (operation.op == Op::kWait && !answer.over && !cancelled.contains(operation.waiter)) {
    waiting_[operation.waiter] = operation.address;
  }
  return woken;
}

void BarrierReference::cancel(const std::set<unsigned>& waiters) {
  for (const unsigned waiter : waiters) waiting_.erase(waiter);
}

}  // namespace heddle::copy_test
