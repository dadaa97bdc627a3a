// A retirement record of the management core (docs/management.md, section 9).
#pragma once

#include <cstdint>

namespace heddle::mgmtbench {

struct Record {
  uint32_t order = 0;
  bool interrupt = false;
  bool trap = false;
  uint32_t pc = 0;
  uint32_t next_pc = 0;
  uint32_t instr = 0;
  uint32_t rd = 0;
  uint32_t value = 0;
  bool memory_write = false;
  uint32_t memory_strobe = 0;
  uint32_t memory_address = 0;
  uint32_t memory_data = 0;
  uint32_t cause = 0;
  uint32_t tval = 0;
  uint32_t mip = 0;
};

}  // namespace heddle::mgmtbench
