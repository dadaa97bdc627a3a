// The block buffers: what they move, beside the hart's own accesses, and what they refuse.
#include <gtest/gtest.h>

#include <array>

#include "bench.h"
#include "heddle/generated/management.h"
#include "program.h"

namespace heddle::mgmtbench {
namespace {

namespace blocks = mgmt::blocks;

constexpr uint32_t kMemory = 27, kOut = 28, kBlocks = 29;  // more registers of the programs
constexpr uint32_t kResults = mgmt::kSramBase + 0x2000;
constexpr uint32_t kSource = mgmt::kDeviceMemoryBase + 0x1000, kTarget = mgmt::kDeviceMemoryBase + 0x2040;
constexpr uint32_t kBad = mgmt::kDeviceMemoryBase + 0x3000;
constexpr unsigned kWords = 16;

int32_t at(uint32_t address) { return static_cast<int32_t>(address - mgmt::kBlocksBase); }

// A program that ends in a loop, with `trap` in message 15 where it trapped and 1 where it came to its end.
class BlockTest : public testing::TestWithParam<bool> {
 protected:
  BlockTest() : bench_(3, GetParam() ? Timing{60, 3, 70, 50, 9} : Timing{}), program_(kCode) {
    program_.li(kBlocks, mgmt::kBlocksBase);
    program_.li(kOut, kResults);
    program_.li(kMemory, mgmt::kDeviceMemoryBase);
  }
  void set(uint32_t address, uint32_t value) {
    program_.li(kA, value);
    program_.word(code::sw(kA, kBlocks, at(address)));
  }
  void keep(uint32_t address, unsigned result) {
    program_.word(code::lw(kB, kBlocks, at(address)));
    program_.word(code::sw(kB, kOut, static_cast<int32_t>(4 * result)));
  }
  void wait(uint32_t buffer) {
    program_.word(code::lw(kB, kBlocks, at(blocks::kStatus + 4 * buffer)));
    program_.word(code::i(0x13, 7, kB, kB, blocks::kStatusBusy));  // andi
    program_.word(code::branch(1, kB, 0, -8));
  }
  void run() {
    constexpr uint32_t kHandler = mgmt::kSramBase + 0x1000;
    program_.li(kA, mgmt::mailbox::kMessage);
    program_.word(code::addi(kB, 0, 1));
    program_.word(code::sw(kB, kA, 60));
    program_.word(code::jal(0, 0));
    Program start(kHandler + 0x100), handler(kHandler);
    handler.li(kA, mgmt::mailbox::kMessage);
    handler.word(code::csrrs(kB, mgmt::csr::kMcause, 0));
    handler.word(code::sw(kB, kA, 60));
    handler.word(code::jal(0, 0));
    start.li(kA, kHandler);
    start.word(code::csrrw(0, mgmt::csr::kMtvec, kA));
    start.li(kA, kCode);
    start.word(code::jalr(0, kA, 0));
    bench_.load(kCode, program_.bytes());
    bench_.load(kHandler, handler.bytes());
    bench_.load(start.base(), start.bytes());
    bench_.host_write(mgmt::mailbox::kMessage + 60, 0);
    bench_.start(start.base());
    ASSERT_TRUE(bench_.run([&] { return bench_.host_read(mgmt::mailbox::kMessage + 60) != 0; }, 20000));
    EXPECT_EQ(bench_.problem(), "");
  }
  uint32_t end() { return bench_.host_read(mgmt::mailbox::kMessage + 60); }
  uint32_t result(unsigned number) { return bench_.host_read(kResults + 4 * number); }

