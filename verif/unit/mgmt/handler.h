// A handler that tells the host which trap came.
#pragma once

#include <cstdint>

#include "bench.h"
#include "program.h"

namespace heddle::mgmtbench {

/// Starts `program`, with a handler that writes mcause, mtval and mepc to messages 13 to 15 and then loops.
void start_with_handler(Bench& bench, const Program& program);
/// The program's part of it: mtvec.
void set_handler(Program& program);

struct Trap {
  uint32_t tval, pc, cause;
};
/// Waits until the handler has run, and fails the test where it does not.
Trap wait_for_trap(Bench& bench);

}  // namespace heddle::mgmtbench
