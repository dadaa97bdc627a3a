#include "boot.h"

#include "heddle/disassembler/encode.h"
#include "heddle/generated/csrs.h"

namespace heddle::exec {
namespace {

using isa::Csr;
using isa::encode;
using isa::Op;

constexpr uint32_t kX0 = 0, kT0 = 5, kT1 = 6;

// rd = value.
void load_constant(std::vector<uint32_t>& code, uint32_t rd, uint32_t value) {
  const uint32_t high = value + 0x800;  // addi sign-extends
  code.push_back(encode(Op::Lui, {.rd = rd, .immediate = static_cast<int32_t>(high)}));
  code.push_back(encode(Op::Addi, {.rd = rd, .rs1 = rd, .immediate = static_cast<int32_t>(value)}));
}

}  // namespace

std::vector<uint32_t> boot_code(LaneMask lanes, uint32_t entry) {
  std::vector<uint32_t> code;
  code.push_back(encode(Op::Csrrs, {.rd = kT0, .rs1 = kX0, .csr = static_cast<uint32_t>(Csr::HdLane)}));
  load_constant(code, kT1, lanes);
  code.push_back(encode(Op::Srl, {.rd = kT1, .rs1 = kT1, .rs2 = kT0}));
  code.push_back(encode(Op::Andi, {.rd = kT1, .rs1 = kT1, .immediate = 1}));
  code.push_back(encode(Op::Bne, {.rs1 = kT1, .rs2 = kX0, .immediate = 8}));
  code.push_back(encode(Op::HdExit, {}));
  load_constant(code, kT0, entry);
  code.push_back(encode(Op::Csrrw, {.rd = kX0, .rs1 = kT0, .csr = static_cast<uint32_t>(Csr::Mepc)}));
  code.push_back(encode(Op::Addi, {.rd = kT0, .rs1 = kX0}));
  code.push_back(encode(Op::Addi, {.rd = kT1, .rs1 = kX0}));
  code.push_back(encode(Op::Mret, {}));
  return code;
}

}  // namespace heddle::exec
