// Instruction words from the generated table: no assembler, no text.
#pragma once

#include <cstdint>

#include "heddle/generated/isa.h"

namespace heddle::isa {

// Values of the operand fields; those that the format does not have are ignored.
struct Operands {
  uint32_t rd = 0;
  uint32_t rs1 = 0;
  uint32_t rs2 = 0;
  uint32_t rs3 = 0;
  int32_t immediate = 0;  // bytes for branches and jal; U: the value, low 12 bits ignored; CsrImm: zimm
  uint32_t csr = 0;
  uint32_t rounding = 0;
  uint32_t ordering = 0;  // bit 1 aq, bit 0 rl
  uint32_t fence = 0xFF;  // pred << 4 | succ
};

// The word of `op`. Registers are numbered 0..31 within the file that the operation says.
uint32_t encode(Op op, const Operands& operands);
// The immediate field alone, for a format that has one.
uint32_t immediate_field(Format format, int32_t value);

}  // namespace heddle::isa
