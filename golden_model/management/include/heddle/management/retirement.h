// A retirement record of the management hart (docs/management.md, section 9).
#pragma once

#include <cstdint>

namespace heddle::management {

struct Retirement {
  std::uint32_t order = 0;
  bool interrupt = false;
  bool trap = false;
  std::uint32_t pc = 0;
  std::uint32_t next_pc = 0;
  std::uint32_t instr = 0;
  std::uint32_t rd = 0;
  std::uint32_t value = 0;
  bool memory_write = false;
  std::uint32_t memory_strobe = 0;
  std::uint32_t memory_address = 0;
  std::uint32_t memory_data = 0;
  std::uint32_t cause = 0;
  std::uint32_t tval = 0;
  std::uint32_t mip = 0;
};

}  // namespace heddle::management
