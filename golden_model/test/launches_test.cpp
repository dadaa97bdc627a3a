// Several launches at once (docs/architecture.md, section 8).
#include <gtest/gtest.h>

#include "device.h"

namespace heddle::model::test {
namespace {

using isa::Csr;
using isa::Op;

constexpr std::uint32_t kEndless = kCode + 0x800;
constexpr std::uint32_t kBusy = regs::status::kBusy.mask();
constexpr std::uint32_t kAborted = regs::status::kAborted.mask();

// out[global id] = id + 1, slowly; `out` is the launch's argument.
Program slow_program() {
  Program p(kCode);
  p.csrr(a0, Csr::HdGroupIdX).csrr(a1, Csr::HdLocalSizeX).r(Op::Mul, a0, a0, a1).csrr(a1, Csr::HdLocalIdX);
  p.r(Op::Add, a0, a0, a1).csrr(a2, Csr::HdArgs).r(Op::Sh2add, a2, a0, a2).i(Op::Addi, a0, a0, 1);
  for (int i = 0; i < 300; ++i) p.i(Op::Addi, a4, a4, 1);
  p.store(Op::Sw, a0, 0, a2).exit();
  return p;
}

Shape shape_with(unsigned cores, unsigned launches) {
  return {.cores = cores, .warps = 4, .lanes = 4, .regions = 6, .launches = launches, .scratchpad_bytes = 1024};
}

// Slot 0 and 1 run the slow program into halves of the data, unless told otherwise.
struct Launches : Device {
  explicit Launches(unsigned cores, unsigned launches = 2) : Device(shape_with(cores, launches)) {
    load(slow_program());
    Program endless(kEndless);
    endless.label("here").j("here");
    load(endless);
    for (unsigned slot = 0; slot < launches; ++slot) {
      use(slot);
      write(regs::kArgs, out(slot));
    }
  }

