// The device behind BAR0 (docs/spec/registers.yaml, docs/architecture.md sections 7 and 8).
#include <gtest/gtest.h>

#include "device.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

// counts[linear hart] += 1, out[linear id] = id
Program count_program() {
  Program p(kCode);
  p.csrr(a0, Csr::HdGroupIdX).csrr(a1, Csr::HdNumGroupsX).csrr(a2, Csr::HdGroupIdY).r(Op::Mul, a2, a2, a1);
  p.r(Op::Add, a0, a0, a2).csrr(a1, Csr::HdLocalSizeX).r(Op::Mul, a0, a0, a1).csrr(a1, Csr::HdLocalIdX);
  p.r(Op::Add, a0, a0, a1).li(a2, kData).r(Op::Sh2add, a2, a0, a2).store(Op::Sw, a0, 0, a2);
  p.li(a3, kData + 0x8000).i(Op::Addi, a4, zero, 1).r(Op::AmoaddW, zero, a3, a4).exit();
  return p;
}

TEST(Registers, Identification) {
  Device d;
  EXPECT_EQ(d.read(regs::kId), 0x48454444u);
  EXPECT_EQ(d.read(regs::kVersion), 0x00010000u);
  EXPECT_EQ(d.read(regs::kShape), 4u | 4u << 8 | 2u << 16 | 6u << 24);
  EXPECT_EQ(d.read(regs::kScratchpadBytes), 1024u);
  EXPECT_EQ(d.read(regs::kLineBytes), 64u);
  EXPECT_EQ(d.read(regs::kStatus), 0u);
}

TEST(Registers, EveryOneAnswersAndOthersDoNot) {
  Device d;
  std::size_t listed = 0;
  for (std::uint32_t offset = 0; offset < 0x1000; ++offset) {
    const bool exists = regs::find_register(offset) != nullptr;
    EXPECT_EQ(d.machine.read_register(offset).has_value(), exists) << std::hex << offset;
    if (!exists) {
      EXPECT_FALSE(d.machine.write_register(offset, 0)) << std::hex << offset;
    }
    listed += exists ? 1 : 0;
  }
  EXPECT_GT(listed, 100u);
}

TEST(Registers, ReadWriteOnesKeepTheirBits) {
  Device d;
  for (const regs::RegisterInfo& info : regs::kRegisters) {
    for (std::uint32_t i = 0; i < info.count; ++i) {
      const std::uint32_t offset = info.offset + i * info.stride;
      const std::uint32_t before = d.read(offset);
      if (info.access == regs::Access::WriteOnly) {
        EXPECT_EQ(before, 0u);
        continue;
      }
      d.write(offset, 0xA5A5A5A5);
      const bool exists = info.offset < regs::kRegionBase || i < 6;
      const std::uint32_t expected = info.access == regs::Access::ReadOnly ? before
                                     : exists                              ? 0xA5A5A5A5 & info.mask
                                                                           : 0;
      EXPECT_EQ(d.read(offset), expected) << info.name;
    }
  }
}

TEST(Launch, RunsEveryWorkItemOnce) {
  for (const Shape& shape : {Shape{.cores = 1, .warps = 1, .lanes = 1, .regions = 4, .scratchpad_bytes = 1024},
                             Shape{.cores = 2, .warps = 4, .lanes = 4, .regions = 4, .scratchpad_bytes = 1024},
                             Shape{.cores = 4, .warps = 32, .lanes = 32, .regions = 4, .scratchpad_bytes = 1024}}) {
    Device d(shape);
    d.load(count_program());
    const std::uint32_t local = std::min(13u, shape.warps * shape.lanes);
    d.grid({7, 5, 1}, {local, 1, 1});
    EXPECT_EQ(d.run(), kDone);
    for (std::uint32_t i = 0; i < 35 * local; ++i) ASSERT_EQ(d.word(kData + 4 * i), i);
    EXPECT_EQ(d.word(kData + 0x8000), 35 * local);
    EXPECT_EQ(d.read(regs::kLaneInstrsLo), 35 * local * 18);
    EXPECT_EQ(d.read(regs::kWarpInstrsLo), 35 * ((local + shape.lanes - 1) / shape.lanes) * 18);
    EXPECT_GE(d.read(regs::kCyclesLo), d.read(regs::kWarpInstrsLo) / shape.cores);
    EXPECT_LE(d.read(regs::kCyclesLo), d.read(regs::kWarpInstrsLo));
  }
}

