// The CSRs of a core against docs/spec/csrs.yaml, read in every cycle while warps start, trap and write.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "Vcsr_bench.h"
#include "clocked.h"

namespace heddle::core_test {
namespace {

enum Csr : uint32_t {
  kFflags = 0x001,
  kFrm = 0x002,
  kFcsr = 0x003,
  kMtvec = 0x305,
  kMscratch = 0x340,
  kMepc = 0x341,
  kMcause = 0x342,
  kMtval = 0x343,
  kMhartid = 0xf14,
  kMinstret = 0xb02,
  kMinstreth = 0xb82,
};

// Those with one value: number, value.
constexpr std::array<std::pair<uint32_t, uint32_t>, 10> kConstants = {{{0xf11, 0},
                                                                       {0xf12, 0x48454444},
                                                                       {0xf13, 0x00010000},
                                                                       {0xf15, 0},
                                                                       {0x300, 0x80007800},
                                                                       {0x301, 0x40801121},
                                                                       {0x304, 0},
                                                                       {0x310, 0},
                                                                       {0x320, 0},
                                                                       {0x344, 0}}};

struct Warp {
  bool fresh = true, excess = false;
  uint64_t retired = 0;
  uint32_t vector = 0;
  std::array<uint32_t, 12> start{};
  std::vector<std::array<uint32_t, 3>> local_ids;
  std::vector<uint32_t> scratch, epc, cause, value;
};

class Csrs : public testing::Test, protected Clocked<Vcsr_bench> {
 protected:
  Csrs() : Clocked(11) {
    reset();
    warps_.resize(dut.shape_o[0]);
    lanes_ = dut.shape_o[1];
    ports_ = dut.shape_o[2];
    for (Warp& warp : warps_) {
      warp.local_ids.resize(lanes_);
      for (auto* words : {&warp.scratch, &warp.epc, &warp.cause, &warp.value}) words->resize(lanes_);
    }
    for (uint32_t& word : dut.launch_i) word = any();
  }

  uint32_t any() { return static_cast<uint32_t>(random()); }
  [[nodiscard]] uint32_t lane_mask() const { return ones(lanes_); }

  // What the CSR reads, or nothing where it depends on what has not been written yet.
  std::optional<uint32_t> expected(uint32_t number, unsigned w, unsigned lane) {
    const Warp& warp = warps_[w];
    for (const auto& [constant, value] : kConstants) {
      if (number == constant) return value;
    }
    const uint64_t retired = warp.retired - 1;
    switch (number) {
      case kFflags: return dut.fcsr_i[lane] & 31;
      case kFrm: return dut.fcsr_i[lane] >> 5 & 7;
      case kFcsr: return dut.fcsr_i[lane] & 255;
      case kMtvec: return warp.vector;
      case kMscratch: return warp.scratch[lane];
      case kMepc: return warp.epc[lane];
      case kMcause: return warp.cause[lane];
      case kMtval: return warp.value[lane];
      case kMhartid: return w * lanes_ + lane;
      case 0xb00:
      case 0xc00:
      case 0xc01: return static_cast<uint32_t>(cycle - 1);
      case 0xb80:
      case 0xc80:
      case 0xc81: return static_cast<uint32_t>((cycle - 1) >> 32);
      case kMinstret:
      case 0xc02: return warp.fresh ? std::nullopt : std::optional(static_cast<uint32_t>(retired));
      case kMinstreth:
      case 0xc82: return warp.fresh ? std::nullopt : std::optional(static_cast<uint32_t>(retired >> 32));
      case 0xccc: return dut.launch_i[6];
      case 0xccd: return dut.launch_i[7];
      case 0xcce: return lane;
      case 0xccf: return warp.start[1];
      case 0xcd0: return warp.start[0];
      case 0xcd1: return lanes_;
      case 0xcd2: return warp.start[2];
      case 0xcd3: return dut.launch_i[8];
      case 0xcd4: return dut.launch_i[9];
      default: break;
    }
    if (number >= 0xcc0 && number < 0xcc3) return warp.local_ids[lane][number - 0xcc0];
    if (number >= 0xcc3 && number < 0xcc6) return warp.start[3 + number - 0xcc3];
    if (number >= 0xcc6 && number < 0xccc) return dut.launch_i[number - 0xcc6];
    if (number >= 0xcd5 && number < 0xcd8) return warp.start[6 + number - 0xcd5] + warp.local_ids[lane][number - 0xcd5];
    return std::nullopt;
  }

