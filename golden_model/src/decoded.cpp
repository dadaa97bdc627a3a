#include "heddle/model/decoded.h"

#include "heddle/fp/format.h"
#include "heddle/model/types.h"

namespace heddle::model {

DecodedInstruction decode_instruction(std::uint32_t raw) {
  DecodedInstruction d;
  d.raw = raw;
  d.op = isa::decode(raw);
  d.rounding = static_cast<std::uint8_t>(raw >> 12 & 7);
  if (!isa::info(d.op).has_rounding) {
    d.rounding = 0;
  } else if (d.rounding >= fp::kRoundingCount && d.rounding != DecodedInstruction::kDynamic) {
    d.op = isa::Op::Illegal;
  }
  const isa::InstructionInfo& info = isa::info(d.op);
  d.klass = info.klass;
  d.immediate = isa::immediate(info.format, raw);
  const auto reg = [](bool used, bool is_float, std::uint32_t number) {
    return static_cast<std::uint8_t>(used ? number + (is_float ? kFloatRegister : 0) : 0);
  };
  d.rd = reg(info.writes_rd, info.rd_float, isa::rd(raw));
  d.rs1 = reg(info.reads_rs1, info.rs1_float, isa::rs1(raw));
  d.rs2 = reg(info.reads_rs2, info.rs2_float, isa::rs2(raw));
  d.rs3 = reg(info.reads_rs3, info.rs3_float, isa::rs3(raw));
  d.csr = info.klass == isa::Class::Csr ? static_cast<std::uint16_t>(isa::csr(raw)) : 0;
  d.valid = true;
  return d;
}

}  // namespace heddle::model
