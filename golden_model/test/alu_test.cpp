// Each integer instruction against values computed by hand from the RISC-V specification.
#include <algorithm>

#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Op;

struct Case {
  Op op;
  std::uint32_t a, b, expected;  // b: rs2 or the immediate
};

// Three ways: every lane, a part of the lanes, and into x0.
void check(const Case& c) {
  const isa::InstructionInfo& info = isa::info(c.op);
  SCOPED_TRACE(info.name);
  constexpr unsigned kLanes = 8;
  constexpr LaneMask kOdd = 0xAA;
  for (const bool partial : {false, true}) {
    for (const unsigned rd : {5u, 6u, 7u, 0u}) {  // 6 and 7 are the sources
      Rig rig(kLanes);
      Program p(kCode);
      p.op(c.op, {.rd = rd, .rs1 = 6, .rs2 = 7, .imm = static_cast<std::int32_t>(c.b)});
      rig.load(p);
      Warp& warp = rig.warp();
      for (unsigned l = 0; l < kLanes; ++l) {
        warp.reg[5][l] = 0x1000 + l;
        warp.reg[6][l] = c.a;
        warp.reg[7][l] = c.b;
        if (partial && (kOdd & lane_bit(l)) == 0) warp.pc[l] = kCode + 0x100;
      }
      refresh_converged(warp);
      const LaneMask active = partial ? kOdd : all_lanes(kLanes);
      const StepResult& r = rig.step();
      EXPECT_EQ(r.mask, active);
      EXPECT_EQ(r.completed, active);
      EXPECT_EQ(r.trap, 0u);
      EXPECT_EQ(r.written, rd != 0 ? active : 0u);
      for (unsigned l = 0; l < kLanes; ++l) {
        const bool on = (active & lane_bit(l)) != 0;
        const std::uint32_t before = rd == 0 ? 0 : rd == 6 ? c.a : rd == 7 ? c.b : 0x1000 + l;
        EXPECT_EQ(warp.reg[rd][l], on && rd != 0 ? c.expected : before) << "rd x" << rd << " lane " << l;
        EXPECT_EQ(warp.pc[l], on ? kCode + 4 : kCode + 0x100);
        if (on && rd != 0) {
          EXPECT_EQ(r.value[l], c.expected);
        }
      }
      EXPECT_EQ(warp.reg[0][0], 0u);
    }
  }
}

class AluTest : public testing::TestWithParam<Case> {};
TEST_P(AluTest, Result) { check(GetParam()); }