TEST(Launch, Rejections) {
  struct Case {
    Vector3 groups, local;
    std::uint32_t scratch, private_size, reason;
  };
  const std::uint32_t big = 0x8000'0000;
  for (const Case& c : {Case{{1, 1, 1}, {0, 1, 1}, 0, 0, 1}, Case{{1, 1, 1}, {4, 4, 2}, 0, 0, 1},
                        Case{{1, 1, 1}, {big, big, 4}, 0, 0, 1}, Case{{1, 1, 1}, {2, big, 1}, 0, 0, 1},
                        Case{{1, 1, 1}, {1, 1, 0xFFFFFFFF}, 0, 0, 1}, Case{{1, 0, 1}, {4, 1, 1}, 0, 0, 2},
                        Case{{1, 1, 1}, {4, 1, 1}, 1025, 0, 3}, Case{{1, 1, 1}, {4, 1, 1}, 0, 6, 4},
                        Case{{0, 1, 1}, {17, 1, 1}, 5000, 3, 1}, Case{{0, 1, 1}, {16, 1, 1}, 5000, 3, 2},
                        Case{{1, 1, 1}, {16, 1, 1}, 5000, 3, 3}}) {
    Device d;
    d.grid(c.groups, c.local);
    d.write(regs::kScratchSize, c.scratch);
    d.write(regs::kPrivateSize, c.private_size);
    d.start();
    EXPECT_EQ(d.read(regs::kStatus), kDone | regs::status::kRejected.mask() | regs::status::kReason.set(c.reason));
    EXPECT_EQ(d.machine.advance(100), 0u);
    // And it runs the next one.
    d.load(count_program());
    d.grid({1, 1, 1}, {16, 1, 1});
    d.write(regs::kScratchSize, 1024);
    d.write(regs::kPrivateSize, 4);
    EXPECT_EQ(d.run(), kDone);
  }
}

TEST(Launch, RegistersAreLockedWhileItRuns) {
  Device d;
  d.load(Program(kCode).label("l").j("l"));
  d.start();
  d.machine.advance(10);
  for (const regs::RegisterInfo& info : regs::kRegisters) {
    if (info.access == regs::Access::ReadWrite) {
      EXPECT_EQ(d.machine.write_register(info.offset, 0), info.locked_mask == 0) << info.name;
    }
  }
  EXPECT_EQ(d.read(regs::kEntry), kCode);
  EXPECT_FALSE(d.machine.write_register(regs::kControl, regs::control::kStart.mask()));
  EXPECT_EQ(d.read(regs::kStatus), regs::status::kBusy.mask());
  d.write(regs::kControl, regs::control::kAbort.mask());
  EXPECT_EQ(d.read(regs::kStatus), kDone | regs::status::kAborted.mask());
  EXPECT_EQ(d.read(regs::kFaultCause), 0u);
}

TEST(Launch, AbortWhileIdleHasNoEffect) {
  Device d;
  d.write(regs::kControl, regs::control::kAbort.mask());
  EXPECT_EQ(d.read(regs::kStatus), 0u);
  d.load(count_program());
  d.write(regs::kControl, regs::control::kAbort.mask() | regs::control::kStart.mask());
  EXPECT_TRUE(d.machine.busy());
}

TEST(Launch, FaultIsRecordedAndTheNextLaunchIsClean) {
  Device d;
  Program p(kCode);
  // Work-item 6 of workgroup (1, 0, 0) loads from nowhere.
  p.csrr(a0, Csr::HdGroupIdX).csrr(a1, Csr::HdLocalIdX).i(Op::Addi, a2, zero, 1).i(Op::Addi, a3, zero, 6);
  p.branch(Op::Bne, a0, a2, "spin").branch(Op::Bne, a1, a3, "spin").label("bad").load(Op::Lw, a4, 20, a1);
  p.label("spin").j("spin");
  d.load(p);
  d.grid({4, 1, 1}, {8, 1, 1});
  EXPECT_EQ(d.run(), kDone | kFault);
  EXPECT_EQ(d.read(regs::kFaultCause), 4u);  // 26 is no multiple of 4
  EXPECT_EQ(d.read(regs::kFaultPc), p.address("bad"));
  EXPECT_EQ(d.read(regs::kFaultValue), 26u);
  EXPECT_EQ(d.read(regs::kFaultGroup), 1u);
  EXPECT_EQ(d.read(regs::kFaultGroup + 4), 0u);
  EXPECT_EQ(d.read(regs::kFaultLocal), 6u);
  EXPECT_EQ(regs::fault_place::kLane.get(d.read(regs::kFaultPlace)), 2u);
  d.load(count_program());
  EXPECT_EQ(d.run(), kDone);
  EXPECT_EQ(d.read(regs::kFaultPc), 0u);
  EXPECT_EQ(d.read(regs::kLaneInstrsLo), 4u * 8 * 18);
}

