// The hart of the management core, rule by rule of docs/management.md, sections 1 to 3.
#include "heddle/management/hart.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "heddle/disassembler/encode.h"
#include "heddle/generated/management.h"

namespace heddle::management {
namespace {

using isa::encode;
using isa::Op;
namespace csr = mgmt::csr;

constexpr std::uint32_t kCode = mgmt::kSramBase, kData = mgmt::kSramBase + 0x1000, kHandler = mgmt::kSramBase + 0x2000;
constexpr std::uint32_t kMie = 8, kMpie = 0x80;

// Words that exist, and nothing else.
class WordBus : public Bus {
 public:
  std::optional<std::uint32_t> fetch(std::uint32_t address) override { return word(address); }
  std::optional<std::uint32_t> load(std::uint32_t address, unsigned) override { return word(address); }
  bool store(std::uint32_t address, unsigned strobe, std::uint32_t data) override {
    const auto found = words.find(address);
    if (found == words.end()) return false;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t mask = 0xFFu << 8 * i;
      if ((strobe >> i & 1) != 0) found->second = (found->second & ~mask) | (data & mask);
    }
    return true;
  }
  void forget_fetched() override { ++forgotten; }

  std::map<std::uint32_t, std::uint32_t> words;
  unsigned forgotten = 0;

 private:
  std::optional<std::uint32_t> word(std::uint32_t address) const {
    const auto found = words.find(address);
    return found == words.end() ? std::nullopt : std::optional(found->second);
  }
};

class HartTest : public testing::Test {
 protected:
  HartTest() {
    hart.set_pc(kCode);
    hart.set_csr(csr::kMtvec, kHandler);
    for (std::uint32_t i = 0; i < 0x100; i += 4) bus.words[kData + i] = 0;
  }
  void code(std::vector<std::uint32_t> words, std::uint32_t at = kCode) {
    for (const std::uint32_t word : words) {
      bus.words[at] = word;
      at += 4;
    }
  }
  Retirement step(const Inputs& inputs = {}) {
    const std::optional<Retirement> record = hart.step(inputs);
    EXPECT_TRUE(record.has_value());
    return record.value_or(Retirement{});
  }
  Retirement run(std::uint32_t word, const Inputs& inputs = {}) {
    code({word}, hart.pc() & ~3u);
    return step(inputs);
  }
  std::uint32_t read(std::uint32_t number) { return hart.csr(number).value(); }
  void expect_trap(const Retirement& record, std::uint32_t cause, std::uint32_t tval, std::uint32_t pc = kCode) {
    EXPECT_TRUE(record.trap);
    EXPECT_FALSE(record.interrupt);
    EXPECT_EQ(record.cause, cause);
    EXPECT_EQ(record.tval, tval);
    EXPECT_EQ(record.pc, pc);
    EXPECT_EQ(record.next_pc, kHandler);
    EXPECT_EQ(record.rd, 0u);
    EXPECT_EQ(record.memory_strobe, 0u);
    EXPECT_EQ(hart.pc(), kHandler);
    EXPECT_EQ(read(csr::kMepc), pc);
    EXPECT_EQ(read(csr::kMcause), cause);
    EXPECT_EQ(read(csr::kMtval), tval);
  }