constexpr Case kCases[] = {
    {Op::Lui, 0, 0x12345, 0x12345000},
    {Op::Lui, 0, 0xFFFFF, 0xFFFFF000},
    {Op::Auipc, 0, 0x1, 0x80001000},
    {Op::Addi, 5, 0xFFFFFFFF, 4},
    {Op::Addi, 0x7FFFFFFF, 1, 0x80000000},
    {Op::Slti, 0xFFFFFFFF, 0, 1},
    {Op::Slti, 3, 0xFFFFFFFE, 0},
    {Op::Sltiu, 3, 0xFFFFFFFF, 1},
    {Op::Sltiu, 0xFFFFFFFF, 0xFFFFFFFF, 0},
    {Op::Xori, 0x0F0F, 0xFFFFFFFF, 0xFFFFF0F0},
    {Op::Ori, 0x100, 0x7F, 0x17F},
    {Op::Andi, 0xFFFF1234, 0xFFFFFFF0, 0xFFFF1230},
    {Op::Slli, 0x80000001, 1, 2},
    {Op::Slli, 1, 31, 0x80000000},
    {Op::Srli, 0x80000000, 31, 1},
    {Op::Srai, 0x80000000, 31, 0xFFFFFFFF},
    {Op::Srai, 0x80000000, 0, 0x80000000},
    {Op::Add, 0xFFFFFFFF, 2, 1},
    {Op::Sub, 1, 2, 0xFFFFFFFF},
    {Op::Sll, 1, 33, 2},
    {Op::Srl, 0x80000000, 0x3F, 1},
    {Op::Sra, 0x80000000, 0x21, 0xC0000000},
    {Op::Slt, 0x80000000, 0x7FFFFFFF, 1},
    {Op::Slt, 0x7FFFFFFF, 0x80000000, 0},
    {Op::Sltu, 0x80000000, 0x7FFFFFFF, 0},
    {Op::Sltu, 0, 1, 1},
    {Op::Xor, 0xFF00FF00, 0x0FF00FF0, 0xF0F0F0F0},
    {Op::Or, 0xF0, 0x0F, 0xFF},
    {Op::And, 0xF0, 0x3C, 0x30},
    {Op::Mul, 0x10001, 0x10001, 0x20001},
    {Op::Mul, 0xFFFFFFFF, 0xFFFFFFFF, 1},
    {Op::Mulh, 0xFFFFFFFF, 0xFFFFFFFF, 0},
    {Op::Mulh, 0x80000000, 0x80000000, 0x40000000},
    {Op::Mulh, 0x80000000, 2, 0xFFFFFFFF},
    {Op::Mulhsu, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
    {Op::Mulhsu, 2, 0x80000000, 1},
    {Op::Mulhu, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE},
    {Op::Mulhu, 0x80000000, 2, 1},
    {Op::Div, 7, 0xFFFFFFFE, 0xFFFFFFFD},
    {Op::Div, 0x80000000, 0xFFFFFFFF, 0x80000000},
    {Op::Div, 5, 0, 0xFFFFFFFF},
    {Op::Divu, 0xFFFFFFFE, 2, 0x7FFFFFFF},
    {Op::Divu, 5, 0, 0xFFFFFFFF},
    {Op::Rem, 0xFFFFFFF9, 2, 0xFFFFFFFF},
    {Op::Rem, 0x80000000, 0xFFFFFFFF, 0},
    {Op::Rem, 0xFFFFFFF9, 0, 0xFFFFFFF9},
    {Op::Remu, 7, 4, 3},
    {Op::Remu, 7, 0, 7},
    {Op::Sh1add, 3, 100, 106},
    {Op::Sh2add, 3, 100, 112},
    {Op::Sh3add, 0x40000000, 7, 7},
    {Op::Andn, 0xFF, 0x0F, 0xF0},
    {Op::Orn, 0x01, 0xFFFFFFFE, 0x01},
    {Op::Xnor, 0xFF00, 0x0FF0, 0xFFFF0F0F},
    {Op::Min, 0xFFFFFFFF, 1, 0xFFFFFFFF},
    {Op::Minu, 0xFFFFFFFF, 1, 1},
    {Op::Max, 0xFFFFFFFF, 1, 1},
    {Op::Maxu, 0xFFFFFFFF, 1, 0xFFFFFFFF},
    {Op::Rol, 0x80000001, 1, 3},
    {Op::Rol, 0x12345678, 32, 0x12345678},
    {Op::Ror, 1, 1, 0x80000000},
    {Op::Ror, 0x12345678, 36, 0x81234567},
    {Op::Rori, 0x12345678, 8, 0x78123456},
    {Op::Clz, 0, 0, 32},
    {Op::Clz, 0x00010000, 0, 15},
    {Op::Ctz, 0, 0, 32},
    {Op::Ctz, 0x00010000, 0, 16},
    {Op::Cpop, 0xF0F0F0F1, 0, 17},
    {Op::SextB, 0x1280, 0, 0xFFFFFF80},
    {Op::SextH, 0x12348000, 0, 0xFFFF8000},
    {Op::ZextH, 0xABCD8000, 0, 0x8000},
    {Op::OrcB, 0x00010080, 0, 0x00FF00FF},
    {Op::Rev8, 0x12345678, 0, 0x78563412},
    {Op::CzeroEqz, 0x55, 0, 0},
    {Op::CzeroEqz, 0x55, 7, 0x55},
    {Op::CzeroNez, 0x55, 0, 0x55},
    {Op::CzeroNez, 0x55, 7, 0},
};

INSTANTIATE_TEST_SUITE_P(Rules, AluTest, testing::ValuesIn(kCases), [](const testing::TestParamInfo<Case>& info) {
  std::string name = isa::info(info.param.op).name;
  std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
  return name + "_" + std::to_string(info.index);
});

// Nothing in the table may be left without a hand-computed value.
TEST(AluCoverage, EveryIntegerInstructionHasACase) {
  for (std::size_t i = 1; i < isa::kOpCount; ++i) {
    const isa::Class klass = isa::kInstructions[i].klass;
    if (klass != isa::Class::Alu && klass != isa::Class::Mul && klass != isa::Class::Div) continue;
    EXPECT_TRUE(std::ranges::any_of(kCases, [&](const Case& c) { return c.op == static_cast<Op>(i); }))
        << isa::kInstructions[i].name;
  }
}

TEST(Alu, LanesHaveTheirOwnOperands) {
  Rig rig(32);
  rig.load(Program(kCode).r(Op::Mul, a0, a1, a2));
  for (unsigned l = 0; l < 32; ++l) {
    rig.warp().reg[a1][l] = l + 1;
    rig.warp().reg[a2][l] = 3 * l;
  }
  rig.step();
  for (unsigned l = 0; l < 32; ++l) EXPECT_EQ(rig.x(a0, l), (l + 1) * 3 * l);
}

}  // namespace
}  // namespace heddle::model::test
