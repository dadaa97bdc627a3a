// Commands and mbarriers as kernels reach them, on a whole Machine (docs/copy.md, "How kernels reach them").
#include <gtest/gtest.h>

#include "device.h"
#include "heddle/model/engines.h"

namespace heddle::model::test {
namespace {

using isa::Op;

constexpr Shape kShape{.cores = 2,
                       .warps = 4,
                       .lanes = 8,
                       .regions = 6,
                       .scratchpad_bytes = 32'768,
                       .copy_engine = true,
                       .matrix_dim = 4,
                       .matrix_fp8 = true,
                       .matrix_fp4 = true};
constexpr std::uint32_t kScratchBytes = 8192;

struct EngineDevice : Device {
  explicit EngineDevice(std::uint64_t seed = 0, const Shape& shape = kShape) : Device(shape) {
    write(regs::kScratchSize, kScratchBytes);
    machine.set_engine_delays(seed);
    grid({1, 1, 1}, {8, 1, 1});
  }
  void fill_data(std::uint32_t at, std::uint32_t words) {
    for (std::uint32_t i = 0; i < words; ++i) machine.memory().device().write_word(at + 4 * i, 0x1000 + i);
  }
  void expect_fault(Cause cause, std::uint32_t value, std::uint32_t detail, std::uint32_t pc, std::uint32_t lane) {
    EXPECT_EQ(run(), kDone | kFault);
    EXPECT_EQ(read(regs::kFaultCause), static_cast<std::uint32_t>(cause));
    EXPECT_EQ(read(regs::kFaultValue), value);
    EXPECT_EQ(read(regs::kFaultDetail), detail);
    EXPECT_EQ(read(regs::kFaultPc), pc);
    EXPECT_EQ(regs::fault_place::kLane.get(read(regs::kFaultPlace)), lane);
  }
};

// Writes the words that are not zero to the descriptor at scratchpad offset `at`; clobbers t0, t1.
template <std::size_t kWords>
void descriptor(Program& p, std::uint32_t at, const std::array<std::uint32_t, kWords>& words) {
  p.li(t0, kScratch + at);
  for (unsigned w = 0; w < kWords; ++w) {
    if (words[w] != 0) {
      p.li(t1, words[w]).store(Op::Sw, t1, static_cast<std::int32_t>(4 * w), t0);
    } else {
      p.store(Op::Sw, zero, static_cast<std::int32_t>(4 * w), t0);
    }
  }
}

// Lane 0 alone goes on to what follows, up to the label.
void one_lane(Program& p, const std::string& others) { p.csrr(t0, isa::Csr::HdLane).branch(Op::Bne, t0, zero, others); }

CopyDescriptor copy_words(std::uint32_t words, unsigned direction, std::uint32_t device, std::uint32_t scratch) {
  CopyDescriptor d{};
  d[0] = 1 | 2 << 3 | direction << 6 | 1 << 12 | 0x77u << 16;
  d[1] = device;
  d[2] = words;
  d[11] = words;
  d[21] = scratch;
  d[22] = 0;
  return d;
}

// Loads 64 words, adds 1 to each in the lanes, stores them; mbarrier at 0, descriptors at 128 and 256, data at 1024.
Program copy_there_and_back() {
  Program p(kCode);
  p.li(s0, kScratch);
  one_lane(p, "go");
  p.li(t1, 1).op(Op::HdMbarInit, {.rs1 = s0, .rs2 = t1});
  descriptor(p, 128, copy_words(64, 0, kData, 1024));
  descriptor(p, 256, copy_words(64, 1, kData + 4096, 1024));
  p.li(t1, 256).op(Op::HdMbarArrive, {.rd = a1, .rs1 = s0, .rs2 = t1});
  p.li(t0, kScratch + 128).op(Op::HdCopy, {.rs1 = t0});
  p.label("go").op(Op::HdBarrier);
  p.op(Op::HdMbarWait, {.rs1 = s0, .rs2 = zero});
  p.csrr(t2, isa::Csr::HdLane).i(Op::Slli, t2, t2, 5).r(Op::Add, t2, t2, s0);
  for (int i = 0; i < 8; ++i) {
    p.load(Op::Lw, t3, 1024 + 4 * i, t2).i(Op::Addi, t3, t3, 1).store(Op::Sw, t3, 1024 + 4 * i, t2);
  }
  p.op(Op::HdBarrier);
  one_lane(p, "end");
  p.li(t1, 256).op(Op::HdMbarArrive, {.rd = a2, .rs1 = s0, .rs2 = t1});
  p.li(t0, kScratch + 256).op(Op::HdCopy, {.rs1 = t0});
  p.label("end").exit();
  return p;
}

TEST(Engine, CopyThereAndBackWithAnyDelays) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    EngineDevice d(seed);
    d.fill_data(kData, 64);
    d.load(copy_there_and_back());
    ASSERT_EQ(d.run(), kDone) << "seed " << seed;
    for (std::uint32_t i = 0; i < 64; ++i) ASSERT_EQ(d.word(kData + 4096 + 4 * i), 0x1001 + i) << "seed " << seed;
  }
}

