// From an operation to its rule, once for every executor. An executor has a word for each kind of rule:
//   instruction(), pc()                  of the slot
//   binary, immediate, unary (rule)      integer results of each lane alone
//   branch (condition), jal, jalr, mret  control
//   load, store, amo, ...                memory
//   rounded, unrounded, inject_sign      floating point
//   command, barrier_operation, ...      engines
//   trap, csr, vote, shuffle, ...        the rest
#pragma once

#include <bit>
#include <cstdint>

#include "alu.h"
#include "heddle/fp/arithmetic.h"
#include "heddle/fp/host.h"
#include "heddle/fp/special.h"
#include "heddle/generated/isa.h"
#include "heddle/model/mbarrier.h"
#include "heddle/model/memory.h"
#include "kinds.h"

namespace heddle::model {

// A register of which nothing is boxed: an integer.
inline constexpr fp::Format kWhole = fp::kSingle;

namespace fma {

using u32 = std::uint32_t;
template <fp::Format F>
fp::Result msub(u32 a, u32 b, u32 c, fp::Rounding mode) {
  return fp::fused<F>(a, b, fp::negate<F>(c), mode);
}
template <fp::Format F>
fp::Result nmsub(u32 a, u32 b, u32 c, fp::Rounding mode) {
  return fp::fused<F>(fp::negate<F>(a), b, c, mode);
}
template <fp::Format F>
fp::Result nmadd(u32 a, u32 b, u32 c, fp::Rounding mode) {
  return fp::fused<F>(fp::negate<F>(a), b, fp::negate<F>(c), mode);
}

}  // namespace fma

template <typename Executor>
void perform(Executor& e) {
  using namespace alu;
  using fp::kHalf;
  using fp::kSingle;
  using isa::Op;
  switch (e.instruction().op) {
    // RV32I
    case Op::Lui: e.immediate([](u32, u32 imm) { return imm; }); break;
    case Op::Auipc: e.immediate([pc = e.pc()](u32, u32 imm) { return pc + imm; }); break;
    case Op::Jal: e.jal(); break;
    case Op::Jalr: e.jalr(); break;
    case Op::Beq: e.branch([](u32 a, u32 b) { return a == b; }); break;
    case Op::Bne: e.branch([](u32 a, u32 b) { return a != b; }); break;
    case Op::Blt: e.branch([](u32 a, u32 b) { return s(a) < s(b); }); break;
    case Op::Bge: e.branch([](u32 a, u32 b) { return s(a) >= s(b); }); break;
    case Op::Bltu: e.branch([](u32 a, u32 b) { return a < b; }); break;
    case Op::Bgeu: e.branch([](u32 a, u32 b) { return a >= b; }); break;
    case Op::Lb: e.load(1, Extension::kSign); break;
    case Op::Lh: e.load(2, Extension::kSign); break;
    case Op::Lw: e.load(4, Extension::kZero); break;
    case Op::Lbu: e.load(1, Extension::kZero); break;
    case Op::Lhu: e.load(2, Extension::kZero); break;
    case Op::Sb: e.store(1); break;
    case Op::Sh: e.store(2); break;
    case Op::Sw: e.store(4); break;
    case Op::Addi: e.immediate([](u32 a, u32 b) { return a + b; }); break;
    case Op::Slti: e.immediate([](u32 a, u32 b) { return s(a) < s(b); }); break;
    case Op::Sltiu: e.immediate([](u32 a, u32 b) { return a < b; }); break;
    case Op::Xori: e.immediate([](u32 a, u32 b) { return a ^ b; }); break;
    case Op::Ori: e.immediate([](u32 a, u32 b) { return a | b; }); break;
    case Op::Andi: e.immediate([](u32 a, u32 b) { return a & b; }); break;
    case Op::Slli: e.immediate([](u32 a, u32 b) { return a << b; }); break;
    case Op::Srli: e.immediate([](u32 a, u32 b) { return a >> b; }); break;
    case Op::Srai: e.immediate(sra); break;
    case Op::Add: e.binary([](u32 a, u32 b) { return a + b; }); break;
    case Op::Sub: e.binary([](u32 a, u32 b) { return a - b; }); break;
    case Op::Sll: e.binary([](u32 a, u32 b) { return a << (b & 31); }); break;
    case Op::Slt: e.binary([](u32 a, u32 b) { return s(a) < s(b); }); break;
    case Op::Sltu: e.binary([](u32 a, u32 b) { return a < b; }); break;
    case Op::Xor: e.binary([](u32 a, u32 b) { return a ^ b; }); break;
    case Op::Srl: e.binary([](u32 a, u32 b) { return a >> (b & 31); }); break;
    case Op::Sra: e.binary(sra); break;
    case Op::Or: e.binary([](u32 a, u32 b) { return a | b; }); break;
    case Op::And: e.binary([](u32 a, u32 b) { return a & b; }); break;
    case Op::Fence: e.fence(); break;
    case Op::FenceI: e.nothing(); break;  // decoded words are dropped when they are written
    case Op::Ecall: e.trap(Cause::kEnvironmentCall, 0); break;
    case Op::Ebreak: e.trap(Cause::kBreakpoint, e.pc()); break;
    case Op::Pause: e.pause(); break;
    case Op::Mret: e.mret(); break;
    case Op::Wfi: e.nothing(); break;
    // Zicsr
    case Op::Csrrw: e.csr(CsrUpdate::kWrite, false); break;
    case Op::Csrrs: e.csr(CsrUpdate::kSet, false); break;
    case Op::Csrrc: e.csr(CsrUpdate::kClear, false); break;
    case Op::Csrrwi: e.csr(CsrUpdate::kWrite, true); break;
    case Op::Csrrsi: e.csr(CsrUpdate::kSet, true); break;
    case Op::Csrrci: e.csr(CsrUpdate::kClear, true); break;
    // M
    case Op::Mul: e.binary([](u32 a, u32 b) { return a * b; }); break;
    case Op::Mulh: e.binary(mulh); break;
    case Op::Mulhsu: e.binary(mulhsu); break;
    case Op::Mulhu: e.binary(mulhu); break;
    case Op::Div: e.binary(div); break;
    case Op::Divu: e.binary(divu); break;
    case Op::Rem: e.binary(rem); break;
    case Op::Remu: e.binary(remu); break;
    // A
    case Op::LrW: e.load_reserved(); break;
    case Op::ScW: e.store_conditional(); break;
    case Op::AmoswapW: e.amo(AmoKind::kSwap); break;
    case Op::AmoaddW: e.amo(AmoKind::kAdd); break;
    case Op::AmoxorW: e.amo(AmoKind::kXor); break;
    case Op::AmoandW: e.amo(AmoKind::kAnd); break;
    case Op::AmoorW: e.amo(AmoKind::kOr); break;
    case Op::AmominW: e.amo(AmoKind::kMin); break;
    case Op::AmomaxW: e.amo(AmoKind::kMax); break;
    case Op::AmominuW: e.amo(AmoKind::kMinu); break;
    case Op::AmomaxuW: e.amo(AmoKind::kMaxu); break;
    // Zba
    case Op::Sh1add: e.binary([](u32 a, u32 b) { return (a << 1) + b; }); break;
    case Op::Sh2add: e.binary([](u32 a, u32 b) { return (a << 2) + b; }); break;
    case Op::Sh3add: e.binary([](u32 a, u32 b) { return (a << 3) + b; }); break;
    // Zbb
    case Op::Andn: e.binary([](u32 a, u32 b) { return a & ~b; }); break;
    case Op::Orn: e.binary([](u32 a, u32 b) { return a | ~b; }); break;
    case Op::Xnor: e.binary([](u32 a, u32 b) { return ~(a ^ b); }); break;
    case Op::Min: e.binary([](u32 a, u32 b) { return s(a) < s(b) ? a : b; }); break;
    case Op::Minu: e.binary([](u32 a, u32 b) { return a < b ? a : b; }); break;
    case Op::Max: e.binary([](u32 a, u32 b) { return s(a) > s(b) ? a : b; }); break;
    case Op::Maxu: e.binary([](u32 a, u32 b) { return a > b ? a : b; }); break;
    case Op::Rol: e.binary([](u32 a, u32 b) { return std::rotl(a, static_cast<int>(b & 31)); }); break;
    case Op::Ror: e.binary([](u32 a, u32 b) { return std::rotr(a, static_cast<int>(b & 31)); }); break;
    case Op::Rori: e.immediate([](u32 a, u32 b) { return std::rotr(a, static_cast<int>(b)); }); break;
    case Op::Clz: e.unary([](u32 a) { return std::countl_zero(a); }); break;
    case Op::Ctz: e.unary([](u32 a) { return std::countr_zero(a); }); break;
    case Op::Cpop: e.unary([](u32 a) { return std::popcount(a); }); break;
    case Op::SextB: e.unary([](u32 a) { return static_cast<std::int8_t>(a); }); break;
    case Op::SextH: e.unary([](u32 a) { return static_cast<std::int16_t>(a); }); break;
    case Op::ZextH: e.unary([](u32 a) { return a & 0xFFFFu; }); break;
    case Op::OrcB: e.unary(orc_b); break;
    case Op::Rev8: e.unary(rev8); break;
    // Zicond
    case Op::CzeroEqz: e.binary([](u32 a, u32 b) { return b == 0 ? 0 : a; }); break;
    case Op::CzeroNez: e.binary([](u32 a, u32 b) { return b != 0 ? 0 : a; }); break;
    // F, Zfh
    case Op::Flw: e.load(4, Extension::kZero); break;
    case Op::Flh: e.load(2, Extension::kBox); break;
    case Op::Fsw: e.store(4); break;
    case Op::Fsh: e.store(2); break;
    case Op::FmaddS: e.template rounded<kSingle, kSingle>(fp::fused<kSingle>, fp::host::Madd{}); break;
    case Op::FmsubS: e.template rounded<kSingle, kSingle>(fma::msub<kSingle>, fp::host::Msub{}); break;
    case Op::FnmsubS: e.template rounded<kSingle, kSingle>(fma::nmsub<kSingle>, fp::host::Nmsub{}); break;
    case Op::FnmaddS: e.template rounded<kSingle, kSingle>(fma::nmadd<kSingle>, fp::host::Nmadd{}); break;
    case Op::FaddS: e.template rounded<kSingle, kSingle>(fp::add<kSingle>, fp::host::Add{}); break;
    case Op::FsubS: e.template rounded<kSingle, kSingle>(fp::subtract<kSingle>, fp::host::Subtract{}); break;
    case Op::FmulS: e.template rounded<kSingle, kSingle>(fp::multiply<kSingle>, fp::host::Multiply{}); break;
    case Op::FdivS: e.template rounded<kSingle, kSingle>(fp::divide<kSingle>, fp::host::Divide{}); break;
    case Op::FsqrtS: e.template rounded<kSingle, kSingle>(fp::square_root<kSingle>, fp::host::SquareRoot{}); break;
    case Op::FsgnjS: e.template inject_sign<kSingle>(fp::copy_sign<kSingle>); break;
    case Op::FsgnjnS: e.template inject_sign<kSingle>(fp::copy_opposite_sign<kSingle>); break;
    case Op::FsgnjxS: e.template inject_sign<kSingle>(fp::xor_sign<kSingle>); break;
    case Op::FminS: e.template unrounded<kSingle, kSingle>(fp::minimum<kSingle>); break;
    case Op::FmaxS: e.template unrounded<kSingle, kSingle>(fp::maximum<kSingle>); break;
    case Op::FeqS: e.template unrounded<kSingle, kWhole>(fp::equal<kSingle>); break;
    case Op::FltS: e.template unrounded<kSingle, kWhole>(fp::less<kSingle>); break;
    case Op::FleS: e.template unrounded<kSingle, kWhole>(fp::less_or_equal<kSingle>); break;
    case Op::FclassS: e.unary([](u32 a) { return fp::classify<kSingle>(fp::operand<kSingle>(a)); }); break;
    case Op::FcvtWS: e.template rounded<kSingle, kWhole>(fp::to_signed<kSingle>); break;
    case Op::FcvtWuS: e.template rounded<kSingle, kWhole>(fp::to_unsigned<kSingle>); break;
    case Op::FcvtSW: e.template rounded<kWhole, kSingle>(fp::from_signed<kSingle>); break;
    case Op::FcvtSWu: e.template rounded<kWhole, kSingle>(fp::from_unsigned<kSingle>); break;
    case Op::FmaddH: e.template rounded<kHalf, kHalf>(fp::fused<kHalf>); break;
    case Op::FmsubH: e.template rounded<kHalf, kHalf>(fma::msub<kHalf>); break;
    case Op::FnmsubH: e.template rounded<kHalf, kHalf>(fma::nmsub<kHalf>); break;
    case Op::FnmaddH: e.template rounded<kHalf, kHalf>(fma::nmadd<kHalf>); break;
    case Op::FaddH: e.template rounded<kHalf, kHalf>(fp::add<kHalf>); break;
    case Op::FsubH: e.template rounded<kHalf, kHalf>(fp::subtract<kHalf>); break;
    case Op::FmulH: e.template rounded<kHalf, kHalf>(fp::multiply<kHalf>); break;
    case Op::FdivH: e.template rounded<kHalf, kHalf>(fp::divide<kHalf>); break;
    case Op::FsqrtH: e.template rounded<kHalf, kHalf>(fp::square_root<kHalf>); break;
    case Op::FsgnjH: e.template inject_sign<kHalf>(fp::copy_sign<kHalf>); break;
    case Op::FsgnjnH: e.template inject_sign<kHalf>(fp::copy_opposite_sign<kHalf>); break;
    case Op::FsgnjxH: e.template inject_sign<kHalf>(fp::xor_sign<kHalf>); break;
    case Op::FminH: e.template unrounded<kHalf, kHalf>(fp::minimum<kHalf>); break;
    case Op::FmaxH: e.template unrounded<kHalf, kHalf>(fp::maximum<kHalf>); break;
    case Op::FeqH: e.template unrounded<kHalf, kWhole>(fp::equal<kHalf>); break;
    case Op::FltH: e.template unrounded<kHalf, kWhole>(fp::less<kHalf>); break;
    case Op::FleH: e.template unrounded<kHalf, kWhole>(fp::less_or_equal<kHalf>); break;
    case Op::FclassH: e.unary([](u32 a) { return fp::classify<kHalf>(fp::operand<kHalf>(a)); }); break;
    case Op::FcvtWH: e.template rounded<kHalf, kWhole>(fp::to_signed<kHalf>); break;
    case Op::FcvtWuH: e.template rounded<kHalf, kWhole>(fp::to_unsigned<kHalf>); break;
    case Op::FcvtHW: e.template rounded<kWhole, kHalf>(fp::from_signed<kHalf>); break;
    case Op::FcvtHWu: e.template rounded<kWhole, kHalf>(fp::from_unsigned<kHalf>); break;
    case Op::FcvtSH: e.template rounded<kHalf, kSingle>(fp::convert<kSingle, kHalf>); break;
    case Op::FcvtHS: e.template rounded<kSingle, kHalf>(fp::convert<kHalf, kSingle>); break;
    case Op::FmvXW: e.unary([](u32 a) { return a; }); break;
    case Op::FmvWX: e.unary([](u32 a) { return a; }); break;
    case Op::FmvXH: e.unary([](u32 a) { return static_cast<std::int16_t>(a); }); break;
    case Op::FmvHX: e.unary([](u32 a) { return fp::register_value<kHalf>(a); }); break;
    // Special functions
    case Op::HdRcp: e.template unrounded<kSingle, kSingle>(fp::reciprocal); break;
    case Op::HdRsqrt: e.template unrounded<kSingle, kSingle>(fp::reciprocal_square_root); break;
    case Op::HdExp2: e.template unrounded<kSingle, kSingle>(fp::exp2); break;
    case Op::HdLog2: e.template unrounded<kSingle, kSingle>(fp::log2); break;
    case Op::HdSin: e.template unrounded<kSingle, kSingle>(fp::sine); break;
    case Op::HdCos: e.template unrounded<kSingle, kSingle>(fp::cosine); break;
    // Xheddle
    case Op::HdExit: e.exit_lanes(); break;
    case Op::HdBarrier: e.barrier(); break;
    case Op::HdVoteAll: e.vote(Vote::kAll, false); break;
    case Op::HdVoteAny: e.vote(Vote::kAny, false); break;
    case Op::HdVoteBallot: e.vote(Vote::kBallot, false); break;
    case Op::HdVoteAllSync: e.vote(Vote::kAll, true); break;
    case Op::HdVoteAnySync: e.vote(Vote::kAny, true); break;
    case Op::HdVoteBallotSync: e.vote(Vote::kBallot, true); break;
    // An index below zero becomes a huge one, which no lane has.
    case Op::HdShflIdx: e.shuffle([](u64, u64 index) { return index; }, false); break;
    case Op::HdShflUp: e.shuffle([](u64 own, u64 delta) { return own - delta; }, false); break;
    case Op::HdShflDown: e.shuffle([](u64 own, u64 delta) { return own + delta; }, false); break;
    case Op::HdShflXor: e.shuffle([](u64 own, u64 bits) { return own ^ bits; }, false); break;
    case Op::HdShflIdxSync: e.shuffle([](u64, u64 index) { return index; }, true); break;
    case Op::HdShflUpSync: e.shuffle([](u64 own, u64 delta) { return own - delta; }, true); break;
    case Op::HdShflDownSync: e.shuffle([](u64 own, u64 delta) { return own + delta; }, true); break;
    case Op::HdShflXorSync: e.shuffle([](u64 own, u64 bits) { return own ^ bits; }, true); break;
    // Xheddle: engines
    case Op::HdCopy: e.command(false); break;
    case Op::HdMatrix: e.command(true); break;
    case Op::HdMbarInit: e.barrier_operation(BarrierOp::kInit); break;
    case Op::HdMbarArrive: e.barrier_operation(BarrierOp::kArrive); break;
    case Op::HdMbarExpect: e.barrier_operation(BarrierOp::kExpect); break;
    case Op::HdMbarTest: e.barrier_operation(BarrierOp::kTest); break;
    case Op::HdMbarWait: e.barrier_wait(); break;
    case Op::Illegal: e.trap(Cause::kIllegalInstruction, e.instruction().raw); break;
  }
}

}  // namespace heddle::model
