// The selection state machine and the progress that it guarantees (docs/architecture.md, section 2).
#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;
using Mode = Fairness::Mode;

// Two paths that loop apart: lanes 0, 1 at kCode, lanes 2, 3 at kCode + 0x100.
struct TwoLoops : Rig {
  TwoLoops(const Program& low, const Program& high) : Rig(4) {
    load(low).load(high);
    warp().pc[2] = warp().pc[3] = kCode + 0x100;
    refresh_converged(warp());
  }
};

Program loop_at(std::uint32_t base, Op op = Op::Addi) { return Program(base).label("l").op(op).j("l"); }

TEST(Fairness, GreedyUntilTheLimitThenQuanta) {
  TwoLoops rig(loop_at(kCode), loop_at(kCode + 0x100));
  Fairness& f = rig.warp().fairness;
  f.limit = 512;
  for (unsigned i = 0; i < 512; ++i) {
    EXPECT_EQ(f.mode, Mode::kGreedy);
    EXPECT_EQ(f.count, i);
    ASSERT_EQ(rig.step().mask, 0b0011u);
  }
  EXPECT_EQ(f.mode, Mode::kServe);
  EXPECT_EQ(f.quantum_lane, 2u);
  EXPECT_EQ(f.count, 0u);
  EXPECT_EQ(f.served, 0b0011u);
  for (unsigned i = 0; i < 64; ++i) ASSERT_EQ(rig.step().mask, 0b1100u);
  // Everybody has been served.
  EXPECT_EQ(f.mode, Mode::kGreedy);
  EXPECT_EQ(f.count, 0u);
  EXPECT_EQ(f.served, 0u);
  EXPECT_EQ(f.limit, 512u);
  EXPECT_EQ(rig.step().mask, 0b0011u);
}

TEST(Fairness, AtomicsWithSeveralPathsLowerTheLimit) {
  struct Case {
    Op op;
    std::uint32_t limit;
  };
  for (const Case& c : {Case{Op::AmoaddW, 512}, Case{Op::LrW, 512}, Case{Op::ScW, 512}, Case{Op::Fence, 512},
                        Case{Op::FenceI, 65536}, Case{Op::Lw, 65536}, Case{Op::Pause, 65536}}) {
    for (const bool several : {true, false}) {
      Rig rig(4);
      rig.load(Program(kCode).op(c.op, {.rs1 = a0, .rs2 = a1}));
      rig.warp().reg[a0].fill(kData);
      if (several) rig.warp().pc[3] = kCode + 0x100;
      refresh_converged(rig.warp());
      EXPECT_EQ(rig.step().trap, 0u);
      EXPECT_EQ(rig.warp().fairness.limit, several ? c.limit : 65536u) << isa::info(c.op).name;
    }
  }
}

TEST(Fairness, OnePathResetsTheState) {
  Rig rig(4);
  rig.load(Program(kCode).i(Op::Addi, a0, zero, 1));
  Fairness& f = rig.warp().fairness;
  f = {.mode = Mode::kServe, .count = 5, .served = 3, .limit = 512, .hold = 0, .hold_lane = 0, .quantum_lane = 1};
  rig.step();
  EXPECT_EQ(f.mode, Mode::kGreedy);
  EXPECT_EQ(f.count, 0u);
  EXPECT_EQ(f.served, 0u);
  EXPECT_EQ(f.limit, 65536u);
}

TEST(Fairness, ASlotThatSplitsTheOnlyPathCounts) {
  Rig rig(4);
  rig.load(Program(kCode).op(Op::Beq, {.rs1 = a0, .rs2 = zero, .imm = 64}));
  rig.warp().reg[a0][0] = 1;
  rig.step();
  EXPECT_EQ(rig.warp().fairness.count, 1u);
  EXPECT_EQ(rig.warp().fairness.served, 0b1111u);
}

TEST(Fairness, PauseYieldsAtOnce) {
  TwoLoops rig(loop_at(kCode, Op::Pause), loop_at(kCode + 0x100));
  EXPECT_EQ(rig.step().mask, 0b0011u);
  EXPECT_EQ(rig.warp().fairness.mode, Mode::kServe);
  EXPECT_EQ(rig.warp().fairness.quantum_lane, 2u);
  EXPECT_EQ(rig.step().mask, 0b1100u);
}