  Bench bench_;
  Program program_;
};

TEST_P(BlockTest, MovesBlocksBesideTheHart) {
  std::vector<uint32_t> words;
  for (uint32_t i = 0; i < kWords; ++i) words.push_back(0x1000'0001 * (i + 1));
  bench_.load_words(kSource, words);
  bench_.load_words(kTarget, std::vector<uint32_t>(kWords, 0x5555'5555));
  constexpr uint32_t kMask = 0x8F21;
  for (uint32_t i = 0; i < kWords; ++i) set(blocks::kData + 4 * (kWords + i), ~words[i]);
  set(blocks::kAddress, kSource | 0x3C);  // the low bits are not stored
  set(blocks::kAddress + 4, kTarget);
  program_.li(kA, blocks::kCommandWrite | kMask << 16);
  program_.word(code::sw(kA, kBlocks, at(blocks::kCommand + 4)));
  set(blocks::kCommand, blocks::kCommandRead);
  for (int i = 0; i < 4; ++i) {  // the hart's own accesses meanwhile
    program_.word(code::lw(kB, kMemory, 0x100 + 4 * i));
    program_.word(code::sw(kB, kMemory, 0x200 + 4 * i));
  }
  for (uint32_t i = 0; i < kWords; ++i) keep(blocks::kData + 4 * i, i);
  keep(blocks::kAddress, 16);
  keep(blocks::kAddress + 4, 17);  // waits for the write
  keep(blocks::kStatus, 18);
  keep(blocks::kStatus + 4, 19);
  bench_.load_words(mgmt::kDeviceMemoryBase + 0x100, {11, 22, 33, 44});
  run();
  EXPECT_EQ(end(), 1u);
  for (uint32_t i = 0; i < kWords; ++i) {
    EXPECT_EQ(result(i), words[i]) << i;
    EXPECT_EQ(bench_.memory_word(kTarget + 4 * i), (kMask >> i & 1) != 0 ? ~words[i] : 0x5555'5555u) << i;
  }
  EXPECT_EQ(result(16), kSource);
  EXPECT_EQ(result(17), kTarget);
  EXPECT_EQ(result(18), 0u);
  EXPECT_EQ(result(19), 0u);
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(bench_.memory_word(mgmt::kDeviceMemoryBase + 0x200 + 4 * i), 11 * (i + 1));
}

TEST_P(BlockTest, SaysWhatMemoryRefuses) {
  const uint32_t line = bench_.top().line_bytes_o;
  bench_.refuse(kBad, kBad + (line < 64 ? line : 64) - 1);
  set(blocks::kAddress, kBad);
  set(blocks::kAddress + 4, kBad);
  set(blocks::kData + 4 * (kWords + 15), 0x77);
  set(blocks::kCommand, blocks::kCommandRead);
  set(blocks::kCommand + 4, blocks::kCommandWrite | 0x8001 << 16);
  wait(0);
  wait(1);
  keep(blocks::kStatus, 0);
  keep(blocks::kStatus + 4, 1);
  set(blocks::kAddress, kSource);
  set(blocks::kCommand, blocks::kCommandRead);
  set(blocks::kCommand + 4, blocks::kCommandWrite);  // no word: nothing can go wrong
  wait(0);
  wait(1);
  keep(blocks::kStatus, 2);
  keep(blocks::kStatus + 4, 3);
  run();
  EXPECT_EQ(end(), 1u);
  EXPECT_EQ(result(0), blocks::kStatusError);
  EXPECT_EQ(result(1), blocks::kStatusError);
  EXPECT_EQ(result(2), 0u);
  EXPECT_EQ(result(3), 0u);
  EXPECT_EQ(bench_.memory_word(kBad + 60), line < 64 ? 0x77u : 0u);  // the other lines are moved
}

TEST_P(BlockTest, RefusesCommandsThatAreNone) {
  constexpr uint32_t kStoreFault = 7;
  for (const std::array<uint32_t, 2>& bad : {std::array<uint32_t, 2>{kSource, 0},
                                             {kSource, 3},
                                             {kSource, 0x0001'0001},
                                             {kSource, 0x102},
                                             {mgmt::kSramBase, blocks::kCommandRead},
                                             {0, blocks::kCommandWrite | 0x1'0000}}) {
    program_ = Program(kCode);
    program_.li(kBlocks, mgmt::kBlocksBase);
    set(blocks::kAddress + 4, bad[0]);
    set(blocks::kCommand + 4, bad[1]);
    run();
    EXPECT_EQ(end(), kStoreFault) << bad[0] << " " << bad[1];
    bench_.host_write(mgmt::mailbox::kControl, 1);
    bench_.host_write(mgmt::mailbox::kControl, 0);
  }
}

// The hart is reset in the middle of transfers; the next program finds the buffers idle.
TEST_P(BlockTest, ResetEndsTransfers) {
  for (uint32_t i = 0; i < 2; ++i) set(blocks::kAddress + 4 * i, kTarget + 64 * i);
  const uint32_t loop = program_.here();
  set(blocks::kCommand, blocks::kCommandRead);
  set(blocks::kCommand + 4, blocks::kCommandWrite | 0xFFFF'0000);
  program_.word(code::jal(0, static_cast<int32_t>(loop - program_.here())));
  bench_.load(kCode, program_.bytes());
  for (int round = 0; round < 40; ++round) {
    bench_.start(kCode);
    bench_.cycles(100 + bench_.random()() % 300);
    bench_.host_write(mgmt::mailbox::kControl, 1);
    bench_.host_write(mgmt::mailbox::kControl, 0);
    ASSERT_EQ(bench_.problem(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Memory, BlockTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "random" : "quick"; });

}  // namespace
}  // namespace heddle::mgmtbench
