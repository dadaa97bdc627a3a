// The memory behind the port: latency, bandwidth, randomness that stays within the protocol, errors.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>

#include "axi_checker.h"
#include "axi_memory.h"
#include "sparse_memory.h"

namespace heddle::harness {
namespace {

constexpr unsigned kLine = 64;
constexpr uint32_t kBase = SparseMemory::kBase;

AxiAddress request(uint8_t id, uint32_t address) {
  return {.valid = true, .id = id, .address = address, .len = 0, .size = 6, .burst = kBurstIncr};
}

TEST(SparseMemory, ReadsZeroAndKeepsWhatIsWritten) {
  SparseMemory memory;
  std::array<std::byte, 8> bytes{};
  memory.read(0x9000'0000, bytes);
  EXPECT_EQ(bytes[0], std::byte{0});
  const std::array<std::byte, 8> pattern{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                                         std::byte{5}, std::byte{6}, std::byte{7}, std::byte{8}};
  memory.write(0x9000'0FFC, pattern);  // across two pages
  memory.read(0x9000'0FFC, bytes);
  EXPECT_EQ(bytes, pattern);
  EXPECT_EQ(memory.written_pages().size(), 2U);
  EXPECT_TRUE(SparseMemory::contains(0xFFFF'FFFC, 4));
  EXPECT_FALSE(SparseMemory::contains(0xFFFF'FFFC, 5));
  EXPECT_FALSE(SparseMemory::contains(0x7FFF'FFFF, 4));
}

// A port of a line a beat.
AxiMemory::Settings line_port(unsigned latency, double bandwidth = 1.0, bool random = false, uint64_t seed = 1) {
  return {.beat_bytes = kLine,
          .line_bytes = kLine,
          .latency = latency,
          .bandwidth = bandwidth,
          .random = random,
          .dram = std::nullopt,
          .seed = seed};
}

// Cycles from the edge that accepts a read to the first edge at which its data is valid.
unsigned read_latency(unsigned latency) {
  SparseMemory dram;
  AxiMemory memory(line_port(latency), dram);
  AxiMasterSignals master;
  master.r_ready = true;
  memory.clock(master);  // nothing is ready before
  master.ar = request(0, kBase);
  memory.clock(master);
  master.ar.valid = false;
  for (unsigned cycles = 1; cycles < 1000; ++cycles) {
    memory.clock(master);
    if (memory.outputs().r.valid) return cycles;
  }
  return 0;
}

TEST(AxiMemory, LatencyIsAsSet) {
  EXPECT_EQ(read_latency(1), 1U);
  EXPECT_EQ(read_latency(100), 100U);
}

// Cycles to read 64 lines at full speed.
unsigned stream(double bandwidth) {
  SparseMemory dram;
  AxiMemory memory(line_port(4, bandwidth), dram);
  AxiMasterSignals master;
  master.r_ready = true;
  unsigned sent = 0;
  unsigned received = 0;
  unsigned cycles = 0;
  while (received < 64 && cycles < 10'000) {
    master.ar = request(0, kBase + sent * kLine);
    master.ar.valid = sent < 64;
    if (memory.outputs().r.valid) ++received;
    if (master.ar.valid && memory.outputs().ar_ready) ++sent;
    memory.clock(master);
    ++cycles;
  }
  return cycles;
}

TEST(AxiMemory, BandwidthIsAsSet) {
  EXPECT_NEAR(stream(1.0), 64 + 5, 2);
  EXPECT_NEAR(stream(0.25), 4 * 64 + 5, 8);
}

void expect_error(unsigned response) {
  SparseMemory dram;
  AxiMemory memory(line_port(2), dram);
  memory.set_error_range(kBase + 70, kBase + 71, response);
  AxiMasterSignals master;
  master.b_ready = master.r_ready = true;
  memory.clock(master);  // nothing is ready before
  master.aw = request(0, kBase + 64);
  master.w = {.valid = true, .last = true, .strobe = {1, 0}, .data = {9}};
  memory.clock(master);
  master.aw.valid = master.w.valid = false;
  for (int i = 0; i < 100 && !memory.outputs().b.valid; ++i) memory.clock(master);
  ASSERT_TRUE(memory.outputs().b.valid);
  EXPECT_EQ(memory.outputs().b.resp, response);
  std::array<std::byte, 1> byte{};
  dram.read(kBase + 64, byte);
  EXPECT_EQ(byte[0], std::byte{0});
  master.ar = request(0, kBase);
  memory.clock(master);
  master.ar.valid = false;
  for (int i = 0; i < 100 && !memory.outputs().r.valid; ++i) memory.clock(master);
  ASSERT_TRUE(memory.outputs().r.valid);
  EXPECT_EQ(memory.outputs().r.resp, kRespOkay);
}

TEST(AxiMemory, ErrorRangeAnswersTheErrorAndHasNoEffect) {
  expect_error(kRespSlverr);
  expect_error(kRespDecerr);
}

TEST(AxiMemory, SilentRangeNeverAnswersAndHoldsUpNobody) {
  SparseMemory dram;
  AxiMemory memory(line_port(2), dram);
  memory.set_silent_range(kBase + 70, kBase + 71);
  AxiMasterSignals master;
  master.b_ready = master.r_ready = true;
  memory.clock(master);
  unsigned reads = 0;
  unsigned writes = 0;
  const auto clock = [&] {
    memory.clock(master);
    if (memory.outputs().r.valid) ++reads;
    if (memory.outputs().b.valid) ++writes;
    master.aw.valid = master.w.valid = master.ar.valid = false;
  };
  for (const uint32_t address : {kBase + 64, kBase}) {
    master.ar = request(0, address);
    master.aw = request(1, address);
    master.w = {.valid = true, .last = true, .strobe = {1, 0}, .data = {9}};
    clock();
  }
  for (int i = 0; i < 200; ++i) clock();
  EXPECT_EQ(reads, 1U);
  EXPECT_EQ(writes, 1U);
  EXPECT_FALSE(memory.idle());
  std::array<std::byte, 1> byte{};
  dram.read(kBase + 64, byte);
  EXPECT_EQ(byte[0], std::byte{0});
}

// Random traffic with one open transaction per line at most, as the memory hub has it: every read returns what was
// written last, the protocol checker is content, and everything is answered.
void random_traffic(uint64_t seed, bool random, const char* part = nullptr) {
  SparseMemory dram;
  AxiMemory::Settings settings = line_port(20, 0.5, random, seed);
  if (part != nullptr) settings.dram = DramParameters::named(part);
  AxiMemory memory(settings, dram);
  AxiChecker checker({.beat_bytes = kLine, .ids = 8});
  std::mt19937_64 draw(seed);
  AxiMasterSignals master;
  checker.observe(master, memory.outputs());               // the edge after reset
  std::map<uint32_t, uint8_t> expected;                    // first byte of each line
  std::map<uint8_t, std::vector<uint32_t>> reads, writes;  // open, by id
  std::map<uint32_t, bool> open_line;
  unsigned requests = 0;
  unsigned answers = 0;
  for (unsigned cycle = 0; cycle < 20'000 && answers < 500; ++cycle) {
    const auto id = static_cast<uint8_t>(draw() % 8);
    const uint32_t address = kBase + static_cast<uint32_t>(draw() % 16) * kLine;
    if (!master.ar.valid && !master.aw.valid && !master.w.valid && requests < 500 && !open_line[address]) {
      open_line[address] = true;
      ++requests;
      if (draw() % 2 != 0) {
        master.ar = request(id, address);
        reads[id].push_back(address);
      } else {
        master.aw = request(id, address);
        master.w = {.valid = true, .last = true, .strobe = {1, 0}, .data = {static_cast<uint8_t>(draw())}};
        expected[address] = master.w.data[0];
        writes[id].push_back(address);
      }
    }
    master.r_ready = draw() % 4 != 0;
    master.b_ready = draw() % 4 != 0;
    const AxiSlaveSignals slave = memory.outputs();
    checker.observe(master, slave);
    if (slave.r.valid && master.r_ready) {
      ASSERT_FALSE(reads[slave.r.id].empty());
      const uint32_t line = reads[slave.r.id].front();
      reads[slave.r.id].erase(reads[slave.r.id].begin());
      EXPECT_EQ(slave.r.data[0], expected[line]);
      open_line[line] = false;
      ++answers;
    }
    if (slave.b.valid && master.b_ready) {
      ASSERT_FALSE(writes[slave.b.id].empty());
      open_line[writes[slave.b.id].front()] = false;
      writes[slave.b.id].erase(writes[slave.b.id].begin());
      ++answers;
    }
    memory.clock(master);
    if (slave.ar_ready) master.ar.valid = false;
    if (slave.aw_ready) master.aw.valid = false;
    if (slave.w_ready) master.w.valid = false;
  }
  EXPECT_EQ(answers, 500U);
}

TEST(AxiMemory, RegularTraffic) { random_traffic(1, false); }

TEST(AxiMemory, DramTraffic) {
  random_traffic(1, false, "ddr4");
  random_traffic(2, false, "hbm");
}

TEST(AxiMemory, RandomTraffic) {
  for (uint64_t seed = 1; seed <= 20; ++seed) random_traffic(seed, true);
}

}  // namespace
}  // namespace heddle::harness