// The same without the wait: some delay shows it.
TEST(Engine, DelaysShowARace) {
  unsigned wrong = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EngineDevice d(seed);
    d.fill_data(kData, 64);
    std::vector<std::uint32_t> words = copy_there_and_back().assemble();
    for (std::uint32_t& word : words) {
      if (isa::decode(word) == Op::HdMbarWait) word = 0x13;  // nop
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      d.machine.memory().device().write_word(kCode + 4 * static_cast<std::uint32_t>(i), words[i]);
    }
    const std::uint32_t status = d.run();
    wrong += status != kDone || d.word(kData + 4096) != 0x1001;
    if (seed == 0) {
      EXPECT_EQ(wrong, 0u) << "without delays nothing shows";
    }
  }
  EXPECT_GT(wrong, 10u);
}

TEST(Engine, IllegalWhereThereIsNoEngine) {
  for (const Op op :
       {Op::HdCopy, Op::HdMatrix, Op::HdMbarInit, Op::HdMbarArrive, Op::HdMbarExpect, Op::HdMbarTest, Op::HdMbarWait}) {
    Shape shape = kShape;
    shape.copy_engine = op == Op::HdMatrix;
    shape.matrix_dim = 0;
    EngineDevice d(0, shape);
    const std::uint32_t word = test::encode(op, Operands{.rd = a0, .rs1 = s0, .rs2 = t0});
    d.load(Program(kCode).word(word).exit());
    EXPECT_EQ(d.run(), kDone | kFault);
    EXPECT_EQ(d.read(regs::kFaultCause), 2u);
    EXPECT_EQ(d.read(regs::kFaultValue), word);
  }
}

TEST(Engine, AddressesOfLanes) {
  struct Bad {
    Op op;
    std::uint32_t address;
    Cause cause;
  };
  for (const Bad& bad :
       {Bad{Op::HdCopy, kScratch + 8, Cause::kStoreMisaligned},
        Bad{Op::HdCopy, kScratch + kScratchBytes - 112, Cause::kStoreAccess},
        Bad{Op::HdMatrix, kScratch + kScratchBytes - 48, Cause::kStoreAccess},
        Bad{Op::HdMatrix, kData, Cause::kStoreAccess}, Bad{Op::HdMbarTest, kScratch + 4, Cause::kStoreMisaligned},
        Bad{Op::HdMbarWait, kScratch + kScratchBytes, Cause::kStoreAccess}}) {
    EngineDevice d;
    Program p(kCode);
    p.li(s0, bad.address).op(bad.op, {.rs1 = s0});
    d.load(p.exit());
    d.expect_fault(bad.cause, bad.address, 0, kCode + 8, 0);
  }
}

