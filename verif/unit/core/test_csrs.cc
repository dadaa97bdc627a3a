// The CSRs of a core against docs/spec/csrs.yaml, read in every cycle while warps start, trap and write.
#include <Vcsr_bench.h>
#include <gtest/gtest.h>
#include <verilated.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <random>
#include <vector>

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

class Csrs : public testing::Test {
 protected:
  Csrs() {
    context_.assertOn(true);
    top_.rst_ni = 0;
    edge();
    edge();
    top_.rst_ni = 1;
    warps_.resize(top_.shape_o[0]);
    lanes_ = top_.shape_o[1];
    ports_ = top_.shape_o[2];
    for (Warp& warp : warps_) {
      warp.local_ids.resize(lanes_);
      for (auto* words : {&warp.scratch, &warp.epc, &warp.cause, &warp.value}) words->resize(lanes_);
    }
    for (uint32_t& word : top_.launch_i) word = word_();
  }
  ~Csrs() override { top_.final(); }

  void settle() {
    top_.clk_i = 0;
    top_.eval();
  }
  void edge() {
    settle();
    context_.timeInc(1);
    top_.clk_i = 1;
    top_.eval();
    context_.timeInc(1);
  }
  uint32_t below(uint32_t count) { return static_cast<uint32_t>(random_() % count); }
  uint32_t word_() { return static_cast<uint32_t>(random_()); }
  [[nodiscard]] uint32_t lane_mask() const { return ~0U >> (32 - lanes_); }

  // What the CSR reads, or nothing where it depends on what has not been written yet.
  std::optional<uint32_t> expected(uint32_t number, unsigned w, unsigned lane) {
    const Warp& warp = warps_[w];
    for (const auto& [constant, value] : kConstants) {
      if (number == constant) return value;
    }
    const uint64_t retired = warp.retired - 1;
    switch (number) {
      case kFflags: return top_.fcsr_i[lane] & 31;
      case kFrm: return top_.fcsr_i[lane] >> 5 & 7;
      case kFcsr: return top_.fcsr_i[lane] & 255;
      case kMtvec: return warp.vector;
      case kMscratch: return warp.scratch[lane];
      case kMepc: return warp.epc[lane];
      case kMcause: return warp.cause[lane];
      case kMtval: return warp.value[lane];
      case kMhartid: return w * lanes_ + lane;
      case 0xb00:
      case 0xc00:
      case 0xc01: return static_cast<uint32_t>(cycle_);
      case 0xb80:
      case 0xc80:
      case 0xc81: return static_cast<uint32_t>(cycle_ >> 32);
      case kMinstret:
      case 0xc02: return warp.fresh ? std::nullopt : std::optional(static_cast<uint32_t>(retired));
      case kMinstreth:
      case 0xc82: return warp.fresh ? std::nullopt : std::optional(static_cast<uint32_t>(retired >> 32));
      case 0xccc: return top_.launch_i[6];
      case 0xccd: return top_.launch_i[7];
      case 0xcce: return lane;
      case 0xccf: return warp.start[1];
      case 0xcd0: return warp.start[0];
      case 0xcd1: return lanes_;
      case 0xcd2: return warp.start[2];
      case 0xcd3: return top_.launch_i[8];
      case 0xcd4: return top_.launch_i[9];
      default: break;
    }
    if (number >= 0xcc0 && number < 0xcc3) return warp.local_ids[lane][number - 0xcc0];
    if (number >= 0xcc3 && number < 0xcc6) return warp.start[3 + number - 0xcc3];
    if (number >= 0xcc6 && number < 0xccc) return top_.launch_i[number - 0xcc6];
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
    top_.start_valid_i = may;
    const unsigned bits = top_.shape_o[3];
    top_.start_warp_i = below(static_cast<uint32_t>(warps_.size()));
    for (uint32_t& word : top_.start_i) word = word_();
    top_.start_i[0] = 1 + below(static_cast<uint32_t>(warps_.size()));
    top_.start_i[1] = below(static_cast<uint32_t>(warps_.size()));
    top_.start_i[2] &= lane_mask();
    top_.start_i[9] &= 0xff;
    top_.start_i[10] &= (1U << bits) - 1;
    top_.start_i[11] &= 1;
    for (auto& id : top_.start_local_id_i) {
      for (uint32_t& word : id) word = word_() & ((1U << bits) - 1);
    }
  }

