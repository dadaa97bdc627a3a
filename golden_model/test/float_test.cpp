// Floating-point instructions: registers of both files, boxes, rounding modes by lane, flags, CSRs. Values are checked
// in fp/; here every operation has one that its neighbours would get wrong.
#include <algorithm>

#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

constexpr unsigned kF = kFloatRegister;
constexpr std::uint32_t kNan = 0x7FC0'0000;
constexpr std::uint32_t kHalfNan = 0xFFFF'7E00;
constexpr std::uint8_t kNX = 1, kUF = 2, kOF = 4, kDZ = 8, kNV = 16;

struct Case {
  Op op;
  std::uint32_t a, b, c;
  std::uint32_t expected;
  std::uint8_t flags = 0;
  unsigned rm = 0;
};

bool raises_flags(Op op) {
  const isa::InstructionInfo& info = isa::info(op);
  switch (op) {
    case Op::FminS:
    case Op::FminH:
    case Op::FmaxS:
    case Op::FmaxH:
    case Op::FeqS:
    case Op::FeqH:
    case Op::FltS:
    case Op::FltH:
    case Op::FleS:
    case Op::FleH: return true;
    default: return info.has_rounding || info.klass == isa::Class::Special;
  }
}

bool is_arithmetic(isa::Class klass) {
  using enum isa::Class;
  return klass == Fma || klass == Fmisc || klass == Fcvt || klass == Fdiv || klass == Special;
}

// All lanes and a part of them; rd apart from the sources, each source, and register 0.
void check(const Case& c) {
  const isa::InstructionInfo& info = isa::info(c.op);
  SCOPED_TRACE(info.name);
  constexpr unsigned kLanes = 8;
  constexpr LaneMask kOdd = 0xAA;
  for (const bool partial : {false, true}) {
    for (const unsigned rd : {5u, 6u, 7u, 8u, 0u}) {
      Rig rig(kLanes);
      rig.load(Program(kCode).op(c.op, {.rd = rd, .rs1 = 6, .rs2 = 7, .rs3 = 8, .rm = c.rm}));
      Warp& warp = rig.warp();
      // Sources in the file that the operation reads, and traps for the reader in the other one.
      const unsigned source[] = {6 + (info.rs1_float ? kF : 0), 7 + (info.rs2_float ? kF : 0),
                                 8 + (info.rs3_float ? kF : 0)};
      for (unsigned l = 0; l < kLanes; ++l) {
        for (unsigned r = 1; r < kRegisters; ++r) warp.reg[r][l] = 0x4049'0000 + r;
        warp.reg[source[0]][l] = c.a;
        if (info.reads_rs2) warp.reg[source[1]][l] = c.b;
        if (info.reads_rs3) warp.reg[source[2]][l] = c.c;
        warp.fflags[l] = l % 2 != 0 ? 0x8 : 0;
        if (partial && (kOdd & lane_bit(l)) == 0) warp.pc[l] = kCode + 0x100;
      }
      const auto before = warp.reg;
      refresh_converged(warp);
      const LaneMask active = partial ? kOdd : all_lanes(kLanes);
      const StepResult& r = rig.step();
      const unsigned number = rd + (info.rd_float ? kF : 0);
      ASSERT_EQ(r.trap, 0u);
      EXPECT_EQ(r.completed, active);
      EXPECT_EQ(r.rd, number);
      EXPECT_EQ(r.written, number != 0 ? active : 0u);
      EXPECT_EQ(r.flagged, raises_flags(c.op) ? active : 0u);
      for (unsigned l = 0; l < kLanes; ++l) {
        const bool on = (active & lane_bit(l)) != 0;
        for (unsigned n = 0; n < kRegisters; ++n) {
          const bool changes = on && n == number && n != 0;
          ASSERT_EQ(warp.reg[n][l], changes ? c.expected : before[n][l]) << "register " << n << " lane " << l;
        }
        const std::uint32_t old_flags = l % 2 != 0 ? 0x8 : 0;
        EXPECT_EQ(warp.fflags[l], on ? old_flags | c.flags : old_flags);
        if (on && number != 0) {
          EXPECT_EQ(r.value[l], c.expected);
        }
        if (on && raises_flags(c.op)) {
          EXPECT_EQ(r.flags[l], c.flags);
        }
      }
    }
  }
}

