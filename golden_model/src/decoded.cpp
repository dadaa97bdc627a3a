#include "heddle/model/decoded.h"

namespace heddle::model {

DecodedInstruction decode_instruction(std::uint32_t raw) {
  DecodedInstruction d;
  d.raw = raw;
  d.op = isa::decode(raw);
  const isa::InstructionInfo& info = isa::info(d.op);
  d.klass = info.klass;
  d.immediate = isa::immediate(info.format, raw);
  d.rd = info.writes_rd ? static_cast<std::uint8_t>(isa::rd(raw)) : 0;
  d.rs1 = info.reads_rs1 ? static_cast<std::uint8_t>(isa::rs1(raw)) : 0;
  d.rs2 = info.reads_rs2 ? static_cast<std::uint8_t>(isa::rs2(raw)) : 0;
  d.rs3 = info.reads_rs3 ? static_cast<std::uint8_t>(isa::rs3(raw)) : 0;
  d.csr = info.klass == isa::Class::Csr ? static_cast<std::uint16_t>(isa::csr(raw)) : 0;
  d.valid = true;
  return d;
}

}  // namespace heddle::model