  void draw_event() {
    static constexpr std::array<uint32_t, 5> kWritten = {kMscratch, kMepc, kMcause, kMtval, kMtvec};
    top_.event_valid_i = below(3) != 0;
    top_.event_warp_i = below(static_cast<uint32_t>(warps_.size()));
    top_.event_retired_i = below(4) != 0;
    top_.event_trap_i = below(4) == 0;
    top_.event_trapping_i = word_() & lane_mask();
    top_.event_executed_i = std::max(1U, word_() & lane_mask());
    top_.event_pc_i = word_() & ~3U;
    top_.event_cause_i = below(31);
    top_.event_plus_one_i = word_() & lane_mask();
    top_.event_value_i = word_();
    top_.event_value_per_lane_i = below(2);
    top_.event_write_i = !top_.event_trap_i && below(2) == 0;
    top_.event_csr_i = below(4) == 0 ? known_number() : kWritten[below(kWritten.size())];
    for (uint32_t& word : top_.event_data_i) word = word_();
    for (uint32_t& word : top_.event_rest_i) word = word_();
  }

  [[nodiscard]] bool traps() const { return top_.event_valid_i && top_.event_trap_i && top_.event_trapping_i != 0; }
  [[nodiscard]] bool writes(uint32_t number) const {
    return top_.event_valid_i && top_.event_write_i && top_.event_csr_i == number;
  }

  // What the inputs of the cycle change.
  void apply() {
    for (unsigned p = 0; p < ports_; ++p) {
      if (!top_.issue_valid_i[p]) continue;
      Warp& warp = warps_[top_.issue_warp_i[p]];
      warp.retired = (warp.fresh ? 0 : warp.retired) + 1 - (warp.excess ? 1 : 0);
      warp.fresh = warp.excess = false;
    }
    for (unsigned s = 0; s < 2; ++s) {
      if (top_.squash_valid_i[s]) warps_[top_.squash_warp_i[s]].retired -= top_.squash_count_i[s];
    }
    Warp& warp = warps_[top_.event_warp_i];
    if (top_.event_valid_i && !top_.event_retired_i) warp.excess = true;
    for (unsigned lane = 0; lane < lanes_; ++lane) {
      const uint32_t data = top_.event_data_i[lane];
      if (traps() && (top_.event_trapping_i >> lane & 1)) {
        warp.epc[lane] = top_.event_pc_i;
        warp.cause[lane] = top_.event_cause_i + (top_.event_plus_one_i >> lane & 1);
        warp.value[lane] = top_.event_value_per_lane_i ? data : top_.event_value_i;
      }
      if (!(top_.event_executed_i >> lane & 1)) continue;
      if (writes(kMscratch)) warp.scratch[lane] = data;
      if (writes(kMepc)) warp.epc[lane] = data & ~3U;
      if (writes(kMcause)) warp.cause[lane] = data;
      if (writes(kMtval)) warp.value[lane] = data;
    }
    if (writes(kMtvec)) warp.vector = top_.event_data_i[std::countr_zero(top_.event_executed_i)] & ~3U;
    if (top_.start_valid_i) {
      Warp& starting = warps_[top_.start_warp_i];
      starting.fresh = true;
      starting.excess = false;
      starting.vector = 0;
      std::copy(std::begin(top_.start_i), std::end(top_.start_i), starting.start.begin());
      for (unsigned lane = 0; lane < lanes_; ++lane) {
        std::copy(std::begin(top_.start_local_id_i[lane]), std::end(top_.start_local_id_i[lane]),
                  starting.local_ids[lane].begin());
        starting.scratch[lane] = starting.epc[lane] = starting.cause[lane] = starting.value[lane] = 0;
      }
    }
    ++cycle_;
  }

