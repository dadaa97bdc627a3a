// Tests of the generated C++ headers: the decoder against the table, immediates, CSR and register lookup,
// configurations.

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "heddle/generated/configuration.h"
#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"
#include "heddle/generated/memory_map.h"
#include "heddle/generated/registers.h"
#include "heddle/heddle_isa.h"

namespace heddle {
namespace {

// The row a word belongs to, by comparing with every row: at most one, or a row and the one it refines.
isa::Op decode_by_search(uint32_t instr) {
  isa::Op found = isa::Op::Illegal;
  for (size_t i = 1; i < isa::kOpCount; ++i) {
    const isa::InstructionInfo& row = isa::kInstructions[i];
    if ((instr & row.mask) != row.match) continue;
    const isa::Op op = static_cast<isa::Op>(i);
    if (found == isa::Op::Illegal || row.refines == found) {
      found = op;
    } else {
      EXPECT_EQ(isa::info(found).refines, op)
          << "rows " << isa::info(found).name << " and " << row.name << " both match " << std::hex << instr;
    }
  }
  return found;
}

TEST(Decode, RandomWordsMatchAtMostOneRow) {
  std::mt19937 random(1);
  size_t legal = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    const uint32_t instr = random() | 3u;  // the other three quarters are all illegal
    const isa::Op expected = decode_by_search(instr);
    ASSERT_EQ(isa::decode(instr), expected) << std::hex << instr;
    legal += expected != isa::Op::Illegal;
  }
  EXPECT_GT(legal, 100'000u);
}

TEST(Decode, WordsThatAreNot32BitInstructionsAreIllegal) {
  std::mt19937 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const uint32_t instr = random();
    if ((instr & 3) != 3) {
      ASSERT_EQ(isa::decode(instr), isa::Op::Illegal) << std::hex << instr;
    }
  }
  EXPECT_EQ(isa::decode(0), isa::Op::Illegal);
  EXPECT_EQ(isa::decode(~0u), isa::Op::Illegal);
}

TEST(Decode, EveryRowWithRandomOperands) {
  std::mt19937 random(3);
  for (size_t i = 1; i < isa::kOpCount; ++i) {
    const isa::InstructionInfo& row = isa::kInstructions[i];
    for (int n = 0; n < 2000; ++n) {
      const uint32_t instr = row.match | (random() & ~row.mask);
      const isa::Op op = isa::decode(instr);
      ASSERT_TRUE(op == static_cast<isa::Op>(i) || isa::info(op).refines == static_cast<isa::Op>(i)) << row.name;
    }
  }
}

// A row's fixed bits are all decoded: with any one of them flipped the word is another instruction or none.
TEST(Decode, EveryFixedBitCounts) {
  std::mt19937 random(4);
  for (size_t i = 1; i < isa::kOpCount; ++i) {
    const isa::InstructionInfo& row = isa::kInstructions[i];
    for (unsigned bit = 0; bit < 32; ++bit) {
      if ((row.mask >> bit & 1) == 0) continue;
      for (int n = 0; n < 20; ++n) {
        const uint32_t instr = (row.match | (random() & ~row.mask)) ^ (1u << bit);
        ASSERT_NE(isa::decode(instr), static_cast<isa::Op>(i)) << row.name << " bit " << bit;
      }
    }
  }
}

TEST(Decode, ReservedFieldsOfFencesAreIgnored) {
  EXPECT_EQ(isa::decode(0x0ff0000f), isa::Op::Fence);
  EXPECT_EQ(isa::decode(0x8330000f), isa::Op::Fence);  // fence.tso
  EXPECT_EQ(isa::decode(0xfffff08f & ~0x7000u), isa::Op::Fence);
  EXPECT_EQ(isa::decode(0x0100000f), isa::Op::Pause);
  EXPECT_EQ(isa::decode(0x0100008f), isa::Op::Fence);  // rd is not x0
  EXPECT_EQ(isa::decode(0x0100800f), isa::Op::Fence);  // rs1 is not x0
  EXPECT_EQ(isa::decode(0x0000100f), isa::Op::FenceI);
  EXPECT_EQ(isa::decode(0xfff0908f), isa::Op::FenceI);
}

TEST(Immediate, EveryFormat) {
  using isa::Format;
  EXPECT_EQ(isa::immediate(Format::I, 0x80000013), -2048);
  EXPECT_EQ(isa::immediate(Format::I, 0x7ff00013), 2047);
  EXPECT_EQ(isa::immediate(Format::S, 0xfe112e23), -4);    // sw ra, -4(sp)
  EXPECT_EQ(isa::immediate(Format::S, 0x00112623), 12);    // sw ra, 12(sp)
  EXPECT_EQ(isa::immediate(Format::B, 0xfe000ee3), -4);    // beqz zero, -4
  EXPECT_EQ(isa::immediate(Format::B, 0x7e000fe3), 4094);  // beqz zero, +4094
  EXPECT_EQ(isa::immediate(Format::B, 0x80000063), -4096);
  EXPECT_EQ(isa::immediate(Format::J, 0xffdff06f), -4);  // j -4
  EXPECT_EQ(isa::immediate(Format::J, 0x7ffff06f), 0xffffe);
  EXPECT_EQ(isa::immediate(Format::J, 0x8000006f), -0x100000);
  EXPECT_EQ(isa::immediate(Format::U, 0xfffff037), -4096);
  EXPECT_EQ(isa::immediate(Format::Shift, 0x41f5d593), 31);
  EXPECT_EQ(isa::immediate(Format::CsrImm, 0x300fd073), 31);
  EXPECT_EQ(isa::immediate(Format::R, 0xffffffff), 0);
}

TEST(Info, OperandsFollowTheFormat) {
  EXPECT_TRUE(isa::info(isa::Op::Add).writes_rd);
  EXPECT_FALSE(isa::info(isa::Op::Sw).writes_rd);
  EXPECT_TRUE(isa::info(isa::Op::Sw).reads_rs2);
  EXPECT_FALSE(isa::info(isa::Op::Csrrwi).reads_rs1);
  EXPECT_FALSE(isa::info(isa::Op::Fence).writes_rd);
  EXPECT_FALSE(isa::info(isa::Op::LrW).reads_rs2);
  EXPECT_TRUE(isa::info(isa::Op::HdShflXorSync).reads_rs3);
  EXPECT_TRUE(isa::info(isa::Op::HdVoteAnySync).sync);
  EXPECT_FALSE(isa::info(isa::Op::HdVoteAny).sync);
  EXPECT_FALSE(isa::info(isa::Op::HdExit).writes_rd);
}

TEST(Csrs, FindAgreesWithSearch) {
  for (uint32_t number = 0; number < 0x1100; ++number) {
    const isa::CsrInfo* expected = nullptr;
    for (const isa::CsrInfo& csr : isa::kCsrs) {
      if (static_cast<uint32_t>(csr.number) == number) expected = &csr;
    }
    ASSERT_EQ(isa::find_csr(number), expected) << number;
  }
  EXPECT_EQ(static_cast<uint32_t>(isa::Csr::HdLane), static_cast<uint32_t>(HEDDLE_CSR_HD_LANE));
}

TEST(Registers, FindAgreesWithSearch) {
  for (uint32_t offset = 0; offset < 0x1100; ++offset) {
    const regs::RegisterInfo* expected = nullptr;
    for (const regs::RegisterInfo& info : regs::kRegisters) {
      for (uint32_t i = 0; i < info.count; ++i) {
        if (info.offset + i * info.stride == offset) expected = &info;
      }
    }
    ASSERT_EQ(regs::find_register(offset), expected) << offset;
  }
}

TEST(Registers, Fields) {
  EXPECT_EQ(regs::status::kReason.get(0x0000'0512), 5u);
  EXPECT_EQ(regs::shape::kCores.set(0x102), 0x0002'0000u);
  EXPECT_EQ((regs::Field{0, 32}.mask()), ~0u);
}

TEST(MemoryMap, WindowsEndWhereTheySay) {
  EXPECT_TRUE(memory_map::in_private(memory_map::kPrivateBase));
  EXPECT_TRUE(memory_map::in_private(memory_map::kPrivateBase + memory_map::kPrivateSize - 1));
  EXPECT_FALSE(memory_map::in_private(memory_map::kPrivateBase + memory_map::kPrivateSize));
  EXPECT_FALSE(memory_map::in_private(memory_map::kPrivateBase - 1));
  EXPECT_TRUE(memory_map::in_device(0xffff'ffff));
}

TEST(Configuration, Parse) {
  const Configuration shape = Configuration::parse("base:cores=1,warps=4,lanes=4");
  EXPECT_EQ(shape.copy_engine + shape.matrix_dim + shape.matrix_fp8 + shape.matrix_fp4, 0u);  // needs eight lanes
  EXPECT_EQ(shape.name, "base");
  EXPECT_EQ(shape.cores, 1u);
  EXPECT_EQ(shape.warps, 4u);
  EXPECT_EQ(shape.lanes, 4u);
  EXPECT_EQ(shape.scratchpad_bytes, Configuration::named("base").scratchpad_bytes);
}

TEST(Configuration, CanonicalIsShortOrderedAndParsesBack) {
  EXPECT_EQ(Configuration::parse("edge").canonical(), "edge");
  EXPECT_EQ(Configuration::parse("edge:").canonical(), "edge");
  EXPECT_EQ(Configuration::parse("edge:lanes=8,warps=8").canonical(), "edge");
  EXPECT_EQ(Configuration::parse("edge:lanes=4,cores=2").canonical(), "edge:cores=2,lanes=4");
  EXPECT_EQ(Configuration::parse("edge:matrix_fp8=0,copy_engine=0,matrix_dim=0").canonical(), "edge:copy_engine=0");
  for (const Configuration& named : Configuration::all()) {
    Configuration changed = named;
    changed.planted_bug = 3;
    EXPECT_EQ(Configuration::parse(changed.canonical()), changed);
  }
}

TEST(Configuration, NamedOnesAreAllowed) {
  EXPECT_GE(Configuration::all().size(), 3u);
  for (const Configuration& named : Configuration::all()) EXPECT_EQ(named.problem(), "") << named.name;
}

struct Rejected {
  const char* spec;
  const char* text;
};

class ConfigurationRejects : public testing::TestWithParam<Rejected> {};

TEST_P(ConfigurationRejects, WithAClearText) {
  try {
    Configuration::parse(GetParam().spec);
    FAIL() << "accepted";
  } catch (const ConfigurationError& error) {
    EXPECT_NE(std::string(error.what()).find(GetParam().text), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigurationRejects,
    testing::Values(Rejected{"huge", "unknown configuration 'huge' (known: nano, edge, base)"},
                    Rejected{"", "unknown configuration ''"}, Rejected{"edge:wraps=4", "unknown key 'wraps'"},
                    Rejected{"edge:warps", "'warps' is not key=number"}, Rejected{"edge:warps=", "is not key=number"},
                    Rejected{"edge:warps=-1", "is not key=number"}, Rejected{"edge:warps=0x4", "is not key=number"},
                    Rejected{"edge:warps=4294967297", "is not key=number"}, Rejected{"edge:warps=33", "outside 1..32"},
                    Rejected{"edge:warps=0", "warps is 0, outside 1..32"},
                    Rejected{"edge:warps=4,warps=4", "given twice"},
                    Rejected{"edge:lanes=3", "lanes is 3, not a power of two"},
                    Rejected{"edge:lanes=4,copy_engine=1", "copy_engine needs lanes=8 or more, which is 4"},
                    Rejected{"edge:icache_bytes=512,icache_ways=8,line_bytes=128", "at least one line per way"}),
    [](const testing::TestParamInfo<Rejected>& info) { return "Case" + std::to_string(info.index); });

}  // namespace
}  // namespace heddle
