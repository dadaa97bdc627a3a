#include "heddle/disassembler/disassemble.h"

#include <fmt/format.h>

#include <array>

#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"

namespace heddle::isa {
namespace {

constexpr std::array<std::string_view, 32> kRegisterNames = {
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
    "a6",   "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

constexpr std::array<std::string_view, 32> kFloatRegisterNames = {
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

constexpr std::array<std::string_view, 8> kRoundingNames = {"rne", "rtz", "rdn", "rup", "rmm", "5", "6", "dyn"};

std::string_view operand_name(uint32_t number, bool is_float) {
  return is_float ? float_register_name(number) : register_name(number);
}

std::string csr_name(uint32_t number) {
  const CsrInfo* info = find_csr(number);
  return info != nullptr ? info->name : fmt::format("{:#x}", number);
}

// The predecessor or successor set of a fence.
std::string fence_set(uint32_t set) {
  if (set == 0) return "0";
  std::string text;
  if ((set & 8) != 0) text += 'i';
  if ((set & 4) != 0) text += 'o';
  if ((set & 2) != 0) text += 'r';
  if ((set & 1) != 0) text += 'w';
  return text;
}

// One word with its operands already written out.
class Printer {
 public:
  Printer(uint32_t instr, uint32_t pc)
      : instr_(instr),
        info_(info(decode(instr))),
        imm_(immediate(info_.format, instr)),
        target_(pc + static_cast<uint32_t>(imm_)),
        rd_(operand_name(rd(instr), info_.rd_float)),
        rs1_(operand_name(rs1(instr), info_.rs1_float)),
        rs2_(operand_name(rs2(instr), info_.rs2_float)),
        rs3_(operand_name(rs3(instr), info_.rs3_float)) {}

  std::string plain() const;
  // The pseudo-instruction; empty where none fits.
  std::string alias(Op op) const;

 private:
  // The rounding mode as last operand; empty for the one that assemblers assume.
  std::string rounding() const;
  std::string jump_alias(Op op) const;
  std::string branch_alias(Op op) const;
  std::string csr_alias(Op op) const;

  const uint32_t instr_;
  const InstructionInfo& info_;
  const int32_t imm_;
  const uint32_t target_;
  const std::string_view rd_, rs1_, rs2_, rs3_;
};

std::string Printer::plain() const {
  const std::string_view name = info_.name;
  switch (info_.format) {
    case Format::None: return std::string(name);
    case Format::Rs1: return fmt::format("{} {}", name, rs1_);
    case Format::Rs2: return fmt::format("{} {}, {}", name, rs1_, rs2_);
    case Format::R: return fmt::format("{} {}, {}, {}", name, rd_, rs1_, rs2_);
    case Format::R1: return fmt::format("{} {}, {}", name, rd_, rs1_);
    case Format::R4: return fmt::format("{} {}, {}, {}, {}", name, rd_, rs1_, rs2_, rs3_);
    case Format::FloatR: return fmt::format("{} {}, {}, {}{}", name, rd_, rs1_, rs2_, rounding());
    case Format::FloatR1: return fmt::format("{} {}, {}{}", name, rd_, rs1_, rounding());
    case Format::FloatR4: return fmt::format("{} {}, {}, {}, {}{}", name, rd_, rs1_, rs2_, rs3_, rounding());
    case Format::I:
      if (info_.klass == Class::Load || info_.klass == Class::Jump) {
        return fmt::format("{} {}, {}({})", name, rd_, imm_, rs1_);
      }
      return fmt::format("{} {}, {}, {}", name, rd_, rs1_, imm_);
    case Format::Shift: return fmt::format("{} {}, {}, {}", name, rd_, rs1_, imm_);
    case Format::S: return fmt::format("{} {}, {}({})", name, rs2_, imm_, rs1_);
    case Format::B: return fmt::format("{} {}, {}, {:#x}", name, rs1_, rs2_, target_);
    case Format::U: return fmt::format("{} {}, {:#x}", name, rd_, static_cast<uint32_t>(imm_) >> 12);
    case Format::J: return fmt::format("{} {}, {:#x}", name, rd_, target_);
    case Format::Csr: return fmt::format("{} {}, {}, {}", name, rd_, csr_name(csr(instr_)), rs1_);
    case Format::CsrImm: return fmt::format("{} {}, {}, {}", name, rd_, csr_name(csr(instr_)), imm_);
    case Format::Fence:
      if (fm(instr_) == 8 && pred(instr_) == 3 && succ(instr_) == 3) return "fence.tso";
      return fmt::format("{} {}, {}", name, fence_set(pred(instr_)), fence_set(succ(instr_)));
    case Format::Amo:
    case Format::Lr: {
      constexpr std::array<std::string_view, 4> kOrder = {"", ".rl", ".aq", ".aqrl"};
      const std::string_view order = kOrder[aq(instr_) * 2 + rl(instr_)];
      if (info_.format == Format::Lr) return fmt::format("{}{} {}, ({})", name, order, rd_, rs1_);
      return fmt::format("{}{} {}, {}, ({})", name, order, rd_, rs2_, rs1_);
    }
  }
  return std::string(name);
}

std::string Printer::rounding() const {
  // What cannot round is written without a mode for RNE, everything else for the dynamic one.
  const uint32_t assumed = decode(instr_) == Op::FcvtSH ? 0 : 7;
  return rm(instr_) == assumed ? std::string() : fmt::format(", {}", kRoundingNames[rm(instr_)]);
}

std::string Printer::alias(Op op) const {
  const bool rd_zero = rd(instr_) == 0;
  const bool rs1_zero = rs1(instr_) == 0;
  const bool rs2_zero = rs2(instr_) == 0;
  switch (op) {
    case Op::Addi:
      if (rd_zero && rs1_zero && imm_ == 0) return "nop";
      if (rs1_zero) return fmt::format("li {}, {}", rd_, imm_);
      if (imm_ == 0) return fmt::format("mv {}, {}", rd_, rs1_);
      return {};
    case Op::Xori: return imm_ == -1 ? fmt::format("not {}, {}", rd_, rs1_) : std::string();
    case Op::Andi: return imm_ == 255 ? fmt::format("zext.b {}, {}", rd_, rs1_) : std::string();
    case Op::Sltiu: return imm_ == 1 ? fmt::format("seqz {}, {}", rd_, rs1_) : std::string();
    case Op::Sltu: return rs1_zero ? fmt::format("snez {}, {}", rd_, rs2_) : std::string();
    case Op::Slt:
      if (rs2_zero) return fmt::format("sltz {}, {}", rd_, rs1_);
      return rs1_zero ? fmt::format("sgtz {}, {}", rd_, rs2_) : std::string();
    case Op::Sub: return rs1_zero ? fmt::format("neg {}, {}", rd_, rs2_) : std::string();
    case Op::Fence: return pred(instr_) == 15 && succ(instr_) == 15 ? "fence" : std::string();
    case Op::Jal:
    case Op::Jalr: return jump_alias(op);
    default: break;
  }
  if (info_.klass == Class::Branch) return branch_alias(op);
  if (info_.klass == Class::Csr) return csr_alias(op);
  return {};
}

std::string Printer::jump_alias(Op op) const {
  if (op == Op::Jal) {
    if (rd(instr_) == 0) return fmt::format("j {:#x}", target_);
    return rd(instr_) == 1 ? fmt::format("jal {:#x}", target_) : std::string();
  }
  if (imm_ != 0 || rd(instr_) > 1) return {};
  if (rd(instr_) == 1) return fmt::format("jalr {}", rs1_);
  return rs1(instr_) == 1 ? "ret" : fmt::format("jr {}", rs1_);
}

std::string Printer::branch_alias(Op op) const {
  if (rs2(instr_) == 0) {
    switch (op) {
      case Op::Beq: return fmt::format("beqz {}, {:#x}", rs1_, target_);
      case Op::Bne: return fmt::format("bnez {}, {:#x}", rs1_, target_);
      case Op::Blt: return fmt::format("bltz {}, {:#x}", rs1_, target_);
      case Op::Bge: return fmt::format("bgez {}, {:#x}", rs1_, target_);
      default: return {};
    }
  }
  if (rs1(instr_) == 0 && op == Op::Bge) return fmt::format("blez {}, {:#x}", rs2_, target_);
  if (rs1(instr_) == 0 && op == Op::Blt) return fmt::format("bgtz {}, {:#x}", rs2_, target_);
  return {};
}

std::string Printer::csr_alias(Op op) const {
  const std::string name = csr_name(csr(instr_));
  if (op == Op::Csrrs && rs1(instr_) == 0) return fmt::format("csrr {}, {}", rd_, name);
  if (rd(instr_) != 0) return {};
  switch (op) {
    case Op::Csrrw: return fmt::format("csrw {}, {}", name, rs1_);
    case Op::Csrrs: return fmt::format("csrs {}, {}", name, rs1_);
    case Op::Csrrc: return fmt::format("csrc {}, {}", name, rs1_);
    case Op::Csrrwi: return fmt::format("csrwi {}, {}", name, imm_);
    case Op::Csrrsi: return fmt::format("csrsi {}, {}", name, imm_);
    case Op::Csrrci: return fmt::format("csrci {}, {}", name, imm_);
    default: return {};
  }
}

}  // namespace

std::string_view register_name(uint32_t number) { return kRegisterNames.at(number); }

std::string_view float_register_name(uint32_t number) { return kFloatRegisterNames.at(number); }

std::optional<uint32_t> branch_target(uint32_t instr, uint32_t pc) {
  const Format format = info(decode(instr)).format;
  if (format != Format::B && format != Format::J) return std::nullopt;
  return pc + static_cast<uint32_t>(immediate(format, instr));
}

std::string disassemble(uint32_t instr, uint32_t pc, Style style) {
  const Op op = decode(instr);
  if (op == Op::Illegal) return fmt::format(".word {:#010x}", instr);
  const Printer printer(instr, pc);
  if (style == Style::kAliases) {
    std::string text = printer.alias(op);
    if (!text.empty()) return text;
  }
  return printer.plain();
}

}  // namespace heddle::isa
