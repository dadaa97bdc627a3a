// Fetch, instruction cache and buffers of all warps: what each warp is given is the program, along the predicted path,
// from its last redirect on.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include "Vfront_end_bench.h"
#include "clocked.h"

namespace heddle::core_test {
namespace {

// Instructions after which nobody knows what comes next: illegal ones, ecall, ebreak, mret, fence.i.
constexpr std::array<uint32_t, 6> kStops = {0, 0xffff'ffff, 0x73, 0x0010'0073, 0x3020'0073, 0x100f};
// And some that are followed by the next one: addi, lui, lw, sw, mul, fadd.s, wfi, csrr of an identity.
constexpr std::array<uint32_t, 8> kPlain = {0x13, 0x37, 0x2003, 0x2023, 0x0200'0033, 0x53, 0x1050'0073, 0xcc00'2073};

class FrontEnd : public testing::Test, protected Clocked<Vfront_end_bench> {
 protected:
  FrontEnd() : Clocked(23) {
    warps = dut.shape_o[0];
    ports = dut.shape_o[1];
    regions = dut.shape_o[2];
    line_bytes = dut.shape_o[3];
    fetch_words = dut.shape_o[4];
    places = dut.shape_o[5];
    cache_bytes = dut.shape_o[6];
    reset();
    dut.request_ready_i = 1;
    warp.resize(warps);
  }

  static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
  }

  // ---- the memory: a function of the address and of what the program is ----
  uint32_t word(uint32_t address) const {
    const uint64_t draw = mix(address + (uint64_t{version} << 32));
    const auto bits = static_cast<uint32_t>(draw >> 32);
    if (straight) return 0x13 | (bits & 0xffff'ff80 & ~0x7000U);
    const unsigned kind = draw % 100;
    if (kind < 3) return kStops[bits % kStops.size()];
    if (kind < 4) return 0x67 | (bits & ~0x707fU);  // jalr
    if (kind < 14) {                                // a branch
      constexpr std::array<uint32_t, 6> kConditions = {0, 1, 4, 5, 6, 7};
      return 0x63 | (bits & ~0x707fU & ~(1U << 8)) | kConditions[bits >> 12 & 3] << 12;
    }
    if (kind < 20) {  // jal, seldom far
      const uint32_t to = (bits & 31) != 0 ? bits >> 8 & 0x1ffc : bits >> 8 & 0xf'fffc, sign = bits >> 30 & 1;
      const uint32_t offset = sign != 0 ? -to : to;
      return 0x6f | (bits & 0xf80) | (offset >> 20 & 1) << 31 | (offset >> 1 & 0x3ff) << 21 | (offset >> 11 & 1) << 20 |
             (offset & 0xff000);
    }
    const uint32_t plain = kPlain[bits % kPlain.size()];
    return plain > 0x1000'0000 ? plain : plain | (bits & 0xf80) | (bits >> 3 & 0xf8000);
  }
  bool refused(uint32_t line) const { return !straight && mix(line + (uint64_t{version} << 40)) % 23 == 0; }
  bool executable(uint32_t address) const {
    if (address < 0x8000'0000) return false;
    for (unsigned r = 0; r < regions; ++r) {
      if ((dut.rights_i[r] & 4) != 0 && dut.base_i[r] <= address && dut.last_i[r] >= address + 3) return true;
    }
    return false;
  }
  bool faults(uint32_t address) const { return !executable(address) || refused(address & -line_bytes); }

  struct Warp {
    uint32_t pc = 0;
    bool begun = false;  // since the launch began; until then its slot is empty
    bool stopped = true, flushed = false, empty = true;
    unsigned off = 0;              // cycles since it was last allowed to fetch
    uint64_t since = 0;            // it has had something, or might have
    std::optional<uint32_t> goes;  // redirected in this cycle
  };

  // What comes after the instruction at its pc, as fetch predicts it.
  void advance(Warp& w) const {
    const uint32_t instr = faults(w.pc) ? 0 : word(w.pc), op = instr & 127;
    if (std::ranges::find(kStops, instr) != kStops.end() || op == 0x67) {
      w.stopped = true;
    } else if (op == 0x6f) {
      const uint32_t offset = (instr >> 21 & 0x3ff) << 1 | (instr >> 20 & 1) << 11 | (instr & 0xff000);
      w.pc += offset | (instr >> 31 != 0 ? 0xfff0'0000 : 0);
    } else if (op == 0x63 && instr >> 31 != 0) {  // backward
      w.pc += 0xffff'f000 | (instr >> 7 & 1) << 11 | (instr >> 25 & 63) << 5 | (instr >> 8 & 15) << 1;
    } else {
      w.pc += 4;
    }
  }

  // Regions as a launch may have them: anywhere, with any rights, not aligned to words or lines.
  void draw_regions() {
    for (unsigned r = 0; r < regions; ++r) {
      const uint32_t base = r == 0 ? 0x8000'0000 : chance(20) ? 0xffff'f000 : (chance(80) ? 0x8000'0000 : 0) | random();
      const uint32_t size = chance(40) ? 4 * line_bytes + below(8) : 0x800 + below(0x8000);
      dut.base_i[r] = r == 0 || chance(50) ? base : base & ~0xfffU;
      dut.last_i[r] = dut.base_i[r] + size < dut.base_i[r] ? 0xffff'ffff : dut.base_i[r] + size - 1;
      dut.rights_i[r] = below(8) | (r == 0 || chance(60) ? 4 : 0);
    }
  }
  uint32_t somewhere() {
    const unsigned r = below(regions);
    const uint32_t size = dut.last_i[r] - dut.base_i[r] + 1;
    uint32_t place = chance(60) ? below(size) : chance(50) ? size - 8 + below(16) : below(32);
    if (chance(10)) place -= 16;
    return (dut.base_i[r] + place) & -4U;
  }

  struct Read {
    uint32_t address = 0;
    unsigned id = 0;
    uint64_t due = 0;
    bool forgotten = false;  // the cache was emptied since
  };
  void drive_memory() {
    dut.response_valid_i = 0;
    if (reads.empty()) return;
    const unsigned pick = below(reads.size());
    if (reads[pick].due > cycle) return;
    const Read done = reads[pick];
    reads.erase(reads.begin() + pick);
    dut.response_valid_i = 1;
    dut.response_id_i = done.id;
    dut.response_error_i = refused(done.address);
    for (unsigned i = 0; i < line_bytes / 4; ++i) dut.response_data_i[i] = word(done.address + 4 * i);
  }
  void take_request(unsigned latency) {
    if (!dut.request_valid_o || !dut.request_ready_i) return;
    const uint32_t address = dut.request_address_o;
    ASSERT_EQ(address % line_bytes, 0U);
    ASSERT_TRUE(dut.request_plain_o);
    ASSERT_LT(dut.request_warp_o, warps);
    if (asker) {
      ASSERT_EQ(dut.request_warp_o, *asker);
    }
    bool may = false;
    for (unsigned i = 0; i < line_bytes; i += 4) may = may || executable(address + i);
    ASSERT_TRUE(may) << std::hex << address << " may not be executed";
    for (const Read& read : reads) {
      ASSERT_NE(read.id, dut.request_id_o);
      ASSERT_TRUE(read.forgotten || read.address != address) << "asked for twice";
    }
    reads.push_back({address, dut.request_id_o, cycle + 2 + below(latency), unsent_forgotten});
    unsent_forgotten = false;
    ++requests;
  }
  void expect_heads() {
    dut.fault_i = 0;
    for (unsigned w = 0; w < warps; ++w) {
      const bool fault = faults(warp[w].pc);
      dut.expected_i[w] = fault ? 0 : word(warp[w].pc);
      dut.fault_i |= uint32_t{fault} << w;
    }
  }

  // A program alone in the cache, with nothing else: the warp's redirect, and what follows.
  void begin(unsigned w, uint32_t pc) {
    dut.redirect_valid_i = 1;
    dut.redirect_warp_i[0] = w;
    dut.redirect_pc_i[0] = pc;
    quiet();
    dut.redirect_valid_i = 0;
    warp[w].pc = pc;
    warp[w].stopped = false;
  }
  void quiet() {
    drive_memory();
    expect_heads();
    dut.eval();
    ASSERT_NO_FATAL_FAILURE(take_request(1));
    clock();
  }
  bool has(unsigned w) const { return (dut.head_valid_o >> w & 1) != 0; }
  // Takes what the warp has; it must be what comes next.
  void take(unsigned w, unsigned port) {
    ASSERT_TRUE(has(w));
    ASSERT_TRUE(dut.same_o >> w & 1) << "warp " << w << std::hex << " pc 0x" << warp[w].pc;
    dut.pop_i[port] = 1;
    dut.pop_warp_i[port] = w;
    advance(warp[w]);
  }

  unsigned warps = 0, ports = 0, regions = 0, line_bytes = 0, fetch_words = 0, places = 0, cache_bytes = 0;
  uint64_t requests = 0;
  uint32_t version = 0;
  bool straight = false, unsent_forgotten = false;
  std::vector<Warp> warp;
  std::vector<Read> reads;
  std::optional<unsigned> asker;  // the only warp that may fetch
};

TEST_F(FrontEnd, Random) {
  unsigned taken = 0, faulted = 0, redirects = 0;
  for (unsigned phase = 0; phase < 24; ++phase) {
    // A new launch: nothing is under way, the cache is empty.
    dut.enable_i = 0;
    dut.request_ready_i = 1;
    for (unsigned i = 0; i < 100; ++i) {
      for (unsigned p = 0; p < ports; ++p) dut.pop_i[p] = 0;
      dut.redirect_valid_i = 0;
      ASSERT_NO_FATAL_FAILURE(quiet());
    }
    ++version;
    draw_regions();
    dut.core_i = random();
    dut.invalidate_i = 1;
    ASSERT_NO_FATAL_FAILURE(quiet());
    dut.invalidate_i = 0;
    for (Warp& w : warp) w = Warp();
    uint32_t wanted = 0;
    const unsigned latency = 1 + below(60), busy = 20 + below(80), restless = chance(50) ? 1 : 8;
    const bool idle = chance(50);  // some warps may not fetch for a while
    for (unsigned i = 0; i < 5000; ++i) {
      SCOPED_TRACE(testing::Message() << "phase " << phase << " cycle " << i);
      drive_memory();
      dut.request_ready_i = chance(busy);
      dut.invalidate_i = chance(1) && chance(10);
      if (i == 0 || chance(1)) wanted = idle ? random() : ~0U;
      dut.enable_i = 0;
      for (unsigned w = 0; w < warps; ++w) dut.enable_i |= (warp[w].begun ? wanted & 1U << w : 0U);
      expect_heads();
      dut.redirect_valid_i = 0;
      std::vector<unsigned> order(warps);
      for (unsigned w = 0; w < warps; ++w) order[w] = w;
      std::shuffle(order.begin(), order.end(), random);
      for (unsigned r = 0; r < 3; ++r) {
        dut.redirect_warp_i[r] = below(warps);
        dut.redirect_pc_i[r] = random();
        if (r >= order.size()) continue;
        Warp& mine = warp[order[r]];
        if (!(mine.stopped && !has(order[r]) ? chance(20) : chance(restless))) continue;
        dut.redirect_valid_i |= 1U << r;
        dut.redirect_warp_i[r] = order[r];
        dut.redirect_pc_i[r] = *(mine.goes = somewhere());
      }
      for (unsigned p = 0; p < ports; ++p) {
        dut.pop_i[p] = 0;
        dut.pop_warp_i[p] = below(warps);
      }
      dut.eval();
      ASSERT_NO_FATAL_FAILURE(take_request(latency));
      if (dut.invalidate_i) {
        for (Read& read : reads) read.forgotten = true;
        unsent_forgotten = dut.request_valid_o && !dut.request_ready_i;
      }
      unsigned port = 0;
      std::shuffle(order.begin(), order.end(), random);
      for (unsigned w : order) {
        Warp& mine = warp[w];
        const bool enabled = (dut.enable_i >> w & 1) != 0;
        mine.off = enabled ? 0 : mine.off + 1;
        if (mine.flushed) {
          ASSERT_FALSE(has(w)) << "warp " << w;
        }
        if (!has(w)) {
          if (mine.stopped || !enabled) mine.since = cycle;
          ASSERT_LT(cycle - mine.since, 1500U) << "warp " << w << " has nothing";
        } else if (mine.begun) {
          ASSERT_FALSE(mine.stopped) << "warp " << w;
          // Of one that may not fetch only what had been picked comes in.
          ASSERT_FALSE(mine.empty && mine.off > 4) << "warp " << w;
          ASSERT_TRUE(dut.same_o >> w & 1) << "warp " << w << std::hex << " pc 0x" << mine.pc;
          mine.since = cycle;
          if (!mine.goes && port < ports && chance(80)) {
            faulted += faults(mine.pc);
            take(w, port++);
            ++taken;
          }
        }
        mine.empty = !has(w);
        mine.flushed = mine.goes.has_value();
        if (mine.goes) {
          mine.pc = *mine.goes;
          mine.begun = true;
          mine.stopped = false;
          mine.since = cycle;
          mine.goes.reset();
          ++redirects;
        }
      }
      clock();
    }
  }
  EXPECT_GT(taken, 20'000U);
  EXPECT_GT(faulted, 500U);
  EXPECT_GT(redirects, 5'000U);
  EXPECT_GT(requests, 1'000U);
}

// What the headers promise: five cycles from a redirect to the first instruction, if its line is there; a buffer that
// is full; a block every three cycles for one warp, and an instruction a cycle and port for all together.
TEST_F(FrontEnd, Times) {
  straight = true;
  dut.base_i[0] = 0x8000'0000;
  dut.last_i[0] = 0xffff'ffff;
  dut.rights_i[0] = 4;
  dut.enable_i = ~0U;
  const auto settle = [&] {
    for (unsigned i = 0; i < 200; ++i) quiet();
  };
  settle();
  // Four lines come into the cache.
  for (unsigned i = 0; i < 4; ++i) {
    begin(0, 0x8000'0000 + i * line_bytes);
    settle();
  }
  for (unsigned i = 0; i < 50; ++i) {
    const unsigned w = below(warps);
    begin(w, 0x8000'0000 + 4 * below(line_bytes / 2));
    for (unsigned k = 1; k < 5; ++k) {
      ASSERT_FALSE(has(w)) << k << " cycles after the redirect";
      quiet();
    }
    ASSERT_TRUE(has(w));
    // Nobody takes anything: the buffer fills, up to where a whole block does not fit any more.
    for (unsigned k = 0; k < 30; ++k) quiet();
    dut.enable_i = 0;
    const unsigned first = warp[w].pc / 4 % fetch_words;
    unsigned count = 0;
    for (; has(w) && !HasFatalFailure(); ++count) {
      take(w, 0);
      quiet();
      dut.pop_i[0] = 0;
    }
    ASSERT_EQ(count, places - first);
    dut.enable_i = ~0U;
  }
  // One warp that takes what it gets; then all.
  for (unsigned all = 0; all < 2; ++all) {
    dut.enable_i = all ? ~0U : 1;
    for (unsigned w = 0; w < (all ? warps : 1); ++w) begin(w, 0x8000'0000);
    unsigned taken = 0;
    for (unsigned i = 0; i < 30; ++i) {
      unsigned port = 0;
      for (unsigned p = 0; p < ports; ++p) dut.pop_i[p] = 0;
      expect_heads();
      dut.eval();
      for (unsigned k = 0; k < warps && port < ports && !HasFatalFailure(); ++k) {
        const unsigned w = (k + i) % warps;
        if (has(w)) take(w, port++);
      }
      taken += port;
      quiet();
    }
    for (unsigned p = 0; p < ports; ++p) dut.pop_i[p] = 0;
    if (HasFatalFailure()) return;
    if (all) {
      EXPECT_GE(taken, ports * (30 - 6));
    } else {
      EXPECT_GE(taken, fetch_words * ((30 - 6) / 3));
    }
  }
}

// What fits into the cache stays there: a line goes into an invalid way of its set if there is one. One more line is
// one read.
TEST_F(FrontEnd, CacheHoldsItsSize) {
  straight = true;
  dut.base_i[0] = 0x8000'0000;
  dut.last_i[0] = 0xffff'ffff;
  dut.rights_i[0] = 4;
  dut.enable_i = ~0U;
  for (uint32_t base : {0x8000'0000U, 0xffff'0000U, 0xa5a5'8000U}) {
    dut.invalidate_i = 1;
    quiet();
    dut.invalidate_i = 0;
    for (unsigned sweep = 0; sweep < 3; ++sweep) {
      const uint64_t before = requests;
      for (uint32_t at = 0; at < cache_bytes; at += line_bytes) {
        const unsigned w = below(warps);
        // (The buffer is full before the line's end: the next one is not asked for.)
        asker = w;
        begin(w, base + at);
        for (unsigned i = 0; i < 60; ++i) quiet();
        ASSERT_TRUE(has(w) && (dut.same_o >> w & 1) != 0) << std::hex << base + at;
      }
      ASSERT_EQ(requests - before, sweep == 0 ? cache_bytes / line_bytes : 0) << "sweep " << sweep;
    }
  }
}

}  // namespace
}  // namespace heddle::core_test