constexpr std::uint32_t box(std::uint32_t half) { return half | 0xFFFF'0000; }
constexpr std::uint32_t k1 = 0x3F80'0000, k2 = 0x4000'0000, k3 = 0x4040'0000, k5 = 0x40A0'0000, k6 = 0x40C0'0000;
constexpr std::uint32_t kMinus1 = 0xBF80'0000, kThird = 0x3EAA'AAAB;
constexpr std::uint32_t h1 = box(0x3C00), h2 = box(0x4000), h3 = box(0x4200), h5 = box(0x4500), h6 = box(0x4600);
constexpr std::uint32_t hMinus1 = box(0xBC00);
constexpr std::uint32_t kUnboxed = 0x0000'3C00;  // 1.0 in a bad box

constexpr Case kCases[] = {
    {Op::FmaddS, k2, k3, k5, 0x4130'0000},   // 11
    {Op::FmsubS, k2, k3, k5, k1},            // 1
    {Op::FnmsubS, k2, k3, k5, kMinus1},      // -1
    {Op::FnmaddS, k2, k3, k5, 0xC130'0000},  // -11
    {Op::FaddS, k2, k3, 0, k5},
    {Op::FaddS, k1, 0x3300'0000, 0, k1, kNX},              // 1 + 2^-25
    {Op::FaddS, k1, 0x3300'0000, 0, 0x3F80'0001, kNX, 3},  // up
    {Op::FaddS, k1, 0x3380'0000, 0, 0x3F80'0001, kNX, 4},  // the tie away from zero
    {Op::FsubS, k2, k3, 0, kMinus1},
    {Op::FsubS, k2, k2, 0, 0},
    {Op::FsubS, k2, k2, 0, 0x8000'0000, 0, 2},
    {Op::FmulS, k2, k3, 0, k6},
    {Op::FmulS, 0x7F00'0000, 0x7F00'0000, 0, 0x7F80'0000, kOF | kNX},
    {Op::FmulS, 0x7F00'0000, 0x7F00'0000, 0, 0x7F7F'FFFF, kOF | kNX, 1},
    {Op::FmulS, 0x0080'0001, 0x3F00'0000, 0, 0x0040'0000, kUF | kNX},
    {Op::FmulS, 0x7F80'0000, 0, 0, kNan, kNV},
    {Op::FdivS, k1, k3, 0, kThird, kNX},
    {Op::FdivS, kMinus1, 0, 0, 0xFF80'0000, kDZ},
    {Op::FsqrtS, 0x4110'0000, 0, 0, k3},
    {Op::FsqrtS, kMinus1, 0, 0, kNan, kNV},
    {Op::FsgnjS, k1, 0x8000'0000, 0, kMinus1},
    {Op::FsgnjnS, k1, 0x8000'0000, 0, k1},
    {Op::FsgnjxS, kMinus1, 0x8000'0000, 0, k1},
    {Op::FsgnjS, 0x7F80'0001, 0x8000'0000, 0, 0xFF80'0001},
    {Op::FminS, 0x8000'0000, 0, 0, 0x8000'0000},
    {Op::FminS, 0x7F80'0001, k2, 0, k2, kNV},
    {Op::FmaxS, 0x8000'0000, 0, 0, 0},
    {Op::FmaxS, 0x7FC0'0000, 0xFFC0'0001, 0, kNan},
    {Op::FeqS, k1, k1, 0, 1},
    {Op::FeqS, kNan, k1, 0, 0},
    {Op::FltS, k1, k1, 0, 0},
    {Op::FltS, kNan, k1, 0, 0, kNV},
    {Op::FleS, k1, k1, 0, 1},
    {Op::FclassS, 0xFF80'0000, 0, 0, 1},
    {Op::FcvtWS, 0xC020'0000, 0, 0, 0xFFFF'FFFE, kNX},     // -2.5
    {Op::FcvtWS, 0xC020'0000, 0, 0, 0xFFFF'FFFD, kNX, 4},  // -2.5, away
    {Op::FcvtWS, 0x4F00'0000, 0, 0, 0x7FFF'FFFF, kNV},
    {Op::FcvtWuS, 0x4F00'0000, 0, 0, 0x8000'0000},
    {Op::FcvtWuS, kMinus1, 0, 0, 0, kNV},
    {Op::FcvtWuS, kNan, 0, 0, 0xFFFF'FFFF, kNV},
    {Op::FcvtSW, 0xFFFF'FFFF, 0, 0, kMinus1},
    {Op::FcvtSWu, 0xFFFF'FFFF, 0, 0, 0x4F80'0000, kNX},
    {Op::FmvXW, 0x7F80'0001, 0, 0, 0x7F80'0001},
    {Op::FmvWX, 0x7F80'0001, 0, 0, 0x7F80'0001},

    {Op::FmaddH, h2, h3, h5, box(0x4980)},
    {Op::FmsubH, h2, h3, h5, h1},
    {Op::FnmsubH, h2, h3, h5, hMinus1},
    {Op::FnmaddH, h2, h3, h5, box(0xC980)},
    {Op::FmaddH, h2, h3, kUnboxed, kHalfNan},
    {Op::FaddH, h2, h3, 0, h5},
    {Op::FaddH, kUnboxed, h3, 0, kHalfNan},
    {Op::FaddH, h3, kUnboxed, 0, kHalfNan},
    {Op::FsubH, h2, h3, 0, hMinus1},
    {Op::FmulH, h2, h3, 0, h6},
    {Op::FmulH, box(0x7800), box(0x7800), 0, box(0x7C00), kOF | kNX},
    {Op::FdivH, h1, h3, 0, box(0x3555), kNX},
    {Op::FdivH, h1, h3, 0, box(0x3556), kNX, 3},
    {Op::FsqrtH, box(0x4880), 0, 0, h3},
    {Op::FsgnjH, h1, box(0x8000), 0, hMinus1},
    {Op::FsgnjH, kUnboxed, box(0x8000), 0, box(0xFE00)},
    {Op::FsgnjH, h1, 0x0000'8000, 0, h1},  // an unboxed sign is the positive NaN's
    {Op::FsgnjnH, h1, box(0x8000), 0, h1},
    {Op::FsgnjxH, hMinus1, box(0x8000), 0, h1},
    {Op::FminH, h2, h3, 0, h2},
    {Op::FminH, kUnboxed, h3, 0, h3},
    {Op::FmaxH, h2, h3, 0, h3},
    {Op::FmaxH, box(0x7C01), h3, 0, h3, kNV},
    {Op::FeqH, h2, h2, 0, 1},
    {Op::FeqH, kUnboxed, kUnboxed, 0, 0},
    {Op::FltH, hMinus1, h2, 0, 1},
    {Op::FleH, h2, hMinus1, 0, 0},
    {Op::FclassH, box(0x0001), 0, 0, 1 << 5},
    {Op::FclassH, kUnboxed, 0, 0, 1 << 9},
    {Op::FcvtWH, box(0xC100), 0, 0, 0xFFFF'FFFE, kNX},  // -2.5
    {Op::FcvtWH, kUnboxed, 0, 0, 0x7FFF'FFFF, kNV},
    {Op::FcvtWuH, box(0x7BFF), 0, 0, 65504},
    {Op::FcvtHW, 0xFFFF'FFFF, 0, 0, hMinus1},
    {Op::FcvtHW, 65520, 0, 0, box(0x7C00), kOF | kNX},
    {Op::FcvtHWu, 3, 0, 0, h3},
    {Op::FcvtSH, h3, 0, 0, k3},
    {Op::FcvtSH, kUnboxed, 0, 0, kNan},
    {Op::FcvtHS, k3, 0, 0, h3},
    {Op::FcvtHS, 0x7F80'0001, 0, 0, kHalfNan, kNV},
    {Op::FcvtHS, 0x3280'0000, 0, 0, box(0), kUF | kNX},  // 2^-26
    {Op::FmvXH, 0x1234'8001, 0, 0, 0xFFFF'8001},         // whatever the box
    {Op::FmvXH, box(0x7C01), 0, 0, 0x7C01},
    {Op::FmvHX, 0x1234'7C01, 0, 0, box(0x7C01)},

    {Op::HdRcp, k2, 0, 0, 0x3F00'0000},
    {Op::HdRcp, 0x8000'0000, 0, 0, 0xFF80'0000, kDZ},
    {Op::HdRsqrt, 0x4080'0000, 0, 0, 0x3F00'0000},
    {Op::HdExp2, k3, 0, 0, 0x4100'0000},
    {Op::HdLog2, 0x4100'0000, 0, 0, k3},
    {Op::HdSin, 0x3E80'0000, 0, 0, k1},
    {Op::HdCos, 0x3F00'0000, 0, 0, kMinus1},
    {Op::HdCos, 0x7F80'0000, 0, 0, kNan, kNV},
};

class FloatTest : public testing::TestWithParam<Case> {};
TEST_P(FloatTest, Result) { check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Rules, FloatTest, testing::ValuesIn(kCases), [](const testing::TestParamInfo<Case>& info) {
  std::string name = isa::info(info.param.op).name;
  std::ranges::replace(name, '.', '_');
  return name + "_" + std::to_string(info.index);
});

TEST(FloatCoverage, EveryInstructionHasACase) {
  for (std::size_t i = 1; i < isa::kOpCount; ++i) {
    if (!is_arithmetic(isa::kInstructions[i].klass)) continue;
    EXPECT_TRUE(std::ranges::any_of(kCases, [&](const Case& c) { return c.op == static_cast<Op>(i); }))
        << isa::kInstructions[i].name;
  }
}

// ---- rounding modes ----------------------------------------------------------------------------------------------

TEST(Float, DynamicModeIsTheLanesOwn) {
  Rig rig(8);
  rig.load(Program(kCode).op(Op::FdivS, {.rd = 1, .rs1 = 2, .rs2 = 3, .rm = 7}));
  Warp& warp = rig.warp();
  warp.reg[kF + 2].fill(0xBF80'0000);
  warp.reg[kF + 3].fill(k3);
  for (unsigned l = 0; l < 5; ++l) warp.frm[l] = l;
  const StepResult& r = rig.step();
  ASSERT_EQ(r.trap, 0u);
  constexpr std::uint32_t kNear = 0xBEAA'AAAB;
  constexpr std::uint32_t kShort = 0xBEAA'AAAA;
  const std::uint32_t expected[] = {kNear, kShort, kNear, kShort, kNear};
  for (unsigned l = 0; l < 5; ++l) EXPECT_EQ(warp.reg[kF + 1][l], expected[l]) << "mode " << l;
}

// Also where the result does not depend on the mode.
TEST(Float, ReservedDynamicModeTrapsInItsLanesOnly) {
  for (const Op op : {Op::FaddS, Op::FcvtSH, Op::FcvtSW, Op::FsqrtS, Op::FmaddH}) {
    SCOPED_TRACE(isa::info(op).name);
    Rig rig(8);
    const std::uint32_t word = encode(op, {.rd = 1, .rs1 = 2, .rs2 = 3, .rm = 7});
    rig.load(Program(kCode).word(word));
    Warp& warp = rig.warp();
    warp.mtvec = kCode + 0x400;
    for (unsigned l = 0; l < 8; ++l) warp.frm[l] = l;
    warp.reg[kF + 1].fill(0x1234);
    warp.reg[kF + 2].fill(0x7F80'0001);  // would be invalid
    const StepResult& r = rig.step();
    EXPECT_EQ(r.mask, 0xFFu);
    EXPECT_EQ(r.trap, 0xE0u);
    EXPECT_EQ(r.completed, 0x1Fu);
    EXPECT_EQ(r.written, 0x1Fu);
    EXPECT_EQ(r.flagged, 0x1Fu);
    EXPECT_FALSE(r.fault.has_value());
    for (unsigned l = 0; l < 8; ++l) {
      const bool traps = l >= 5;
      EXPECT_EQ(warp.pc[l], traps ? kCode + 0x400 : kCode + 4);
      EXPECT_EQ(warp.depth[l], traps ? 1u : 0u);
      if (!traps) continue;
      EXPECT_EQ(warp.mcause[l], 2u);
      EXPECT_EQ(warp.mtval[l], word);
      EXPECT_EQ(warp.mepc[l], kCode);
      EXPECT_EQ(warp.reg[kF + 1][l], 0x1234u);
      EXPECT_EQ(warp.fflags[l], 0u);
    }
  }
}

TEST(Float, ReservedDynamicModeWithoutHandlerIsAFault) {
  Rig rig(4);
  const std::uint32_t word = encode(Op::FmulH, {.rd = 1, .rs1 = 2, .rs2 = 3, .rm = 7});
  rig.load(Program(kCode).word(word));
  rig.warp().frm[2] = 6;
  expect_fault(rig.step().fault, Cause::kIllegalInstruction, kCode, word, 2);
}

TEST(Float, ReservedStaticModeIsIllegalForThePath) {
  for (std::size_t i = 1; i < isa::kOpCount; ++i) {
    if (!isa::kInstructions[i].has_rounding) continue;
    for (const unsigned rm : {5u, 6u}) {
      Rig rig(4);
      const std::uint32_t word = encode(static_cast<Op>(i), {.rd = 1, .rs1 = 2, .rs2 = 3, .rs3 = 4, .rm = rm});
      rig.load(Program(kCode).word(word));
      const StepResult& r = rig.step();
      EXPECT_EQ(r.trap, 0xFu) << isa::kInstructions[i].name;
      EXPECT_EQ(r.rd, 0u);
      EXPECT_EQ(r.flagged, 0u);
      expect_fault(r.fault, Cause::kIllegalInstruction, kCode, word, 0);
    }
  }
}

// A reserved frm means nothing to an instruction without the field, or with a static mode.
TEST(Float, ReservedFrmIsNoticedOnlyWhereItIsUsed) {
  Rig rig(2);
  rig.load(
      Program(kCode).op(Op::FaddS, {.rd = 1, .rs1 = 2, .rs2 = 3, .rm = 1}).r(Op::FminS, 1, 2, 3).r(Op::HdRcp, 1, 2));
  rig.warp().frm.fill(7);
  for (int n = 0; n < 3; ++n) EXPECT_EQ(rig.step().trap, 0u);
}

// ---- CSRs --------------------------------------------------------------------------------------------------------

TEST(Float, FcsrIsFrmAndFflags) {
  Rig rig(4);
  Program p(kCode);
  p.csrw(Csr::Fcsr, a0).csrr(a1, Csr::Fcsr).csrr(a2, Csr::Fflags).csrr(a3, Csr::Frm);
  p.csrw(Csr::Frm, a4).csrr(a5, Csr::Fcsr).csrw(Csr::Fflags, a6).csrr(a7, Csr::Fcsr);
  rig.load(p);
  for (unsigned l = 0; l < 4; ++l) {
    rig.warp().reg[a0][l] = 0xFFFF'FF00 | (l << 5 | (3 + l));
    rig.warp().reg[a4][l] = 0xFFFF'FFF8 | (7 - l);
    rig.warp().reg[a6][l] = 0xFFFF'FFE0 | (16 + l);
  }
  for (int n = 0; n < 8; ++n) EXPECT_EQ(rig.step().trap, 0u);
  for (unsigned l = 0; l < 4; ++l) {
    EXPECT_EQ(rig.x(a1, l), l << 5 | (3 + l));
    EXPECT_EQ(rig.x(a2, l), 3 + l);
    EXPECT_EQ(rig.x(a3, l), l);
    EXPECT_EQ(rig.x(a5, l), (7 - l) << 5 | (3 + l));
    EXPECT_EQ(rig.x(a7, l), (7 - l) << 5 | (16 + l));
  }
}

TEST(Float, FlagsAccrueUntilTheyAreCleared) {
  Rig rig(2);
  Program p(kCode);
  p.r(Op::FdivS, 1, 2, 0).r(Op::FaddS, 1, 2, 3).csrr(a0, Csr::Fflags);  // DZ, then NX
  p.r(Op::FsubS, 1, 2, 2).op(Op::Csrrci, {.rd = a1, .imm = 8, .csr = 1}).csrr(a2, Csr::Fcsr);
  rig.load(p);
  rig.warp().reg[kF + 2].fill(k1);
  rig.warp().reg[kF + 3].fill(0x3300'0000);
  for (int n = 0; n < 6; ++n) rig.step();
  EXPECT_EQ(rig.x(a0, 1), 9u);
  EXPECT_EQ(rig.x(a1, 1), 9u);
  EXPECT_EQ(rig.x(a2, 1), 1u);
}

TEST(Float, DispatchClearsFloatingPointState) {
  Rig rig(2);
  rig.warp().reg[kF].fill(1);
  rig.warp().reg[kF + 31].fill(1);
  rig.warp().fflags.fill(31);
  rig.warp().frm.fill(4);
  rig.warp().dispatch(rig.memory.launch(rig.warp().identity.core), rig.warp().identity);
  for (unsigned l = 0; l < 2; ++l) {
    EXPECT_EQ(rig.warp().reg[kF][l], 0u);
    EXPECT_EQ(rig.warp().reg[kF + 31][l], 0u);
    EXPECT_EQ(rig.warp().fflags[l], 0u);
    EXPECT_EQ(rig.warp().frm[l], 0u);
  }
}

// ---- memory ------------------------------------------------------------------------------------------------------

TEST(Float, LoadsAndStores) {
  Rig rig(4);
  Program p(kCode);
  p.load(Op::Flw, 0, 0, a0).load(Op::Flh, 10, 2, a0).store(Op::Fsw, 0, 64, a0).store(Op::Fsh, 10, 96, a0);
  p.store(Op::Fsh, 11, 98, a0);  // no box: the low bits as they are
  rig.load(p);
  for (unsigned l = 0; l < 4; ++l) {
    rig.warp().reg[a0][l] = kData + 4 * l;
    rig.warp().reg[kF + 11][l] = 0x1234'5678;
    rig.memory.device().write_word(kData + 4 * l, 0x8001'7C00 + l);
  }
  EXPECT_EQ(rig.step().rd, kF);
  EXPECT_EQ(rig.result.written, 0xFu);
  EXPECT_EQ(rig.result.flagged, 0u);
  EXPECT_EQ(rig.step().rd, kF + 10);
  for (int n = 0; n < 3; ++n) EXPECT_EQ(rig.step().rd, 0u);
  EXPECT_EQ(rig.x(a0, 0), kData);  // x10 is not f10
  for (unsigned l = 0; l < 4; ++l) {
    EXPECT_EQ(rig.warp().reg[kF][l], 0x8001'7C00 + l);
    EXPECT_EQ(rig.warp().reg[kF + 10][l], 0xFFFF'8001);
    EXPECT_EQ(rig.word(kData + 64 + 4 * l), 0x8001'7C00 + l);
    EXPECT_EQ(rig.word(kData + 96 + 4 * l), 0x5678'8001u);
  }
}

TEST(Float, DeferredLoadsCompleteInTheirFile) {
  Rig rig(2);
  rig.load(Program(kCode).load(Op::Flh, 0, 0, a0).load(Op::Flw, 31, 0, a0));
  rig.warp().reg[a0].fill(kData);
  StepResult r;
  step(rig.warp(), select_path(rig.warp()), DeferredMemory(rig.memory), r);
  EXPECT_EQ(r.rd, kF);
  EXPECT_EQ(r.deferred, 3u);
  complete_access(rig.warp(), r, 1, 0x8001);
  EXPECT_EQ(rig.warp().reg[kF][1], 0xFFFF'8001u);
  EXPECT_EQ(load_result(Op::Flh, 0x8001), 0xFFFF'8001u);
  step(rig.warp(), select_path(rig.warp()), DeferredMemory(rig.memory), r);
  complete_access(rig.warp(), r, 0, 0x1234'5678);
  EXPECT_EQ(rig.warp().reg[kF + 31][0], 0x1234'5678u);
}

TEST(Float, MisalignedAccessesTrap) {
  Rig rig(2);
  rig.load(Program(kCode).load(Op::Flw, 1, 2, a0));
  rig.warp().reg[a0].fill(kData);
  expect_fault(rig.step().fault, Cause::kLoadMisaligned, kCode, kData + 2, 0);
  rig.reset();
  rig.load(Program(kCode).store(Op::Fsh, 1, 1, a0));
  rig.warp().reg[a0].fill(kData);
  expect_fault(rig.step().fault, Cause::kStoreMisaligned, kCode, kData + 1, 0);
}

}  // namespace
}  // namespace heddle::model::test
