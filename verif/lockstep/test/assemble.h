// The few kinds of instructions that the tests use.
#pragma once

#include <cstdint>

#include "heddle/disassembler/encode.h"

namespace heddle::lockstep::test {

inline uint32_t op_r(isa::Op op, unsigned rd, unsigned rs1, unsigned rs2) {
  return isa::encode(op, {.rd = rd, .rs1 = rs1, .rs2 = rs2});
}
inline uint32_t op_i(isa::Op op, unsigned rd, unsigned rs1, int32_t immediate) {
  return isa::encode(op, {.rd = rd, .rs1 = rs1, .immediate = immediate});
}
inline uint32_t op_s(isa::Op op, unsigned rs2, unsigned rs1, int32_t immediate) {
  return isa::encode(op, {.rs1 = rs1, .rs2 = rs2, .immediate = immediate});
}
inline uint32_t op_b(isa::Op op, unsigned rs1, unsigned rs2, int32_t offset) {
  return isa::encode(op, {.rs1 = rs1, .rs2 = rs2, .immediate = offset});
}
inline uint32_t op_u(isa::Op op, unsigned rd, uint32_t value) {
  return isa::encode(op, {.rd = rd, .immediate = static_cast<int32_t>(value)});
}
inline uint32_t op_csrr(unsigned rd, unsigned csr) { return isa::encode(isa::Op::Csrrs, {.rd = rd, .csr = csr}); }
// A floating-point operation with a rounding mode; 7 is that of frm.
inline uint32_t op_f(isa::Op op, unsigned rd, unsigned rs1, unsigned rs2, unsigned rounding = 7) {
  return isa::encode(op, {.rd = rd, .rs1 = rs1, .rs2 = rs2, .rounding = rounding});
}
inline uint32_t op_csrw(unsigned csr, unsigned rs1) { return isa::encode(isa::Op::Csrrw, {.rs1 = rs1, .csr = csr}); }
inline uint32_t op_plain(isa::Op op) { return isa::encode(op, {}); }

}  // namespace heddle::lockstep::test
