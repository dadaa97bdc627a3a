// Random programs for runs that must agree, and what must be the same after them.
#pragma once

#include <algorithm>
#include <random>
#include <string>

#include "rig.h"

namespace heddle::model::test {

using isa::Csr;
using isa::Op;

// Instructions of every kind; memory addresses stay near the windows, sometimes beyond them; faults go to a
// handler that skips the instruction.
class RandomProgram {
 public:
  // kTogether: lanes never disagree about a branch.
  enum class Branches : std::uint8_t { kAny, kTogether };

  explicit RandomProgram(std::uint32_t seed, Branches branches = Branches::kAny)
      : branches_(branches), random_(seed), program_(kCode) {}

  Program make(unsigned length) {
    Program& p = program_;
    p.la(t0, "handler").csrw(Csr::Mtvec, t0).csrr(a0, Csr::HdLane).csrr(a1, Csr::Mhartid);
    p.li(s6, random_()).li(s7, random_());
    p.li(s2, kData).li(s3, kPrivate).li(s4, kScratch).li(s5, kReadOnly);
    // Floats of every size: words of the lane's data, small integers, and what conversions give of them.
    for (unsigned r = 0; r < 4; ++r) p.load(Op::Flw, r, static_cast<int>(64 * r), s2);
    for (unsigned r = 4; r < 8; ++r) p.op(Op::FcvtSW, {.rd = r, .rs1 = r % 2 != 0 ? a1 : a0});
    p.r(Op::Sh2add, s2, a0, s2).li(a2, random_()).r(Op::Mul, a2, a2, a1).i(Op::Andi, a3, a0, 3);
    for (unsigned i = 0; i < length; ++i) {
      p.label("i" + std::to_string(i));
      instruction(i, length);
    }
    p.label("i" + std::to_string(length));
    for (unsigned r = a0; r <= a7; ++r) p.store(Op::Sw, r, static_cast<int>(128 + 4 * (r - a0)), s3);
    for (unsigned r = 0; r < 8; ++r) p.store(Op::Fsw, r, static_cast<int>(160 + 4 * r), s3);
    p.csrr(a0, Csr::Fcsr).store(Op::Sw, a0, 192, s3);
    p.exit();
    p.label("handler").csrr(t1, Csr::Mepc).i(Op::Addi, t1, t1, 4).csrw(Csr::Mepc, t1).op(Op::Mret);
    return p;
  }

 private:
  unsigned pick(unsigned count) { return random_() % count; }
  // a0..a7 hold data; t and s registers are for addresses and control.
  unsigned data_register() { return a0 + pick(8); }
  unsigned window() { return s2 + pick(4); }

