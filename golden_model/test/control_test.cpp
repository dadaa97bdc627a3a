// Control flow, depth, traps (docs/architecture.md, sections 2, 3 and 7).
#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

void set_row(Warp& warp, unsigned reg, std::initializer_list<std::uint32_t> values) {
  unsigned lane = 0;
  for (const std::uint32_t value : values) warp.reg[reg][lane++] = value;
}

TEST(Branch, ConditionsBothWays) {
  struct Case {
    Op op;
    LaneMask taken;  // of lanes with (a, b) = (1, 1), (1, 2), (-1, 1), (1, -1)
  };
  for (const Case& c : {Case{Op::Beq, 0b0001}, Case{Op::Bne, 0b1110}, Case{Op::Blt, 0b0110}, Case{Op::Bge, 0b1001},
                        Case{Op::Bltu, 0b1010}, Case{Op::Bgeu, 0b0101}}) {
    SCOPED_TRACE(isa::info(c.op).name);
    Rig rig(4);
    rig.load(Program(kCode).op(c.op, {.rs1 = a0, .rs2 = a1, .imm = -64}));
    set_row(rig.warp(), a0, {1, 1, 0xFFFFFFFF, 1});
    set_row(rig.warp(), a1, {1, 2, 1, 0xFFFFFFFF});
    const StepResult& r = rig.step();
    EXPECT_EQ(r.mask, 0xFu);
    EXPECT_EQ(r.taken, c.taken);
    EXPECT_EQ(r.target, kCode - 64);
    for (unsigned l = 0; l < 4; ++l) {
      EXPECT_EQ(rig.warp().pc[l], (c.taken >> l & 1) != 0 ? kCode - 64 : kCode + 4);
      EXPECT_EQ(rig.warp().depth[l], 0u);
    }
    EXPECT_EQ(count_paths(rig.warp()), 2u);
  }
}

TEST(Branch, LowerPcRunsFirstAndArmsMerge) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).i(Op::Andi, a0, a0, 1).branch(Op::Beq, a0, zero, "even");
  p.i(Op::Addi, a1, zero, 11).j("join");
  p.label("even").i(Op::Addi, a1, zero, 22);
  p.label("join").i(Op::Addi, a1, a1, 100).exit();
  rig.load(p);
  std::vector<LaneMask> masks;
  rig.on_slot = [&](unsigned, const StepResult& r) { masks.push_back(r.mask); };
  rig.run();
  EXPECT_EQ(masks, (std::vector<LaneMask>{0xF, 0xF, 0xF, 0xA, 0xA, 0x5, 0xF, 0xF}));
  for (unsigned l = 0; l < 4; ++l) EXPECT_EQ(rig.x(a1, l), (l & 1) != 0 ? 111u : 122u);
}

TEST(Branch, TakenToTheNextInstructionStaysOnePath) {
  Rig rig(4);
  rig.load(Program(kCode).op(Op::Beq, {.rs1 = a0, .rs2 = zero, .imm = 4}));
  set_row(rig.warp(), a0, {0, 1, 0, 1});
  EXPECT_EQ(rig.step().taken, 0x5u);
  EXPECT_EQ(count_paths(rig.warp()), 1u);
  EXPECT_TRUE(rig.warp().converged);
}

TEST(Branch, MisalignedTargetTrapsTakenLanesOnly) {
  Rig rig(4);
  rig.load(Program(kCode).op(Op::Beq, {.rs1 = a0, .rs2 = zero, .imm = 6}));
  set_row(rig.warp(), a0, {1, 0, 1, 0});
  rig.warp().mtvec = kCode + 0x200;
  const StepResult& r = rig.step();
  EXPECT_EQ(r.trap, 0b1010u);
  EXPECT_EQ(r.taken, 0u);
  EXPECT_EQ(r.completed, 0b0101u);
  for (unsigned l = 0; l < 4; ++l) {
    const bool trapped = (l & 1) != 0;
    EXPECT_EQ(rig.warp().pc[l], trapped ? kCode + 0x200 : kCode + 4);
    EXPECT_EQ(rig.warp().depth[l], trapped ? 1u : 0u);
    if (!trapped) continue;
    EXPECT_EQ(rig.warp().mcause[l], 0u);
    EXPECT_EQ(rig.warp().mtval[l], kCode + 6);
    EXPECT_EQ(rig.warp().mepc[l], kCode);
  }
}

