// Memory map, checks, atomics and reservations (docs/architecture.md, section 5).
#include "rig.h"

namespace heddle::model::test {
namespace {

using isa::Op;

void set_row(Warp& warp, unsigned reg, std::initializer_list<std::uint32_t> values) {
  unsigned lane = 0;
  for (const std::uint32_t value : values) warp.reg[reg][lane++] = value;
}

// One instruction with addresses in a0 and data in a1.
const StepResult& one(Rig& rig, Op op, std::initializer_list<std::uint32_t> addresses,
                      std::initializer_list<std::uint32_t> data = {}) {
  rig.warp().pc.fill(kCode);
  rig.load(Program(kCode).op(op, {.rd = a2, .rs1 = a0, .rs2 = a1}));
  set_row(rig.warp(), a0, addresses);
  set_row(rig.warp(), a1, data);
  return rig.step();
}

TEST(Load, SizesAndSigns) {
  Rig rig(4);
  rig.memory.device().write_word(kData, 0x8182'F3F4);
  const std::uint32_t expected[][4] = {{0xFFFFFFF4, 0xFFFFFFF3, 0xFFFFFF82, 0xFFFFFF81}, {0xF4, 0xF3, 0x82, 0x81}};
  one(rig, Op::Lb, {kData, kData + 1, kData + 2, kData + 3});
  for (unsigned l = 0; l < 4; ++l) EXPECT_EQ(rig.x(a2, l), expected[0][l]);
  one(rig, Op::Lbu, {kData, kData + 1, kData + 2, kData + 3});
  for (unsigned l = 0; l < 4; ++l) EXPECT_EQ(rig.x(a2, l), expected[1][l]);
  one(rig, Op::Lh, {kData, kData + 2, kData, kData});
  EXPECT_EQ(rig.x(a2, 0), 0xFFFFF3F4u);
  EXPECT_EQ(rig.x(a2, 1), 0xFFFF8182u);
  one(rig, Op::Lhu, {kData, kData + 2, kData, kData});
  EXPECT_EQ(rig.x(a2, 0), 0xF3F4u);
  EXPECT_EQ(rig.x(a2, 1), 0x8182u);
  one(rig, Op::Lw, {kData, kData, kData, kData + 4});
  EXPECT_EQ(rig.x(a2, 0), 0x8182F3F4u);
  EXPECT_EQ(rig.x(a2, 3), 0u);
}

TEST(Store, SizesAndHighestLaneWins) {
  Rig rig(4);
  const StepResult& r = one(rig, Op::Sb, {kData, kData + 1, kData + 1, kData + 3}, {0x11, 0x22, 0x133, 0xFFFFFF44});
  EXPECT_EQ(rig.word(kData), 0x4400'3311u);
  EXPECT_EQ(r.access, 0xFu);
  EXPECT_EQ(r.size, 1u);
  EXPECT_EQ(r.data[3], 0xFFFFFF44u);
  EXPECT_EQ(r.address[3], kData + 3);
  one(rig, Op::Sh, {kData + 2, kData + 4, kData + 6, kData + 4}, {0xAAAA1234, 1, 2, 3});
  EXPECT_EQ(rig.word(kData), 0x1234'3311u);
  EXPECT_EQ(rig.word(kData + 4), 0x0002'0003u);
  one(rig, Op::Sw, {kData, kData, kData, kData}, {1, 2, 3, 4});
  EXPECT_EQ(rig.word(kData), 4u);
}

TEST(Store, OffsetsAreSigned) {
  Rig rig(2);
  rig.load(Program(kCode).store(Op::Sw, a1, -4, a0).load(Op::Lw, a2, -2048, a0));
  rig.memory.device().write_word(kData + 8 + 0x800 - 0x800, 77);
  set_row(rig.warp(), a0, {kData + 0x808, kData + 0x808});
  set_row(rig.warp(), a1, {5, 6});
  rig.step();
  EXPECT_EQ(rig.word(kData + 0x804), 6u);
  rig.step();
  EXPECT_EQ(rig.x(a2, 0), 77u);
}

struct CheckCase {
  const char* what;
  AccessKind kind;
  std::uint32_t address;
  unsigned size;
  std::optional<Cause> cause;
};

TEST(Check, EveryRule) {
  Rig rig(4);
  constexpr auto kLoad = AccessKind::kLoad;
  constexpr auto kStore = AccessKind::kStore;
  constexpr auto kAmo = AccessKind::kAmo;
  constexpr auto kLr = AccessKind::kLr;
  constexpr auto kSc = AccessKind::kSc;
  const std::optional<Cause> ok;
  const CheckCase cases[] = {
      {"load", kLoad, kData, 4, ok},
      {"last byte of a region", kLoad, kData + 0xFFFF, 1, ok},
      {"past a region", kLoad, kData + 0x10000, 1, Cause::kLoadAccess},
      {"before a region", kLoad, kData - 1, 1, Cause::kLoadAccess},
      {"misaligned half", kLoad, kData + 1, 2, Cause::kLoadMisaligned},
      {"misaligned word", kStore, kData + 2, 4, Cause::kStoreMisaligned},
      {"misaligned amo", kAmo, kData + 1, 4, Cause::kStoreMisaligned},
      {"misaligned lr", kLr, kData + 1, 4, Cause::kLoadMisaligned},
      {"misaligned sc", kSc, kData + 1, 4, Cause::kStoreMisaligned},
      {"misaligned comes before access", kLoad, 1, 4, Cause::kLoadMisaligned},
      {"store to read-only", kStore, kReadOnly, 4, Cause::kStoreAccess},
      {"load from read-only", kLoad, kReadOnly, 4, ok},
      {"load from write-only", kLoad, kWriteOnly, 4, Cause::kLoadAccess},
      {"store to write-only", kStore, kWriteOnly, 4, ok},
      {"amo needs both: read-only", kAmo, kReadOnly, 4, Cause::kStoreAccess},
      {"amo needs both: write-only", kAmo, kWriteOnly, 4, Cause::kStoreAccess},
      {"sc needs both", kSc, kWriteOnly, 4, Cause::kStoreAccess},
      {"lr needs read", kLr, kReadOnly, 4, ok},
      {"lr from write-only", kLr, kWriteOnly, 4, Cause::kLoadAccess},
      {"amo", kAmo, kData, 4, ok},
      {"null", kLoad, 0, 4, Cause::kLoadAccess},
      {"accumulator window", kStore, 0x2000'0000, 4, Cause::kStoreAccess},
      {"scratchpad", kAmo, kScratch, 4, ok},
      {"scratchpad end", kStore, kScratch + 508, 4, ok},
      {"past the scratchpad", kStore, kScratch + 512, 4, Cause::kStoreAccess},
      {"private", kStore, kPrivate, 4, ok},
      {"private end", kLoad, kPrivate + 255, 1, ok},
      {"past private", kLoad, kPrivate + 256, 1, Cause::kLoadAccess},
      {"amo to private", kAmo, kPrivate, 4, Cause::kStoreAccess},
      {"lr to private", kLr, kPrivate, 4, Cause::kLoadAccess},
      {"sc to private", kSc, kPrivate, 4, Cause::kStoreAccess},
      {"the private backing store has no region", kLoad, kPrivateStore, 4, Cause::kLoadAccess},
      {"top of the address space", kLoad, 0xFFFF'FFFC, 4, Cause::kLoadAccess},
  };
  for (const CheckCase& c : cases) {
    const Translation t = rig.memory.locate(rig.warp(), 0, c.address, c.size, c.kind);
    EXPECT_EQ(t.ok, !c.cause.has_value()) << c.what;
    if (!t.ok && c.cause) {
      EXPECT_EQ(t.cause, *c.cause) << c.what;
    }
  }
}

TEST(Check, AnAccessMayNotSpanTwoRegions) {
  Rig rig(2);
  rig.launch.regions = {{.base = kCode, .last = kCode + 0xFFFF, .read = true, .write = false, .execute = true},
                        {.base = kData, .last = kData + 1, .read = true, .write = true, .execute = false},
                        {.base = kData + 2, .last = kData + 7, .read = true, .write = true, .execute = false}};
  rig.reset();
  EXPECT_FALSE(rig.memory.locate(rig.warp(), 0, kData, 4, AccessKind::kLoad).ok);
  EXPECT_TRUE(rig.memory.locate(rig.warp(), 0, kData, 2, AccessKind::kLoad).ok);
  EXPECT_TRUE(rig.memory.locate(rig.warp(), 0, kData + 4, 4, AccessKind::kStore).ok);
}

TEST(Check, LanesTrapAlone) {
  Rig rig(4);
  rig.warp().mtvec = kCode + 0x100;
  rig.memory.device().write_word(kData, 99);
  rig.warp().reg[a2].fill(0xDEAD);
  const StepResult& r = one(rig, Op::Lw, {kData, kData + 2, 0x100, kData});
  EXPECT_EQ(r.trap, 0b0110u);
  EXPECT_EQ(r.access, 0b1001u);
  EXPECT_EQ(r.cause[1], 4);
  EXPECT_EQ(r.cause[2], 5);
  EXPECT_EQ(rig.warp().mtval[1], kData + 2);
  EXPECT_EQ(rig.warp().mtval[2], 0x100u);
  EXPECT_EQ(rig.x(a2, 0), 99u);
  EXPECT_EQ(rig.x(a2, 1), 0xDEADu);
  EXPECT_EQ(rig.warp().pc[0], kCode + 4);
  EXPECT_EQ(rig.warp().pc[1], kCode + 0x100);
  EXPECT_EQ(rig.warp().depth[1], 1u);
  EXPECT_EQ(rig.warp().retired, 1u);
}

TEST(Check, TheLowestTrappingLaneIsTheFault) {
  Rig rig(4);
  const StepResult& r = one(rig, Op::Sw, {kData, kData, 0x100, 2}, {1, 2, 3, 4});
  expect_fault(r.fault, Cause::kStoreAccess, kCode, 0x100, 2);
  EXPECT_EQ(rig.word(kData), 2u);  // the others were performed
}

TEST(Private, WindowIsInterleavedByWord) {
  Rig rig(4);
  one(rig, Op::Sw, {kPrivate, kPrivate, kPrivate, kPrivate}, {10, 11, 12, 13});
  one(rig, Op::Sb, {kPrivate + 7, kPrivate + 7, kPrivate + 7, kPrivate + 8}, {0xA0, 0xA1, 0xA2, 0xA3});
  // Core 1 of 2 with 2 warps, slot 0: hardware warp 2. 64 rows of 4 lanes per warp.
  const std::uint32_t base = kPrivateStore + 2 * 64 * 16;
  for (unsigned l = 0; l < 4; ++l) EXPECT_EQ(rig.word(base + 4 * l), 10 + l);
  for (unsigned l = 0; l < 3; ++l) EXPECT_EQ(rig.word(base + 16 + 4 * l), (0xA0 + l) << 24);
  EXPECT_EQ(rig.word(base + 32 + 12), 0xA3u);
  one(rig, Op::Lw, {kPrivate + 4, kPrivate, kPrivate + 4, kPrivate + 8});
  EXPECT_EQ(rig.x(a2, 0), 0xA000'0000u);
  EXPECT_EQ(rig.x(a2, 1), 11u);
  EXPECT_EQ(rig.x(a2, 3), 0xA3u);
}

TEST(Scratchpad, IsRelativeToTheAllocation) {
  Rig rig(2);
  one(rig, Op::Sw, {kScratch, kScratch + 8}, {7, 8});
  EXPECT_EQ(rig.scratch_word(0), 7u);
  EXPECT_EQ(rig.scratch_word(8), 8u);
  EXPECT_EQ(rig.result.location[1], (Location{Space::kScratchpad, 1024 + 8}));
}

TEST(Amo, EveryOperationInLaneOrder) {
  struct Case {
    Op op;
    std::uint32_t start, a, b, final;
  };
  for (const Case& c :
       {Case{Op::AmoswapW, 1, 2, 3, 3}, Case{Op::AmoaddW, 0xFFFFFFFF, 2, 3, 4}, Case{Op::AmoxorW, 0xFF, 0x0F, 1, 0xF1},
        Case{Op::AmoandW, 0xFF, 0x3C, 0x0F, 0x0C}, Case{Op::AmoorW, 1, 2, 4, 7},
        Case{Op::AmominW, 5, 0xFFFFFFFE, 3, 0xFFFFFFFE}, Case{Op::AmomaxW, 0xFFFFFFFF, 0xFFFFFFF0, 2, 2},
        Case{Op::AmominuW, 0xFFFFFFFF, 7, 9, 7}, Case{Op::AmomaxuW, 1, 0xFFFFFFF0, 2, 0xFFFFFFF0}}) {
    SCOPED_TRACE(isa::info(c.op).name);
    for (const std::uint32_t where : {kData + 4, kScratch + 4}) {
      Rig rig(2);
      const Location place = rig.memory.locate(rig.warp(), 0, where, 4, AccessKind::kAmo).location;
      rig.memory.write_word(place, c.start);
      one(rig, c.op, {where, where}, {c.a, c.b});
      EXPECT_EQ(rig.memory.read_word(place), c.final);
      EXPECT_EQ(rig.x(a2, 0), c.start);
      const auto kind = rig.result.amo;
      EXPECT_EQ(rig.x(a2, 1), amo_result(kind, c.start, c.a));
      EXPECT_EQ(amo_result(kind, rig.x(a2, 1), c.b), c.final);
    }
  }
}

TEST(LrSc, TheLowestLaneHoldsTheReservation) {
  Rig rig(4);
  one(rig, Op::LrW, {kData, kData, kData + 4, kData});
  EXPECT_TRUE(rig.memory.reservations(Space::kDevice).holds(2, 0, kData));
  const StepResult& r = one(rig, Op::ScW, {kData, kData, kData + 4, kData}, {1, 2, 3, 4});
  EXPECT_EQ(r.sc_failed, 0b1110u);
  EXPECT_EQ(rig.word(kData), 1u);
  EXPECT_EQ(rig.word(kData + 4), 0u);
  EXPECT_EQ(rig.x(a2, 0), 0u);
  EXPECT_EQ(rig.x(a2, 1), 1u);
  EXPECT_FALSE(rig.memory.reservations(Space::kDevice).any());
}

TEST(LrSc, AnyScClearsAndAFailedOneWritesNothing) {
  Rig rig(2);
  one(rig, Op::LrW, {kData, kData});
  EXPECT_EQ(one(rig, Op::ScW, {kData + 8, kData + 8}, {1, 2}).sc_failed, 0b11u);
  EXPECT_EQ(rig.word(kData + 8), 0u);
  EXPECT_EQ(one(rig, Op::ScW, {kData, kData}, {1, 2}).sc_failed, 0b11u);
  EXPECT_EQ(rig.word(kData), 0u);
}

TEST(LrSc, WritesToTheWordClear) {
  struct Case {
    Op op;
    std::uint32_t address;
    bool clears;
  };
  for (const Case& c : {Case{Op::Sw, kData, true}, Case{Op::Sb, kData + 3, true}, Case{Op::AmoaddW, kData, true},
                        Case{Op::Sw, kData + 4, false}, Case{Op::Lw, kData, false}, Case{Op::Sw, kScratch, false}}) {
    Rig rig(2);
    one(rig, Op::LrW, {kData, kData});
    one(rig, c.op, {c.address, c.address}, {9, 9});
    EXPECT_EQ(one(rig, Op::ScW, {kData, kData}, {1, 2}).sc_failed, c.clears ? 0b11u : 0b10u) << isa::info(c.op).name;
  }
}

TEST(LrSc, AnotherWarpsWriteClearsAndItsReservationIsItsOwn) {
  Rig rig(2, 0, 2);
  rig.memory.load_reserved({Space::kDevice, kData}, 2, 0);
  rig.memory.load_reserved({Space::kDevice, kData}, 3, 1);
  EXPECT_TRUE(rig.memory.store_conditional({Space::kDevice, kData}, 3, 1, 5));
  EXPECT_FALSE(rig.memory.store_conditional({Space::kDevice, kData}, 2, 0, 6));
  EXPECT_EQ(rig.word(kData), 5u);
}

TEST(LrSc, TheTwoMemoriesAreIndependent) {
  Rig rig(2);
  one(rig, Op::LrW, {kData, kScratch});
  EXPECT_TRUE(rig.memory.reservations(Space::kDevice).holds(2, 0, kData));
  EXPECT_TRUE(rig.memory.reservations(Space::kScratchpad).holds(2, 1, 1024));
  // Only the scratchpad's is used up here.
  rig.warp().run = 0b10;
  EXPECT_EQ(one(rig, Op::ScW, {0, kScratch}, {0, 5}).sc_failed, 0u);
  rig.warp().run = 0b11;
  rig.warp().converged = false;
  EXPECT_EQ(one(rig, Op::ScW, {kData, kScratch}, {6, 7}).sc_failed, 0b10u);
  EXPECT_EQ(rig.word(kData), 6u);
  EXPECT_EQ(rig.scratch_word(0), 5u);
}

TEST(LrSc, ScThatTrapsWritesNothing) {
  Rig rig(2);
  one(rig, Op::LrW, {kReadOnly, kReadOnly});
  const StepResult& r = one(rig, Op::ScW, {kReadOnly, kReadOnly}, {1, 2});
  expect_fault(r.fault, Cause::kStoreAccess, kCode, kReadOnly, 0);
  EXPECT_EQ(r.sc_failed, 0u);
  EXPECT_EQ(rig.word(kReadOnly), 0u);
}

TEST(Fetch, SeesStoresToCode) {
  Rig rig(2);
  rig.launch.regions[0].write = true;
  rig.reset();
  rig.load(Program(kCode).i(Op::Addi, a0, zero, 1).i(Op::Addi, a0, zero, 2));
  rig.step();
  rig.step();
  EXPECT_EQ(rig.x(a0, 0), 2u);
  one(rig, Op::Sw, {kCode + 0x40, kCode + 0x40}, {0x00700513, 0x00900513});  // li a0, 9
  rig.warp().pc.fill(kCode + 0x40);
  rig.step();
  EXPECT_EQ(rig.x(a0, 0), 9u);
  one(rig, Op::Sb, {kCode + 0x43, kCode + 0x43}, {0x00, 0x01});  // li a0, 0x19
  rig.warp().pc.fill(kCode + 0x40);
  rig.step();
  EXPECT_EQ(rig.x(a0, 0), 25u);
}

TEST(Fetch, NeedsTheWholeInstructionInARegion) {
  Rig rig(2);
  rig.launch.regions = {{.base = kCode + 2, .last = kCode + 9, .read = false, .write = false, .execute = true}};
  rig.reset();
  EXPECT_FALSE(rig.memory.may_fetch(1, kCode));
  EXPECT_TRUE(rig.memory.may_fetch(1, kCode + 4));
  EXPECT_FALSE(rig.memory.may_fetch(1, kCode + 8));
  EXPECT_EQ(rig.memory.fetch(1, kCode), nullptr);
  EXPECT_NE(rig.memory.fetch(1, kCode + 4), nullptr);
  EXPECT_EQ(rig.memory.fetch(1, kCode + 8), nullptr);
  EXPECT_EQ(rig.memory.fetch(1, kCode), nullptr);
}

TEST(DeviceMemory, BlocksAcrossPages) {
  DeviceMemory memory;
  std::vector<std::uint8_t> block(DeviceMemory::kPageBytes + 100);
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::uint8_t>(i * 7 + 1);
  memory.write(0x8000'FFF0, block);
  std::vector<std::uint8_t> back(block.size());
  memory.read(0x8000'FFF0, back);
  EXPECT_EQ(back, block);
  EXPECT_EQ(memory.read_word(0x9000'0000), 0u);
  EXPECT_EQ(memory.find_page(0x9000'0000), nullptr);
  memory.clear();
  EXPECT_EQ(memory.read_word(0x8000'FFF0), 0u);
}

}  // namespace
}  // namespace heddle::model::test