TEST(Fairness, PauseInAQuantumGoesOnToTheNextLane) {
  Rig rig(4);
  rig.load(loop_at(kCode, Op::Pause)).load(loop_at(kCode + 0x100, Op::Pause)).load(loop_at(kCode + 0x200, Op::Pause));
  for (unsigned l = 0; l < 4; ++l) rig.warp().pc[l] = kCode + 0x100 * (l / 2 + (l == 3 ? 1 : 0));
  refresh_converged(rig.warp());
  EXPECT_EQ(rig.step().mask, 0b0011u);
  EXPECT_EQ(rig.step().mask, 0b0100u);
  EXPECT_EQ(rig.step().mask, 0b1000u);
  EXPECT_EQ(rig.warp().fairness.mode, Mode::kGreedy);
  EXPECT_EQ(rig.step().mask, 0b0011u);  // jumps back to the pause
}

TEST(Fairness, QuantumEndsWhenItsLaneStops) {
  TwoLoops rig(loop_at(kCode, Op::Pause), Program(kCode + 0x100).i(Op::Addi, a0, a0, 1).exit());
  rig.step();
  rig.step();
  EXPECT_EQ(rig.warp().fairness.mode, Mode::kServe);
  EXPECT_EQ(rig.step().mask, 0b1100u);  // exits
  EXPECT_EQ(rig.warp().fairness.mode, Mode::kGreedy);
  EXPECT_EQ(rig.warp().run, 0b0011u);
}

TEST(Fairness, FailedScYields) {
  TwoLoops rig(Program(kCode).op(Op::ScW, {.rd = a2, .rs1 = a0, .rs2 = a1}), loop_at(kCode + 0x100));
  rig.warp().reg[a0].fill(kData);
  rig.step();
  EXPECT_EQ(rig.result.sc_failed, 0b0011u);
  EXPECT_EQ(rig.warp().fairness.mode, Mode::kServe);
}

TEST(Fairness, HoldKeepsThePathBetweenLrAndSc) {
  // The high path holds; the low one would win otherwise.
  Program high(kCode + 0x100);
  high.op(Op::LrW, {.rd = a2, .rs1 = a0});
  for (int i = 0; i < 20; ++i) high.i(Op::Addi, a3, a3, 1);
  TwoLoops rig(loop_at(kCode), high);
  rig.warp().reg[a0].fill(kData);
  Fairness& f = rig.warp().fairness;
  f.mode = Mode::kServe;
  f.quantum_lane = 2;
  EXPECT_EQ(rig.step().mask, 0b1100u);
  EXPECT_EQ(f.hold, 16u);
  EXPECT_EQ(f.hold_lane, 2u);
  f.mode = Mode::kGreedy;
  for (unsigned i = 0; i < 16; ++i) {
    EXPECT_EQ(f.hold, 16 - i);
    ASSERT_EQ(rig.step().mask, 0b1100u);
  }
  EXPECT_EQ(f.hold, 0u);
  EXPECT_EQ(rig.step().mask, 0b0011u);
}

TEST(Fairness, LrWithinAHoldDoesNotRenewIt) {
  TwoLoops rig(Program(kCode).label("l").op(Op::LrW, {.rd = a2, .rs1 = a0}).j("l"), loop_at(kCode + 0x100));
  rig.warp().reg[a0].fill(kData);
  for (unsigned i = 0; i <= 16; ++i) {
    rig.step();
    EXPECT_EQ(rig.warp().fairness.hold, 16 - i);
  }
  unsigned slots = 17;
  while (rig.step().mask != 0b1100u) ASSERT_LT(++slots, 600u);
}

TEST(Fairness, HoldLeavesTheModeAloneAndIsCheckedAfterwards) {
  Program low(kCode);
  low.op(Op::LrW, {.rd = a2, .rs1 = a0}).op(Op::Pause).op(Op::ScW, {.rd = a2, .rs1 = a0, .rs2 = a1}).op(Op::Wfi);
  TwoLoops rig(low, loop_at(kCode + 0x100));
  rig.warp().reg[a0].fill(kData);
  rig.warp().run = 0b1101;  // lane 0 alone: its SC succeeds
  rig.step();
  Fairness& f = rig.warp().fairness;
  EXPECT_EQ(f.limit, 512u);
  f.count = 600;
  rig.step();  // the pause does not yield within a hold
  EXPECT_EQ(f.mode, Mode::kGreedy);
  EXPECT_EQ(f.count, 601u);
  EXPECT_EQ(f.hold, 15u);
  rig.step();  // the SC ends the hold, and the count is over the limit
  EXPECT_EQ(rig.result.sc_failed, 0u);
  EXPECT_EQ(f.hold, 0u);
  EXPECT_EQ(f.mode, Mode::kServe);
  EXPECT_EQ(f.quantum_lane, 2u);
}