  uint32_t known_number() {
    static constexpr std::array<uint32_t, 21> kOthers = {0x001, 0x002, 0x003, 0x305, 0x340, 0x341, 0x342,
                                                         0x343, 0xf14, 0xb00, 0xb02, 0xb80, 0xb82, 0xc00,
                                                         0xc01, 0xc02, 0xc80, 0xc81, 0xc82, 0x343, 0x341};
    switch (below(5)) {
      case 0: return kConstants[below(kConstants.size())].first;
      case 1:
      case 2: return kOthers[below(kOthers.size())];
      default: return 0xcc0 + below(24);
    }
  }

  void draw_start(bool may) {
    // The port of the lanes' CSRs is free.
    dut.start_valid_i = may;
    const unsigned bits = dut.shape_o[3];
    dut.start_warp_i = below(static_cast<uint32_t>(warps_.size()));
    for (uint32_t& word : dut.start_i) word = any();
    dut.start_i[0] = 1 + below(static_cast<uint32_t>(warps_.size()));
    dut.start_i[1] = below(static_cast<uint32_t>(warps_.size()));
    dut.start_i[2] &= lane_mask();
    dut.start_i[9] &= 0xff;
    dut.start_i[10] &= (1U << bits) - 1;
    dut.start_i[11] &= 1;
    for (auto& id : dut.start_local_id_i) {
      for (uint32_t& word : id) word = any() & ((1U << bits) - 1);
    }
  }

  void draw_event() {
    static constexpr std::array<uint32_t, 5> kWritten = {kMscratch, kMepc, kMcause, kMtval, kMtvec};
    dut.event_valid_i = below(3) != 0;
    dut.event_warp_i = below(static_cast<uint32_t>(warps_.size()));
    dut.event_retired_i = below(4) != 0;
    dut.event_trap_i = below(4) == 0;
    dut.event_trapping_i = any() & lane_mask();
    dut.event_executed_i = std::max(1U, any() & lane_mask());
    dut.event_pc_i = any() & ~3U;
    dut.event_cause_i = below(31);
    dut.event_plus_one_i = any() & lane_mask();
    dut.event_value_i = any();
    dut.event_value_per_lane_i = below(2);
    dut.event_write_i = !dut.event_trap_i && below(2) == 0;
    dut.event_csr_i = below(4) == 0 ? known_number() : kWritten[below(kWritten.size())];
    for (uint32_t& word : dut.event_data_i) word = any();
    for (uint32_t& word : dut.event_rest_i) word = any();
  }

  [[nodiscard]] bool traps() const { return dut.event_valid_i && dut.event_trap_i && dut.event_trapping_i != 0; }
  [[nodiscard]] bool writes(uint32_t number) const {
    return dut.event_valid_i && dut.event_write_i && dut.event_csr_i == number;
  }

  // What the inputs of the cycle change.
  void apply() {
    for (unsigned p = 0; p < ports_; ++p) {
      if (!dut.issue_valid_i[p]) continue;
      Warp& warp = warps_[dut.issue_warp_i[p]];
      warp.retired = (warp.fresh ? 0 : warp.retired) + 1 - (warp.excess ? 1 : 0);
      warp.fresh = warp.excess = false;
    }
    for (unsigned s = 0; s < 2; ++s) {
      if (dut.squash_valid_i[s]) warps_[dut.squash_warp_i[s]].retired -= dut.squash_count_i[s];
    }
    Warp& warp = warps_[dut.event_warp_i];
    if (dut.event_valid_i && !dut.event_retired_i) warp.excess = true;
    for (unsigned lane = 0; lane < lanes_; ++lane) {
      const uint32_t data = dut.event_data_i[lane];
      if (traps() && (dut.event_trapping_i >> lane & 1)) {
        warp.epc[lane] = dut.event_pc_i;
        warp.cause[lane] = dut.event_cause_i + (dut.event_plus_one_i >> lane & 1);
        warp.value[lane] = dut.event_value_per_lane_i ? data : dut.event_value_i;
      }
      if (!(dut.event_executed_i >> lane & 1)) continue;
      if (writes(kMscratch)) warp.scratch[lane] = data;
      if (writes(kMepc)) warp.epc[lane] = data & ~3U;
      if (writes(kMcause)) warp.cause[lane] = data;
      if (writes(kMtval)) warp.value[lane] = data;
    }
    if (writes(kMtvec)) warp.vector = dut.event_data_i[std::countr_zero(dut.event_executed_i)] & ~3U;
    if (dut.start_valid_i) {
      Warp& starting = warps_[dut.start_warp_i];
      starting.fresh = true;
      starting.excess = false;
      starting.vector = 0;
      std::copy(std::begin(dut.start_i), std::end(dut.start_i), starting.start.begin());
      for (unsigned lane = 0; lane < lanes_; ++lane) {
        std::copy(std::begin(dut.start_local_id_i[lane]), std::end(dut.start_local_id_i[lane]),
                  starting.local_ids[lane].begin());
        starting.scratch[lane] = starting.epc[lane] = starting.cause[lane] = starting.value[lane] = 0;
      }
    }
  }

