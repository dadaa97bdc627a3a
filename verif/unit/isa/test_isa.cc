// The decoder that the RTL uses (heddle_isa_pkg) against the one that the C++ side uses (isa.h), word by word. Both
// number operations, classes and formats in the order of the table.

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "Visa_bench.h"
#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"

namespace heddle {
namespace {

class IsaTest : public testing::Test {
 protected:
  // Decodes in both and compares everything; returns the operation.
  isa::Op check(uint32_t instr) {
    bench_.instr_i = instr;
    bench_.eval();
    const isa::Op op = isa::decode(instr);
    const isa::InstructionInfo& info = isa::info(op);
    EXPECT_EQ(bench_.op_o, static_cast<unsigned>(op)) << std::hex << instr;
    EXPECT_EQ(bench_.class_o, static_cast<unsigned>(info.klass)) << std::hex << instr;
    EXPECT_EQ(bench_.format_o, static_cast<unsigned>(info.format)) << std::hex << instr;
    EXPECT_EQ(bench_.reads_rs1_o, info.reads_rs1) << std::hex << instr;
    EXPECT_EQ(bench_.reads_rs2_o, info.reads_rs2) << std::hex << instr;
    EXPECT_EQ(bench_.reads_rs3_o, info.reads_rs3) << std::hex << instr;
    EXPECT_EQ(bench_.writes_rd_o, info.writes_rd) << std::hex << instr;
    EXPECT_EQ(bench_.sync_o, info.sync) << std::hex << instr;
    return op;
  }

  Visa_bench bench_;
};

TEST_F(IsaTest, RandomWords) {
  std::mt19937 random(1);
  size_t legal = 0;
  for (int i = 0; i < 1'000'000 && !HasFailure(); ++i) legal += check(random()) != isa::Op::Illegal;
  for (int i = 0; i < 1'000'000 && !HasFailure(); ++i) legal += check(random() | 3) != isa::Op::Illegal;
  EXPECT_GT(legal, 100'000u);
}

TEST_F(IsaTest, EveryRowWithRandomOperands) {
  std::mt19937 random(2);
  for (size_t i = 1; i < isa::kOpCount; ++i) {
    const isa::InstructionInfo& row = isa::kInstructions[i];
    for (int n = 0; n < 2000 && !HasFailure(); ++n) check(row.match | (random() & ~row.mask));
    for (const uint32_t operands : {0u, ~0u}) check(row.match | (operands & ~row.mask));
  }
}

TEST_F(IsaTest, EveryRowWithOneFixedBitWrong) {
  std::mt19937 random(3);
  for (size_t i = 1; i < isa::kOpCount; ++i) {
    const isa::InstructionInfo& row = isa::kInstructions[i];
    for (unsigned bit = 0; bit < 32; ++bit) {
      if ((row.mask >> bit & 1) == 0) continue;
      for (int n = 0; n < 20 && !HasFailure(); ++n) {
        const isa::Op op = check((row.match | (random() & ~row.mask)) ^ (1u << bit));
        EXPECT_NE(op, static_cast<isa::Op>(i)) << row.name << " bit " << bit;
      }
    }
  }
}

// Everything in the opcodes of floating point, registers aside. (Which of it exists: disassembler.Reserved.)
TEST_F(IsaTest, EveryFloatingPointEncoding) {
  size_t legal = 0;
  const auto count = [&](uint32_t word) { legal += check(word | 11 << 15 | 10 << 7) != isa::Op::Illegal; };
  for (uint32_t mode = 0; mode < 8; ++mode) {
    for (uint32_t function = 0; function < 1 << 12 && !HasFailure(); ++function)
      count(0x53 | function << 20 | mode << 12);
    for (const uint32_t opcode : {0x43, 0x47, 0x4B, 0x4F}) {
      for (uint32_t format = 0; format < 4; ++format) count(opcode | format << 25 | mode << 12);
    }
    for (const uint32_t opcode : {0x07, 0x27}) count(opcode | mode << 12);
  }
  // In each format with all eight modes: add, sub, mul, div 4 * 32 * 8, square root 8, signs and comparisons 3 * 32
  // each, minimum and maximum 2 * 32, class and moves 3, integers 4 * 8, FMA 4 * 8, load and store; conversions between
  // formats.
  EXPECT_EQ(legal, 2 * (4 * 32 * 8 + 8 + 2 * 3 * 32 + 2 * 32 + 3 + 4 * 8 + 4 * 8 + 2) + 2 * 8u);
}

TEST_F(IsaTest, Csrs) {
  for (uint32_t number = 0; number < 0x1000; ++number) {
    bench_.csr_i = number;
    bench_.eval();
    const isa::CsrInfo* csr = isa::find_csr(number);
    ASSERT_EQ(bench_.csr_exists_o, csr != nullptr) << std::hex << number;
    ASSERT_EQ(bench_.csr_writable_o, csr != nullptr && csr->access == isa::CsrAccess::ReadWrite) << std::hex << number;
  }
}

}  // namespace
}  // namespace heddle