TEST(Fairness, TrapOfTheHoldingLaneEndsTheHold) {
  for (const bool by_holder : {true, false}) {
    Rig rig(4);
    rig.load(Program(kCode).op(Op::LrW, {.rd = a2, .rs1 = a0}).op(Op::Lw, {.rd = a2, .rs1 = a3}));
    rig.warp().mtvec = kCode + 0x100;
    rig.warp().reg[a0].fill(kData);
    rig.warp().reg[a3].fill(kData);
    rig.warp().reg[a3][by_holder ? 0 : 1] = 1;
    rig.step();
    EXPECT_EQ(rig.warp().fairness.hold, 16u);
    rig.step();
    EXPECT_EQ(rig.warp().fairness.hold, by_holder ? 0u : 15u);
  }
}

TEST(Fairness, LrInWhichALaneTrapsDoesNotHold) {
  Rig rig(4);
  rig.load(Program(kCode).op(Op::LrW, {.rd = a2, .rs1 = a0}));
  rig.warp().mtvec = kCode + 0x100;
  rig.warp().reg[a0].fill(kData);
  rig.warp().reg[a0][3] = 0;
  rig.step();
  EXPECT_EQ(rig.warp().fairness.hold, 0u);
}

TEST(Fairness, HoldingLaneThatStopsGivesWay) {
  TwoLoops rig(Program(kCode).op(Op::LrW, {.rd = a2, .rs1 = a0}).op(Op::HdBarrier), loop_at(kCode + 0x100));
  rig.warp().reg[a0].fill(kData);
  rig.step();
  rig.step();
  EXPECT_EQ(rig.warp().barrier, 0b0011u);
  EXPECT_EQ(rig.step().mask, 0b1100u);
  EXPECT_EQ(rig.warp().fairness.hold, 14u);
}

TEST(Fairness, QuantumLaneThatIsNotRunnableIsReplacedAtSelection) {
  TwoLoops rig(loop_at(kCode), loop_at(kCode + 0x100));
  Fairness& f = rig.warp().fairness;
  f = {.mode = Mode::kServe, .count = 9, .served = 0b0001, .limit = 512, .hold = 0, .hold_lane = 0, .quantum_lane = 1};
  rig.warp().run = 0b1100;
  rig.warp().barrier = 0b0010;
  rig.warp().pc[3] = kCode + 0x104;
  rig.warp().converged = false;
  const Path path = select_path(rig.warp());
  EXPECT_TRUE(path.requeue);
  EXPECT_EQ(path.mask, 0b0100u);
  rig.step();
  EXPECT_EQ(f.mode, Mode::kServe);
  EXPECT_EQ(f.quantum_lane, 2u);
  EXPECT_EQ(f.count, 1u);
}

TEST(Fairness, DeferredScUpdatesWhenItsResultIsKnown) {
  for (const bool fails : {true, false}) {
    TwoLoops rig(Program(kCode).op(Op::ScW, {.rd = a2, .rs1 = a0, .rs2 = a1}), loop_at(kCode + 0x100));
    rig.warp().reg[a0].fill(kData);
    StepResult r;
    DeferredMemory deferred(rig.memory);
    step(rig.warp(), select_path(rig.warp()), deferred, r);
    EXPECT_TRUE(r.needs_sc_result);
    EXPECT_EQ(r.deferred, 0b0011u);
    EXPECT_THROW(select_path(rig.warp()), ModelError);
    EXPECT_THROW(step(rig.warp(), Path{.mask = 1}, deferred, r), ModelError);
    finish_sc(rig.warp(), r, fails ? 0b0010 : 0);
    EXPECT_EQ(rig.x(a2, 0), 0u);
    EXPECT_EQ(rig.x(a2, 1), fails ? 1u : 0u);
    EXPECT_EQ(rig.warp().fairness.mode, fails ? Mode::kServe : Mode::kGreedy);
    EXPECT_EQ(rig.warp().fairness.count, fails ? 0u : 1u);
    EXPECT_THROW(finish_sc(rig.warp(), r, 0), ModelError);
  }
}

// ---- progress: all lanes of one warp take one lock in turn ----------------------------------------------------------

