// Encodes the few instructions the tests use, from the generated table.
#pragma once

#include <cstdint>

#include "heddle/generated/isa.h"

namespace heddle::lockstep::test {

inline uint32_t op_r(isa::Op op, unsigned rd, unsigned rs1, unsigned rs2) {
  return isa::info(op).match | rd << 7 | rs1 << 15 | rs2 << 20;
}
inline uint32_t op_i(isa::Op op, unsigned rd, unsigned rs1, int32_t immediate) {
  return isa::info(op).match | rd << 7 | rs1 << 15 | (static_cast<uint32_t>(immediate) & 0xFFF) << 20;
}
inline uint32_t op_s(isa::Op op, unsigned rs2, unsigned rs1, int32_t immediate) {
  const auto bits = static_cast<uint32_t>(immediate);
  return isa::info(op).match | rs1 << 15 | rs2 << 20 | (bits & 0x1F) << 7 | ((bits >> 5) & 0x7F) << 25;
}
inline uint32_t op_b(isa::Op op, unsigned rs1, unsigned rs2, int32_t offset) {
  const auto bits = static_cast<uint32_t>(offset);
  return isa::info(op).match | rs1 << 15 | rs2 << 20 | ((bits >> 11) & 1) << 7 | ((bits >> 1) & 0xF) << 8 |
         ((bits >> 5) & 0x3F) << 25 | ((bits >> 12) & 1) << 31;
}
inline uint32_t op_u(isa::Op op, unsigned rd, uint32_t value) {
  return isa::info(op).match | rd << 7 | (value & 0xFFFFF000);
}
inline uint32_t op_csrr(unsigned rd, unsigned csr) { return isa::info(isa::Op::Csrrs).match | rd << 7 | csr << 20; }
// A floating-point operation with a rounding mode; 7 is that of frm.
inline uint32_t op_f(isa::Op op, unsigned rd, unsigned rs1, unsigned rs2, unsigned rounding = 7) {
  return op_r(op, rd, rs1, rs2) | rounding << 12;
}
inline uint32_t op_csrw(unsigned csr, unsigned rs1) { return isa::info(isa::Op::Csrrw).match | rs1 << 15 | csr << 20; }
inline uint32_t op_plain(isa::Op op) { return isa::info(op).match; }

}  // namespace heddle::lockstep::test