  VerilatedContext context_;
  Vcsr_bench top_{&context_};
  std::mt19937_64 random_{11};
  std::vector<Warp> warps_;
  unsigned lanes_ = 0, ports_ = 0;
  uint64_t cycle_ = 0;
};

TEST_F(Csrs, ReadsWhatWasWritten) {
  uint64_t compared = 0, starts = 0, trapped = 0;
  const auto warps = static_cast<uint32_t>(warps_.size());
  for (unsigned n = 0; n < 40'000; ++n) {
    const bool begin = n < warps;  // each of them starts before anything else happens
    if (n % 200 == 0) {
      for (uint32_t& word : top_.launch_i) word = word_();
      for (uint32_t& word : top_.launch_rest_i) word = word_();
    }
    draw_event();
    if (begin) top_.event_valid_i = 0;
    bool busy = traps();
    for (uint32_t number : {kMscratch, kMepc, kMcause, kMtval, kMtvec}) busy = busy || writes(number);
    draw_start(begin || (!busy && below(8) == 0));
    if (begin) top_.start_warp_i = n;
    // Slots of different warps.
    std::vector<uint32_t> order(warps);
    for (uint32_t w = 0; w < warps; ++w) order[w] = w;
    std::shuffle(order.begin(), order.end(), random_);
    size_t next = 0;
    auto another = [&]() -> std::optional<uint32_t> {
      return next < order.size() ? std::optional(order[next++]) : std::nullopt;
    };
    for (unsigned p = 0; p < ports_; ++p) {
      const auto warp = another();
      top_.issue_valid_i[p] = warp && !begin && below(2) == 0;
      top_.issue_warp_i[p] = warp.value_or(0);
    }
    for (unsigned s = 0; s < 2; ++s) {
      const auto warp = another();
      top_.squash_valid_i[s] = warp && !begin && below(4) == 0;
      top_.squash_warp_i[s] = warp.value_or(0);
      top_.squash_count_i[s] = below(4);
    }
    top_.read_i = below(8) != 0;
    top_.read_number_i = known_number();
    top_.read_warp_i = below(warps);
    for (uint32_t& word : top_.fcsr_i) word = word_() & 255;
    top_.identity_warp_i = below(warps);
    top_.scratch_warp_i = below(warps);
    settle();
    ASSERT_EQ(bool(top_.start_ready_o), !busy) << "cycle " << n;
    if (!begin) {
      for (unsigned lane = 0; lane < lanes_; ++lane) {
        const auto value = expected(top_.read_number_i, top_.read_warp_i, lane);
        if (!top_.read_i || !value) continue;
        ASSERT_EQ(top_.read_data_o[lane], *value)
            << std::hex << "csr 0x" << top_.read_number_i << std::dec << " lane " << lane << " cycle " << n;
        ++compared;
      }
      ASSERT_EQ(top_.event_vector_o, warps_[top_.event_warp_i].vector) << "cycle " << n;
      const auto& identity = warps_[top_.identity_warp_i].start;
      for (unsigned i = 0; i < 3; ++i) ASSERT_EQ(top_.identity_o[i], identity[3 + i]) << "cycle " << n;
      ASSERT_EQ(top_.identity_o[3], identity[10]) << "cycle " << n;
      ASSERT_EQ(top_.scratch_base_o, warps_[top_.scratch_warp_i].start[9]) << "cycle " << n;
      ASSERT_EQ(top_.first_buffer_o, warps_[top_.scratch_warp_i].start[11]) << "cycle " << n;
    }
    starts += top_.start_valid_i;
    trapped += traps();
    apply();
    edge();
  }
  EXPECT_GT(compared, 30'000U);
  EXPECT_GT(starts, 1000U);
  EXPECT_GT(trapped, 1000U);
}

}  // namespace
}  // namespace heddle::core_test
