// What ordinary programs leave alone: every bit of addresses and of CSRs, counters of cycles, and the bus when host,
// fetches and data meet at every bank. Each instruction is compared in lock-step as everywhere.
#include <gtest/gtest.h>

#include <map>

#include "bench.h"
#include "heddle/generated/isa.h"
#include "heddle/generated/management.h"
#include "proxy.h"
#include "random_program.h"

namespace heddle::mgmtbench {
namespace {

constexpr uint32_t kTop = mgmt::kDeviceMemoryBase;
constexpr uint32_t kLink = 1, kTo = 5, kOld = 6, kNew = 7, kSum = 10;

// A place in device memory for each bit of an address, and the place without any. Neighbours of the lines that others
// use.
std::vector<uint32_t> places(uint32_t offset, unsigned lowest) {
  std::vector<uint32_t> found = {kTop | offset};
  for (unsigned bit = lowest; bit < 31; ++bit) found.push_back(kTop | (offset ^ 1U << bit));
  return found;
}

// Runs the program until it has told the host, who looks for it, what is in a register (not 0; the pointer to the
// message itself will do).
void tells(Bench& bench, Program& program, uint32_t number, unsigned cycles) {
  program.li(kPointer, mgmt::mailbox::kMessage);
  program.word(code::sw(number, kPointer, 0));
  program.word(code::jal(0, 0));
  bench.load(kCode, program.bytes());
  bench.start(kCode);
  bench.host_write(mgmt::mailbox::kMessage, 0);
  EXPECT_TRUE(bench.run([&] { return bench.host_read(mgmt::mailbox::kMessage) != 0; }, cycles));
  EXPECT_EQ(bench.problem(), "");
}

// Two lines that differ in one bit of their address, one after the other, and the first again.
TEST(Reach, FetchTellsLinesApart) {
  for (const uint32_t offset : {0U, 0x2AAA'AAC0U, 0x5555'5500U}) {
    Bench bench;
    Program program(kCode);
    uint32_t step = 1;
    const std::vector<uint32_t> lines = places(offset, 6);
    const auto call = [&](uint32_t place) {
      program.li(kTo, place);
      program.word(code::jalr(kLink, kTo, 0));
    };
    for (const uint32_t place : lines) {
      call(place);
      call(lines[0]);
      call(place);
      bench.load_words(place, {code::addi(kSum, kSum, static_cast<int32_t>(step++)), code::jalr(0, kLink, 0)});
    }
    tells(bench, program, kSum, 6000);
  }
}

// A store at each place, of a number of its own, then loads of all; parts of words, too.
TEST(Reach, DataAtEveryAddress) {
  Bench bench(5, {80, 1, 9, 100, 1});
  Proxy proxy(bench);
  const std::vector<uint32_t> words = places(0x0123'4560, 2);
  for (uint32_t i = 0; i < words.size(); ++i) EXPECT_EQ(proxy.store(words[i], 0x0101'0101 * (i + 1)).cause, 0U);
  for (uint32_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(bench.memory_word(words[i]), 0x0101'0101 * (i + 1)) << std::hex << words[i];
    EXPECT_EQ(proxy.load(words[i]).value, 0x0101'0101 * (i + 1)) << std::hex << words[i];
  }
  for (uint32_t byte = 0; byte < 64; ++byte) {
    EXPECT_EQ(proxy.store(kTop + 0x40 + byte, 0x80 | byte, 0).cause, 0U);
    EXPECT_EQ(proxy.load(kTop + 0x40 + byte, 4).value, 0x80 | byte);
  }
  EXPECT_EQ(bench.problem(), "");
}

TEST(Reach, BlocksAtEveryAddress) {
  namespace blocks = mgmt::blocks;
  Bench bench(6, {70, 1, 12, 100, 1});
  Proxy proxy(bench);
  const std::vector<uint32_t> at = places(0x0246'8AC0, 6);
  for (uint32_t i = 0; i < at.size(); ++i) {
    const uint32_t buffer = i % 2, words = 1U << i % 16 | 1U << (i + 7) % 16;
    for (uint32_t w = 0; w < 16; ++w)
      EXPECT_EQ(proxy.store(blocks::kData + 64 * buffer + 4 * w, 0x100 * (i + 1) + w).cause, 0U);
    EXPECT_EQ(proxy.store(blocks::kAddress + 4 * buffer, at[i]).cause, 0U);
    EXPECT_EQ(proxy.store(blocks::kCommand + 4 * buffer, 2 | words << 16).cause, 0U);
    EXPECT_EQ(proxy.load(blocks::kAddress + 4 * buffer).value, at[i]);  // waits for the end
    for (uint32_t w = 0; w < 16; ++w)
      EXPECT_EQ(bench.memory_word(at[i] + 4 * w), (words >> w & 1) != 0 ? 0x100 * (i + 1) + w : 0) << std::hex << at[i];
  }
  for (uint32_t i = 0; i < at.size(); ++i) {
    const uint32_t buffer = (i + 1) % 2;
    EXPECT_EQ(proxy.store(blocks::kAddress + 4 * buffer, at[i]).cause, 0U);
    EXPECT_EQ(proxy.store(blocks::kCommand + 4 * buffer, 1).cause, 0U);
    for (uint32_t w = 0; w < 16; w += 1 + i % 3)
      EXPECT_EQ(proxy.load(blocks::kData + 64 * buffer + 4 * w).value, bench.memory_word(at[i] + 4 * w))
          << std::hex << at[i];
  }
  EXPECT_EQ(bench.problem(), "");
}

// Every bit of every word, both ways, beside all values of its neighbours.
TEST(Reach, BlocksOfAnyContent) {
  namespace blocks = mgmt::blocks;
  Bench bench(8, {70, 1, 12, 100, 1});
  Proxy proxy(bench);
  for (uint32_t round = 0; round < 10; ++round) {
    const uint32_t buffer = round % 2, at = kTop + 0x1000 + 64 * round;
    std::vector<uint32_t> words(16);
    for (uint32_t& word : words) word = round < 2 ? ~0U : round < 4 ? 0U : static_cast<uint32_t>(bench.random()());
    bench.load_words(at, words);
    EXPECT_EQ(proxy.store(blocks::kAddress + 4 * buffer, at).cause, 0U);
    EXPECT_EQ(proxy.store(blocks::kCommand + 4 * buffer, 1).cause, 0U);
    for (uint32_t w = 0; w < 16; ++w)
      EXPECT_EQ(proxy.load(blocks::kData + 64 * buffer + 4 * w).value, words[w]) << round << " " << w;
    // Back to another place, together with what was there before.
    const uint32_t other = at + 0x1000, moved = static_cast<uint32_t>(bench.random()()) & 0xFFFF;
    const uint32_t before = ~words[0];
    bench.load_words(other, std::vector<uint32_t>(16, before));
    EXPECT_EQ(proxy.store(blocks::kAddress + 4 * buffer, other).cause, 0U);
    EXPECT_EQ(proxy.store(blocks::kCommand + 4 * buffer, 2 | moved << 16).cause, 0U);
    EXPECT_EQ(proxy.load(blocks::kAddress + 4 * buffer).value, other);  // waits for the end
    for (uint32_t w = 0; w < 16; ++w)
      EXPECT_EQ(bench.memory_word(other + 4 * w), (moved >> w & 1) != 0 ? words[w] : before) << round << " " << w;
  }
  EXPECT_EQ(bench.problem(), "");
}

// Code that goes straight on asks memory for each line once, however long it takes over a line.
TEST(Reach, ALineIsFetchedOnce) {
  for (const unsigned latency : {1U, 4U, 5U, 11U}) {
    Bench bench(9, {100, latency, latency, 100, 1});
    const uint32_t at = kTop + 0x35'5000;
    constexpr uint32_t kWords = 256;
    Program program(kCode), there(at);
    for (uint32_t i = 0; i < kWords - 1; ++i) {
      there.word(i % 7 == 0 ? code::i(0x33, 0, kSum, kSum, 1 << 5 | kSum)  // mul
                            : code::addi(kSum, kSum, 1));
    }
    there.word(code::jalr(0, kLink, 0));
    bench.load(at, there.bytes());
    program.li(kTo, at);
    program.word(code::jalr(kLink, kTo, 0));
    tells(bench, program, kPointer, 40000);
    const uint64_t lines = 4 * kWords / bench.top().line_bytes_o;
    EXPECT_GE(bench.memory_reads, lines);
    EXPECT_LE(bench.memory_reads, lines + 2) << latency;  // words that are fetched ahead
  }
}

TEST(Reach, RegistersOfEveryFolder) {
  Bench bench(7, {100, 4, 4, 60, 4});
  Proxy proxy(bench);
  std::map<uint32_t, uint32_t> held;
  for (const uint32_t base :
       {mgmt::kDispatcherBase, mgmt::kContextsBase, mgmt::kDmaBase, mgmt::kQueuesBase, mgmt::kMsiBase}) {
    for (uint32_t offset = 0; offset < 0x100; offset = offset == 0 ? 4 : 2 * offset) {
      held[base + offset] = static_cast<uint32_t>(bench.random()());
      EXPECT_EQ(proxy.store(base + offset, held[base + offset]).cause, 0U) << std::hex << base + offset;
    }
    for (uint32_t offset = 0x100; offset < 0x1'0000; offset *= 2) {
      EXPECT_EQ(proxy.load(base + offset).cause, 5U) << std::hex << base + offset;
      EXPECT_EQ(proxy.store(base + offset, 1).cause, 7U) << std::hex << base + offset;
    }
  }
  for (const auto& [address, value] : held) EXPECT_EQ(proxy.load(address).value, value) << std::hex << address;
  // Behind the windows, and between them, there is nothing.
  const auto compare = [&](uint32_t address) {
    const mgmt::Window* window = mgmt::find_window(address);
    const bool registers = window != nullptr && window->base >= mgmt::kTimerBase && window->base < kTop;
    if (registers) return;
    const bool sram =
        window == nullptr || window->base != mgmt::kSramBase || address - window->base < bench.top().sram_bytes_o;
    const bool here = window != nullptr && sram;
    EXPECT_EQ(proxy.load(address).cause, here && window->hart.read ? 0U : 5U) << std::hex << address;
    EXPECT_EQ(bench.host(address, false).error, !(here && window->host.read)) << std::hex << address;
  };
  for (const mgmt::Window& window : mgmt::kWindows) {
    compare(window.last + 1);
    compare(window.base - 4);
    for (unsigned bit = 12; bit < 32; ++bit) compare(window.base ^ 1U << bit);
  }
  EXPECT_EQ(bench.problem(), "");
}

TEST(Reach, CyclesAreCounted) {
  Bench bench;
  Proxy proxy(bench);
  for (const uint32_t high : {0U, 0xFFFF'FFFFU, 0x1234'7FFFU}) {
    for (const uint32_t low : {0U, 0xFFFFU - 9, 0x7FFF'FFFFU - 9, 0x5555'5555U, ~0U - 12}) {
      proxy.write_csr(mgmt::csr::kMcycleh, high);
      const Access since = proxy.write_csr(mgmt::csr::kMcycle, low);
      const Access found = proxy.read_csr(mgmt::csr::kMcycle), upper = proxy.read_csr(mgmt::csr::kMcycleh);
      const auto passed = static_cast<uint32_t>(found.at - since.at);
      // The write takes the place of the count in its cycle.
      EXPECT_EQ(found.value, low + passed - 1);
      EXPECT_EQ(upper.value, high + (low == ~0U - 12 ? 1 : 0));
    }
  }
  proxy.write_csr(mgmt::csr::kMcountinhibit, 1);
  const uint32_t stopped = proxy.read_csr(mgmt::csr::kMcycle).value;
  EXPECT_EQ(proxy.read_csr(mgmt::csr::kMcycle).value, stopped);
  proxy.write_csr(mgmt::csr::kMcountinhibit, 4);
  EXPECT_GT(proxy.read_csr(mgmt::csr::kMcycle).value, stopped);
  EXPECT_EQ(bench.problem(), "");
}

TEST(Reach, TimeIsThatOfTheTimer) {
  Bench bench;
  Proxy proxy(bench);
  for (unsigned round = 0; round < 24; ++round) {
    const uint32_t high = round < 16 ? 3U << 2 * round : ~0U, low = (1U << round) | 0x0F00'0000U;
    proxy.store(mgmt::timer::kMtimeHi, high);
    const Access since = proxy.store(mgmt::timer::kMtimeLo, low);
    const Access found = proxy.read_csr(mgmt::csr::kTime);
    EXPECT_NEAR(found.value, low + (found.at - since.at), 2) << round;
    EXPECT_EQ(proxy.read_csr(mgmt::csr::kTimeh).value, high) << round;
  }
  EXPECT_EQ(bench.problem(), "");
}

// Instructions that trap, and one that jumps, at addresses of which every bit is 0 and 1: lock-step knows what the CSRs
// hold then.
TEST(Reach, TrapsAtEveryAddress) {
  Bench bench;
  constexpr uint32_t kHandler = mgmt::kSramBase + 0x3000;
  Program handler(kHandler), program(kCode);
  handler.word(code::csrrs(kOld, mgmt::csr::kMepc, 0));
  handler.word(code::csrrs(kNew, mgmt::csr::kMtval, 0));
  handler.word(code::addi(kOld, kOld, 4));
  handler.word(code::csrrw(0, mgmt::csr::kMepc, kOld));
  handler.word(code::kMret);
  bench.load(kHandler, handler.bytes());
  program.li(kTo, kHandler);
  program.word(code::csrrw(0, mgmt::csr::kMtvec, kTo));
  for (const uint32_t place : places(0x1555'5540, 6)) {
    program.li(kTo, place);
    program.word(code::jalr(kLink, kTo, 0));
    Program there(place);
    there.word(code::kEbreak);
    there.word(0xFFFF'FFFF);
    there.word(code::kEcall);
    there.word(code::lw(kNew, kLink, 1));
    there.word(code::i(0x17, 0, kSum, 0, 0));  // auipc
    there.word(code::jal(kOld, 8));
    there.word(code::kEbreak);
    there.word(code::branch(0, 0, 0, 8));
    there.word(code::kEbreak);
    there.word(code::jalr(0, kLink, 0));
    bench.load(place, there.bytes());
  }
  tells(bench, program, kPointer, 20000);
}

// Written and read back: lock-step says what each holds.
TEST(Reach, EveryBitOfTheCsrs) {
  Bench bench;
  Program program(kCode);
  for (const uint32_t number : {mgmt::csr::kMtvec, mgmt::csr::kMepc, mgmt::csr::kMscratch, mgmt::csr::kMcause,
                                mgmt::csr::kMtval, mgmt::csr::kMie, mgmt::csr::kMip, mgmt::csr::kMinstret,
                                mgmt::csr::kMinstreth, mgmt::csr::kMcountinhibit, mgmt::csr::kMstatus}) {
    program.word(code::csrrs(kNew, number, 0));
    for (unsigned bit = 0; bit < 32; ++bit) {
      program.li(kTo, 1U << bit);
      program.word(code::csrrw(kOld, number, kTo));
      program.word(code::csrrs(kOld, number, kTo));
      program.word(code::i(0x73, 3, kOld, kTo, number));  // csrrc
      program.word(code::csrrs(kOld, number, 0));
    }
    program.word(code::addi(kTo, 0, -1));
    program.word(code::csrrw(0, number, kTo));
    program.word(code::csrrs(kOld, number, 0));
    program.word(code::csrrw(0, number, kNew));
  }
  program.word(code::addi(kSum, 0, 1));
  tells(bench, program, kSum, 20000);
}

// Those that are there, and those that are not: lock-step knows which, and what they hold.
TEST(Reach, EveryCsrNumber) {
  Bench bench;
  constexpr uint32_t kHandler = mgmt::kSramBase + 0x3000;
  Program handler(kHandler), program(kCode), there(kTop);
  handler.word(code::csrrs(kOld, mgmt::csr::kMepc, 0));
  handler.word(code::addi(kOld, kOld, 4));
  handler.word(code::csrrw(0, mgmt::csr::kMepc, kOld));
  handler.word(code::kMret);
  bench.load(kHandler, handler.bytes());
  for (uint32_t number = 0; number < 0x1000; ++number) there.word(code::csrrs(kNew, number, 0));
  there.word(code::jalr(0, kLink, 0));
  bench.load(kTop, there.bytes());
  program.li(kTo, kHandler);
  program.word(code::csrrw(0, mgmt::csr::kMtvec, kTo));
  program.li(kTo, kTop);
  program.word(code::jalr(kLink, kTo, 0));
  tells(bench, program, kPointer, 400'000);
}

// Words of 32 bits that are no instruction of the hart, of every opcode: all trap, and none does anything else.
TEST(Reach, EveryOpcodeThatIsNone) {
  Bench bench;
  constexpr uint32_t kHandler = mgmt::kSramBase + 0x3000;
  Program handler(kHandler), program(kCode), there(kTop);
  handler.word(code::csrrs(kOld, mgmt::csr::kMepc, 0));
  handler.word(code::csrrs(kNew, mgmt::csr::kMcause, 0));
  handler.word(code::addi(kNew, kNew, -2));  // stays 0
  handler.word(code::inclusive_or(kSum, kSum, kNew));
  handler.word(code::addi(kOld, kOld, 4));
  handler.word(code::csrrw(0, mgmt::csr::kMepc, kOld));
  handler.word(code::kMret);
  bench.load(kHandler, handler.bytes());
  unsigned count = 0;
  for (uint32_t opcode = 3; opcode < 128; opcode += 4) {
    for (uint32_t funct3 = 0; funct3 < 8; ++funct3) {
      for (const uint32_t upper : {0x000U, 0x020U, 0x400U, 0x800U, 0xFFFU}) {
        const uint32_t word = code::i(opcode, funct3, 0, 0, upper);
        if (mgmt::executes(isa::decode(word))) continue;
        there.word(word);
        ++count;
      }
    }
  }
  EXPECT_GT(count, 900U);
  there.word(code::jalr(0, kLink, 0));
  bench.load(kTop, there.bytes());
  program.li(kTo, kHandler);
  program.word(code::csrrw(0, mgmt::csr::kMtvec, kTo));
  program.word(code::addi(kSum, 0, 0));
  program.li(kTo, kTop);
  program.word(code::jalr(kLink, kTo, 0));
  program.word(code::branch(1, kSum, 0, 0));  // stays here where another trap has come
  tells(bench, program, kPointer, 200'000);
}

// A counter of which each bit is 1 in turn keeps it, whenever it is looked at.
TEST(Reach, InstructionsAreCountedInAllBits) {
  Bench bench;
  Program program(kCode);
  for (const uint32_t value : {~0U, 0x5555'5555U, 0xAAAA'AAAAU, 0x0000'FFFFU, 0xFFFF'0000U, 0U}) {
    for (const uint32_t number : {mgmt::csr::kMinstreth, mgmt::csr::kMinstret}) {
      program.li(kTo, value);
      program.word(code::csrrw(0, number, kTo));
      for (unsigned wait = 0; wait < 5; ++wait) {
        for (unsigned i = 0; i < wait; ++i) program.word(code::addi(0, 0, 0));
        program.word(code::csrrs(kOld, number, 0));
      }
    }
  }
  tells(bench, program, kPointer, 20000);
}

// The host uses SRAM, ROM and mailbox all the time, while a program runs from SRAM.
TEST(Reach, HostBesideTheHart) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Bench bench(seed);
    Layout layout;
    const Program program = random_program(bench.random(), layout, 200, false), trap_handlers = handlers(layout);
    bench.load(trap_handlers.base(), trap_handlers.bytes());
    bench.load(program.base(), program.bytes());
    bench.load(layout.data - 0x800, std::vector<uint8_t>(0x1000, 0x5A));
    bench.load(layout.memory - 0x800, std::vector<uint8_t>(0x1000, 0xA5));
    bench.refuse(layout.refused, layout.refused_last);
    bench.start(layout.code);
    // The upper end of SRAM is the host's.
    const uint32_t base = mgmt::kSramBase + bench.top().sram_bytes_o - 0x100;
    std::map<uint32_t, uint32_t> held;
    for (uint32_t i = 0; i < 64; ++i) bench.host_write(base + 4 * i, held[i] = i);
    for (unsigned round = 0; round < 600 && bench.problem().empty(); ++round) {
      const uint32_t word = bench.random()() % 64;
      if (bench.chance(40)) {
        bench.host_write(base + 4 * word, held[word] = static_cast<uint32_t>(bench.random()()));
      } else {
        ASSERT_EQ(bench.host_read(base + 4 * word), held[word]);
      }
      if (bench.chance(30)) bench.cycles(bench.random()() % 4);
    }
    ASSERT_EQ(bench.problem(), "") << seed;
  }
}

}  // namespace
}  // namespace heddle::mgmtbench
