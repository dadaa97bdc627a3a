// The decoder against the instruction table (docs/spec/instructions.yaml, as the C++ programs have it) and, by hand,
// what the core makes of each operation.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "Vdecoder_bench.h"
#include "clocked.h"
#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"
#include "pipeline_units.h"

namespace heddle::core_test {
namespace {

using isa::Class, isa::Format, isa::Op;

struct Decoded {
  uint32_t instr = 0;
  unsigned unit = 0, operation = 0, imm = 0, extra = 0;
  bool a_pc = false, b_imm = false, reads_a = false, reads_b = false, reads_c = false, writes = false, a_float = false,
       b_float = false, c_float = false, d_float = false, dynamic_mode = false, waits_float = false, sync = false,
       control = false, speculative = false, taken = false, stop = false;
  [[nodiscard]] uint32_t bits() const {
    uint32_t found = 0;
    for (const bool bit : {a_pc, b_imm, reads_a, reads_b, reads_c, writes, a_float, b_float, c_float, d_float,
                           dynamic_mode, waits_float, sync, control, speculative, taken, stop})
      found = found << 1 | (bit ? 1 : 0);
    return found;
  }
};

// In the order of rtl/core/core_pkg.sv and fpu_pkg.sv.
enum System : unsigned { kIllegal, kFetchFault, kEcall, kEbreak, kMret, kPause, kExit, kBarrier, kNop };
enum Memory : unsigned { kLoad, kStore, kAmo, kLr, kSc, kFence, kEngine };
enum Imm : unsigned { kImmI, kImmS, kImmB, kImmU, kImmJ, kImmZ, kImmNone };

// The place of the operation's group in the list; a group has the operations that a unit does in the same way.
template <size_t N>
unsigned place(const std::array<std::array<Op, 2>, N>& list, Op op) {
  for (unsigned i = 0; i < N; ++i) {
    if (list[i][0] == op || list[i][1] == op) return i;
  }
  return 0;
}
constexpr Op kNo = Op::Illegal;
constexpr std::array<std::array<Op, 2>, 33> kAlu = {{
    {Op::Add, Op::Addi}, {Op::Sub, kNo},      {Op::Sll, Op::Slli}, {Op::Slt, Op::Slti}, {Op::Sltu, Op::Sltiu},
    {Op::Xor, Op::Xori}, {Op::Srl, Op::Srli}, {Op::Sra, Op::Srai}, {Op::Or, Op::Ori},   {Op::And, Op::Andi},
    {Op::Lui, kNo},      {Op::Sh1add, kNo},   {Op::Sh2add, kNo},   {Op::Sh3add, kNo},   {Op::Andn, kNo},
    {Op::Orn, kNo},      {Op::Xnor, kNo},     {Op::Min, kNo},      {Op::Minu, kNo},     {Op::Max, kNo},
    {Op::Maxu, kNo},     {Op::Rol, kNo},      {Op::Ror, Op::Rori}, {Op::Clz, kNo},      {Op::Ctz, kNo},
    {Op::Cpop, kNo},     {Op::SextB, kNo},    {Op::SextH, kNo},    {Op::ZextH, kNo},    {Op::OrcB, kNo},
    {Op::Rev8, kNo},     {Op::CzeroEqz, kNo}, {Op::CzeroNez, kNo},
}};
constexpr std::array<std::array<Op, 2>, 24> kFloat = {{
    {Op::FmaddS, Op::FmaddH}, {Op::FmsubS, Op::FmsubH},   {Op::FnmsubS, Op::FnmsubH}, {Op::FnmaddS, Op::FnmaddH},
    {Op::FaddS, Op::FaddH},   {Op::FsubS, Op::FsubH},     {Op::FmulS, Op::FmulH},     {Op::FminS, Op::FminH},
    {Op::FmaxS, Op::FmaxH},   {Op::FsgnjS, Op::FsgnjH},   {Op::FsgnjnS, Op::FsgnjnH}, {Op::FsgnjxS, Op::FsgnjxH},
    {Op::FeqS, Op::FeqH},     {Op::FltS, Op::FltH},       {Op::FleS, Op::FleH},       {Op::FclassS, Op::FclassH},
    {Op::FcvtWS, Op::FcvtWH}, {Op::FcvtWuS, Op::FcvtWuH}, {Op::FcvtSW, Op::FcvtHW},   {Op::FcvtSWu, Op::FcvtHWu},
    {Op::FcvtHS, kNo},        {Op::FcvtSH, kNo},          {Op::FmvXW, Op::FmvXH},     {Op::FmvWX, Op::FmvHX},
}};
constexpr std::array<std::array<Op, 2>, 7> kCollective = {{
    {Op::HdVoteAll, Op::HdVoteAllSync},
    {Op::HdVoteAny, Op::HdVoteAnySync},
    {Op::HdVoteBallot, Op::HdVoteBallotSync},
    {Op::HdShflIdx, Op::HdShflIdxSync},
    {Op::HdShflUp, Op::HdShflUpSync},
    {Op::HdShflDown, Op::HdShflDownSync},
    {Op::HdShflXor, Op::HdShflXorSync},
}};
constexpr std::array<std::array<Op, 2>, 6> kSpecial = {
    {{Op::HdRcp, kNo}, {Op::HdRsqrt, kNo}, {Op::HdExp2, kNo}, {Op::HdLog2, kNo}, {Op::HdSin, kNo}, {Op::HdCos, kNo}}};

class Decoder : public testing::Test, protected Clocked<Vdecoder_bench> {
 protected:
  Decoder() : Clocked(3) {}