TEST(Launch, CollectiveDeadlockIsAFault) {
  Device d;
  Program p(kCode);
  p.csrr(a0, Csr::HdLane).i(Op::Addi, a1, zero, 15).branch(Op::Beq, a0, zero, "other");
  p.label("wait").r(Op::HdVoteAnySync, a3, a0, a1).label("other").op(Op::HdBarrier).exit();
  d.load(p);
  EXPECT_EQ(d.run(), kDone | kFault);
  EXPECT_EQ(d.read(regs::kFaultCause), 24u);
  EXPECT_EQ(d.read(regs::kFaultPc), p.address("wait"));
  EXPECT_EQ(d.read(regs::kFaultValue), 15u);
}

TEST(Launch, InterruptFollowsDone) {
  Device d;
  d.load(count_program());
  d.run();
  EXPECT_FALSE(d.machine.interrupt());
  d.write(regs::kInterruptEnable, 1);
  EXPECT_TRUE(d.machine.interrupt());
  d.write(regs::kInterruptClear, 0);
  EXPECT_TRUE(d.machine.interrupt());
  d.write(regs::kInterruptClear, 1);
  EXPECT_FALSE(d.machine.interrupt());
  EXPECT_EQ(d.read(regs::kStatus), 0u);
}

TEST(Launch, ScratchpadLimitsAndSeparatesWorkgroups) {
  Device d;
  Program p(kCode);
  // Each workgroup adds into its scratchpad, waits, and checks that nobody else has.
  p.li(a0, kScratch).i(Op::Addi, a1, zero, 1).csrr(s0, Csr::HdLocalIdX).branch(Op::Bne, s0, zero, "ready");
  p.store(Op::Sw, zero, 0, a0).label("ready").op(Op::HdBarrier).r(Op::AmoaddW, zero, a0, a1).op(Op::HdBarrier);
  p.load(Op::Lw, a2, 0, a0).li(a3, kData).csrr(a4, Csr::HdGroupIdX).r(Op::Sh2add, a3, a4, a3).store(Op::Sw, a2, 0, a3);
  p.li(a0, kScratch + 296).store(Op::Sw, a1, 0, a0).exit();
  d.load(p);
  d.grid({40, 1, 1}, {4, 1, 1});
  d.write(regs::kScratchSize, 300);  // rounds to 304: three fit
  EXPECT_EQ(d.run(), kDone);
  for (unsigned g = 0; g < 40; ++g) EXPECT_EQ(d.word(kData + 4 * g), 4u);
}

TEST(Launch, WorkgroupsOnDifferentCoresSynchroniseThroughMemory) {
  Device d;
  Program p(kCode);
  p.li(a0, kData).i(Op::Addi, a1, zero, 1).r(Op::AmoaddW, zero, a0, a1).i(Op::Addi, a2, zero, 32);
  p.label("wait").load(Op::Lw, a3, 0, a0).branch(Op::Bne, a3, a2, "wait").exit();
  d.load(p);
  d.grid({2, 1, 1}, {16, 1, 1});
  EXPECT_EQ(d.run(), kDone);
}

TEST(Launch, AdvanceStopsAtTheBudget) {
  Device d;
  d.load(Program(kCode).label("l").j("l"));
  d.grid({2, 1, 1}, {16, 1, 1});
  d.start();
  EXPECT_EQ(d.machine.advance(1000), 1000u);
  EXPECT_EQ(d.machine.advance(7), 7u);
  EXPECT_EQ(d.read(regs::kCyclesLo), 1007u);
  EXPECT_EQ(d.read(regs::kWarpInstrsLo), 2 * 1007u);  // both cores are busy
  EXPECT_TRUE(d.machine.busy());
}

TEST(Machine, ImpossibleShapes) {
  EXPECT_THROW(Machine(Shape{.cores = 1, .warps = 1, .lanes = 3}), ModelError);
  EXPECT_THROW(Machine(Shape{.cores = 1, .warps = 1, .lanes = 64}), ModelError);
  EXPECT_THROW(Machine(Shape{.cores = 0, .warps = 1, .lanes = 4}), ModelError);
}

}  // namespace
}  // namespace heddle::model::test
