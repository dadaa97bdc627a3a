#include "heddle/disassembler/encode.h"

namespace heddle::isa {

uint32_t immediate_field(Format format, int32_t value) {
  const auto v = static_cast<uint32_t>(value);
  switch (format) {
    case Format::I: return (v & 0xFFF) << 20;
    case Format::Shift: return (v & 31) << 20;
    case Format::S: return (v >> 5 & 0x7F) << 25 | (v & 31) << 7;
    case Format::B: return (v >> 12 & 1) << 31 | (v >> 5 & 0x3F) << 25 | (v >> 1 & 15) << 8 | (v >> 11 & 1) << 7;
    case Format::U: return v & 0xFFFF'F000;
    case Format::J: return (v >> 20 & 1) << 31 | (v >> 1 & 0x3FF) << 21 | (v >> 11 & 1) << 20 | (v >> 12 & 0xFF) << 12;
    case Format::CsrImm: return (v & 31) << 15;
    default: return 0;
  }
}

uint32_t encode(Op op, const Operands& o) {
  const InstructionInfo& row = info(op);
  uint32_t word = row.match | immediate_field(row.format, o.immediate);
  if (row.writes_rd) word |= o.rd << 7;
  if (row.reads_rs1) word |= o.rs1 << 15;
  if (row.reads_rs2) word |= o.rs2 << 20;
  if (row.reads_rs3) word |= o.rs3 << 27;
  if (row.has_rounding) word |= o.rounding << 12;
  switch (row.format) {
    case Format::Csr:
    case Format::CsrImm: word |= o.csr << 20; break;
    case Format::Amo:
    case Format::Lr: word |= o.ordering << 25; break;
    case Format::Fence: word |= row.refines == Op::Illegal && op == Op::Fence ? o.fence << 20 : 0; break;
    default: break;
  }
  return word;
}

}  // namespace heddle::isa