  void instruction(unsigned i, unsigned length) {
    Program& p = program_;
    static constexpr Op kAlu[] = {Op::Add, Op::Sub, Op::Xor,  Op::Sltu, Op::Mul, Op::Mulh, Op::Div,      Op::Remu,
                                  Op::Rol, Op::Max, Op::Andn, Op::Sra,  Op::Sll, Op::Srl,  Op::CzeroEqz, Op::Sh2add};
    static constexpr Op kLoads[] = {Op::Lb, Op::Lh, Op::Lw, Op::Lw, Op::Lbu, Op::Lhu};
    static constexpr Op kStores[] = {Op::Sb, Op::Sh, Op::Sw, Op::Sw};
    static constexpr Op kAmos[] = {Op::AmoaddW, Op::AmoswapW, Op::AmomaxuW, Op::LrW, Op::ScW};
    static constexpr Op kBranches[] = {Op::Beq, Op::Bne, Op::Blt, Op::Bgeu};
    static constexpr Op kVotes[] = {Op::HdVoteAll, Op::HdVoteAny, Op::HdVoteBallot};
    switch (pick(16)) {
      case 0:
      case 1:
      case 2: p.r(kAlu[pick(std::size(kAlu))], data_register(), data_register(), data_register()); break;
      case 3: p.i(Op::Addi, data_register(), data_register(), static_cast<int>(pick(4096)) - 2048); break;
      case 4: p.load(kLoads[pick(std::size(kLoads))], data_register(), offset(), window()); break;
      case 5: p.store(kStores[pick(std::size(kStores))], data_register(), offset(), window()); break;
      case 6:  // an address that differs by lane in no simple way
        p.i(Op::Andi, t2, data_register(), 0x7C).r(Op::Add, t2, t2, s2);
        if (pick(2) == 0) {
          p.load(Op::Lw, data_register(), 0, t2);
        } else {
          p.store(Op::Sw, data_register(), 0, t2);
        }
        break;
      case 7: p.r(kAmos[pick(std::size(kAmos))], data_register(), pick(2) == 0 ? s2 : s4, data_register()); break;
      case 8:
      case 9: {
        const unsigned target = i + 1 + pick(std::min(length - i, 12u));
        const Op op = kBranches[pick(std::size(kBranches))];
        if (branches_ == Branches::kAny) {
          p.branch(op, data_register(), data_register(), "i" + std::to_string(target));
        } else {
          p.r(kAlu[pick(std::size(kAlu))], s6 + pick(2), s6, s7).branch(op, s6, s7, "i" + std::to_string(target));
        }
        break;
      }
      case 10: p.r(kVotes[pick(std::size(kVotes))], data_register(), data_register()); break;
      case 11:
      case 12:
      case 13: floating_point(); break;
      default:
        switch (pick(6)) {
          case 0: p.r(Op::HdShflXor, data_register(), data_register(), a3); break;
          case 1: p.op(Op::Pause); break;
          case 2: p.csrr(data_register(), Csr::Minstret); break;
          case 3: p.op(Op::HdBarrier); break;
          case 4: p.op(Op::Fence); break;
          default: p.op(Op::Ecall); break;
        }
    }
  }
  // f0..f7 hold data. Mostly to nearest, so that the fast simulator's short cut is taken.
  void floating_point() {
    Program& p = program_;
    static constexpr Op kRounded[] = {Op::FaddS,  Op::FsubS,   Op::FmulS,   Op::FdivS,  Op::FsqrtS, Op::FmaddS,
                                      Op::FmsubS, Op::FnmsubS, Op::FnmaddS, Op::FaddH,  Op::FmulH,  Op::FmaddH,
                                      Op::FdivH,  Op::FcvtSH,  Op::FcvtHS,  Op::FcvtSWu};
    static constexpr Op kPlain[] = {Op::FminS, Op::FmaxH, Op::FsgnjxS, Op::FsgnjnH, Op::HdRcp, Op::HdExp2, Op::HdSin};
    static constexpr Op kToInteger[] = {Op::FcvtWS, Op::FcvtWuH, Op::FeqS, Op::FltS, Op::FclassS, Op::FmvXH};
    const unsigned rm = pick(3) == 0 ? 7 : pick(4) == 0 ? pick(5) : 0;
    const auto f = [this] { return pick(8); };
    switch (pick(8)) {
      case 0: p.r(kPlain[pick(std::size(kPlain))], f(), f(), f()); break;
      case 1:
        p.op(kToInteger[pick(std::size(kToInteger))], {.rd = data_register(), .rs1 = f(), .rs2 = f(), .rm = rm});
        break;
      case 2: p.load(pick(2) == 0 ? Op::Flw : Op::Flh, f(), offset(), window()); break;
      case 3: p.store(pick(2) == 0 ? Op::Fsw : Op::Fsh, f(), offset(), window()); break;
      case 4:
        p.op(Op::Csrrwi, {.rd = data_register(), .imm = static_cast<int>(pick(4) == 0 ? pick(8) : 0), .csr = 2});
        break;
      default:
        p.op(kRounded[pick(std::size(kRounded))], {.rd = f(), .rs1 = f(), .rs2 = f(), .rs3 = f(), .rm = rm});
        break;
    }
  }

  int offset() { return static_cast<int>(pick(16) == 0 ? pick(2048) : 4 * pick(24)); }

  Branches branches_;
  std::mt19937 random_;
  Program program_;
};

inline void expect_same(const Rig& a, const Rig& b, const char* what) {
  SCOPED_TRACE(what);
  for (std::size_t w = 0; w < a.warps.size(); ++w) {
    const Warp& p = a.warps[w];
    const Warp& q = b.warps[w];
    EXPECT_EQ(p.slots, q.slots);
    EXPECT_EQ(p.retired, q.retired);
    EXPECT_EQ(p.mtvec, q.mtvec);
    EXPECT_EQ(p.fairness, q.fairness);
    for (unsigned l = 0; l < p.lanes; ++l) {
      // Registers are stored at the end of the program: those of lanes that have exited are not state.
      EXPECT_EQ(p.mepc[l], q.mepc[l]);
      EXPECT_EQ(p.mcause[l], q.mcause[l]);
      EXPECT_EQ(p.fflags[l], q.fflags[l]);
      EXPECT_EQ(p.frm[l], q.frm[l]);
    }
  }
  for (std::uint32_t at = 0; at < 0x1000; at += 4) ASSERT_EQ(a.word(kData + at), b.word(kData + at)) << at;
  for (std::uint32_t at = 0; at < 4096; at += 4)
    ASSERT_EQ(a.word(kPrivateStore + at), b.word(kPrivateStore + at)) << at;
  ASSERT_TRUE(std::ranges::equal(a.memory.scratchpad(), b.memory.scratchpad()));
}

}  // namespace heddle::model::test
