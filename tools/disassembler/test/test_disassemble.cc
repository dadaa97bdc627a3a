#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "heddle/disassembler/disassemble.h"
#include "heddle/generated/isa.h"

namespace heddle::isa {
namespace {

constexpr uint32_t kPc = 0x8000'0100;

struct Case {
  uint32_t instr;
  const char* plain;
  const char* alias;
};

void PrintTo(const Case& item, std::ostream* out) { *out << item.plain; }

class Text : public testing::TestWithParam<Case> {};

TEST_P(Text, PlainAndWithAliases) {
  EXPECT_EQ(disassemble(GetParam().instr, kPc, Style::kPlain), GetParam().plain);
  EXPECT_EQ(disassemble(GetParam().instr, kPc), GetParam().alias);
}

INSTANTIATE_TEST_SUITE_P(
    All, Text,
    testing::Values(
        Case{0x00c58533, "add a0, a1, a2", "add a0, a1, a2"}, Case{0x00000013, "addi zero, zero, 0", "nop"},
        Case{0xff010113, "addi sp, sp, -16", "addi sp, sp, -16"}, Case{0x00500513, "addi a0, zero, 5", "li a0, 5"},
        Case{0x00058513, "addi a0, a1, 0", "mv a0, a1"}, Case{0x12345537, "lui a0, 0x12345", "lui a0, 0x12345"},
        Case{0xff9ff06f, "jal zero, 0x800000f8", "j 0x800000f8"},
        Case{0x010000ef, "jal ra, 0x80000110", "jal 0x80000110"}, Case{0x00008067, "jalr zero, 0(ra)", "ret"},
        Case{0x00c50067, "jalr zero, 12(a0)", "jalr zero, 12(a0)"},
        Case{0xfea59ee3, "bne a1, a0, 0x800000fc", "bne a1, a0, 0x800000fc"},
        Case{0x00050463, "beq a0, zero, 0x80000108", "beqz a0, 0x80000108"},
        Case{0xffc12083, "lw ra, -4(sp)", "lw ra, -4(sp)"}, Case{0xfe112e23, "sw ra, -4(sp)", "sw ra, -4(sp)"},
        Case{0x41f5d513, "srai a0, a1, 31", "srai a0, a1, 31"}, Case{0x0ff0000f, "fence iorw, iorw", "fence"},
        Case{0x0120000f, "fence w, r", "fence w, r"}, Case{0x8330000f, "fence.tso", "fence.tso"},
        Case{0x0100000f, "pause", "pause"}, Case{0x0000100f, "fence.i", "fence.i"},
        Case{0x34202573, "csrrs a0, mcause, zero", "csrr a0, mcause"},
        Case{0xcce02573, "csrrs a0, hd_lane, zero", "csrr a0, hd_lane"},
        Case{0x7c051073, "csrrw zero, 0x7c0, a0", "csrw 0x7c0, a0"},
        Case{0x3053d073, "csrrwi zero, mtvec, 7", "csrwi mtvec, 7"}, Case{0x1005a52f, "lr.w a0, (a1)", "lr.w a0, (a1)"},
        Case{0x1ec5a52f, "sc.w.aqrl a0, a2, (a1)", "sc.w.aqrl a0, a2, (a1)"},
        Case{0x04c5a52f, "amoadd.w.aq a0, a2, (a1)", "amoadd.w.aq a0, a2, (a1)"},
        Case{0x0000000b, "hd.exit", "hd.exit"}, Case{0x0200000b, "hd.barrier", "hd.barrier"},
        Case{0x0405950b, "hd.vote.ballot a0, a1", "hd.vote.ballot a0, a1"},
        Case{0x12c5950b, "hd.vote.any.sync a0, a1, a2", "hd.vote.any.sync a0, a1, a2"},
        Case{0x68c5b50b, "hd.shfl.idx.sync a0, a1, a2, a3", "hd.shfl.idx.sync a0, a1, a2, a3"},
        Case{0x00000000, ".word 0x00000000", ".word 0x00000000"},
        Case{0xffffffff, ".word 0xffffffff", ".word 0xffffffff"}),
    [](const testing::TestParamInfo<Case>& info) { return "Case" + std::to_string(info.index); });

TEST(Registers, AbiNames) {
  EXPECT_EQ(register_name(0), "zero");
  EXPECT_EQ(register_name(8), "s0");
  EXPECT_EQ(register_name(31), "t6");
}

TEST(BranchTarget, OfBranchesAndJalOnly) {
  EXPECT_EQ(branch_target(0xff9ff06f, kPc), 0x8000'00f8u);
  EXPECT_EQ(branch_target(0x00050463, kPc), 0x8000'0108u);
  EXPECT_EQ(branch_target(0xff9ff06f, 0), 0xffff'fff8u) << "addresses wrap";
  EXPECT_EQ(branch_target(0x00008067, kPc), std::nullopt);
  EXPECT_EQ(branch_target(0x00000000, kPc), std::nullopt);
}

TEST(Text, EveryRowStartsWithItsName) {
  for (size_t i = 1; i < kOpCount; ++i) {
    const InstructionInfo& row = kInstructions[i];
    const std::string text = disassemble(row.match, kPc, Style::kPlain);
    EXPECT_EQ(text.substr(0, text.find(' ')), row.name);
  }
}

}  // namespace
}  // namespace heddle::isa
