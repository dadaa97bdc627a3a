#include "heddle/uniformity/uniform_counter.h"

#include <gtest/gtest.h>

#include "device.h"

namespace heddle::uniformity {
namespace {

using isa::Csr;
using isa::Op;
using namespace model::test;  // the encoders

// Counts of a launch of one warp of 8 lanes.
UniformCounter count(const Program& p) {
  Device device({.cores = 1, .warps = 1, .lanes = 8, .regions = 6, .scratchpad_bytes = 1024});
  UniformCounter counter;
  device.machine.set_runner(&counter);
  device.load(p);
  device.grid({1, 1, 1}, {8, 1, 1});
  EXPECT_EQ(device.run(), kDone);
  return counter;
}

void expect(const Counts& counts, std::uint64_t instructions, std::uint64_t uniform, std::uint64_t affine) {
  EXPECT_EQ(counts.instructions, instructions);
  EXPECT_EQ(counts.uniform, uniform);
  EXPECT_EQ(counts.affine, affine);
}

TEST(UniformCounter, IntegerOperations) {
  Program p(kCode);
  p.csrr(a0, Csr::HdLane);          // identity: a value per lane
  p.i(Op::Addi, a1, zero, 5);       // uniform
  p.i(Op::Slli, a2, a0, 2);         // affine
  p.r(Op::Add, a2, a2, a1);         // affine
  p.r(Op::Sub, a3, zero, a2);       // affine, falling
  p.r(Op::Add, a3, a3, a2);         // the sum of both is the same in all lanes: affine operands, so it counts as affine
  p.r(Op::Mul, a4, a0, a0);         // squares
  p.r(Op::Mul, a1, a1, a1).exit();  // uniform, and overwrites its own source
  const UniformCounter counter = count(p);
  expect(counter.counts(Kind::kInteger), 7, 2, 4);
  expect(counter.counts(Kind::kOther), 2, 0, 0);
  expect(counter.total(), 9, 2, 4);
}

TEST(UniformCounter, LoadsAndStores) {
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).li(a1, kData).i(Op::Slli, a2, a0, 2).r(Op::Add, a2, a2, a1);
  p.store(Op::Sw, a0, 0, a2).store(Op::Sw, a1, 64, a1);  // never
  p.load(Op::Lw, a3, 0, a1);                             // one word for all
  p.load(Op::Lw, a4, 0, a2);                             // a word each
  p.load(Op::Lw, a5, 64, a2).exit();                     // zeros but for lane 0, from addresses of their own
  const UniformCounter counter = count(p);
  expect(counter.counts(Kind::kLoad), 3, 1, 0);
  EXPECT_EQ(counter.counts(Kind::kOther).uniform, 0u);
}

TEST(UniformCounter, BranchesCountOverTheLanesOfThePath) {
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).i(Op::Andi, a1, a0, 1);
  p.branch(Op::Beq, a1, zero, "join");  // parts the lanes
  p.branch(Op::Bne, a1, zero, "join");  // odd lanes alone: they agree
  p.label("join").branch(Op::Beq, zero, zero, "end").label("end").exit();
  const UniformCounter counter = count(p);
  expect(counter.counts(Kind::kBranch), 3, 2, 0);
}

TEST(UniformCounter, FloatingPointHasNoAffineForm) {
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).r(Op::FmvWX, 1, a0);    // a value per lane, on a line
  p.r(Op::FmvWX, 2, zero).r(Op::FaddS, 3, 2, 2);  // uniform
  p.r(Op::FaddS, 3, 1, 1).exit();
  const UniformCounter counter = count(p);
  expect(counter.counts(Kind::kFloat), 4, 2, 0);
}

}  // namespace
}  // namespace heddle::uniformity
