// From an operation to its rule.
#pragma once

#include "executor.h"
#include "executor_alu.h"
#include "executor_collective.h"
#include "executor_control.h"
#include "executor_core.h"
#include "executor_csr.h"
#include "executor_fast.h"
#include "executor_float.h"
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
    case Op::Lb: load(1, Extension::kSign); break;
    case Op::Lh: load(2, Extension::kSign); break;
    case Op::Lw: load(4, Extension::kZero); break;
    case Op::Lbu: load(1, Extension::kZero); break;
    case Op::Lhu: load(2, Extension::kZero); break;
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
    // F, Zfh
    case Op::Flw: load(4, Extension::kZero); break;
    case Op::Flh: load(2, Extension::kBox); break;
    case Op::Fsw: store(4); break;
    case Op::Fsh: store(2); break;
    case Op::FmaddS: rounded<kSingle, kSingle>(fp::fused<kSingle>, fp::host::madd_rows); break;
    case Op::FmsubS: rounded<kSingle, kSingle>(fma::msub<kSingle>, fp::host::msub_rows); break;
    case Op::FnmsubS: rounded<kSingle, kSingle>(fma::nmsub<kSingle>, fp::host::nmsub_rows); break;
    case Op::FnmaddS: rounded<kSingle, kSingle>(fma::nmadd<kSingle>, fp::host::nmadd_rows); break;
    case Op::FaddS: rounded<kSingle, kSingle>(fp::add<kSingle>, fp::host::add_rows); break;
    case Op::FsubS: rounded<kSingle, kSingle>(fp::subtract<kSingle>, fp::host::subtract_rows); break;
    case Op::FmulS: rounded<kSingle, kSingle>(fp::multiply<kSingle>, fp::host::multiply_rows); break;
    case Op::FdivS: rounded<kSingle, kSingle>(fp::divide<kSingle>, fp::host::divide_rows); break;
    case Op::FsqrtS: rounded<kSingle, kSingle>(fp::square_root<kSingle>, fp::host::square_root_rows); break;
    case Op::FsgnjS: inject_sign<kSingle>(fp::copy_sign<kSingle>); break;
    case Op::FsgnjnS: inject_sign<kSingle>(fp::copy_opposite_sign<kSingle>); break;
    case Op::FsgnjxS: inject_sign<kSingle>(fp::xor_sign<kSingle>); break;
    case Op::FminS: unrounded<kSingle, kSingle>(fp::minimum<kSingle>); break;
    case Op::FmaxS: unrounded<kSingle, kSingle>(fp::maximum<kSingle>); break;
    case Op::FeqS: unrounded<kSingle, kWhole>(fp::equal<kSingle>); break;
    case Op::FltS: unrounded<kSingle, kWhole>(fp::less<kSingle>); break;
    case Op::FleS: unrounded<kSingle, kWhole>(fp::less_or_equal<kSingle>); break;
    case Op::FclassS: unary([](u32 a) { return fp::classify<kSingle>(fp::operand<kSingle>(a)); }); break;
    case Op::FcvtWS: rounded<kSingle, kWhole>(fp::to_signed<kSingle>); break;
    case Op::FcvtWuS: rounded<kSingle, kWhole>(fp::to_unsigned<kSingle>); break;
    case Op::FcvtSW: rounded<kWhole, kSingle>(fp::from_signed<kSingle>); break;
    case Op::FcvtSWu: rounded<kWhole, kSingle>(fp::from_unsigned<kSingle>); break;
    case Op::FmaddH: rounded<kHalf, kHalf>(fp::fused<kHalf>); break;
    case Op::FmsubH: rounded<kHalf, kHalf>(fma::msub<kHalf>); break;
    case Op::FnmsubH: rounded<kHalf, kHalf>(fma::nmsub<kHalf>); break;
    case Op::FnmaddH: rounded<kHalf, kHalf>(fma::nmadd<kHalf>); break;
    case Op::FaddH: rounded<kHalf, kHalf>(fp::add<kHalf>); break;
    case Op::FsubH: rounded<kHalf, kHalf>(fp::subtract<kHalf>); break;
    case Op::FmulH: rounded<kHalf, kHalf>(fp::multiply<kHalf>); break;
    case Op::FdivH: rounded<kHalf, kHalf>(fp::divide<kHalf>); break;
    case Op::FsqrtH: rounded<kHalf, kHalf>(fp::square_root<kHalf>); break;
    case Op::FsgnjH: inject_sign<kHalf>(fp::copy_sign<kHalf>); break;
    case Op::FsgnjnH: inject_sign<kHalf>(fp::copy_opposite_sign<kHalf>); break;
    case Op::FsgnjxH: inject_sign<kHalf>(fp::xor_sign<kHalf>); break;
    case Op::FminH: unrounded<kHalf, kHalf>(fp::minimum<kHalf>); break;
    case Op::FmaxH: unrounded<kHalf, kHalf>(fp::maximum<kHalf>); break;
    case Op::FeqH: unrounded<kHalf, kWhole>(fp::equal<kHalf>); break;
    case Op::FltH: unrounded<kHalf, kWhole>(fp::less<kHalf>); break;
    case Op::FleH: unrounded<kHalf, kWhole>(fp::less_or_equal<kHalf>); break;
    case Op::FclassH: unary([](u32 a) { return fp::classify<kHalf>(fp::operand<kHalf>(a)); }); break;
    case Op::FcvtWH: rounded<kHalf, kWhole>(fp::to_signed<kHalf>); break;
    case Op::FcvtWuH: rounded<kHalf, kWhole>(fp::to_unsigned<kHalf>); break;
    case Op::FcvtHW: rounded<kWhole, kHalf>(fp::from_signed<kHalf>); break;
    case Op::FcvtHWu: rounded<kWhole, kHalf>(fp::from_unsigned<kHalf>); break;
    case Op::FcvtSH: rounded<kHalf, kSingle>(fp::convert<kSingle, kHalf>); break;
    case Op::FcvtHS: rounded<kSingle, kHalf>(fp::convert<kHalf, kSingle>); break;
    case Op::FmvXW: unary([](u32 a) { return a; }); break;
    case Op::FmvWX: unary([](u32 a) { return a; }); break;
    case Op::FmvXH: unary([](u32 a) { return static_cast<std::int16_t>(a); }); break;
    case Op::FmvHX: unary([](u32 a) { return fp::register_value<kHalf>(a); }); break;
    // Special functions
    case Op::HdRcp: unrounded<kSingle, kSingle>(fp::reciprocal); break;
    case Op::HdRsqrt: unrounded<kSingle, kSingle>(fp::reciprocal_square_root); break;
    case Op::HdExp2: unrounded<kSingle, kSingle>(fp::exp2); break;
    case Op::HdLog2: unrounded<kSingle, kSingle>(fp::log2); break;
    case Op::HdSin: unrounded<kSingle, kSingle>(fp::sine); break;
    case Op::HdCos: unrounded<kSingle, kSingle>(fp::cosine); break;
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