  std::vector<Warp> warps_;
  unsigned lanes_ = 0, ports_ = 0;
};

TEST_F(Csrs, ReadsWhatWasWritten) {
  uint64_t compared = 0, starts = 0, trapped = 0;
  const auto warps = static_cast<uint32_t>(warps_.size());
  for (unsigned n = 0; n < 40'000; ++n) {
    const bool begin = n < warps;  // each of them starts before anything else happens
    if (n % 200 == 0) {
      for (uint32_t& word : dut.launch_i) word = any();
      for (uint32_t& word : dut.launch_rest_i) word = any();
    }
    draw_event();
    if (begin) dut.event_valid_i = 0;
    bool busy = traps();
    for (uint32_t number : {kMscratch, kMepc, kMcause, kMtval, kMtvec}) busy = busy || writes(number);
    draw_start(begin || (!busy && below(8) == 0));
    if (begin) dut.start_warp_i = n;
    // Slots of different warps.
    std::vector<uint32_t> order(warps);
    for (uint32_t w = 0; w < warps; ++w) order[w] = w;
    std::shuffle(order.begin(), order.end(), random);
    size_t next = 0;
    auto another = [&]() -> std::optional<uint32_t> {
      return next < order.size() ? std::optional(order[next++]) : std::nullopt;
    };
    for (unsigned p = 0; p < ports_; ++p) {
      const auto warp = another();
      dut.issue_valid_i[p] = warp && !begin && below(2) == 0;
      dut.issue_warp_i[p] = warp.value_or(0);
    }
    for (unsigned s = 0; s < 2; ++s) {
      const auto warp = another();
      dut.squash_valid_i[s] = warp && !begin && below(4) == 0;
      dut.squash_warp_i[s] = warp.value_or(0);
      dut.squash_count_i[s] = below(4);
    }
    dut.read_i = below(8) != 0;
    dut.read_number_i = known_number();
    dut.read_warp_i = below(warps);
    for (uint32_t& word : dut.fcsr_i) word = any() & 255;
    dut.identity_warp_i = below(warps);
    dut.scratch_warp_i = below(warps);
    dut.eval();
    ASSERT_EQ(bool(dut.start_ready_o), !busy) << "cycle " << n;
    if (!begin) {
      for (unsigned lane = 0; lane < lanes_; ++lane) {
        const auto value = expected(dut.read_number_i, dut.read_warp_i, lane);
        if (!dut.read_i || !value) continue;
        ASSERT_EQ(dut.read_data_o[lane], *value)
            << std::hex << "csr 0x" << dut.read_number_i << std::dec << " lane " << lane << " cycle " << n;
        ++compared;
      }
      ASSERT_EQ(dut.event_vector_o, warps_[dut.event_warp_i].vector) << "cycle " << n;
      const auto& identity = warps_[dut.identity_warp_i].start;
      for (unsigned i = 0; i < 3; ++i) ASSERT_EQ(dut.identity_o[i], identity[3 + i]) << "cycle " << n;
      ASSERT_EQ(dut.identity_o[3], identity[10]) << "cycle " << n;
      ASSERT_EQ(dut.scratch_base_o, warps_[dut.scratch_warp_i].start[9]) << "cycle " << n;
      ASSERT_EQ(dut.first_buffer_o, warps_[dut.scratch_warp_i].start[11]) << "cycle " << n;
    }
    starts += dut.start_valid_i;
    trapped += traps();
    apply();
    clock();
  }
  EXPECT_GT(compared, 30'000U);
  EXPECT_GT(starts, 1000U);
  EXPECT_GT(trapped, 1000U);
}

}  // namespace
}  // namespace heddle::core_test