  WordBus bus;
  Hart hart{bus};
};

TEST_F(HartTest, Reset) {
  hart.set_x(5, 1);
  hart.set_csr(csr::kMie, ~0u);
  const unsigned before = bus.forgotten;
  hart.reset();
  EXPECT_EQ(bus.forgotten, before + 1);
  EXPECT_EQ(hart.pc(), mgmt::kBootRomBase);
  EXPECT_EQ(read(csr::kMie), 0u);
  EXPECT_EQ(read(csr::kMtvec), 0u);
  EXPECT_EQ(read(csr::kMstatus), 0x1800u);
  EXPECT_EQ(read(csr::kMinstret), 0u);
}

TEST_F(HartTest, RecordOfAnInstruction) {
  hart.set_x(3, 40);
  const Retirement record = run(encode(Op::Addi, {.rd = 4, .rs1 = 3, .immediate = -41}), {.mip = 0x80});
  EXPECT_EQ(record.order, 0u);
  EXPECT_FALSE(record.trap || record.interrupt || record.memory_write);
  EXPECT_EQ(record.pc, kCode);
  EXPECT_EQ(record.next_pc, kCode + 4);
  EXPECT_EQ(record.instr, encode(Op::Addi, {.rd = 4, .rs1 = 3, .immediate = -41}));
  EXPECT_EQ(record.rd, 4u);
  EXPECT_EQ(record.value, ~0u);
  EXPECT_EQ(record.mip, 0x80u);
  EXPECT_EQ(hart.x(4), ~0u);
  const Retirement next = run(encode(Op::Addi, {.rd = 0, .rs1 = 3, .immediate = 1}));
  EXPECT_EQ(next.order, 1u);
  EXPECT_EQ(next.rd, 0u);
  EXPECT_EQ(next.value, 0u);
  EXPECT_EQ(hart.x(0), 0u);
}

TEST_F(HartTest, Multiplication) {
  hart.set_x(1, 0x8000'0000);
  hart.set_x(2, ~0u);
  const auto result = [&](Op op) { return run(encode(op, {.rd = 3, .rs1 = 1, .rs2 = 2})).value; };
  EXPECT_EQ(result(Op::Mul), 0x8000'0000u);
  EXPECT_EQ(result(Op::Mulh), 0u);
  EXPECT_EQ(result(Op::Mulhsu), 0x8000'0000u);
  EXPECT_EQ(result(Op::Mulhu), 0x7FFF'FFFFu);
  EXPECT_EQ(result(Op::Div), 0x8000'0000u);
  EXPECT_EQ(result(Op::Rem), 0u);
  hart.set_x(2, 0);
  EXPECT_EQ(result(Op::Div), ~0u);
  EXPECT_EQ(result(Op::Divu), ~0u);
  EXPECT_EQ(result(Op::Rem), 0x8000'0000u);
  EXPECT_EQ(result(Op::Remu), 0x8000'0000u);
}

TEST_F(HartTest, CompressedLengthAndLink) {
  code({0x9282'0505});  // c.addi a0, 1; c.jalr t0
  hart.set_x(5, kCode + 0x101);
  Retirement record = step();
  EXPECT_EQ(record.instr, 0x0505u);
  EXPECT_EQ(record.next_pc, kCode + 2);
  record = step();
  EXPECT_EQ(record.pc, kCode + 2);
  EXPECT_EQ(record.instr, 0x9282u);
  EXPECT_EQ(record.rd, 1u);
  EXPECT_EQ(record.value, kCode + 4);
  EXPECT_EQ(record.next_pc, kCode + 0x100);
}

TEST_F(HartTest, LongInstructionAcrossWords) {
  const std::uint32_t word = encode(Op::Lui, {.rd = 7, .immediate = 0x12345000});
  code({word << 16 | 0x0001, word >> 16});  // c.nop before it
  step();
  const Retirement record = step();
  EXPECT_EQ(record.instr, word);
  EXPECT_EQ(record.value, 0x1234'5000u);
  EXPECT_EQ(record.next_pc, kCode + 6);
}

TEST_F(HartTest, BranchesAndJumps) {
  EXPECT_EQ(run(encode(Op::Beq, {.rs1 = 0, .rs2 = 0, .immediate = 0x40})).next_pc, kCode + 0x40);
  EXPECT_EQ(run(encode(Op::Bne, {.rs1 = 0, .rs2 = 0, .immediate = 0x40})).next_pc, kCode + 0x44);
  const Retirement jump = run(encode(Op::Jal, {.rd = 1, .immediate = 6}));
  EXPECT_EQ(jump.value, kCode + 0x48);
  EXPECT_EQ(jump.next_pc, kCode + 0x4A);
}

TEST_F(HartTest, FetchFaults) {
  expect_trap(step(), 1, kCode);
  hart.set_pc(kCode + 2);
  code({0x0003'0000});  // the first half of a word whose second half does not exist
  const Retirement record = step();
  expect_trap(record, 1, kCode + 4, kCode + 2);
  EXPECT_EQ(record.instr, 0u);
  hart.set_pc(kCode + 2);
  code({0x0001'0000});  // a short one there is enough
  EXPECT_FALSE(step().trap);
}

TEST_F(HartTest, IllegalInstructions) {
  const std::uint32_t words[] = {0xFFFF'FFFF, encode(Op::AmoaddW, {.rd = 1, .rs1 = 2, .rs2 = 3}),
                                 encode(Op::FaddS, {.rd = 1, .rs1 = 2, .rs2 = 3}), encode(Op::HdExit, {}),
                                 encode(Op::Sh1add, {.rd = 1, .rs1 = 2, .rs2 = 3})};
  for (const std::uint32_t word : words) {
    hart.set_pc(kCode);
    expect_trap(run(word), 2, word);
  }
  hart.set_pc(kCode);
  expect_trap(run(0x1234'0000), 2, 0);  // of 16 bits: zero-extended
  hart.set_pc(kCode);
  expect_trap(run(0x1234'9C41), 2, 0x9C41);
  EXPECT_EQ(hart.retired(), 0u);
  EXPECT_EQ(read(csr::kMinstret), 0u);
}

TEST_F(HartTest, EnvironmentCallsAndBreakpoints) {
  expect_trap(run(encode(Op::Ecall, {})), 11, 0);
  hart.set_pc(kCode);
  expect_trap(run(encode(Op::Ebreak, {})), 3, kCode);
  hart.set_pc(kCode);
  expect_trap(run(0x9002), 3, kCode);
}

TEST_F(HartTest, TrapAndReturn) {
  hart.set_csr(csr::kMstatus, kMie);
  hart.set_csr(csr::kMtvec, kHandler | 1);  // vectored: traps go to the base all the same
  expect_trap(run(encode(Op::Ecall, {})), 11, 0);
  EXPECT_EQ(read(csr::kMstatus), 0x1800 | kMpie);
  const Retirement record = run(encode(Op::Mret, {}));
  EXPECT_EQ(record.next_pc, kCode);
  EXPECT_EQ(read(csr::kMstatus), 0x1800 | kMie | kMpie);
  hart.set_csr(csr::kMstatus, 0);
  run(encode(Op::Mret, {}));
  EXPECT_EQ(read(csr::kMstatus), 0x1800u | kMpie);
}

TEST_F(HartTest, LoadsAndStores) {
  hart.set_x(1, kData);
  hart.set_x(2, 0x89AB'CDEF);
  Retirement record = run(encode(Op::Sw, {.rs1 = 1, .rs2 = 2, .immediate = 4}));
  EXPECT_TRUE(record.memory_write);
  EXPECT_EQ(record.memory_strobe, 15u);
  EXPECT_EQ(record.memory_address, kData + 4);
  EXPECT_EQ(record.memory_data, 0x89AB'CDEFu);
  record = run(encode(Op::Lb, {.rd = 3, .rs1 = 1, .immediate = 7}));
  EXPECT_EQ(record.value, 0xFFFF'FF89u);
  EXPECT_EQ(record.memory_strobe, 8u);
  EXPECT_EQ(record.memory_address, kData + 7);
  EXPECT_EQ(record.memory_data, 0x89AB'CDEFu);
  EXPECT_EQ(run(encode(Op::Lbu, {.rd = 3, .rs1 = 1, .immediate = 7})).value, 0x89u);
  EXPECT_EQ(run(encode(Op::Lh, {.rd = 3, .rs1 = 1, .immediate = 4})).value, 0xFFFF'CDEFu);
  EXPECT_EQ(run(encode(Op::Lhu, {.rd = 3, .rs1 = 1, .immediate = 6})).value, 0x89ABu);
  record = run(encode(Op::Sb, {.rs1 = 1, .rs2 = 2, .immediate = 10}));
  EXPECT_EQ(record.memory_strobe, 4u);
  EXPECT_EQ(record.memory_data & 0x00FF'0000u, 0x00EF'0000u);
  EXPECT_EQ(bus.words[kData + 8], 0x00EF'0000u);
}

TEST_F(HartTest, AccessFaults) {
  hart.set_x(1, 0x10);
  hart.set_x(3, 77);
  expect_trap(run(encode(Op::Lw, {.rd = 3, .rs1 = 1})), 5, 0x10);
  EXPECT_EQ(hart.x(3), 77u);
  hart.set_pc(kCode);
  expect_trap(run(encode(Op::Sb, {.rs1 = 1, .rs2 = 3, .immediate = 3})), 7, 0x13);
  // Misalignment is looked for first, where nothing exists as well.
  hart.set_pc(kCode);
  expect_trap(run(encode(Op::Lw, {.rd = 3, .rs1 = 1, .immediate = 2})), 4, 0x12);
  hart.set_pc(kCode);
  expect_trap(run(encode(Op::Sh, {.rs1 = 1, .rs2 = 3, .immediate = 1})), 6, 0x11);
}

TEST_F(HartTest, CsrMasks) {
  hart.set_x(1, ~0u);
  for (const mgmt::CsrInfo& info : mgmt::kCsrs) {
    if (!info.writable || info.kind == mgmt::CsrKind::Counter) continue;
    hart.set_pc(kCode);
    EXPECT_FALSE(run(encode(Op::Csrrw, {.rs1 = 1, .csr = info.number})).trap) << info.name;
    EXPECT_EQ(read(info.number), info.mask | info.value) << info.name;
  }
  EXPECT_EQ(run(encode(Op::Csrrc, {.rd = 2, .rs1 = 1, .csr = csr::kMie})).value, 0x888u);
  EXPECT_EQ(read(csr::kMie), 0u);
  EXPECT_EQ(run(encode(Op::Csrrsi, {.rd = 2, .immediate = 8, .csr = csr::kMie})).value, 0u);
  EXPECT_EQ(read(csr::kMie), 8u);
  EXPECT_EQ(run(encode(Op::Csrrs, {.rd = 2, .csr = csr::kMip}), {.mip = 0x880}).value, 0x880u);
}

TEST_F(HartTest, CsrsThatDoNotExistOrAreReadOnly) {
  for (const Op op : {Op::Csrrw, Op::Csrrs, Op::Csrrc}) {
    hart.set_pc(kCode);
    const std::uint32_t word = encode(op, {.rd = 1, .csr = 0x001});
    expect_trap(run(word), 2, word);
  }
  hart.set_pc(kCode);
  EXPECT_EQ(run(encode(Op::Csrrs, {.rd = 1, .csr = csr::kMarchid})).value, 0x4845'4444u);
  hart.set_pc(kCode);
  for (const std::uint32_t word : {encode(Op::Csrrw, {.rd = 1, .csr = csr::kMarchid}),
                                   encode(Op::Csrrs, {.rd = 1, .rs1 = 9, .csr = csr::kMarchid}),
                                   encode(Op::Csrrci, {.rd = 1, .immediate = 1, .csr = csr::kInstret})}) {
    hart.set_pc(kCode);
    expect_trap(run(word), 2, word);
  }
}

TEST_F(HartTest, Counters) {
  const std::uint32_t read_it = encode(Op::Csrrs, {.rd = 2, .csr = csr::kMinstret});
  EXPECT_EQ(run(read_it).value, 0u);
  EXPECT_EQ(run(read_it).value, 1u);
  hart.set_x(1, ~0u);
  run(encode(Op::Csrrw, {.rs1 = 1, .csr = csr::kMinstret}));
  EXPECT_EQ(run(read_it).value, ~0u);  // the write is not counted
  EXPECT_EQ(run(encode(Op::Csrrs, {.rd = 2, .csr = csr::kInstreth})).value, 1u);
  run(encode(Op::Csrrwi, {.immediate = 4, .csr = csr::kMcountinhibit}));  // itself counted
  EXPECT_EQ(run(read_it).value, 2u);
  EXPECT_EQ(run(read_it).value, 2u);
  run(encode(Op::Csrrwi, {.immediate = 0, .csr = csr::kMcountinhibit}));  // not counted
  EXPECT_EQ(run(read_it).value, 2u);
  EXPECT_EQ(run(read_it).value, 3u);
  const Inputs inputs{.mip = 0, .time = 0x5'0000'0007, .counter = std::nullopt};
  EXPECT_EQ(run(encode(Op::Csrrs, {.rd = 2, .csr = csr::kTime}), inputs).value, 7u);
  EXPECT_EQ(run(encode(Op::Csrrs, {.rd = 2, .csr = csr::kTimeh}), inputs).value, 5u);
  const Inputs given{.mip = 0, .time = 0, .counter = 1234};
  EXPECT_EQ(run(encode(Op::Csrrs, {.rd = 2, .csr = csr::kMcycle}), given).value, 1234u);
  EXPECT_NE(run(read_it, given).value, 1234u);
}

TEST_F(HartTest, Interrupts) {
  code({0x0001'0001});
  hart.set_csr(csr::kMie, 0x888);
  EXPECT_FALSE(hart.possible_interrupt(0x888).has_value());
  EXPECT_THROW(hart.take_interrupt(0x888), std::logic_error);
  hart.set_csr(csr::kMstatus, kMie);
  EXPECT_FALSE(hart.possible_interrupt(0).has_value());
  EXPECT_EQ(hart.possible_interrupt(0x888), 11u);
  EXPECT_EQ(hart.possible_interrupt(0x088), 3u);
  EXPECT_EQ(hart.possible_interrupt(0x080), 7u);
  hart.set_csr(csr::kMie, 0x080);
  EXPECT_FALSE(hart.possible_interrupt(0x808).has_value());
  step();
  const Retirement record = hart.take_interrupt(0x888);
  EXPECT_TRUE(record.interrupt);
  EXPECT_FALSE(record.trap);
  EXPECT_EQ(record.order, 1u);
  EXPECT_EQ(record.pc, kCode + 2);
  EXPECT_EQ(record.cause, 0x8000'0007u);
  EXPECT_EQ(record.tval, 0u);
  EXPECT_EQ(record.next_pc, kHandler);
  EXPECT_EQ(read(csr::kMepc), kCode + 2);
  EXPECT_EQ(read(csr::kMcause), 0x8000'0007u);
  EXPECT_EQ(read(csr::kMstatus), 0x1800 | kMpie);
  EXPECT_EQ(read(csr::kMinstret), 1u);
}

TEST_F(HartTest, VectoredInterrupt) {
  hart.set_csr(csr::kMie, 0x888);
  hart.set_csr(csr::kMstatus, kMie);
  hart.set_csr(csr::kMtvec, kHandler | 1);
  EXPECT_EQ(hart.take_interrupt(0x800).next_pc, kHandler + 44);
  EXPECT_EQ(hart.pc(), kHandler + 44);
}

TEST_F(HartTest, WaitForInterrupt) {
  code({encode(Op::Wfi, {})});
  hart.set_csr(csr::kMie, 0x080);
  EXPECT_FALSE(hart.step({.mip = 0x800}).has_value());
  EXPECT_EQ(hart.pc(), kCode);
  EXPECT_EQ(read(csr::kMinstret), 0u);
  const Retirement record = step({.mip = 0x080});  // whatever MIE is
  EXPECT_EQ(record.order, 0u);
  EXPECT_EQ(record.next_pc, kCode + 4);
}

TEST_F(HartTest, FenceI) {
  const unsigned before = bus.forgotten;
  run(encode(Op::Fence, {}));
  EXPECT_EQ(bus.forgotten, before);
  run(encode(Op::FenceI, {}));
  EXPECT_EQ(bus.forgotten, before + 1);
}

}  // namespace
}  // namespace heddle::management
