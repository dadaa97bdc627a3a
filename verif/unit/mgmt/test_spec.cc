// What the RTL has from docs/spec against what C++ has: expansions of all halfwords, decoder, CSR numbers, windows,
// registers.

#include <gtest/gtest.h>

#include <random>

#include "Vmgmt_spec_bench.h"
#include "heddle/generated/compressed.h"
#include "heddle/generated/management.h"

namespace heddle {
namespace {

class SpecTest : public testing::Test {
 protected:
  isa::Op decode(uint32_t word) {
    top_.word_i = word;
    top_.eval();
    return static_cast<isa::Op>(top_.op_o);
  }
  static isa::Op expected(uint32_t word) {
    const isa::Op op = isa::decode(word);
    return mgmt::executes(op) ? op : isa::Op::Illegal;
  }

  Vmgmt_spec_bench top_;
};

TEST_F(SpecTest, EveryHalfword) {
  unsigned legal = 0;
  for (uint32_t half = 0; half < 0x10000; ++half) {
    if (!isa::is_compressed(half)) continue;
    top_.word_i = half;
    top_.eval();
    const uint32_t word = isa::expand_compressed(half);
    ASSERT_EQ(top_.expanded_o, word) << std::hex << half;
    const isa::CompressedOp row = isa::decode_compressed(static_cast<uint16_t>(half));
    ASSERT_EQ(word == 0, row == isa::CompressedOp::Illegal) << std::hex << half;
    if (word != 0) {
      ASSERT_EQ(isa::decode(word), isa::kCompressed[static_cast<size_t>(row)].expands) << std::hex << half;
      ASSERT_TRUE(mgmt::executes(isa::decode(word)));
    }
    legal += word != 0;
  }
  EXPECT_EQ(legal, 28'823u);  // as many as LLVM knows (test_compressed.py)
}

TEST_F(SpecTest, Decoder) {
  std::mt19937 random(1);
  for (size_t i = 1; i < isa::kOpCount; ++i) {
    const isa::InstructionInfo& row = isa::kInstructions[i];
    for (int n = 0; n < 500; ++n) {
      const uint32_t word = row.match | (random() & ~row.mask);
      ASSERT_EQ(decode(word), expected(word)) << std::hex << word;
      const uint32_t wrong = word ^ (1u << random() % 32);
      ASSERT_EQ(decode(wrong), expected(wrong)) << std::hex << wrong;
    }
  }
}

TEST_F(SpecTest, Csrs) {
  for (uint32_t number = 0; number < 0x1000; ++number) {
    top_.number_i = static_cast<uint16_t>(number);
    top_.eval();
    const mgmt::CsrInfo* info = mgmt::find_csr(number);
    ASSERT_EQ(top_.csr_exists_o, info != nullptr) << std::hex << number;
    if (info != nullptr) {
      ASSERT_EQ(info->writable, number >> 10 != 3) << std::hex << number;
    }
  }
}

TEST_F(SpecTest, Windows) {
  std::mt19937 random(2);
  for (int n = 0; n < 200'000; ++n) {
    uint32_t address = random();
    const mgmt::Window& near = mgmt::kWindows[random() % std::size(mgmt::kWindows)];
    if (n % 2 == 0) address = (n % 4 == 0 ? near.base : near.last) + random() % 16 - 8;
    if (n % 8 == 1) address = random() >> random() % 32;
    top_.word_i = address;
    top_.eval();
    const mgmt::Window* window = mgmt::find_window(address);
    ASSERT_EQ(top_.in_window_o, window != nullptr) << std::hex << address;
    unsigned rights = 0;
    if (window != nullptr) {
      rights = window->hart.read | window->hart.write << 1 | window->hart.execute << 2 | window->host.read << 3 |
               window->host.write << 4;
    }
    ASSERT_EQ(top_.rights_o, rights) << std::hex << address;
    ASSERT_EQ(top_.external_o, window != nullptr && window->external) << std::hex << address;
  }
}

TEST_F(SpecTest, Registers) {
  for (const mgmt::RegisterInfo& first : mgmt::kRegisters) {
    for (uint32_t address = first.address & ~0xFFFu; address <= (first.address | 0xFFFu); ++address) {
      const mgmt::RegisterInfo* info = mgmt::find_register(address);
      for (unsigned who = 0; who < 4; ++who) {
        top_.word_i = address;
        top_.write_i = who & 1;
        top_.host_i = who >> 1;
        top_.eval();
        // Only the mailbox tells the two apart; the bus keeps the host from the others.
        const bool host = (who & 2) != 0 && address >> 12 == mgmt::kMailboxBase >> 12;
        const mgmt::Rights rights = info == nullptr ? mgmt::Rights{} : host ? info->host : info->hart;
        ASSERT_EQ(top_.allows_o, (who & 1) != 0 ? rights.write : rights.read) << std::hex << address << " " << who;
      }
    }
  }
}

}  // namespace
}  // namespace heddle
