// The issue stage: which warp issues, what it waits for, and what is reserved, as the headers of issue_stage.sv,
// scoreboard.sv, write_schedule.sv and issue.sv promise.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "Vpipeline_bench.h"
#include "pipeline_fixture.h"

namespace heddle::core_test {
namespace {

constexpr unsigned kAluWrite = 4, kMultiplyWrite = 6, kFloatWrite = 7, kLastWrite = 9;  // cycles after issue
constexpr unsigned kTurn = 64;

struct Head {
  unsigned unit = 0, bits = 0;
  uint32_t instr = 0;
  bool reads(unsigned s) const { return (bits >> s & 1) != 0; }
  bool writes() const { return (bits >> 3 & 1) != 0; }
  unsigned source(unsigned s) const {
    static constexpr unsigned kAt[] = {15, 20, 27};
    return (instr >> kAt[s] & 31) + (bits >> (4 + s) & 1) * 32;
  }
  unsigned rd() const { return (instr >> 7 & 31) + (bits >> 7 & 1) * 32; }
  bool control() const { return (bits >> 8 & 1) != 0; }
  bool dynamic_mode() const { return (bits >> 9 & 1) != 0; }
  bool waits_float() const { return (bits >> 10 & 1) != 0; }
  bool taken() const { return (bits >> 11 & 1) != 0; }
  unsigned extra() const { return bits >> 12 & 3; }
  // Its result is written a known number of cycles after issue.
  bool fixed() const {
    return writes() && unit != kUnitDiv && unit != kUnitMemory && unit != kUnitFloatDivide && unit != kUnitSpecial;
  }
  unsigned delay() const {
    return (unit == kUnitMul ? kMultiplyWrite : unit == kUnitFloat ? kFloatWrite : kAluWrite) + extra();
  }
  bool first_port_only() const { return is_long(unit) && unit != kUnitMemory; }
  bool last_port_only() const { return unit != kUnitAlu && !first_port_only(); }
  // From its pc, in words.
  uint32_t distance() const {
    if (!taken()) return 1;
    int32_t bytes = 0;
    if ((instr & 8) != 0) {
      bytes = static_cast<int32_t>((instr >> 31 & 1) << 20 | (instr >> 12 & 0xff) << 12 | (instr >> 20 & 1) << 11 |
                                   (instr >> 21 & 0x3ff) << 1)
                  << 11 >>
              11;
    } else {
      bytes = static_cast<int32_t>((instr >> 31 & 1) << 12 | (instr >> 7 & 1) << 11 | (instr >> 25 & 0x3f) << 5 |
                                   (instr >> 8 & 0xf) << 1)
                  << 19 >>
              19;
    }
    return static_cast<uint32_t>(bytes >> 2) & 0x3fff'ffff;
  }
};

class Issue : public Pipeline<Vpipeline_bench> {
 protected:
  Head make() {
    Head head;
    head.unit = chance(50) ? unsigned{kUnitAlu} : below(kUnits);
    head.bits = random() & 0xfff;
    if (head.unit == kUnitAlu || head.unit == kUnitMul || head.unit == kUnitFloat) head.bits |= below(3) << 12;
    head.instr = random();
    if (chance(80)) {
      // Few registers, so that they meet; after a while others.
      if (cycle >= refresh) {
        for (unsigned& number : pool) number = below(64);
        refresh = cycle + 400;
      }
      const unsigned at[] = {15, 20, 27, 7};
      for (unsigned s = 0; s < 4; ++s) {
        const unsigned number = pool[below(pool.size())];
        head.instr = (head.instr & ~(31U << at[s])) | (number & 31) << at[s];
        head.bits = (head.bits & ~(16U << s)) | (number >> 5) << (4 + s);
      }
    }
    for (unsigned s = 0; s < 3; ++s) {
      if (head.source(s) == 0) head.bits &= ~(1U << s);
    }
    if (head.rd() == 0) head.bits &= ~8U;
    return head;
  }

