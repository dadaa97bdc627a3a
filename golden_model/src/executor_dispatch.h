// From an operation to its rule.
#pragma once

#include "executor.h"
#include "executor_alu.h"
#include "executor_collective.h"
#include "executor_control.h"
#include "executor_core.h"
#include "executor_csr.h"
#include "executor_fast.h"
#include "executor_memory.h"

namespace heddle::model {

template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::execute() {
  using namespace alu;
  using isa::Op;
  switch (d_->op) {
    // RV32I
    case Op::Lui: immediate([](u32, u32 imm) { return imm; }); break;
    case Op::Auipc: immediate([pc = pc_](u32, u32 imm) { return pc + imm; }); break;
    case Op::Jal: jal(); break;
    case Op::Jalr: jalr(); break;
    case Op::Beq: branch([](u32 a, u32 b) { return a == b; }); break;
    case Op::Bne: branch([](u32 a, u32 b) { return a != b; }); break;
    case Op::Blt: branch([](u32 a, u32 b) { return s(a) < s(b); }); break;
    case Op::Bge: branch([](u32 a, u32 b) { return s(a) >= s(b); }); break;
    case Op::Bltu: branch([](u32 a, u32 b) { return a < b; }); break;
    case Op::Bgeu: branch([](u32 a, u32 b) { return a >= b; }); break;
    case Op::Lb: load(1, true); break;
    case Op::Lh: load(2, true); break;
    case Op::Lw: load(4, false); break;
    case Op::Lbu: load(1, false); break;
    case Op::Lhu: load(2, false); break;
    case Op::Sb: store(1); break;
    case Op::Sh: store(2); break;
    case Op::Sw: store(4); break;
    case Op::Addi: immediate([](u32 a, u32 b) { return a + b; }); break;
    case Op::Slti: immediate([](u32 a, u32 b) { return s(a) < s(b); }); break;
    case Op::Sltiu: immediate([](u32 a, u32 b) { return a < b; }); break;
    case Op::Xori: immediate([](u32 a, u32 b) { return a ^ b; }); break;
    case Op::Ori: immediate([](u32 a, u32 b) { return a | b; }); break;
    case Op::Andi: immediate([](u32 a, u32 b) { return a & b; }); break;
    case Op::Slli: immediate([](u32 a, u32 b) { return a << b; }); break;
    case Op::Srli: immediate([](u32 a, u32 b) { return a >> b; }); break;
    case Op::Srai: immediate(sra); break;
    case Op::Add: binary([](u32 a, u32 b) { return a + b; }); break;
    case Op::Sub: binary([](u32 a, u32 b) { return a - b; }); break;
    case Op::Sll: binary([](u32 a, u32 b) { return a << (b & 31); }); break;
    case Op::Slt: binary([](u32 a, u32 b) { return s(a) < s(b); }); break;
    case Op::Sltu: binary([](u32 a, u32 b) { return a < b; }); break;
    case Op::Xor: binary([](u32 a, u32 b) { return a ^ b; }); break;
    case Op::Srl: binary([](u32 a, u32 b) { return a >> (b & 31); }); break;
    case Op::Sra: binary(sra); break;
    case Op::Or: binary([](u32 a, u32 b) { return a | b; }); break;
    case Op::And: binary([](u32 a, u32 b) { return a & b; }); break;
    case Op::Fence:
      // Accesses are performed in program order here: only a checker has something to do.
      if constexpr (kRecord) result_->is_fence = true;
      break;
    case Op::FenceI: break;  // decoded words are dropped when they are written
    case Op::Ecall: raise_value(mask_, Cause::kEnvironmentCall, 0); break;
    case Op::Ebreak: raise_value(mask_, Cause::kBreakpoint, pc_); break;
    case Op::Pause: break;  // yields: see finish()
    case Op::Mret: mret(); break;
    case Op::Wfi: break;
    // Zicsr
    case Op::Csrrw: csr(CsrUpdate::kWrite, false); break;
    case Op::Csrrs: csr(CsrUpdate::kSet, false); break;
    case Op::Csrrc: csr(CsrUpdate::kClear, false); break;
    case Op::Csrrwi: csr(CsrUpdate::kWrite, true); break;
    case Op::Csrrsi: csr(CsrUpdate::kSet, true); break;
    case Op::Csrrci: csr(CsrUpdate::kClear, true); break;
    // M
    case Op::Mul: binary([](u32 a, u32 b) { return a * b; }); break;
    case Op::Mulh: binary(mulh); break;
    case Op::Mulhsu: binary(mulhsu); break;
    case Op::Mulhu: binary(mulhu); break;
    case Op::Div: binary(div); break;
    case Op::Divu: binary(divu); break;
    case Op::Rem: binary(rem); break;
    case Op::Remu: binary(remu); break;
    // A
    case Op::LrW: load_reserved(); break;
    case Op::ScW: store_conditional(); break;
    case Op::AmoswapW: amo(AmoKind::kSwap); break;
    case Op::AmoaddW: amo(AmoKind::kAdd); break;
    case Op::AmoxorW: amo(AmoKind::kXor); break;
    case Op::AmoandW: amo(AmoKind::kAnd); break;
    case Op::AmoorW: amo(AmoKind::kOr); break;
    case Op::AmominW: amo(AmoKind::kMin); break;
    case Op::AmomaxW: amo(AmoKind::kMax); break;
    case Op::AmominuW: amo(AmoKind::kMinu); break;
    case Op::AmomaxuW: amo(AmoKind::kMaxu); break;
    // Zba
    case Op::Sh1add: binary([](u32 a, u32 b) { return (a << 1) + b; }); break;
    case Op::Sh2add: binary([](u32 a, u32 b) { return (a << 2) + b; }); break;
    case Op::Sh3add: binary([](u32 a, u32 b) { return (a << 3) + b; }); break;
    // Zbb
    case Op::Andn: binary([](u32 a, u32 b) { return a & ~b; }); break;
    case Op::Orn: binary([](u32 a, u32 b) { return a | ~b; }); break;
    case Op::Xnor: binary([](u32 a, u32 b) { return ~(a ^ b); }); break;
    case Op::Min: binary([](u32 a, u32 b) { return s(a) < s(b) ? a : b; }); break;
    case Op::Minu: binary([](u32 a, u32 b) { return a < b ? a : b; }); break;
    case Op::Max: binary([](u32 a, u32 b) { return s(a) > s(b) ? a : b; }); break;
    case Op::Maxu: binary([](u32 a, u32 b) { return a > b ? a : b; }); break;
    case Op::Rol: binary([](u32 a, u32 b) { return std::rotl(a, static_cast<int>(b & 31)); }); break;
    case Op::Ror: binary([](u32 a, u32 b) { return std::rotr(a, static_cast<int>(b & 31)); }); break;
    case Op::Rori: immediate([](u32 a, u32 b) { return std::rotr(a, static_cast<int>(b)); }); break;
    case Op::Clz: unary([](u32 a) { return std::countl_zero(a); }); break;
    case Op::Ctz: unary([](u32 a) { return std::countr_zero(a); }); break;
    case Op::Cpop: unary([](u32 a) { return std::popcount(a); }); break;
    case Op::SextB: unary([](u32 a) { return static_cast<std::int8_t>(a); }); break;
    case Op::SextH: unary([](u32 a) { return static_cast<std::int16_t>(a); }); break;
    case Op::ZextH: unary([](u32 a) { return a & 0xFFFFu; }); break;
    case Op::OrcB: unary(orc_b); break;
    case Op::Rev8: unary(rev8); break;
    // Zicond
    case Op::CzeroEqz: binary([](u32 a, u32 b) { return b == 0 ? 0 : a; }); break;
    case Op::CzeroNez: binary([](u32 a, u32 b) { return b != 0 ? 0 : a; }); break;
    // Xheddle
    case Op::HdExit: exit_lanes(); break;
    case Op::HdBarrier: barrier(); break;
    case Op::HdVoteAll: vote(Vote::kAll, false); break;
    case Op::HdVoteAny: vote(Vote::kAny, false); break;
    case Op::HdVoteBallot: vote(Vote::kBallot, false); break;
    case Op::HdVoteAllSync: vote(Vote::kAll, true); break;
    case Op::HdVoteAnySync: vote(Vote::kAny, true); break;
    case Op::HdVoteBallotSync: vote(Vote::kBallot, true); break;
    // An index below zero becomes a huge one, which no lane has.
    case Op::HdShflIdx: shuffle([](u64, u64 index) { return index; }, false); break;
    case Op::HdShflUp: shuffle([](u64 own, u64 delta) { return own - delta; }, false); break;
    case Op::HdShflDown: shuffle([](u64 own, u64 delta) { return own + delta; }, false); break;
    case Op::HdShflXor: shuffle([](u64 own, u64 bits) { return own ^ bits; }, false); break;
    case Op::HdShflIdxSync: shuffle([](u64, u64 index) { return index; }, true); break;
    case Op::HdShflUpSync: shuffle([](u64 own, u64 delta) { return own - delta; }, true); break;
    case Op::HdShflDownSync: shuffle([](u64 own, u64 delta) { return own + delta; }, true); break;
    case Op::HdShflXorSync: shuffle([](u64 own, u64 bits) { return own ^ bits; }, true); break;
    case Op::Illegal: raise_value(mask_, Cause::kIllegalInstruction, d_->raw); break;
  }
}

}  // namespace heddle::model