  static std::uint32_t out(unsigned slot) { return kData + 0x4000 * slot; }
  void begin(unsigned slot, std::uint32_t groups, std::uint32_t entry = kCode) {
    use(slot);
    write(regs::kEntry, entry);
    grid({groups, 1, 1}, {8, 1, 1});
    start();
  }
  std::uint32_t status(unsigned slot) {
    use(slot);
    return read(regs::kStatus);
  }
  void abort(unsigned slot) {
    use(slot);
    write(regs::kControl, regs::control::kAbort.set(1));
  }
  void expect_results(unsigned slot, std::uint32_t groups) {
    for (std::uint32_t i = 0; i < 8 * groups; ++i) ASSERT_EQ(word(out(slot) + 4 * i), i + 1) << slot;
    EXPECT_EQ(word(out(slot) + 32 * groups), 0u) << slot;
  }
};

TEST(Launches, EachSlotHasItsRegisters) {
  Launches d(2);
  d.use(0);
  EXPECT_EQ(d.read(regs::kLaunches), 2u | 1024u << 16);
  d.use(1);
  EXPECT_EQ(d.read(regs::kLaunches), 2u | 1024u << 16);
  EXPECT_EQ(d.read(regs::kArgs), Launches::out(1));
  EXPECT_FALSE(d.machine.read_register(2 * 1024).has_value());
  EXPECT_FALSE(d.machine.write_register(2 * 1024 + regs::kControl, 1));
}

TEST(Launches, OneDoesNotWaitForAnotherThatNeverEnds) {
  Launches d(2);
  d.begin(0, 1, kEndless);
  d.begin(1, 9);
  d.machine.advance(100'000);
  EXPECT_EQ(d.status(0), kBusy);
  EXPECT_EQ(d.status(1), kDone);
  d.expect_results(1, 9);
  EXPECT_FALSE(d.machine.write_register(regs::kEntry, kCode));  // locked: that slot alone
  EXPECT_TRUE(d.machine.write_register(regs::launches::kStrideValue + regs::kEntry, kCode));
  d.abort(0);
  EXPECT_EQ(d.status(0), kDone | kAborted);
  EXPECT_EQ(d.status(1), kDone);
}

TEST(Launches, WhoHasAllCoresGivesOneUp) {
  Launches d(2);
  d.begin(0, 200);
  d.machine.advance(100);
  d.begin(1, 20);
  while (d.status(1) == kBusy) {
    EXPECT_EQ(d.status(0), kBusy);
    d.machine.advance(256);
  }
  d.machine.advance(1'000'000);
  EXPECT_EQ(d.status(0), kDone);
  d.expect_results(0, 200);
  d.expect_results(1, 20);
}

TEST(Launches, OneCoreIsTakenInTurn) {
  Launches d(1);
  d.begin(0, 5);
  d.begin(1, 5);
  d.machine.advance(1'000'000);
  EXPECT_EQ(d.status(0), kDone);
  EXPECT_EQ(d.status(1), kDone);
  d.expect_results(0, 5);
  d.expect_results(1, 5);
}

TEST(Launches, RegionsAndFaultsAreTheLaunchsOwn) {
  Launches d(2);
  d.use(1);
  d.region(1, Launches::out(1), 0x1FFF, 3);  // not the other's half
  d.write(regs::kArgs, Launches::out(0));
  d.begin(0, 100);
  d.begin(1, 4);
  d.machine.advance(1'000'000);
  EXPECT_EQ(d.status(0), kDone);
  d.expect_results(0, 100);
  EXPECT_EQ(d.status(1), kDone | kFault);
  EXPECT_EQ(d.read(regs::kFaultCause), static_cast<std::uint32_t>(Cause::kStoreAccess));
  EXPECT_GE(d.read(regs::kFaultValue), Launches::out(0));
  EXPECT_LT(d.read(regs::kFaultValue), Launches::out(0) + 4 * 8 * 4);
}

TEST(Launches, TheScratchpadBelongsToOneAtATime) {
  Launches d(2);
  for (const unsigned slot : {0u, 1u}) {
    d.use(slot);
    d.write(regs::kScratchSize, 64);
  }
  d.begin(0, 1, kEndless);
  d.begin(1, 3);
  d.machine.advance(10'000);
  EXPECT_EQ(d.status(1), kBusy);
  EXPECT_EQ(d.word(Launches::out(1)), 0u);
  d.abort(0);
  d.machine.advance(10'000);
  EXPECT_EQ(d.status(1), kDone);
  d.expect_results(1, 3);
}

TEST(Launches, OneThatWaitsCanBeAborted) {
  Launches d(2, 3);
  for (const unsigned slot : {0u, 1u, 2u}) {
    d.use(slot);
    d.write(regs::kScratchSize, 64);
  }
  d.begin(0, 1, kEndless);
  d.begin(1, 3);
  d.begin(2, 3);
  d.machine.advance(1000);
  d.abort(1);
  EXPECT_EQ(d.status(1), kDone | kAborted);
  d.abort(0);
  d.machine.advance(10'000);
  EXPECT_EQ(d.status(2), kDone);
  d.expect_results(2, 3);
  EXPECT_EQ(d.word(Launches::out(1)), 0u);
}

TEST(Launches, TheInterruptIsThatOfAnySlot) {
  Launches d(2);
  d.begin(0, 1, kEndless);
  d.use(1);
  d.write(regs::kInterruptEnable, 1);
  d.begin(1, 1);
  EXPECT_FALSE(d.machine.done());
  d.machine.advance(10'000);
  EXPECT_TRUE(d.machine.done());
  EXPECT_TRUE(d.machine.interrupt());
  EXPECT_FALSE(d.machine.faulted());
  d.use(1);
  d.write(regs::kInterruptClear, 1);
  EXPECT_FALSE(d.machine.interrupt());
}

}  // namespace
}  // namespace heddle::model::test
