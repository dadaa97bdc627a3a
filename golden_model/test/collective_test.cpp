// Votes, shuffles, .sync collectives and barriers (docs/architecture.md, section 4).
#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

void set_row(Warp& warp, unsigned reg, std::initializer_list<std::uint32_t> values) {
  unsigned lane = 0;
  for (const std::uint32_t value : values) warp.reg[reg][lane++] = value;
}

TEST(Vote, AmongLanesTogether) {
  struct Case {
    Op op;
    LaneMask run;
    std::uint32_t expected;
  };
  for (const Case& c :
       {Case{Op::HdVoteAll, 0xF, 0}, Case{Op::HdVoteAll, 0xA, 1}, Case{Op::HdVoteAny, 0xF, 1},
        Case{Op::HdVoteAny, 0x5, 0}, Case{Op::HdVoteBallot, 0xF, 0xA}, Case{Op::HdVoteBallot, 0x7, 0x2}}) {
    Rig rig(4);
    rig.load(Program(kCode).r(c.op, a1, a0));
    set_row(rig.warp(), a0, {0, 5, 0, 0x8000'0000});
    for (unsigned l = 0; l < 4; ++l) {
      if ((c.run & lane_bit(l)) == 0) rig.warp().pc[l] = kCode + 0x80;
    }
    refresh_converged(rig.warp());
    EXPECT_EQ(rig.step().mask, c.run);
    for_each_lane(c.run, [&](unsigned l) { EXPECT_EQ(rig.x(a1, l), c.expected) << isa::info(c.op).name; });
    for_each_lane(0xF & ~c.run, [&](unsigned l) { EXPECT_EQ(rig.x(a1, l), 0u); });
  }
}

TEST(Shuffle, SourcesThatDoNotExistOrAreElsewhereGiveTheOwnValue) {
  struct Case {
    Op op;
    std::array<std::uint32_t, 4> selector, expected;  // values are 100 + lane; lane 3 is elsewhere
  };
  for (const Case& c :
       {Case{Op::HdShflIdx, {2, 2, 3, 0}, {102, 102, 102, 0}},
        Case{Op::HdShflIdx, {4, 0xFFFFFFFF, 0, 0}, {100, 101, 100, 0}},
        Case{Op::HdShflUp, {1, 1, 2, 0}, {100, 100, 100, 0}},
        Case{Op::HdShflUp, {0xFFFFFFFF, 0x80000000, 0, 0}, {100, 101, 102, 0}},
        Case{Op::HdShflDown, {1, 1, 1, 0}, {101, 102, 102, 0}},
        Case{Op::HdShflDown, {2, 0xFFFFFFFF, 0xFFFFFFFE, 0}, {102, 101, 102, 0}},
        Case{Op::HdShflXor, {1, 1, 1, 0}, {101, 100, 102, 0}}, Case{Op::HdShflXor, {2, 4, 2, 0}, {102, 101, 100, 0}}}) {
    Rig rig(4);
    rig.load(Program(kCode).r(c.op, a0, a0, a1));
    set_row(rig.warp(), a0, {100, 101, 102, 103});
    for (unsigned l = 0; l < 4; ++l) rig.warp().reg[a1][l] = c.selector[l];
    rig.warp().pc[3] = kCode + 0x80;
    refresh_converged(rig.warp());
    EXPECT_EQ(rig.step().mask, 0b0111u);
    for (unsigned l = 0; l < 3; ++l) EXPECT_EQ(rig.x(a0, l), c.expected[l]) << isa::info(c.op).name << " lane " << l;
    EXPECT_EQ(rig.x(a0, 3), 103u);
  }
}

// Lane 3 arrives late; the others wait for it.
TEST(Sync, WaitsForTheLanesOfTheMask) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).i(Op::Addi, a1, zero, 15).i(Op::Addi, a2, zero, 3).branch(Op::Beq, a0, a2, "late");
  p.label("sync").r(Op::HdVoteBallotSync, a3, a0, a1).exit();
  p.label("late").i(Op::Addi, a4, zero, 1).i(Op::Addi, a4, a4, 1).j("sync");
  rig.load(p);
  for (int i = 0; i < 4; ++i) rig.step();
  const StepResult& r = rig.step();
  EXPECT_TRUE(r.waits);
  EXPECT_EQ(r.mask, 0b0111u);
  EXPECT_EQ(r.completed, 0u);
  EXPECT_EQ(rig.warp().sync, 0b0111u);
  EXPECT_EQ(rig.warp().pc[0], p.address("sync"));
  EXPECT_EQ(rig.warp().retired, 4u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rig.step().mask, 0b1000u);
  rig.step();  // the late lane alone: waits too, and everything is released
  EXPECT_TRUE(rig.result.waits);
  EXPECT_TRUE(rig.event.sync_released);
  EXPECT_EQ(rig.warp().run, 0b1111u);
  rig.step();
  EXPECT_FALSE(rig.result.waits);
  EXPECT_EQ(rig.result.mask, 0b1111u);
  for (unsigned l = 0; l < 4; ++l) EXPECT_EQ(rig.x(a3, l), 0b1110u);
}

TEST(Sync, ExitedLanesCountAsThere) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).i(Op::Addi, a1, zero, -1).branch(Op::Bne, a0, zero, "gone");
  p.r(Op::HdVoteAllSync, a3, a1, a1).exit();
  p.label("gone").exit();
  rig.load(p);
  rig.run();
  EXPECT_FALSE(rig.result.fault);
  EXPECT_EQ(rig.x(a3, 0), 1u);
}

