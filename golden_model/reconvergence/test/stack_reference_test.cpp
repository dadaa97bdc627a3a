#include "heddle/reconvergence/stack_reference.h"

#include <gtest/gtest.h>

#include "heddle/generated/registers.h"
#include "program.h"

namespace heddle::reconvergence {
namespace {

using isa::Csr;
using isa::Op;
using namespace model::test;  // the encoders

constexpr std::uint32_t kBase = 0x80000000;
constexpr std::uint32_t kData = 0x80010000;

StackReferenceResult compare(const Program& p, unsigned items = 8, std::uint64_t cap = 1'000'000) {
  model::DeviceMemory memory;
  const std::vector<std::uint32_t> words = p.assemble();
  for (std::size_t i = 0; i < words.size(); ++i) memory.write_word(kBase + 4 * static_cast<std::uint32_t>(i), words[i]);
  model::Launch launch;
  launch.entry = kBase;
  launch.num_groups = {1, 1, 1};
  launch.local_size = {items, 1, 1};
  launch.regions = {{.base = kBase, .last = kBase + 0xFFFF, .read = true, .write = false, .execute = true},
                    {.base = kData, .last = kData + 0xFFFF, .read = true, .write = true, .execute = false}};
  const CodeImage code{.segments = {{.base = kBase, .words = words}}, .functions = {kBase}};
  const model::Shape shape{.cores = 1, .warps = 4, .lanes = 8, .regions = 4, .scratchpad_bytes = 1024};
  return run_stack_reference(shape, launch, memory, code, cap);
}

TEST(StackReference, ConvergentCodeCostsTheSame) {
  Program p(kBase);
  p.i(Op::Addi, a0, zero, 10).label("l").i(Op::Addi, a0, a0, -1).branch(Op::Bne, a0, zero, "l").exit();
  const StackReferenceResult r = compare(p);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.heddle_slots, 22u);
  EXPECT_EQ(r.stack_slots, 22u);
  EXPECT_EQ(r.stack_lane_instrs, 22u * 8);
  EXPECT_DOUBLE_EQ(r.ratio(), 1.0);
}

TEST(StackReference, IfElseMeetsAtTheJoin) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane).i(Op::Andi, a0, a0, 1).branch(Op::Beq, a0, zero, "else").i(Op::Addi, a1, a1, 1).j("join");
  p.label("else").i(Op::Addi, a1, a1, 2).label("join").i(Op::Addi, a1, a1, 3).exit();
  const StackReferenceResult r = compare(p);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.stack_slots, 8u);
  EXPECT_EQ(r.heddle_slots, 8u);
  EXPECT_EQ(r.stack_lane_instrs, r.heddle_lane_instrs);
}

// An arm laid out after the join: lowest pc first runs the join early, the stack does not.
TEST(StackReference, OutOfLineArmFavoursTheStack) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane).branch(Op::Beq, a0, zero, "arm");
  p.label("join");
  for (int i = 0; i < 10; ++i) p.i(Op::Addi, a1, a1, 1);
  p.exit().label("arm").i(Op::Addi, a2, a2, 1).j("join");
  const StackReferenceResult r = compare(p);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.stack_slots, 2u + 2 + 11);
  EXPECT_EQ(r.heddle_slots, 2u + 11 + 2 + 11);
}

TEST(StackReference, LoopsWithOwnTripCountsMeetAtTheExit) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane)
      .label("l")
      .i(Op::Addi, a0, a0, -1)
      .branch(Op::Bge, a0, zero, "l")
      .i(Op::Addi, a1, a1, 1)
      .exit();
  const StackReferenceResult r = compare(p);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.stack_slots, 1u + 2 * 8 + 2);
  EXPECT_EQ(r.heddle_slots, r.stack_slots);
  EXPECT_GE(r.deepest_stack, 2u);
}

TEST(StackReference, DivergentReturnsMeetBehindTheCall) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane).jal(ra, "f").i(Op::Addi, a1, a1, 1).exit();
  p.label("f").branch(Op::Beq, a0, zero, "early").i(Op::Addi, a2, a2, 1).i(Op::Jalr, zero, ra, 0);
  p.label("early").i(Op::Jalr, zero, ra, 0);
  const StackReferenceResult r = compare(p);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.stack_slots, 2u + 1 + 2 + 1 + 2);
}

