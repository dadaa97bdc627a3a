// mbarriers (docs/copy.md): what an operation does to the two words in scratchpad, and what it answers.
#pragma once

#include <cstdint>
#include <span>

namespace heddle::model {

enum class BarrierOp : std::uint8_t { kInit, kArrive, kExpect, kComplete, kTest, kWait };

struct BarrierAnswer {
  unsigned error = 0;  // code of the table; nothing has been changed then
  unsigned phase = 0;  // before the operation; 0 with an error
  bool over = false;   // test, wait: phase `operand` is over
  bool ended = false;  // the operation has ended the phase: who waits for it goes on
};

// `address` is a byte of `scratchpad`; addresses from `limit` on are not allowed.
BarrierAnswer operate(std::span<std::uint8_t> scratchpad, std::uint32_t limit, BarrierOp op, std::uint32_t address,
                      std::uint32_t operand);

}  // namespace heddle::model