TEST(Sync, LanesWithAnotherMaskStayBehind) {
  Rig rig(4);
  Program p(kCode);
  p.r(Op::HdShflIdxSync, a3, a0, a1, a2).exit();
  rig.load(p);
  set_row(rig.warp(), a0, {100, 101, 102, 103});
  set_row(rig.warp(), a1, {2, 3, 0, 1});
  set_row(rig.warp(), a2, {0b0101, 0b1010, 0b0101, 0b1010});
  rig.step();
  EXPECT_EQ(rig.result.mask, 0b0101u);
  EXPECT_FALSE(rig.result.waits);
  EXPECT_EQ(rig.warp().pc[1], kCode);
  EXPECT_EQ(count_paths(rig.warp()), 2u);
  rig.step();
  EXPECT_EQ(rig.result.mask, 0b1010u);
  const std::uint32_t expected[] = {102, 103, 100, 101};
  for (unsigned l = 0; l < 4; ++l) EXPECT_EQ(rig.x(a3, l), expected[l]);
}

TEST(Sync, MaskMayNameFewerLanesThanAreThere) {
  Rig rig(4);
  rig.load(Program(kCode).r(Op::HdVoteBallotSync, a3, a0, a1));
  set_row(rig.warp(), a0, {1, 0, 1, 1});
  rig.step();  // mask 0: nobody is missing, and all lanes with that operand vote
  EXPECT_EQ(rig.result.mask, 0b1111u);
  EXPECT_EQ(rig.x(a3, 1), 0b1101u);
}

TEST(Sync, CollectiveThatCannotCompleteIsAFault) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).i(Op::Addi, a1, zero, 15).branch(Op::Beq, a0, zero, "other");
  p.label("wait").r(Op::HdVoteAnySync, a3, a0, a1).exit();
  p.label("other").op(Op::HdBarrier).exit();
  rig.load(p);
  rig.warp().mtvec = kCode;  // never used for this cause
  rig.run(100);
  // Lane 0 is at the barrier, which waits for the others; they wait for lane 0.
  expect_fault(rig.result.fault, Cause::kCollectiveDeadlock, p.address("wait"), 15, 1);
  EXPECT_EQ(rig.warp().sync, 0b1110u);
}

TEST(Sync, TwoDifferentCollectivesOfTheSameLanesAreADeadlock) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).i(Op::Addi, a1, zero, 15).i(Op::Andi, a2, a0, 2).branch(Op::Bne, a2, zero, "second");
  p.label("first").r(Op::HdVoteAnySync, a3, a0, a1).exit();
  p.label("second").r(Op::HdShflXorSync, a3, a0, a2, a1).exit();
  rig.load(p);
  rig.run(100);
  expect_fault(rig.result.fault, Cause::kCollectiveDeadlock, p.address("first"), 15, 0);
}

TEST(Barrier, WaitsForAllWarpsAndExitedOnesDoNotCount) {
  Rig rig(4, 0, 3);
  Program p(kCode);
  // Warp 1 exits whole; lane 0 of warp 0 exits.
  p.csrr(a0, Csr::HdWarp).i(Op::Addi, a1, zero, 1).branch(Op::Beq, a0, a1, "out");
  p.csrr(a2, Csr::Mhartid).i(Op::Addi, a3, zero, 12).branch(Op::Beq, a2, a3, "out");  // core 1 of 3 warps, lane 0
  p.li(a4, kScratch).i(Op::Addi, a5, zero, 1).r(Op::AmoaddW, zero, a4, a5);
  p.op(Op::HdBarrier).load(Op::Lw, a6, 0, a4).label("out").exit();
  rig.load(p);
  unsigned releases = 0;
  rig.on_slot = [&](unsigned, const StepResult&) { releases += rig.event.barrier_released ? 1 : 0; };
  rig.run();
  EXPECT_EQ(releases, 1u);
  for (unsigned l = 0; l < 4; ++l) {
    EXPECT_EQ(rig.x(a6, l, 0), l == 0 ? 0u : 7u);
    EXPECT_EQ(rig.x(a6, l, 2), 7u);
  }
}

TEST(Barrier, LanesOfOneWarpArriveAtDifferentBarriers) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).branch(Op::Beq, a0, zero, "other").op(Op::HdBarrier).i(Op::Addi, a1, zero, 1).exit();
  p.label("other").op(Op::HdBarrier).i(Op::Addi, a1, zero, 2).exit();
  rig.load(p);
  rig.step();
  rig.step();
  rig.step();
  EXPECT_EQ(rig.warp().barrier, 0b1110u);
  EXPECT_EQ(rig.warp().state(1), LaneState::kBarrier);
  EXPECT_FALSE(rig.event.barrier_released);
  rig.step();
  EXPECT_TRUE(rig.event.barrier_released);
  EXPECT_EQ(rig.warp().run, 0b1111u);
  EXPECT_FALSE(rig.warp().converged);
  rig.run();
  EXPECT_EQ(rig.x(a1, 0), 2u);
  EXPECT_EQ(rig.x(a1, 1), 1u);
}

TEST(Barrier, ExitOfTheLastRunningLaneReleases) {
  Rig rig(4);
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).branch(Op::Beq, a0, zero, "gone").op(Op::HdBarrier).exit().label("gone").exit();
  rig.load(p);
  for (int i = 0; i < 4; ++i) rig.step();
  EXPECT_TRUE(rig.event.barrier_released);
  EXPECT_EQ(rig.warp().run, 0b1110u);
}

}  // namespace
}  // namespace heddle::model::test
