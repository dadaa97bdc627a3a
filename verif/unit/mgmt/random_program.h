// Random programs for the management hart: straight and branching code of 16 and 32 bits, loads and stores everywhere,
// illegal instructions, CSR accesses, traps and their handlers. They run for ever, or sleep.
#pragma once

#include <cstdint>
#include <random>

#include "program.h"

namespace heddle::mgmtbench {

// Addresses that the programs use. Code and handlers are never stored to.
struct Layout {
  uint32_t handlers = mgmt::kSramBase;                  // 4 KiB
  uint32_t code = mgmt::kSramBase + 0x1000;             // 4 KiB at most
  uint32_t data = mgmt::kSramBase + 0x3000;             // 2 KiB to either side
  uint32_t memory = mgmt::kDeviceMemoryBase + 0x1000;   // 2 KiB to either side
  uint32_t refused = mgmt::kDeviceMemoryBase + 0x1600;  // to refused_last: answers errors
  uint32_t refused_last = mgmt::kDeviceMemoryBase + 0x16FF;
};

// What goes to layout.handlers: traps skip the instruction (a failed fetch starts over), interrupts are silenced at
// their source.
Program handlers(const Layout& layout);

// Entry is its first byte. `interrupts`: they are enabled at the start.
Program random_program(std::mt19937& random, const Layout& layout, unsigned length, bool interrupts);

}  // namespace heddle::mgmtbench