TEST(Jump, DepthFollowsTheReturnAddressHints) {
  struct Case {
    unsigned rd, rs1;
    std::uint32_t depth;  // from 10
  };
  for (const Case& c : {Case{ra, a0, 11}, Case{t0, a0, 11}, Case{zero, a0, 10}, Case{a1, a0, 10}, Case{zero, ra, 9},
                        Case{a1, t0, 9}, Case{ra, t0, 10}, Case{t0, ra, 10}, Case{ra, ra, 11}, Case{t0, t0, 11}}) {
    SCOPED_TRACE(testing::Message() << "rd x" << c.rd << " rs1 x" << c.rs1);
    Rig rig(2);
    rig.load(Program(kCode).i(Op::Jalr, c.rd, c.rs1, 9));
    for (unsigned l = 0; l < 2; ++l) {
      rig.warp().reg[c.rs1][l] = kCode + 0x100;
      rig.warp().depth[l] = 10;
    }
    const StepResult& r = rig.step();
    EXPECT_EQ(r.target, kCode + 0x108);  // bit 0 cleared
    EXPECT_EQ(rig.warp().pc[1], kCode + 0x108);
    EXPECT_EQ(rig.warp().depth[1], c.depth);
    if (c.rd != 0) {
      EXPECT_EQ(rig.x(c.rd, 1), kCode + 4);
    }
  }
  for (const unsigned rd : {ra, t0, zero, a0}) {
    Rig rig(2);
    rig.load(Program(kCode).op(Op::Jal, {.rd = rd, .imm = 0x100}));
    rig.step();
    EXPECT_EQ(rig.warp().depth[0], rd == ra || rd == t0 ? 1u : 0u);
    EXPECT_EQ(rig.warp().pc[0], kCode + 0x100);
  }
}

TEST(Jump, DepthSaturates) {
  for (const bool up : {true, false}) {
    Rig rig(2);
    rig.load(Program(kCode).i(Op::Jalr, up ? ra : zero, up ? a0 : ra, 0));
    for (unsigned l = 0; l < 2; ++l) {
      rig.warp().reg[a0][l] = rig.warp().reg[ra][l] = kCode;
      rig.warp().depth[l] = up ? 63 : 0;
    }
    rig.step();
    EXPECT_EQ(rig.warp().depth[0], up ? 63u : 0u);
  }
}

TEST(Jump, IndirectTakesTheLanesOfTheFirstTarget) {
  Rig rig(4);
  rig.load(Program(kCode).i(Op::Jalr, ra, a0, 0));
  set_row(rig.warp(), a0, {kCode + 0x40, kCode + 0x20, kCode + 0x40, kCode + 0x20});
  const StepResult& r = rig.step();
  EXPECT_EQ(r.mask, 0b0101u);
  EXPECT_EQ(r.taken, 0b0101u);
  EXPECT_EQ(rig.x(ra, 0), kCode + 4);
  EXPECT_EQ(rig.x(ra, 1), 0u);
  EXPECT_EQ(rig.warp().pc[1], kCode);
  EXPECT_EQ(rig.warp().depth[1], 0u);
  // The others are the path at the jump; they run once the callee, which is deeper, gives way.
  EXPECT_EQ(select_path(rig.warp()).mask, 0b0101u);
  EXPECT_EQ(count_paths(rig.warp()), 2u);
}

TEST(Jump, MisalignedIndirectTargetTrapsTheJumpingLanes) {
  Rig rig(4);
  rig.load(Program(kCode).i(Op::Jalr, ra, a0, 0));
  set_row(rig.warp(), a0, {kCode + 2, kCode + 3, kCode + 8, kCode + 2});
  const StepResult& r = rig.step();
  EXPECT_EQ(r.mask, 0b1011u);  // the targets are equal once bit 0 is cleared
  EXPECT_EQ(r.trap, 0b1011u);
  expect_fault(r.fault, Cause::kInstructionMisaligned, kCode, kCode + 2, 0);
  EXPECT_EQ(rig.x(ra, 0), 0u);
}

TEST(Jump, MisalignedJalTrapsAndDoesNotLink) {
  Rig rig(2);
  rig.load(Program(kCode).op(Op::Jal, {.rd = ra, .imm = 0x102}));
  const StepResult& r = rig.step();
  EXPECT_EQ(r.trap, 0b11u);
  EXPECT_EQ(r.written, 0u);
  expect_fault(r.fault, Cause::kInstructionMisaligned, kCode, kCode + 0x102, 0);
  EXPECT_EQ(rig.x(ra, 0), 0u);
}