TEST(StackReference, IndirectJumpsAndCallsTakeOneSlot) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane).i(Op::Andi, a0, a0, 1).i(Op::Slli, a0, a0, 3).la(a1, "one").r(Op::Add, a1, a1, a0);
  p.i(Op::Jalr, zero, a1, 0).label("one").i(Op::Addi, a2, zero, 1).j("join");
  p.label("two").i(Op::Addi, a2, zero, 2).label("join").i(Op::Addi, a3, zero, 1).exit();
  const StackReferenceResult r = compare(p);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.stack_slots, 6u + 1 + 2 + 1 + 2);
  EXPECT_EQ(r.heddle_slots, r.stack_slots + 1);  // one jump per target
}

TEST(StackReference, BarriersOfTheWholeGroupWork) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane).branch(Op::Beq, a0, zero, "on").i(Op::Addi, a1, a1, 1).label("on").op(Op::HdBarrier);
  p.i(Op::Addi, a1, a1, 1).exit();
  const StackReferenceResult r = compare(p, 32);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.stack_slots, 4u * 6);
}

TEST(StackReference, SpinLockBetweenLanesIsADeadlock) {
  Program p(kBase);
  p.li(a0, kData).i(Op::Addi, a1, zero, 1).label("spin").r(Op::AmoswapW, a2, a0, a1).branch(Op::Bne, a2, zero, "spin");
  p.op(Op::Fence).r(Op::AmoswapW, zero, a0, zero).exit();
  const StackReferenceResult r = compare(p);
  EXPECT_FALSE(r.ok());
  EXPECT_NE(r.problem.find("deadlock under the stack policy: no end after"), std::string::npos) << r.problem;
  EXPECT_GT(r.heddle_slots, 0u);
}

TEST(StackReference, BarrierInDivergentCodeIsADeadlock) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane).branch(Op::Beq, a0, zero, "other").op(Op::HdBarrier).j("join");
  p.label("other").op(Op::HdBarrier).label("join").exit();
  const StackReferenceResult r = compare(p);
  EXPECT_NE(r.problem.find("deadlock under the stack policy: lanes wait for others at a barrier"), std::string::npos)
      << r.problem;
}

// What the driver does: the launch is in the registers of a Machine, and only its memory says what the code is.
TEST(StackReference, OfAMachineThatIsAboutToStart) {
  Program p(kBase);
  p.csrr(a0, Csr::HdLane).la(a1, "f").i(Op::Jalr, ra, a1, 0).i(Op::Addi, a3, a3, 1).exit();
  // A function that only a register reaches: its branch joins inside it.
  p.label("f").branch(Op::Beq, a0, zero, "x").i(Op::Addi, a2, a2, 1).label("x").i(Op::Addi, a2, a2, 1);
  p.i(Op::Addi, a2, a2, 1).i(Op::Jalr, zero, ra, 0);
  model::Machine machine(model::Shape{.cores = 1, .warps = 2, .lanes = 8, .regions = 4, .scratchpad_bytes = 1024});
  const std::vector<std::uint32_t> words = p.assemble();
  for (std::size_t i = 0; i < words.size(); ++i) {
    machine.memory().device().write_word(kBase + 4 * static_cast<std::uint32_t>(i), words[i]);
  }
  const auto write = [&](std::uint32_t offset, std::uint32_t value) {
    ASSERT_TRUE(machine.write_register(offset, value));
  };
  write(regs::kEntry, kBase);
  write(regs::kRegionBase, kBase);
  write(regs::kRegionLast, 0xFFFFFFFF);
  write(regs::kRegionAttr, 7);
  for (unsigned axis = 0; axis < 3; ++axis) {
    write(regs::kNumGroups + 4 * axis, 1);
    write(regs::kLocalSize + 4 * axis, axis == 0 ? 8 : 1);
  }
  const StackReferenceResult r = run_stack_reference(machine);
  ASSERT_TRUE(r.ok()) << r.problem;
  EXPECT_EQ(r.stack_slots, 4u + 5 + 2);
  EXPECT_EQ(r.heddle_slots, r.stack_slots);
  EXPECT_FALSE(machine.busy());
  EXPECT_EQ(machine.read_register(regs::kStatus), 0u);
}

TEST(StackReference, FaultsAreTold) {
  Program p(kBase);
  p.load(Op::Lw, a0, 0, zero).exit();
  EXPECT_NE(compare(p).problem.find("fault under the heddle policy: cause 5 at pc 0x80000000"), std::string::npos);
}

}  // namespace
}  // namespace heddle::reconvergence
