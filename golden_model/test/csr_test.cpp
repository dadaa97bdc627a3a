// CSRs (docs/architecture.md, section 6; docs/spec/csrs.yaml).
#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

std::uint32_t read(Rig& rig, Csr csr, unsigned lane = 0) {
  rig.load(Program(rig.warp().pc[lane]).csrr(a0, csr));
  EXPECT_EQ(rig.step().trap, 0u) << isa::find_csr(static_cast<std::uint32_t>(csr))->name;
  return rig.x(a0, lane);
}

TEST(Csr, IdentityOfAWarpInATwoDimensionalGroup) {
  Rig rig(4, 0, 2);
  rig.launch.local_size = {3, 2, 1};
  rig.launch.num_groups = {5, 6, 7};
  rig.launch.args = 0x8000'4000;
  rig.launch.kernel = 0x8000'1000;
  rig.reset();
  Rig& r = rig;
  // Items 4 and 5 are lanes 0 and 1 of warp 1: (1, 1, 0) and (2, 1, 0).
  const auto get = [&](Csr csr, unsigned lane) {
    Warp& warp = r.warps[1];
    warp.pc.fill(kCode);
    r.load(Program(kCode).csrr(a0, csr));
    EXPECT_EQ(r.step(1).mask, 0b0011u);
    return r.x(a0, lane, 1);
  };
  EXPECT_EQ(get(Csr::HdLocalIdX, 0), 1u);
  EXPECT_EQ(get(Csr::HdLocalIdX, 1), 2u);
  EXPECT_EQ(get(Csr::HdLocalIdY, 0), 1u);
  EXPECT_EQ(get(Csr::HdLocalIdZ, 1), 0u);
  EXPECT_EQ(get(Csr::HdGroupIdX, 1), 2u);
  EXPECT_EQ(get(Csr::HdGroupIdY, 1), 0u);
  EXPECT_EQ(get(Csr::HdGroupIdZ, 1), 0u);
  EXPECT_EQ(get(Csr::HdGlobalIdX, 0), 2u * 3 + 1);
  EXPECT_EQ(get(Csr::HdGlobalIdX, 1), 2u * 3 + 2);
  EXPECT_EQ(get(Csr::HdGlobalIdY, 1), 1u);
  EXPECT_EQ(get(Csr::HdGlobalIdZ, 0), 0u);
  EXPECT_EQ(get(Csr::HdLocalSizeX, 0), 3u);
  EXPECT_EQ(get(Csr::HdLocalSizeY, 0), 2u);
  EXPECT_EQ(get(Csr::HdLocalSizeZ, 0), 1u);
  EXPECT_EQ(get(Csr::HdNumGroupsX, 0), 5u);
  EXPECT_EQ(get(Csr::HdNumGroupsY, 0), 6u);
  EXPECT_EQ(get(Csr::HdNumGroupsZ, 0), 7u);
  EXPECT_EQ(get(Csr::HdArgs, 0), 0x8000'4000u);
  EXPECT_EQ(get(Csr::HdEntry, 0), 0x8000'1000u);
  EXPECT_EQ(get(Csr::HdLane, 1), 1u);
  EXPECT_EQ(get(Csr::HdWarp, 0), 1u);
  EXPECT_EQ(get(Csr::HdNumWarps, 0), 2u);
  EXPECT_EQ(get(Csr::HdNumLanes, 0), 4u);
  EXPECT_EQ(get(Csr::HdWarpMask, 0), 0b0011u);
  EXPECT_EQ(get(Csr::HdPrivateSize, 0), 256u);
  EXPECT_EQ(get(Csr::HdScratchSize, 0), 512u);
  EXPECT_EQ(get(Csr::Mhartid, 1), (1u * 2 + 1) * 4 + 1);  // core 1, warp 1 of 2, lane 1
}

TEST(Csr, RegistersAtDispatch) {
  Rig rig(4);
  rig.launch.args = 0x8000'4000;
  rig.reset();
  for (unsigned number = 0; number < kRegisters; ++number) {
    const std::uint32_t expected = number == 2 ? 0x4000'0000 + 256 : number == 10 ? 0x8000'4000 : 0;
    for (unsigned lane = 0; lane < 4; ++lane) EXPECT_EQ(rig.x(number, lane), expected) << "x" << number;
  }
}

TEST(Csr, EveryCsrOfTheTableIsReadable) {
  Rig rig(2);
  for (const isa::CsrInfo& info : isa::kCsrs) {
    const std::uint32_t value = read(rig, info.number);
    if (info.kind == isa::CsrKind::Constant || info.kind == isa::CsrKind::Ignored) {
      EXPECT_EQ(value, info.value) << info.name;
    }
  }
}

TEST(Csr, LaneRegistersKeepWhatIsWritten) {
  for (const auto& [csr, mask] : {std::pair{Csr::Mscratch, ~0u}, std::pair{Csr::Mepc, ~3u}, std::pair{Csr::Mcause, ~0u},
                                  std::pair{Csr::Mtval, ~0u}}) {
    Rig rig(4);
    const auto number = static_cast<unsigned>(csr);
    Program p(kCode);
    p.op(Op::Csrrw, {.rd = a1, .rs1 = a0, .csr = number}).op(Op::Csrrs, {.rd = a2, .rs1 = s0, .csr = number});
    p.op(Op::Csrrc, {.rd = a3, .rs1 = s1, .csr = number}).op(Op::Csrrsi, {.rd = a4, .imm = 8, .csr = number});
    p.op(Op::Csrrci, {.rd = a5, .imm = 16, .csr = number}).op(Op::Csrrwi, {.rd = a6, .imm = 31, .csr = number});
    p.csrr(a7, csr);
    rig.load(p);
    for (unsigned l = 0; l < 4; ++l) {
      rig.warp().reg[a0][l] = 0x1000'0013 + l;
      rig.warp().reg[s0][l] = 0x300;
      rig.warp().reg[s1][l] = 0x100;
    }
    for (int i = 0; i < 7; ++i) EXPECT_EQ(rig.step().trap, 0u);
    for (unsigned l = 0; l < 4; ++l) {
      const std::uint32_t start = (0x1000'0013 + l) & mask;
      EXPECT_EQ(rig.x(a1, l), 0u);
      EXPECT_EQ(rig.x(a2, l), start);
      EXPECT_EQ(rig.x(a3, l), start | 0x300u);
      EXPECT_EQ(rig.x(a4, l), start | 0x200u);
      EXPECT_EQ(rig.x(a5, l), start | 0x208u);
      EXPECT_EQ(rig.x(a6, l), (start | 0x208u) & ~16u);
      EXPECT_EQ(rig.x(a7, l), 31u & mask);
    }
  }
}

TEST(Csr, MtvecIsTheWarpsAndTakesTheLowestLanesValue) {
  Rig rig(4);
  rig.load(Program(kCode).op(Op::Csrrw, {.rd = a1, .rs1 = a0, .csr = 0x305}).csrr(a2, Csr::Mtvec));
  rig.warp().run = 0b1110;
  for (unsigned l = 0; l < 4; ++l) rig.warp().reg[a0][l] = 0x8000'0003 + 0x100 * l;
  rig.step();
  rig.step();
  EXPECT_EQ(rig.warp().mtvec, 0x8000'0100u);
  EXPECT_EQ(rig.x(a2, 3), 0x8000'0100u);
}

TEST(Csr, WritesToIgnoredOnesAndCountersDoNothing) {
  for (const Csr csr : {Csr::Mstatus, Csr::Misa, Csr::Mie, Csr::Mip, Csr::Mstatush, Csr::Mcountinhibit, Csr::Mcycle,
                        Csr::Minstret, Csr::Mcycleh, Csr::Minstreth}) {
    Rig rig(2);
    rig.load(Program(kCode).i(Op::Addi, a0, zero, -1).csrw(csr, a0).csrr(a1, csr));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(rig.step().trap, 0u);
    const isa::CsrInfo* info = isa::find_csr(static_cast<unsigned>(csr));
    EXPECT_EQ(rig.x(a1, 0), csr == Csr::Minstret ? 2u : info->value) << info->name;
  }
}

TEST(Csr, IllegalAccesses) {
  struct Case {
    Op op;
    unsigned csr, rs1;
    std::int32_t imm;
    bool legal;
  };
  const auto ro = static_cast<unsigned>(Csr::HdLane);
  for (const Case& c :
       {Case{Op::Csrrs, 0x7C0, 0, 0, false}, Case{Op::Csrrw, ro, 0, 0, false}, Case{Op::Csrrs, ro, a0, 0, false},
        Case{Op::Csrrc, ro, 0, 0, true}, Case{Op::Csrrsi, ro, 0, 0, true}, Case{Op::Csrrci, ro, 0, 1, false},
        Case{Op::Csrrwi, ro, 0, 0, false}, Case{Op::Csrrs, 0xC03, 0, 0, false}}) {
    Rig rig(2);
    const std::uint32_t word = encode(c.op, {.rd = a1, .rs1 = c.rs1, .imm = c.imm, .csr = c.csr});
    rig.load(Program(kCode).word(word));
    const StepResult& r = rig.step();
    if (c.legal) {
      EXPECT_EQ(r.trap, 0u);
    } else {
      expect_fault(r.fault, Cause::kIllegalInstruction, kCode, word, 0);
      EXPECT_EQ(r.written, 0u);
    }
  }
}

TEST(Csr, CountersReadTheWarp) {
  Rig rig(2);
  rig.warp().cycle = 0x1'2345'6789;
  EXPECT_EQ(read(rig, Csr::Cycle), 0x2345'6789u);
  EXPECT_TRUE(rig.result.reads_counter);
  EXPECT_EQ(read(rig, Csr::Timeh), 1u);
  EXPECT_EQ(read(rig, Csr::Instret), 2u);  // the two before this one
  EXPECT_FALSE(rig.result.reads_counter);
  rig.warp().retired = 0x5'0000'0000;
  EXPECT_EQ(read(rig, Csr::Instreth), 5u);
}

}  // namespace
}  // namespace heddle::model::test
