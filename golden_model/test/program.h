// Small encoders and an assembler of sorts: tests write programs as lists of words, with labels by index.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "heddle/disassembler/encode.h"
#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"

namespace heddle::model::test {

// Register numbers by their ABI names.
enum Reg : unsigned {
  zero,
  ra,
  sp,
  gp,
  tp,
  t0,
  t1,
  t2,
  s0,
  s1,
  a0,
  a1,
  a2,
  a3,
  a4,
  a5,
  a6,
  a7,
  s2,
  s3,
  s4,
  s5,
  s6,
  s7,
  s8,
  s9,
  s10,
  s11,
  t3,
  t4,
  t5,
  t6
};

// The encoding of `op` with the given operands; what its format does not have is ignored. Registers are numbered 0..31
// within the file that the operation says.
struct Operands {
  unsigned rd = 0, rs1 = 0, rs2 = 0, rs3 = 0;
  std::int32_t imm = 0;
  unsigned csr = 0;
  unsigned rm = 0;  // rounding mode
};

inline std::uint32_t encode(isa::Op op, const Operands& o) {
  // (The immediate of lui and auipc is their field.)
  const bool upper = isa::info(op).format == isa::Format::U;
  return isa::encode(op,
                     {.rd = o.rd,
                      .rs1 = o.rs1,
                      .rs2 = o.rs2,
                      .rs3 = o.rs3,
                      .immediate = upper ? static_cast<std::int32_t>(static_cast<std::uint32_t>(o.imm) << 12) : o.imm,
                      .csr = o.csr,
                      .rounding = o.rm});
}

// A program under construction. Branch and jump targets are labels, which may be defined later.
class Program {
 public:
  explicit Program(std::uint32_t base) : base_(base) {}

  std::uint32_t here() const { return base_ + 4 * static_cast<std::uint32_t>(words_.size()); }
  Program& label(const std::string& name) {
    if (!labels_.emplace(name, here()).second) throw std::logic_error("label defined twice: " + name);
    return *this;
  }
  Program& word(std::uint32_t value) {
    words_.push_back(value);
    return *this;
  }
  Program& op(isa::Op op, const Operands& o = {}) { return word(encode(op, o)); }
  Program& r(isa::Op op, unsigned rd, unsigned rs1, unsigned rs2 = 0, unsigned rs3 = 0) {
    return this->op(op, {.rd = rd, .rs1 = rs1, .rs2 = rs2, .rs3 = rs3});
  }
  Program& i(isa::Op op, unsigned rd, unsigned rs1, std::int32_t imm) {
    return this->op(op, {.rd = rd, .rs1 = rs1, .imm = imm});
  }
  Program& load(isa::Op op, unsigned rd, std::int32_t offset, unsigned base) { return i(op, rd, base, offset); }
  Program& store(isa::Op op, unsigned rs2, std::int32_t offset, unsigned base) {
    return this->op(op, {.rs1 = base, .rs2 = rs2, .imm = offset});
  }
  Program& branch(isa::Op op, unsigned rs1, unsigned rs2, const std::string& target) {
    fixups_.push_back({words_.size(), op, {.rs1 = rs1, .rs2 = rs2}, target});
    return word(0);
  }
  Program& jal(unsigned rd, const std::string& target) {
    fixups_.push_back({words_.size(), isa::Op::Jal, {.rd = rd}, target});
    return word(0);
  }
  Program& j(const std::string& target) { return jal(zero, target); }
  Program& csrr(unsigned rd, isa::Csr csr) { return op(isa::Op::Csrrs, {.rd = rd, .csr = static_cast<unsigned>(csr)}); }
  Program& csrw(isa::Csr csr, unsigned rs1) {
    return op(isa::Op::Csrrw, {.rs1 = rs1, .csr = static_cast<unsigned>(csr)});
  }
  // Any 32-bit constant: always two instructions.
  Program& li(unsigned rd, std::uint32_t value) {
    const std::uint32_t low = value & 0xFFF;
    const std::uint32_t high = (value + 0x800) >> 12;
    op(isa::Op::Lui, {.rd = rd, .imm = static_cast<std::int32_t>(high)});
    return i(isa::Op::Addi, rd, rd, static_cast<std::int32_t>(low << 20) >> 20);
  }
  // The address of a label, which may be defined later.
  Program& la(unsigned rd, const std::string& target) {
    address_fixups_.push_back({words_.size(), rd, target});
    return word(0).word(0);
  }
  Program& exit() { return op(isa::Op::HdExit); }

  std::uint32_t address(const std::string& name) const { return labels_.at(name); }
  std::uint32_t base() const { return base_; }
  std::vector<std::uint32_t> assemble() const {
    std::vector<std::uint32_t> words = words_;
    for (const Fixup& f : fixups_) {
      Operands o = f.operands;
      o.imm = static_cast<std::int32_t>(labels_.at(f.target) - (base_ + 4 * static_cast<std::uint32_t>(f.index)));
      words[f.index] = encode(f.op, o);
    }
    for (const AddressFixup& f : address_fixups_) {
      Program load(0);
      load.li(f.rd, labels_.at(f.target));
      words[f.index] = load.words_[0];
      words[f.index + 1] = load.words_[1];
    }
    return words;
  }

 private:
  struct Fixup {
    std::size_t index;
    isa::Op op;
    Operands operands;
    std::string target;
  };
  struct AddressFixup {
    std::size_t index;
    unsigned rd;
    std::string target;
  };

  std::uint32_t base_;
  std::vector<std::uint32_t> words_;
  std::map<std::string, std::uint32_t> labels_;
  std::vector<Fixup> fixups_;
  std::vector<AddressFixup> address_fixups_;
};

}  // namespace heddle::model::test