  std::array<unsigned, 6> pool{};
  uint64_t refresh = 0;
};

TEST_F(Issue, Random) {
  std::vector<Head> head(warps);
  for (Head& h : head) h = make();
  std::vector<std::map<unsigned, bool>> busy(warps);  // by register: of a memory instruction
  std::vector<uint32_t> order(warps);
  std::vector<std::set<uint64_t>> written(banks);  // cycles in which a bank is
  uint64_t issued = 0, hazards = 0, clashes = 0;
  // Orders begin with the warps.
  dut.stall_i = 1;
  for (unsigned w = 0; w < warps; ++w) {
    dut.start_valid_i = 1;
    dut.start_warp_i = w;
    clock();
  }
  for (unsigned i = 0; i < 60'000; ++i) {
    const unsigned ease = i % 2000 < 1000 ? 90 : 50;
    dut.stall_i = chance(10);
    dut.accept_i = dut.collecting_i = 0;
    for (unsigned p = 0; p < ports; ++p) {
      if (chance(ease)) dut.accept_i |= 1U << p;
      if (chance(100 - ease)) dut.collecting_i |= 1U << p;
      dut.collecting_warp_i[p] = below(warps);
    }
    dut.ready_i = dut.head_valid_i = dut.float_idle_i = 0;
    for (unsigned w = 0; w < warps; ++w) {
      if (chance(ease)) dut.ready_i |= 1U << w;
      if (chance(ease)) dut.head_valid_i |= 1U << w;
      if (chance(ease)) dut.float_idle_i |= 1U << w;
      if (chance(5)) head[w] = make();
      dut.head_instr_i[w] = head[w].instr;
      dut.head_unit_i[w] = head[w].unit;
      dut.head_bits_i[w] = head[w].bits;
    }
    dut.reserved_mode_i = random() & all_warps;
    dut.space_i = chance(ease) ? 15 : below(16);
    // A warp that is set back, or begins, issues nothing.
    dut.squash_valid_i = 0;
    for (unsigned s = 0; s < 2; ++s) {
      dut.squash_warp_i[s] = s == 0 ? below(warps) : (dut.squash_warp_i[0] + 1) % warps;
      dut.squash_count_i[s] = below(4);
      if (chance(10) && warps > 1) dut.squash_valid_i |= 1U << s;
      if ((dut.squash_valid_i >> s & 1) != 0) dut.ready_i &= ~(1U << dut.squash_warp_i[s]);
    }
    dut.start_valid_i = 0;
    dut.start_warp_i = below(warps);
    if (chance(1) && dut.squash_valid_i == 0) {
      dut.start_valid_i = 1;
      dut.ready_i &= ~(1U << dut.start_warp_i);
    }
    dut.clear_valid_i = 0;
    std::set<std::pair<unsigned, unsigned>> cleared;
    for (unsigned c = 0; c < clears; ++c) {
      const unsigned w = below(warps);
      dut.clear_warp_i[c] = w;
      dut.clear_number_i[c] = below(64);
      if (busy[w].empty() || !chance(8)) continue;
      auto place = busy[w].begin();
      std::advance(place, below(busy[w].size()));
      if (!cleared.insert({w, place->first}).second) continue;
      dut.clear_number_i[c] = place->first;
      dut.clear_valid_i |= 1U << c;
    }
    dut.eval();

    uint32_t request = 0;
    for (unsigned w = 0; w < warps; ++w) {
      const Head& h = head[w];
      bool hazard = false, memory = false;
      const auto look = [&](bool uses, unsigned number) {
        const auto found = busy[w].find(number);
        if (!uses || found == busy[w].end()) return;
        hazard = true;
        memory = memory || found->second;
      };
      for (unsigned s = 0; s < 3; ++s) look(h.reads(s), h.source(s));
      look(h.writes(), h.rd());
      ASSERT_EQ(dut.hazard_o >> w & 1, hazard) << "warp " << w;
      ASSERT_EQ(dut.hazard_memory_o >> w & 1, memory) << "warp " << w;
      ASSERT_EQ(dut.any_busy_o >> w & 1, !busy[w].empty()) << "warp " << w;
      const bool no_memory = (dut.space_i & 1) == 0 && h.unit == kUnitMemory;
      ASSERT_EQ(dut.blocked_memory_o >> w & 1, no_memory);
      bool can = (dut.ready_i & dut.head_valid_i & 1U << w) != 0 && !hazard && !no_memory;
      can = can && ((dut.space_i & 2) != 0 || h.unit != kUnitDiv) &&
            ((dut.space_i & 4) != 0 || h.unit != kUnitFloatDivide) &&
            ((dut.space_i & 8) != 0 || h.unit != kUnitSpecial) &&
            ((dut.float_idle_i >> w & 1) != 0 || !h.waits_float());
      if (can && h.fixed() && written[bank_of(w, h.rd())].contains(cycle + h.delay())) {
        can = false;
        ++clashes;
      }
      for (unsigned p = 0; p < ports; ++p) {
        if ((dut.collecting_i >> p & 1) != 0 && dut.collecting_warp_i[p] == w) can = false;
      }
      hazards += hazard;
      ASSERT_EQ(dut.request_o >> w & 1, can) << "warp " << w;
      if (can) request |= 1U << w;
      ASSERT_EQ(dut.next_order_o[w], order[w]);
    }
    for (unsigned b = 0; b < banks; ++b) {
      for (unsigned k = 0; k <= kLastWrite; ++k)
        ASSERT_EQ(dut.bank_free_o[b] >> k & 1, !written[b].contains(cycle + k)) << "bank " << b << " in " << k;
      std::erase_if(written[b], [&](uint64_t when) { return when < cycle; });
    }

    // Whose turn it is: the search begins at one warp for some cycles, then at the next.
    const uint64_t since = cycle - 1;  // cycles since the reset
    const unsigned first = since / kTurn % warps;
    int expected = -1;
    const uint32_t requests = dut.stall_i ? 0 : request;
    bool any = false;
    for (unsigned k = 0; k < warps; ++k) {
      const unsigned w = (first + k) % warps;
      bool fits = false;
      for (unsigned p = 0; p < ports; ++p) {
        fits = fits || ((dut.accept_i >> p & 1) != 0 && (p == 0 || !head[w].first_port_only()) &&
                        (p == ports - 1 || !head[w].last_port_only()));
      }
      if ((requests >> w & 1) == 0 || !fits) continue;
      if (!any) expected = static_cast<int>(w);
      any = true;
    }
    ASSERT_EQ(dut.valid_o != 0, any);
    bool found = false;
    for (unsigned p = 0; p < ports; ++p) {
      if ((dut.valid_o >> p & 1) == 0) continue;
      const unsigned w = dut.warp_o[p];
      const Head& h = head[w];
      ASSERT_TRUE(requests >> w & 1 & dut.accept_i >> p) << "port " << p << " takes warp " << w;
      ASSERT_FALSE((p != 0 && h.first_port_only()) || (p != ports - 1 && h.last_port_only()))
          << "port " << p << " takes unit " << h.unit;
      found = found || static_cast<int>(w) == expected;
      ASSERT_TRUE(p == 0 || (dut.valid_o & 1) == 0 || dut.warp_o[0] != w);
      ASSERT_EQ(dut.order_o[p], order[w]);
      ASSERT_TRUE(dut.head_whole_o >> p & 1) << "port " << p << " has another instruction";
      ASSERT_EQ(dut.control_o >> p & 1, h.control() || (h.dynamic_mode() && (dut.reserved_mode_i >> w & 1) != 0));
      ASSERT_EQ(dut.distance_o[p], h.distance());
    }
    ASSERT_EQ(found, any) << "warp " << expected << " is the first";

    for (unsigned c = 0; c < clears; ++c) {
      if ((dut.clear_valid_i >> c & 1) != 0) busy[dut.clear_warp_i[c]].erase(dut.clear_number_i[c]);
    }
    for (unsigned s = 0; s < 2; ++s) {
      if ((dut.squash_valid_i >> s & 1) != 0) order[dut.squash_warp_i[s]] -= dut.squash_count_i[s];
    }
    for (unsigned p = 0; p < ports; ++p) {
      if ((dut.valid_o >> p & 1) == 0) continue;
      const unsigned w = dut.warp_o[p];
      const Head& h = head[w];
      ++issued;
      ++order[w];
      if (h.writes()) busy[w][h.rd()] = h.unit == kUnitMemory;
      if (h.fixed()) {
        ASSERT_TRUE(written[bank_of(w, h.rd())].insert(cycle + h.delay()).second) << "two results for a bank at once";
      }
      head[w] = make();
    }
    if (dut.start_valid_i) order[dut.start_warp_i] = 0;
    clock();
  }
  EXPECT_GT(issued, 15'000U);
  EXPECT_GT(hazards, 10'000U);
  EXPECT_GT(clashes, 500U);
}

// What becomes free is one register of one warp, whichever port says so: all others wait on.
TEST_F(Issue, OneRegisterBecomesFree) {
  dut.stall_i = 1;
  dut.start_valid_i = 1;
  for (unsigned w = 0; w < warps; ++w) {
    dut.start_warp_i = w;
    clock();
  }
  dut.start_valid_i = 0;
  dut.stall_i = 0;
  dut.accept_i = (1U << ports) - 1;
  dut.float_idle_i = all_warps;
  dut.space_i = 15;
  for (unsigned trial = 0; trial < 2 * warps * clears; ++trial) {
    const unsigned w = trial / 2 % warps, port = trial / 2 / warps;
    dut.head_unit_i[w] = kUnitMemory;
    dut.ready_i = dut.head_valid_i = 1U << w;
    for (unsigned number = 1; number < 64; ++number) {
      dut.head_instr_i[w] = (number & 31) << 7;
      dut.head_bits_i[w] = 8 | (number >> 5) << 7;
      dut.eval();
      ASSERT_EQ(dut.hazard_o >> w & 1, 0) << "register " << number;
      ASSERT_NE(dut.valid_o, 0);
      clock();
    }
    dut.ready_i = dut.head_valid_i = 0;
    for (unsigned k = 1; k < 64; ++k) {
      const unsigned number = trial % 2 == 0 ? k : 64 - k;
      dut.head_instr_i[w] = (number & 31) << 15;
      dut.head_bits_i[w] = 1 | (number >> 5) << 4;
      dut.clear_valid_i = 1U << port;
      dut.clear_warp_i[port] = w;
      dut.clear_number_i[port] = number;
      dut.eval();
      ASSERT_EQ(dut.hazard_o >> w & 1, 1) << "warp " << w << " port " << port << " register " << number;
      clock();
      dut.clear_valid_i = 0;
      dut.eval();
      ASSERT_EQ(dut.hazard_o >> w & 1, 0) << "warp " << w << " port " << port << " register " << number;
    }
    ASSERT_EQ(dut.any_busy_o, 0);
  }
}

}  // namespace
}  // namespace heddle::core_test