  static Decoded traps(uint32_t instr, System why) {
    Decoded d;
    d.instr = instr;
    d.unit = kUnitSystem;
    d.operation = why;
    d.imm = kImmNone;
    d.control = d.stop = true;
    return d;
  }
  static bool legal_csr(uint32_t number, bool writes) {
    const auto* found =
        std::ranges::find_if(isa::kCsrs, [&](const auto& csr) { return uint32_t(csr.number) == number; });
    return found != std::end(isa::kCsrs) && (!writes || found->access == isa::CsrAccess::ReadWrite);
  }
  // Registers of one bank are read one after another, but for one that is read twice.
  unsigned extra(const Decoded& d) const {
    const unsigned a = isa::rs1(d.instr) + 32 * d.a_float, b = isa::rs2(d.instr) + 32 * d.b_float,
                   c = isa::rs3(d.instr) + 32 * d.c_float;
    const auto meet = [&](bool reads, unsigned x, unsigned y) {
      return reads && x != y && x % dut.shape_o[0] == y % dut.shape_o[0];
    };
    const bool ab = meet(d.reads_a && d.reads_b, a, b), ac = meet(d.reads_a && d.reads_c, a, c),
               bc = meet(d.reads_b && d.reads_c, b, c);
    return ab && ac && bc ? 2 : ab || ac || bc ? 1 : 0;
  }
  Decoded expected(uint32_t instr) const;
  void compare(uint32_t instr) {
    dut.valid_i = 1;
    dut.instr_i = instr;
    dut.fetch_fault_i = 0;
    dut.eval();
    ASSERT_NO_FATAL_FAILURE(look(expected(instr)));
    dut.fetch_fault_i = 1;
    dut.eval();
    ASSERT_NO_FATAL_FAILURE(look(traps(instr, kFetchFault)));
    dut.valid_i = 0;
    dut.eval();
    ASSERT_NO_FATAL_FAILURE(look(Decoded()));
  }
  void look(const Decoded& d) {
    SCOPED_TRACE(testing::Message() << std::hex << "0x" << d.instr << " " << isa::info(isa::decode(d.instr)).name);
    ASSERT_EQ(dut.instr_o, d.instr);
    ASSERT_EQ(dut.unit_o, d.unit);
    ASSERT_EQ(dut.operation_o, d.operation);
    ASSERT_EQ(dut.imm_o, d.imm);
    ASSERT_EQ(dut.extra_o, d.extra);
    ASSERT_EQ(dut.bits_o, d.bits());
  }
};

Decoded Decoder::expected(uint32_t instr) const {
  const Op op = isa::decode(instr);
  const isa::InstructionInfo& info = isa::info(op);
  const unsigned funct3 = instr >> 12 & 7, half = (instr >> 26 & 1) << 5;
  const uint32_t csr = isa::csr(instr);
  const bool csr_write = op == Op::Csrrw || op == Op::Csrrwi || isa::rs1(instr) != 0;
  bool legal = op != Op::Illegal && !(info.has_rounding && (isa::rm(instr) == 5 || isa::rm(instr) == 6));
  if (info.klass == Class::Csr) legal = legal && legal_csr(csr, csr_write);
  if (info.klass == Class::Engine) legal = legal && (op == Op::HdMatrix ? dut.shape_o[2] : dut.shape_o[1]) != 0;
  if (!legal) return traps(instr, kIllegal);

  Decoded d;
  d.instr = instr;
  d.a_float = info.rs1_float;
  d.b_float = info.rs2_float;
  d.c_float = info.rs3_float;
  d.d_float = info.rd_float;
  // x0 is no register.
  d.reads_a = info.reads_rs1 && (d.a_float || isa::rs1(instr) != 0);
  d.reads_b = info.reads_rs2 && (d.b_float || isa::rs2(instr) != 0);
  d.reads_c = info.reads_rs3 && (d.c_float || isa::rs3(instr) != 0);
  d.writes = info.writes_rd && (d.d_float || isa::rd(instr) != 0);
  d.dynamic_mode = info.has_rounding && isa::rm(instr) == 7;
  d.sync = info.sync;
  d.extra = extra(d);
  switch (info.format) {
    case Format::I:
    case Format::Shift: d.imm = kImmI; break;
    case Format::S: d.imm = kImmS; break;
    case Format::B: d.imm = kImmB; break;
    case Format::U: d.imm = kImmU; break;
    case Format::J: d.imm = kImmJ; break;
    case Format::CsrImm: d.imm = kImmZ; break;
    default: d.imm = kImmNone;
  }
  d.b_imm = d.imm == kImmI || d.imm == kImmU || d.imm == kImmZ;
  const auto memory = [&](Memory operation) {
    d.unit = kUnitMemory;
    d.operation = operation;
    d.speculative = operation == kLoad || operation == kStore;
    d.control = !d.speculative;
  };
  const auto system = [&](System operation) {
    d.unit = kUnitSystem;
    d.operation = operation;
    d.control = operation != kNop;
  };
  switch (info.klass) {
    case Class::Alu:
      d.unit = kUnitAlu;
      d.operation = place(kAlu, op);
      d.a_pc = op == Op::Auipc;
      break;
    case Class::Mul:
    case Class::Div:
      d.unit = info.klass == Class::Mul ? kUnitMul : kUnitDiv;
      d.operation = funct3;
      break;
    case Class::Branch:
      d.unit = kUnitBranch;
      d.speculative = true;
      d.taken = instr >> 31 != 0;
      break;
    case Class::Jump: {
      const bool calls = isa::rd(instr) == 1 || isa::rd(instr) == 5, direct = op == Op::Jal;
      d.unit = direct ? kUnitJal : kUnitJalr;
      d.speculative = direct && !calls;
      d.control = !d.speculative;
      d.taken = direct;
      d.stop = !direct;
      break;
    }
    case Class::Load: memory(kLoad); break;
    case Class::Store: memory(kStore); break;
    case Class::Amo: memory(kAmo); break;
    case Class::Lr: memory(kLr); break;
    case Class::Sc: memory(kSc); break;
    case Class::Fence: memory(kFence); break;
    case Class::Engine: memory(kEngine); break;
    case Class::Fencei:
      memory(kFence);
      d.operation |= 8;
      d.stop = true;
      break;
    case Class::Csr:
      d.unit = kUnitCsr;
      d.control = csr_write || csr >> 6 != 0x33;  // reading an identity changes nothing
      d.waits_float = csr >= 1 && csr <= 3;
      break;
    case Class::System:
      system(op == Op::Ecall ? kEcall : op == Op::Ebreak ? kEbreak : op == Op::Mret ? kMret : kNop);
      d.stop = d.control;
      break;
    case Class::Pause: system(kPause); break;
    case Class::Exit: system(kExit); break;
    case Class::Barrier: system(kBarrier); break;
    case Class::Vote:
    case Class::Shuffle:
      d.unit = info.klass == Class::Vote ? kUnitVote : kUnitShuffle;
      d.operation = place(kCollective, op);
      d.control = d.sync;
      break;
    case Class::Fma:
    case Class::Fmisc:
    case Class::Fcvt:
      d.unit = kUnitFloat;
      d.operation = place(kFloat, op) | half;
      break;
    case Class::Fdiv:
      d.unit = kUnitFloatDivide;
      d.operation = (op == Op::FsqrtS || op == Op::FsqrtH ? 1 : 0) | half;
      break;
    case Class::Special:
      d.unit = kUnitSpecial;
      d.operation = place(kSpecial, op);
      break;
    default: ADD_FAILURE() << info.name;
  }
  // What only makes a number that goes nowhere needs no unit.
  const bool flagless = op == Op::FclassS || op == Op::FclassH || op == Op::FmvXW || op == Op::FmvXH;
  if (!d.writes && (d.unit == kUnitMul || d.unit == kUnitDiv || flagless)) {
    d.unit = kUnitAlu;
    d.operation = 0;
  }
  return d;
}

TEST_F(Decoder, EveryRow) {
  for (size_t row = 1; row < isa::kOpCount; ++row) {
    const isa::InstructionInfo& info = isa::kInstructions[row];
    for (unsigned i = 0; i < 400; ++i) {
      uint32_t instr = info.match | (random() & ~info.mask);
      // Registers that are x0, and some that meet in a bank; CSRs that exist; backward and forward.
      for (unsigned at : {7, 15, 20, 27}) {
        if (random() % 6 == 0) instr &= ~(31U << at) | info.mask;
        if (random() % 4 == 0) instr = (instr & (~(31U << at) | info.mask)) | ((random() % 3 * 8 << at) & ~info.mask);
      }
      if (info.klass == Class::Csr && random() % 4 != 0)
        instr = (instr & 0xf'ffff) | uint32_t(isa::kCsrs[random() % isa::kCsrCount].number) << 20;
      ASSERT_NO_FATAL_FAILURE(compare(instr)) << info.name;
      // One bit from it: another instruction, or none.
      ASSERT_NO_FATAL_FAILURE(compare(instr ^ 1U << i % 32)) << "near " << info.name;
    }
  }
}

TEST_F(Decoder, AnyWord) {
  for (unsigned i = 0; i < 100'000; ++i) ASSERT_NO_FATAL_FAILURE(compare(random() | (i % 8 != 0 ? 3 : 0)));
  ASSERT_NO_FATAL_FAILURE(compare(0));
  ASSERT_NO_FATAL_FAILURE(compare(~0U));
}

}  // namespace
}  // namespace heddle::core_test