// Lock at kData, counter at kData + 64. The critical section is a read-modify-write that loses updates if it overlaps.
void critical_section(Program& p) {
  p.load(Op::Lw, a4, 64, a0).i(Op::Addi, a4, a4, 1).store(Op::Sw, a4, 64, a0).op(Op::Fence);
}

void expect_all_served(const Program& p, unsigned lanes, unsigned most) {
  Rig rig(lanes);
  rig.load(p);
  rig.run(most);
  EXPECT_FALSE(rig.result.fault);
  EXPECT_EQ(rig.word(kData + 64), lanes);
}

TEST(Progress, TestAndSetLock) {
  Program p(kCode);
  p.li(a0, kData).i(Op::Addi, a1, zero, 1);
  p.label("spin").r(Op::AmoswapW, a2, a0, a1).branch(Op::Bne, a2, zero, "spin");
  critical_section(p);
  p.r(Op::AmoswapW, zero, a0, zero).exit();
  for (const unsigned lanes : {1u, 2u, 8u, 32u}) expect_all_served(p, lanes, 100'000);
}

TEST(Progress, TicketLock) {
  Program p(kCode);
  p.li(a0, kData).i(Op::Addi, a1, zero, 1).i(Op::Addi, s0, a0, 4);
  p.r(Op::AmoaddW, a2, a0, a1);
  p.label("spin").load(Op::Lw, a3, 4, a0).branch(Op::Bne, a3, a2, "spin");
  critical_section(p);
  p.r(Op::AmoaddW, zero, s0, a1).exit();
  // Loads alone spin here: a handover takes up to two relaxed greedy phases.
  for (const unsigned lanes : {2u, 4u, 8u}) expect_all_served(p, lanes, lanes * 135'000);
}

TEST(Progress, CompareAndSwapWithLrSc) {
  Program p(kCode);
  p.li(a0, kData).i(Op::Addi, a1, zero, 1);
  p.label("again").r(Op::LrW, a2, a0).branch(Op::Bne, a2, zero, "again").r(Op::ScW, a2, a0, a1);
  p.branch(Op::Bne, a2, zero, "again");
  critical_section(p);
  p.store(Op::Sw, zero, 0, a0).exit();
  for (const unsigned lanes : {2u, 16u, 32u}) expect_all_served(p, lanes, 100'000);
}

TEST(Progress, TryLockWithLrScAndPause) {
  Program p(kCode);
  p.li(a0, kData).i(Op::Addi, a1, zero, 1);
  p.label("again").r(Op::LrW, a2, a0).branch(Op::Bne, a2, zero, "busy");
  p.r(Op::ScW, a2, a0, a1).branch(Op::Beq, a2, zero, "got");
  p.label("busy").op(Op::Pause).j("again");
  p.label("got");
  critical_section(p);
  p.store(Op::Sw, zero, 0, a0).exit();
  for (const unsigned lanes : {2u, 16u, 32u}) expect_all_served(p, lanes, 50'000);
}

// No lane that is runnable waits longer than section 2 says, whatever the others do.
TEST(Progress, BoundHolds) {
  constexpr unsigned kLanes = 8;
  Program p(kCode);
  // Every lane spins at its own address, forever, with an atomic now and then.
  p.csrr(a0, Csr::HdLane).li(a1, kData).la(a2, "spin").i(Op::Slli, a3, a0, 4).r(Op::Add, a2, a2, a3);
  p.i(Op::Jalr, zero, a2, 0).label("spin");
  for (unsigned l = 0; l < kLanes; ++l) {
    p.label("l" + std::to_string(l)).r(Op::AmoaddW, a4, a1, a0).op(Op::Addi).op(Op::Addi).j("l" + std::to_string(l));
  }
  Rig rig(kLanes);
  rig.load(p);
  std::array<unsigned, kLanes> waited{};
  unsigned longest = 0;
  for (unsigned i = 0; i < 20'000; ++i) {
    const LaneMask mask = rig.step().mask;
    for (unsigned l = 0; l < kLanes; ++l) {
      waited[l] = (mask & lane_bit(l)) != 0 ? 0 : waited[l] + 1;
      longest = std::max(longest, waited[l]);
    }
  }
  EXPECT_LE(longest, 2 * (512 + 16 + kLanes * (64 + 16)));
  EXPECT_GT(longest, 512u);  // greedy it is
}

}  // namespace
}  // namespace heddle::model::test
