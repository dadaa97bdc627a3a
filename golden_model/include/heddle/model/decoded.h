// A decoded instruction as the model caches it, per word of a page.
#pragma once

#include <cstdint>

#include "heddle/generated/isa.h"

namespace heddle::model {

struct DecodedInstruction {
  std::uint32_t raw = 0;
  std::int32_t immediate =
      0;  // I, S, B, U, J as the format says; shift amounts, zimm and the CSR number for those forms
  isa::Op op = isa::Op::Illegal;
  isa::Class klass = isa::Class::Illegal;
  // Register numbers over both files (types.h); 0 where the operation has no such operand.
  std::uint8_t rd = 0, rs1 = 0, rs2 = 0, rs3 = 0;
  // The rounding mode field of operations that have one: 0..4 or kDynamic. A word with a reserved one is op Illegal.
  static constexpr std::uint8_t kDynamic = 7;
  std::uint8_t rounding = 0;
  std::uint16_t csr = 0;
  bool valid = false;  // false: the word has not been decoded since it was last written
};

DecodedInstruction decode_instruction(std::uint32_t raw);

}  // namespace heddle::model
