// Writes instructions: the few that tests need by name.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/generated/management.h"

namespace heddle::mgmtbench {

// Words of 32-bit instructions; x registers by number.
namespace code {
constexpr uint32_t i(uint32_t opcode, uint32_t funct3, uint32_t rd, uint32_t rs1, uint32_t imm) {
  return imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr uint32_t addi(uint32_t rd, uint32_t rs1, int32_t imm) { return i(0x13, 0, rd, rs1, imm & 0xFFF); }
constexpr uint32_t lw(uint32_t rd, uint32_t rs1, int32_t imm) { return i(0x03, 2, rd, rs1, imm & 0xFFF); }
constexpr uint32_t lb(uint32_t rd, uint32_t rs1, int32_t imm) { return i(0x03, 0, rd, rs1, imm & 0xFFF); }
constexpr uint32_t jalr(uint32_t rd, uint32_t rs1, int32_t imm) { return i(0x67, 0, rd, rs1, imm & 0xFFF); }
constexpr uint32_t lui(uint32_t rd, uint32_t value) { return (value & 0xFFFF'F000) | rd << 7 | 0x37; }
constexpr uint32_t store(uint32_t funct3, uint32_t rs2, uint32_t rs1, int32_t imm) {
  const uint32_t u = imm & 0xFFF;
  return u >> 5 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (u & 31) << 7 | 0x23;
}
constexpr uint32_t sw(uint32_t rs2, uint32_t rs1, int32_t imm) { return store(2, rs2, rs1, imm); }
constexpr uint32_t sb(uint32_t rs2, uint32_t rs1, int32_t imm) { return store(0, rs2, rs1, imm); }
constexpr uint32_t branch(uint32_t funct3, uint32_t rs1, uint32_t rs2, int32_t offset) {
  const uint32_t u = static_cast<uint32_t>(offset);
  return (u >> 12 & 1) << 31 | (u >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (u >> 1 & 15) << 8 |
         (u >> 11 & 1) << 7 | 0x63;
}
constexpr uint32_t exclusive_or(uint32_t rd, uint32_t rs1, uint32_t rs2) { return i(0x33, 4, rd, rs1, rs2); }
constexpr uint32_t inclusive_or(uint32_t rd, uint32_t rs1, uint32_t rs2) { return i(0x33, 6, rd, rs1, rs2); }
constexpr uint32_t jal(uint32_t rd, int32_t offset) {
  const uint32_t u = static_cast<uint32_t>(offset);
  return (u >> 20 & 1) << 31 | (u >> 1 & 0x3FF) << 21 | (u >> 11 & 1) << 20 | (u >> 12 & 0xFF) << 12 | rd << 7 | 0x6F;
}
constexpr uint32_t csrrw(uint32_t rd, uint32_t number, uint32_t rs1) { return i(0x73, 1, rd, rs1, number); }
constexpr uint32_t csrrs(uint32_t rd, uint32_t number, uint32_t rs1) { return i(0x73, 2, rd, rs1, number); }
constexpr uint32_t csrrsi(uint32_t rd, uint32_t number, uint32_t zimm) { return i(0x73, 6, rd, zimm, number); }
constexpr uint32_t csrrci(uint32_t rd, uint32_t number, uint32_t zimm) { return i(0x73, 7, rd, zimm, number); }
constexpr uint32_t csrrwi(uint32_t rd, uint32_t number, uint32_t zimm) { return i(0x73, 5, rd, zimm, number); }
constexpr uint32_t kMret = 0x3020'0073, kWfi = 0x1050'0073, kEcall = 0x73, kEbreak = 0x0010'0073, kFenceI = 0x100F;
}  // namespace code

// Registers of the tests' programs, and where these begin.
constexpr uint32_t kA = 10, kB = 11, kC = 12, kPointer = 29;
constexpr uint32_t kCode = mgmt::kSramBase;

// A stretch of code that knows where it lies. Halfwords, because instructions of 16 bits may be among them.
class Program {
 public:
  explicit Program(uint32_t base) : base_(base) {}

  uint32_t here() const { return base_ + static_cast<uint32_t>(bytes_.size()); }
  uint32_t base() const { return base_; }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

  void half(uint32_t value) {
    bytes_.push_back(static_cast<uint8_t>(value));
    bytes_.push_back(static_cast<uint8_t>(value >> 8));
  }
  void word(uint32_t value) {
    half(value);
    half(value >> 16);
  }
  // rd = value, in two instructions.
  void li(uint32_t rd, uint32_t value) {
    word(code::lui(rd, value + 0x800));
    word(code::addi(rd, rd, static_cast<int32_t>(value << 20) >> 20));
  }
  void align(unsigned bytes) {
    while (bytes_.size() % bytes != 0) half(0x0001);  // c.nop
  }
  void patch(uint32_t address, uint32_t value) {
    for (unsigned b = 0; b < 4; ++b) bytes_[address - base_ + b] = static_cast<uint8_t>(value >> 8 * b);
  }

 private:
  uint32_t base_;
  std::vector<uint8_t> bytes_;
};

}  // namespace heddle::mgmtbench
