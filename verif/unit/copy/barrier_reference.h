// mbarriers as docs/copy.md has them: one operation at a time on words of a scratchpad.
#pragma once

#include <cstdint>
#include <map>
#include <set>

namespace heddle::copy_test {

enum class Op : std::uint8_t { kInit, kArrive, kExpect, kComplete, kTest, kWait };

struct Operation {
  Op op = Op::kTest;
  std::uint32_t address = 0;  // bytes
  std::uint32_t limit = 0;    // of addresses
  std::uint32_t operand = 0;
  unsigned waiter = 0;  // of kWait
};

struct Answer {
  unsigned error = 0;
  unsigned phase = 0;  // before; of arrive, expect, complete
  bool over = false;   // of test and wait
  bool ended = false;  // the operation has ended the phase
};

class BarrierReference {
 public:
  std::map<std::uint32_t, std::uint64_t> memory;  // by address; second word in the high half

  // Performs the operation, but for what it means to waiters.
  Answer perform(const Operation& operation);
  // The operation is answered in this cycle, in which `cancelled` waits end without an answer: who is woken.
  std::set<unsigned> answered(const Operation& operation, const Answer& answer, const std::set<unsigned>& cancelled);
  void cancel(const std::set<unsigned>& waiters);
  bool waits(unsigned waiter) const { return waiting_.contains(waiter); }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  std::map<unsigned, std::uint32_t> waiting_;  // waiter: address
};

}  // namespace heddle::copy_test
