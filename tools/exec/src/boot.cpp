#include "boot.h"

#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"

namespace heddle::exec {
namespace {

using isa::Csr;
using isa::Op;

constexpr uint32_t kX0 = 0, kT0 = 5, kT1 = 6;

constexpr uint32_t bits(uint32_t value, unsigned high, unsigned low) {
  return value >> low & ((2U << (high - low)) - 1);
}

uint32_t r_type(Op op, uint32_t rd, uint32_t rs1, uint32_t rs2) {
  return isa::info(op).match | rd << 7 | rs1 << 15 | rs2 << 20;
}
uint32_t i_type(Op op, uint32_t rd, uint32_t rs1, uint32_t immediate) {
  return isa::info(op).match | rd << 7 | rs1 << 15 | immediate << 20;
}
uint32_t csr_type(Op op, uint32_t rd, Csr csr, uint32_t rs1) { return i_type(op, rd, rs1, static_cast<uint32_t>(csr)); }
uint32_t b_type(Op op, uint32_t rs1, uint32_t rs2, uint32_t offset) {
  return isa::info(op).match | rs1 << 15 | rs2 << 20 | bits(offset, 12, 12) << 31 | bits(offset, 10, 5) << 25 |
         bits(offset, 4, 1) << 8 | bits(offset, 11, 11) << 7;
}

// rd = value.
void load_constant(std::vector<uint32_t>& code, uint32_t rd, uint32_t value) {
  const uint32_t low = value & 0xFFF;
  const uint32_t high = value + 0x800;  // addi sign-extends
  code.push_back(isa::info(Op::Lui).match | rd << 7 | (high & 0xFFFF'F000));
  code.push_back(i_type(Op::Addi, rd, rd, low));
}

}  // namespace

std::vector<uint32_t> boot_code(LaneMask lanes, uint32_t entry) {
  std::vector<uint32_t> code;
  code.push_back(csr_type(Op::Csrrs, kT0, Csr::HdLane, kX0));
  load_constant(code, kT1, lanes);
  code.push_back(r_type(Op::Srl, kT1, kT1, kT0));
  code.push_back(i_type(Op::Andi, kT1, kT1, 1));
  code.push_back(b_type(Op::Bne, kT1, kX0, 8));
  code.push_back(isa::info(Op::HdExit).match);
  load_constant(code, kT0, entry);
  code.push_back(csr_type(Op::Csrrw, kX0, Csr::Mepc, kT0));
  code.push_back(i_type(Op::Addi, kT0, kX0, 0));
  code.push_back(i_type(Op::Addi, kT1, kX0, 0));
  code.push_back(isa::info(Op::Mret).match);
  return code;
}

}  // namespace heddle::exec
