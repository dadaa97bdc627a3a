// ConvergedExecutor in every version that this processor can run, against recorded slots, on random programs whose
// lanes go together most of the time.
#include "converged.h"
#include "random_program.h"
#include "run_converged.h"

namespace heddle::model::test {
namespace {

class Converged : public testing::TestWithParam<unsigned> {};

// Runs the warp to its end: together as long as that goes, slot by slot otherwise. Returns the slots done together.
std::uint64_t run_together(Rig& rig, ConvergedFunction function, std::uint64_t stretch) {
  std::uint64_t together = 0;
  for (unsigned turns = 0; !rig.group.ended(); ++turns) {
    if (turns == 100'000) {
      ADD_FAILURE() << "the program did not end";
      break;
    }
    if (goes_together(rig.warp(), rig.warp().lanes)) {
      HostWindows windows(rig.memory, rig.warp(), Company::kAlone);
      together += function(rig.warp(), windows, stretch);
    }
    EXPECT_FALSE(rig.step().fault);
  }
  return together;
}

TEST_P(Converged, AgreesWithRecordedSlots) {
  const unsigned lanes = GetParam();
  std::uint64_t together = 0;
  std::uint64_t all = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    const Program program = RandomProgram(seed * 64 + lanes, RandomProgram::Branches::kTogether).make(300);
    Rig recorded(lanes);
    const auto prepare = [&](Rig& rig) {
      rig.load(program);
      for (std::uint32_t at = 0; at < 0x1000; at += 4) rig.memory.device().write_word(kData + at, at * 0x9E3779B9u);
      // Half of the programs begin with what most kernels come to: every lane has been inexact.
      if (seed % 2 == 0) rig.warp().fflags.fill(fp::kInexact);
    };
    prepare(recorded);
    recorded.run();
    for (const ConvergedVersion& version : converged_versions(lanes)) {
      SCOPED_TRACE(testing::Message() << "lanes " << lanes << " seed " << seed << " " << version.name);
      Rig fast(lanes);
      prepare(fast);
      together += run_together(fast, version.function, 1 + seed * 5);
      all += fast.warp().slots;
      expect_same(recorded, fast, version.name);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(together * 2, all);
}

// Each kind of memory access that is done for the whole warp at once, at the edges of what is allowed.
TEST_P(Converged, AccessesAtTheEdges) {
  const unsigned lanes = GetParam();
  const std::uint32_t row = lanes * 4;
  // First lane's address, step from lane to lane.
  const std::pair<std::uint32_t, std::uint32_t> places[] = {{kData, 4},
                                                            {kData + 0x10000 - row, 4},
                                                            {kData + 0x10000 - row + 4, 4},
                                                            {kData - 4, 4},
                                                            {kData + 0xFFFC, 0},
                                                            {kData + 0x10000, 0},
                                                            {kData + 2, 4},
                                                            {kData + 2, 0},
                                                            {kScratch, 4},
                                                            {kScratch + 512 - row, 4},
                                                            {kScratch + 508, 0},
                                                            {kScratch + 512, 0},
                                                            {kScratch + 512 - row + 4, 4},
                                                            {kPrivate, 0},
                                                            {kPrivate + 252, 0},
                                                            {kPrivate + 256, 0},
                                                            {kPrivate, 4},
                                                            {kData, 64},
                                                            {kData + row, ~3u},
                                                            {kReadOnly, 4},
                                                            {kReadOnly, 0},
                                                            {kWriteOnly, 4},
                                                            {kCode, 4},
                                                            {~3u, 4}};
  for (const auto& [first, step] : places) {
    Program p(kCode);
    p.la(t0, "handler").csrw(Csr::Mtvec, t0).csrr(a0, Csr::HdLane);
    p.li(a1, first).li(a2, step).r(Op::Mul, a3, a0, a2).r(Op::Add, a1, a1, a3);
    p.load(Op::Lw, a4, 0, a1).load(Op::Lh, a5, 0, a1).load(Op::Lbu, a6, 0, a1);
    p.store(Op::Sw, a0, 0, a1).store(Op::Sh, a1, 0, a1).store(Op::Sb, a1, 0, a1).load(Op::Lw, a7, 0, a1);
    p.li(s3, kPrivate);
    for (unsigned r = a0; r <= a7; ++r) p.store(Op::Sw, r, static_cast<int>(128 + 4 * (r - a0)), s3);
    p.exit();
    p.label("handler").csrr(t1, Csr::Mepc).i(Op::Addi, t1, t1, 4).csrw(Csr::Mepc, t1).op(Op::Mret);
    Rig recorded(lanes);
    recorded.load(p).run();
    for (const ConvergedVersion& version : converged_versions(lanes)) {
      SCOPED_TRACE(testing::Message() << std::hex << first << " step " << step << " " << version.name);
      Rig fast(lanes);
      fast.load(p);
      run_together(fast, version.function, 1'000);
      expect_same(recorded, fast, version.name);
    }
  }
}

// Slot by slot: where the lanes are, how deep, and what they hold.
TEST_P(Converged, CallsAndReturns) {
  const unsigned lanes = GetParam();
  Program p(kCode);
  p.la(t0, "handler").csrw(Csr::Mtvec, t0).csrr(a0, Csr::HdLane).li(s0, 0);
  p.la(s1, "deeper").la(s2, "leaf").la(s3, "millicode");
  p.op(Op::Jalr, {.rd = ra, .rs1 = s1});              // a call
  p.op(Op::Jalr, {.rd = t0, .rs1 = s3});              // another, through x5
  p.op(Op::Jalr, {.rd = zero, .rs1 = s2, .imm = 2});  // misaligned
  p.i(Op::Andi, a1, a0, 1).i(Op::Slli, a1, a1, 2).r(Op::Add, a1, a1, s2);
  p.op(Op::Jalr, {.rd = ra, .rs1 = a1});  // lanes disagree
  p.exit();
  p.label("deeper").i(Op::Addi, t1, ra, 0).op(Op::Jalr, {.rd = ra, .rs1 = s2}).i(Op::Addi, ra, t1, 0);
  p.op(Op::Jalr, {.rd = zero, .rs1 = ra});
  p.label("leaf").i(Op::Addi, s0, s0, 1).i(Op::Addi, s0, s0, 2).op(Op::Jalr, {.rd = zero, .rs1 = ra});
  p.label("millicode").i(Op::Addi, s0, s0, 4).op(Op::Jalr, {.rd = zero, .rs1 = t0});
  p.label("handler").csrr(t1, Csr::Mepc).i(Op::Addi, t1, t1, 4).csrw(Csr::Mepc, t1).op(Op::Mret);
  for (const ConvergedVersion& version : converged_versions(lanes)) {
    SCOPED_TRACE(version.name);
    Rig recorded(lanes);
    Rig fast(lanes);
    recorded.load(p);
    fast.load(p);
    std::uint64_t together = 0;
    for (unsigned slot = 0; !recorded.group.ended() && slot < 200; ++slot) {
      recorded.step();
      HostWindows windows(fast.memory, fast.warp(), Company::kAlone);
      const bool may = goes_together(fast.warp(), lanes);
      const std::uint64_t done = may ? version.function(fast.warp(), windows, 1) : 0;
      together += done;
      if (done == 0) fast.step();
      const Warp& a = recorded.warp();
      const Warp& b = fast.warp();
      ASSERT_EQ(a.run, b.run) << slot;
      for_each_lane(a.run, [&](unsigned l) {
        EXPECT_EQ(a.pc[l], b.pc[l]) << slot;
        EXPECT_EQ(a.depth[l], b.depth[l]) << slot;
        for (unsigned r = 0; r < kRegisters; ++r) EXPECT_EQ(a.reg[r][l], b.reg[r][l]) << slot << " register " << r;
      });
      if (HasFailure()) return;
    }
    EXPECT_TRUE(recorded.group.ended());
    EXPECT_GT(together, 15u);
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, Converged, testing::Values(4, 8, 16, 32));

}  // namespace
}  // namespace heddle::model::test