TEST(Engine, FaultOfACopyNamesCommandAndLane) {
  for (const std::uint64_t seed : {0, 9}) {
    EngineDevice d(seed);
    Program p(kCode);
    CopyDescriptor words = copy_words(64, 0, kData, 1024);
    words[13] = 1;
    p.csrr(t0, isa::Csr::HdLane).i(Op::Addi, t0, t0, -3).branch(Op::Bne, t0, zero, "end");
    descriptor(p, 128, words);
    const std::uint32_t at = p.here();
    p.op(Op::HdCopy, {.rs1 = t0});
    p.label("end").exit();
    p.address("end");
    d.load(p);
    // (t0 is where the descriptor is.)
    d.expect_fault(Cause::kCopyEngine, 2 | 0x77u << 16, 13, at, 3);
  }
}

TEST(Engine, AccessFaultOfACopy) {
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    EngineDevice d(seed);
    Program p(kCode);
    one_lane(p, "end");
    descriptor(p, 128, copy_words(64, 1, kCode, 1024));
    const std::uint32_t at = p.here();
    p.op(Op::HdCopy, {.rs1 = t0});
    p.label("end").exit();
    d.load(p);
    d.expect_fault(Cause::kCopyEngine, 6 | 0x77u << 16, kCode, at, 0);
  }
}

TEST(Engine, ErrorOfAnMbarrier) {
  EngineDevice d;
  Program p(kCode);
  p.li(s0, kScratch + 16);
  one_lane(p, "end");
  p.store(Op::Sw, zero, 0, s0);
  const std::uint32_t at = p.here();
  p.op(Op::HdMbarExpect, {.rs1 = s0, .rs2 = zero});
  p.label("end").exit();
  d.load(p);
  d.expect_fault(Cause::kMbarrier, 3 | 2 << 4, 16, at, 0);
}

TEST(Engine, ACompletionOnWhatIsNoMbarrier) {
  EngineDevice d;
  Program p(kCode);
  p.li(s0, kScratch);
  one_lane(p, "end");
  p.store(Op::Sw, zero, 0, s0);
  descriptor(p, 128, copy_words(64, 0, kData, 1024));
  const std::uint32_t at = p.here();
  p.op(Op::HdCopy, {.rs1 = t0});
  p.label("end").exit();
  d.load(p);
  d.expect_fault(Cause::kMbarrier, 3 | 3 << 4 | 0x77u << 16, 0, at, 0);
}

TEST(Engine, WaitingForNothingIsAFault) {
  for (const std::uint64_t seed : {0, 5}) {
    EngineDevice d(seed);
    d.grid({1, 1, 1}, {16, 1, 1});  // the other warp waits at a barrier
    Program p(kCode);
    p.li(s0, kScratch + 8).li(t1, 1);
    p.csrr(t0, isa::Csr::HdWarp).branch(Op::Beq, t0, zero, "rest");
    p.op(Op::HdMbarInit, {.rs1 = s0, .rs2 = t1});
    const std::uint32_t at = p.here();
    p.op(Op::HdMbarWait, {.rs1 = s0, .rs2 = zero});
    p.label("rest").op(Op::HdBarrier).exit();
    d.load(p);
    d.expect_fault(Cause::kMbarrier, 15 | 5 << 4, 8, at, 0);
    EXPECT_EQ(regs::fault_place::kWarp.get(d.read(regs::kFaultPlace)), 1u);
  }
}

