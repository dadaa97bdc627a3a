// A Machine on several threads of the host: programs without races end as on one.
#include "device.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

constexpr Shape kFourCores{.cores = 4, .warps = 4, .lanes = 8, .regions = 6, .scratchpad_bytes = 4096};

// Each lane works on words of its own in device memory, in private memory and, through a barrier, in the scratchpad,
// takes different ways, and adds to words that all share.
Program mixed() {
  Program p(kCode);
  p.csrr(a0, Csr::HdGlobalIdX).csrr(a1, Csr::HdLocalIdX).li(s2, kData).li(s3, kPrivate).li(s4, kScratch);
  p.r(Op::Sh2add, s5, a1, s4).r(Op::Sh2add, s6, a0, s2).li(s0, 2);
  p.label("loop");
  p.r(Op::Mul, a2, a0, s0).store(Op::Sw, a2, 0, s5).op(Op::HdBarrier);
  p.i(Op::Xori, t0, a1, 1).r(Op::Sh2add, t0, t0, s4).load(Op::Lw, a3, 0, t0).op(Op::HdBarrier);
  p.i(Op::Andi, t1, a0, 3).branch(Op::Bne, t1, zero, "skip");
  p.r(Op::AmoaddW, a4, s2, s0).r(Op::Add, a5, a5, s0);
  p.label("skip").store(Op::Sw, a3, 8, s3).load(Op::Lw, a6, 8, s3).r(Op::Add, a7, a7, a6);
  p.store(Op::Sw, a7, 256, s6).i(Op::Addi, s0, s0, -1).branch(Op::Bne, s0, zero, "loop").exit();
  return p;
}

std::uint64_t counter(const Device& device, std::uint32_t low, std::uint32_t high) {
  return device.read(low) | std::uint64_t{device.read(high)} << 32;
}

TEST(HostThreads, EndAsOne) {
  Device one(kFourCores);
  for (const unsigned threads : {1u, 2u, 9u}) {
    SCOPED_TRACE(threads);
    Device several(kFourCores);
    several.machine.set_host_threads(threads);
    for (Device* device : {&one, &several}) {
      device->write(regs::kScratchSize, 64);
      device->load(mixed());
      device->grid({20, 1, 1}, {16, 1, 1});
      if (device == &several || threads == 1) {
        ASSERT_EQ(device->run(), kDone);
      }
    }
    for (std::uint32_t at = 0; at < 0x2000; at += 4) ASSERT_EQ(one.word(kData + at), several.word(kData + at)) << at;
    EXPECT_EQ(counter(one, regs::kLaneInstrsLo, regs::kLaneInstrsHi),
              counter(several, regs::kLaneInstrsLo, regs::kLaneInstrsHi));
  }
}

// A lock in memory, taken with LR and SC by lanes of all cores.
TEST(HostThreads, LocksHold) {
  Device device(kFourCores);
  device.machine.set_host_threads(2);
  Program p(kCode);
  p.li(s2, kData).li(s3, kData + 0x100).li(s0, 2).li(t2, 1);
  p.label("loop").label("take").op(Op::LrW, {.rd = t0, .rs1 = s2}).branch(Op::Bne, t0, zero, "take");
  p.r(Op::ScW, t1, s2, t2).branch(Op::Bne, t1, zero, "take").op(Op::Fence);
  p.load(Op::Lw, a0, 0, s3).i(Op::Addi, a0, a0, 1).store(Op::Sw, a0, 0, s3).op(Op::Fence);
  p.store(Op::Sw, zero, 0, s2).i(Op::Addi, s0, s0, -1).branch(Op::Bne, s0, zero, "loop").exit();
  device.load(p);
  device.grid({4, 1, 1}, {8, 1, 1});
  ASSERT_EQ(device.run(100'000'000), kDone);
  EXPECT_EQ(device.word(kData + 0x100), 4u * 8 * 2);
}

TEST(HostThreads, AFaultEndsTheLaunch) {
  Device device(kFourCores);
  device.machine.set_host_threads(2);
  Program p(kCode);
  p.csrr(a0, Csr::HdGroupIdX).li(a1, 13).label("loop").branch(Op::Bne, a0, a1, "loop").load(Op::Lw, a2, 0, zero).exit();
  device.load(p);
  device.grid({16, 1, 1}, {8, 1, 1});
  EXPECT_EQ(device.run(), kFault | kDone);
  EXPECT_EQ(device.read(regs::kFaultCause), static_cast<std::uint32_t>(Cause::kLoadAccess));
  EXPECT_EQ(device.read(regs::kFaultGroup), 13u);
  EXPECT_THROW(device.machine.set_host_threads(0), ModelError);
}

}  // namespace
}  // namespace heddle::model::test