TEST(Selection, GreatestDepthThenLowestPc) {
  Rig rig(4);
  Warp& warp = rig.warp();
  const std::uint32_t pcs[] = {kCode + 8, 0xF000'0000, kCode, kCode};
  const std::uint32_t depths[] = {1, 1, 0, 1};
  for (unsigned l = 0; l < 4; ++l) {
    warp.pc[l] = pcs[l];
    warp.depth[l] = depths[l];
  }
  refresh_converged(warp);
  EXPECT_FALSE(warp.converged);
  Path path = select_path(warp);
  EXPECT_EQ(path.mask, 0b1000u);
  EXPECT_TRUE(path.several);
  warp.run = 0b0111;
  EXPECT_EQ(select_path(warp).mask, 0b0001u);
  warp.run = 0b0110;  // pcs compare as unsigned numbers, but depth goes first
  EXPECT_EQ(select_path(warp).mask, 0b0010u);
  warp.run = 0b0100;
  EXPECT_FALSE(select_path(warp).several);
  warp.run = 0;
  EXPECT_FALSE(select_path(warp));
  EXPECT_THROW(path_of_lane(warp, 0), ModelError);
}

TEST(Trap, ExceptionsOfTheWholePath) {
  struct Case {
    std::uint32_t word;
    Cause cause;
    std::uint32_t value;
  };
  for (const Case& c :
       {Case{0x00000073, Cause::kEnvironmentCall, 0}, Case{0x00100073, Cause::kBreakpoint, kCode},
        Case{0x00000000, Cause::kIllegalInstruction, 0}, Case{0xFFFFFFFF, Cause::kIllegalInstruction, 0xFFFFFFFF},
        Case{0x02000053, Cause::kIllegalInstruction, 0x02000053},  // fadd.d: no D here
        Case{0x00005053, Cause::kIllegalInstruction, 0x00005053},  // fadd.s, reserved rounding modes 5 and 6
        Case{0x00006053, Cause::kIllegalInstruction, 0x00006053}}) {
    SCOPED_TRACE(static_cast<int>(c.cause));
    Rig rig(4);
    rig.load(Program(kCode).word(c.word));
    rig.warp().run = 0b1100;
    const StepResult& r = rig.step();
    EXPECT_EQ(r.trap, 0b1100u);
    EXPECT_EQ(r.completed, 0u);
    expect_fault(r.fault, c.cause, kCode, c.value, 2);
    EXPECT_EQ(r.fault->group_id, (Vector3{2, 0, 0}));
    EXPECT_EQ(r.fault->core, 1u);
    EXPECT_EQ(r.fault->local_id, 2u);
    EXPECT_EQ(rig.warp().retired, 0u);
  }
}

TEST(Trap, FetchOutsideExecutableRegions) {
  for (const std::uint32_t pc : {kData, 0u, kScratch, kPrivate, kCode - 4, kCode + 0x10000, 0xFFFF'FFFCu}) {
    Rig rig(2);
    rig.warp().pc.fill(pc);
    const StepResult& r = rig.step();
    expect_fault(r.fault, Cause::kInstructionAccess, pc, pc, 0);
    EXPECT_EQ(r.instruction.raw, 0u);
  }
}

TEST(Trap, HandlerReturnsPastTheInstruction) {
  Rig rig(4);
  Program p(kCode);
  p.la(t0, "handler").csrw(Csr::Mtvec, t0).csrr(a0, Csr::HdLane).i(Op::Andi, a1, a0, 1);
  p.branch(Op::Beq, a1, zero, "skip").label("call").op(Op::Ecall).label("skip").i(Op::Addi, a2, zero, 7).exit();
  p.label("handler").csrr(s0, Csr::Mcause).csrr(s1, Csr::Mepc).i(Op::Addi, s1, s1, 4).csrw(Csr::Mepc, s1).op(Op::Mret);
  rig.load(p);
  rig.run();
  EXPECT_FALSE(rig.result.fault);
  for (unsigned l = 0; l < 4; ++l) {
    EXPECT_EQ(rig.x(a2, l), 7u);
    EXPECT_EQ(rig.x(s0, l), (l & 1) != 0 ? 11u : 0u);
    EXPECT_EQ(rig.x(s1, l), (l & 1) != 0 ? p.address("skip") : 0u);
    EXPECT_EQ(rig.warp().depth[l], 0u);  // +1 at the trap, -1 at mret
  }
}

TEST(Trap, MretSplitsByTarget) {
  Rig rig(4);
  rig.load(Program(kCode).op(Op::Mret));
  for (unsigned l = 0; l < 4; ++l) {
    rig.warp().mepc[l] = kCode + (l < 2 ? 0x100 : 0x80);
    rig.warp().depth[l] = 3;
  }
  const StepResult& r = rig.step();
  EXPECT_EQ(r.mask, 0b0011u);
  EXPECT_EQ(rig.warp().pc[0], kCode + 0x100);
  EXPECT_EQ(rig.warp().depth[0], 2u);
  EXPECT_EQ(rig.warp().pc[2], kCode);
  EXPECT_EQ(rig.warp().depth[2], 3u);
}

TEST(Exit, EndsLanesAndTheWorkgroup) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).branch(Op::Beq, a0, zero, "out").exit().label("out").i(Op::Addi, a1, zero, 1).exit();
  rig.load(p);
  rig.step();
  rig.step();
  rig.step();
  EXPECT_EQ(rig.warp().live(), 0b0001u);
  EXPECT_EQ(rig.warp().state(1), LaneState::kDead);
  EXPECT_FALSE(rig.event.ended);
  rig.step();
  rig.step();
  EXPECT_TRUE(rig.event.ended);
  EXPECT_TRUE(rig.group.ended());
}

}  // namespace
}  // namespace heddle::model::test