// One warp waits, the other arrives; in a warp two paths wait for different mbarriers, one after the other.
TEST(Engine, PathsThatWait) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EngineDevice d(seed);
    d.grid({1, 1, 1}, {16, 1, 1});
    Program p(kCode);
    p.li(s0, kScratch).li(t1, 1).csrr(s1, isa::Csr::HdWarp);
    p.branch(Op::Bne, s1, zero, "ready");
    p.op(Op::HdMbarInit, {.rs1 = s0, .rs2 = t1});
    p.i(Op::Addi, s2, s0, 8).op(Op::HdMbarInit, {.rs1 = s2, .rs2 = t1});
    p.label("ready").op(Op::HdBarrier);
    p.branch(Op::Bne, s1, zero, "waits");
    for (int i = 0; i < 40; ++i) p.i(Op::Addi, t3, t3, 1);
    p.csrr(t0, isa::Csr::HdLane).branch(Op::Bne, t0, zero, "done");
    p.op(Op::HdMbarArrive, {.rd = a0, .rs1 = s2, .rs2 = zero});
    for (int i = 0; i < 40; ++i) p.i(Op::Addi, t3, t3, 1);
    p.op(Op::HdMbarArrive, {.rd = a1, .rs1 = s0, .rs2 = zero});
    p.label("done").exit();
    p.label("waits").csrr(t0, isa::Csr::HdLane).i(Op::Andi, t2, t0, 1).i(Op::Slli, t3, t2, 3).r(Op::Add, s3, s0, t3);
    p.op(Op::HdMbarWait, {.rs1 = s3, .rs2 = zero});  // even lanes for one mbarrier, odd ones for the other
    p.li(t4, kData).i(Op::Slli, t5, t0, 2).r(Op::Add, t4, t4, t5).store(Op::Sw, t1, 0, t4).exit();
    d.load(p);
    ASSERT_EQ(d.run(), kDone) << "seed " << seed;
    for (unsigned lane = 0; lane < 8; ++lane) ASSERT_EQ(d.word(kData + 4 * lane), 1u) << lane;
  }
}

MatrixDescriptor square(bool accumulate, unsigned buffer) {
  MatrixDescriptor m{};
  m[0] = 0 | buffer << 10 | static_cast<unsigned>(accumulate) << 11 | 1 << 12 | 0x55u << 16;  // INT8
  m[1] = 4 | 4 << 16;
  m[2] = 1;
  m[4] = 1024;
  m[5] = 32;
  m[8] = 2048;
  m[9] = 32;
  m[12] = 0;
  return m;
}

// Fills A and B with ones, multiplies twice into `buffer`, reads an accumulator per lane without waiting for the
// engine.
Program multiply_twice(unsigned buffer) {
  Program p(kCode);
  p.li(s0, kScratch).li(s1, 0x0101'0101).csrr(t2, isa::Csr::HdLane).i(Op::Slli, t2, t2, 4).r(Op::Add, t2, t2, s0);
  for (int i = 0; i < 4; ++i) p.store(Op::Sw, s1, 1024 + 4 * i, t2);
  p.i(Op::Addi, t2, t2, 1024);
  for (int i = 0; i < 4; ++i) p.store(Op::Sw, s1, 1024 + 4 * i, t2);
  p.op(Op::HdBarrier);
  one_lane(p, "end");
  p.li(t1, 2).op(Op::HdMbarInit, {.rs1 = s0, .rs2 = t1});
  descriptor(p, 128, square(false, buffer));
  p.op(Op::HdMatrix, {.rs1 = t0});
  descriptor(p, 128, square(true, buffer));
  p.op(Op::HdMatrix, {.rs1 = t0});
  p.li(s2, 0x2000'0000 + buffer * kShape.buffer_bytes()).li(s3, kData);
  for (int i = 0; i < 4; ++i) p.load(Op::Lw, t3, 4 * i, s2).store(Op::Sw, t3, 4 * i, s3);
  p.op(Op::HdMbarTest, {.rd = t4, .rs1 = s0, .rs2 = zero}).store(Op::Sw, t4, 16, s3);
  p.label("end").exit();
  return p;
}

TEST(Engine, LanesSeeAccumulatorsAfterTheCommands) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const std::uint32_t buffers : {1u, 2u}) {
      EngineDevice d(seed);
      d.write(regs::kAccumulators, buffers);
      d.load(multiply_twice(buffers - 1));
      ASSERT_EQ(d.run(), kDone) << "seed " << seed;
      for (unsigned i = 0; i < 4; ++i) ASSERT_EQ(d.word(kData + 4 * i), 64u);
      ASSERT_EQ(d.word(kData + 16), 1u) << "both have arrived";
    }
  }
}

