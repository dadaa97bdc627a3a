// One beat or response that goes wrong, and that nothing else does.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "faulty_port.h"
#include "sparse_memory.h"

namespace heddle::harness {
namespace {

constexpr unsigned kBeat = 8;
constexpr uint32_t kBase = SparseMemory::kBase;
using Kind = InjectedFault::Kind;

struct Beat {
  unsigned id, resp, first;
  bool last;
  bool operator==(const Beat&) const = default;
};

// What a device sees of three reads of two beats with ids 0 to 2, which it takes every third cycle, and how many beats
// the memory gave.
std::vector<Beat> read(std::optional<InjectedFault> fault) {
  SparseMemory dram;
  for (unsigned i = 0; i < 6; ++i) dram.write(kBase + i * kBeat, std::array{std::byte(i + 1)});
  AxiMemory memory({.beat_bytes = kBeat, .line_bytes = 2 * kBeat, .latency = 3, .dram = std::nullopt}, dram);
  FaultyPort port(memory);
  if (fault) port.inject(*fault);
  AxiMasterSignals master;
  port.clock(master);
  std::vector<Beat> seen;
  for (unsigned cycle = 0; cycle < 60; ++cycle) {
    master.ar = {.valid = cycle < 3,
                 .id = uint8_t(cycle),
                 .address = kBase + cycle * 2 * kBeat,
                 .len = 1,
                 .size = 3,
                 .burst = kBurstIncr};
    master.r_ready = cycle % 3 == 0;
    const AxiRead& r = port.outputs().r;
    if (r.valid && master.r_ready) seen.push_back({r.id, r.resp, r.data[0], r.last});
    port.clock(master);
  }
  return seen;
}

// Ids of the responses to three writes.
std::vector<std::pair<unsigned, unsigned>> write(std::optional<InjectedFault> fault) {
  SparseMemory dram;
  AxiMemory memory({.beat_bytes = kBeat, .line_bytes = kBeat, .latency = 3, .dram = std::nullopt}, dram);
  FaultyPort port(memory);
  if (fault) port.inject(*fault);
  AxiMasterSignals master;
  port.clock(master);
  std::vector<std::pair<unsigned, unsigned>> seen;
  for (unsigned cycle = 0; cycle < 60; ++cycle) {
    master.aw = {.valid = cycle < 3,
                 .id = uint8_t(cycle),
                 .address = kBase + cycle * kBeat,
                 .len = 0,
                 .size = 3,
                 .burst = kBurstIncr};
    master.w.valid = cycle < 3;
    master.w.last = true;
    master.b_ready = cycle % 3 == 0;
    const AxiWriteResponse& b = port.outputs().b;
    if (b.valid && master.b_ready) seen.emplace_back(b.id, b.resp);
    port.clock(master);
  }
  return seen;
}

const std::vector<Beat> kClean{{0, 0, 1, false}, {0, 0, 2, true},  {1, 0, 3, false},
                               {1, 0, 4, true},  {2, 0, 5, false}, {2, 0, 6, true}};

TEST(FaultyPort, WithoutAFaultItIsTheMemory) {
  EXPECT_EQ(read(std::nullopt), kClean);
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kData, .number = 6}), kClean);
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kLost, .write = true, .number = 2}), kClean);
  EXPECT_EQ(write(std::nullopt), (std::vector<std::pair<unsigned, unsigned>>{{0, 0}, {1, 0}, {2, 0}}));
}

TEST(FaultyPort, OneBeatIsWrong) {
  auto expected = kClean;
  expected[3].first ^= 4;
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kData, .number = 3, .bit = 2}), expected);
  expected = kClean;
  expected[0].resp = 2;
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kResponse, .number = 0, .bit = 1}), expected);
  expected = kClean;
  expected[5].id ^= 128;
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kId, .number = 5, .bit = 7}), expected);
  expected = kClean;
  expected[2].last = true;
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kLast, .number = 2}), expected);
}

TEST(FaultyPort, OneBeatIsLostOrComesTwice) {
  auto expected = kClean;
  expected.erase(expected.begin() + 3);
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kLost, .number = 3}), expected);
  expected = kClean;
  expected.insert(expected.begin() + 4, kClean[4]);
  EXPECT_EQ(read(InjectedFault{.kind = Kind::kTwice, .number = 4}), expected);
}

TEST(FaultyPort, OneResponseIsWrong) {
  using Responses = std::vector<std::pair<unsigned, unsigned>>;
  EXPECT_EQ(write(InjectedFault{.kind = Kind::kResponse, .write = true, .number = 1, .bit = 1}),
            (Responses{{0, 0}, {1, 2}, {2, 0}}));
  EXPECT_EQ(write(InjectedFault{.kind = Kind::kId, .write = true, .number = 1, .bit = 1}),
            (Responses{{0, 0}, {3, 0}, {2, 0}}));
  EXPECT_EQ(write(InjectedFault{.kind = Kind::kLost, .write = true, .number = 0}), (Responses{{1, 0}, {2, 0}}));
  EXPECT_EQ(write(InjectedFault{.kind = Kind::kTwice, .write = true, .number = 2}),
            (Responses{{0, 0}, {1, 0}, {2, 0}, {2, 0}}));
}

}  // namespace
}  // namespace heddle::harness