TEST(Engine, FaultsOfTheMatrixEngine) {
  EngineDevice d;
  d.write(regs::kAccumulators, 1);
  d.load(multiply_twice(1));
  EXPECT_EQ(d.run(), kDone | kFault);
  EXPECT_EQ(d.read(regs::kFaultCause), 27u);
  EXPECT_EQ(d.read(regs::kFaultValue), 4u | 0x55u << 16);
}

TEST(Engine, AccumulatorsAreWordsOfTheOwnBuffers) {
  struct Access {
    Op op;
    std::uint32_t offset;
    std::uint32_t cause;  // 0: fine
  };
  const std::uint32_t bytes = kShape.buffer_bytes();
  for (const Access& a :
       {Access{Op::Lw, 0, 0}, Access{Op::Sw, bytes - 4, 0}, Access{Op::Flw, 4, 0}, Access{Op::Fsw, 8, 0},
        Access{Op::Lw, bytes, 5}, Access{Op::Sw, bytes, 7}, Access{Op::Lh, 0, 5}, Access{Op::Sb, 0, 7},
        Access{Op::Lw, 2, 4}, Access{Op::AmoaddW, 0, 7}, Access{Op::LrW, 0, 5}, Access{Op::ScW, 0, 7}}) {
    EngineDevice d;
    d.write(regs::kAccumulators, 1);
    Program p(kCode);
    p.li(s0, 0x2000'0000 + a.offset).op(a.op, {.rd = t1, .rs1 = s0, .rs2 = zero});
    d.load(p.exit());
    EXPECT_EQ(d.run(), a.cause == 0 ? kDone : kDone | kFault) << isa::info(a.op).name << " at " << a.offset;
    EXPECT_EQ(d.read(regs::kFaultCause), a.cause);
  }
}

TEST(Engine, BuffersArePartOfPlacement) {
  // Each workgroup stores its id to its accumulators, multiplies and looks at them; two run at once at most.
  for (const std::uint32_t buffers : {1u, 2u}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      EngineDevice d(seed);
      d.write(regs::kAccumulators, buffers);
      d.write(regs::kScratchSize, 1024);
      d.grid({8, 1, 1}, {8, 1, 1});
      Program p(kCode);
      p.li(s0, 0x2000'0000).csrr(s1, isa::Csr::HdGroupIdX).csrr(t0, isa::Csr::HdLane).i(Op::Slli, t0, t0, 2);
      p.r(Op::Add, s0, s0, t0).store(Op::Sw, s1, 0, s0);
      for (int i = 0; i < 100; ++i) p.i(Op::Addi, t3, t3, 1);
      p.load(Op::Lw, t4, 0, s0).li(s3, kData).i(Op::Slli, t5, s1, 5).r(Op::Add, s3, s3, t5).r(Op::Add, s3, s3, t0);
      p.store(Op::Sw, t4, 0, s3).exit();
      d.load(p);
      ASSERT_EQ(d.run(), kDone);
      for (unsigned i = 0; i < 64; ++i) ASSERT_EQ(d.word(kData + 4 * i), i / 8);
    }
  }
}

TEST(Engine, MoreBuffersThanThereAreAreRejected) {
  EngineDevice d;
  d.write(regs::kAccumulators, 3);
  d.load(Program(kCode).exit());
  const std::uint32_t status = d.run();
  EXPECT_NE(status & regs::status::kRejected.mask(), 0u);
  EXPECT_EQ(regs::status::kReason.get(status), 5u);
  Shape shape = kShape;
  shape.matrix_dim = 0;
  EngineDevice without(0, shape);
  without.write(regs::kAccumulators, 1);
  EXPECT_EQ(regs::status::kReason.get(without.run()), 5u);
}

TEST(Engine, RegistersSayWhatThereIs) {
  EXPECT_EQ(EngineDevice().read(regs::kEngines), 0x407u);
  EXPECT_EQ(Device().read(regs::kEngines), 0u);
}

}  // namespace
}  // namespace heddle::model::test
