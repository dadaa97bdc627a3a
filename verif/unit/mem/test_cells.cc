// The common cells, each against a few lines of C++.
#include <Vcells_bench.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>

namespace {

constexpr unsigned kQueues = 5;
constexpr std::array<size_t, kQueues> kCapacity = {1, 3, 4, 2, 1};
constexpr unsigned kBypass = 4;

class Cells : public testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    cycle();
    dut_.rst_ni = 1;
  }
  void settle() {
    dut_.clk_i = 0;
    dut_.eval();
  }
  void edge() {
    dut_.clk_i = 1;
    dut_.eval();
  }
  void cycle() {
    settle();
    edge();
  }

  VerilatedContext context_;
  Vcells_bench dut_{&context_};
  std::mt19937 random_{1};
};

TEST_F(Cells, QueuesKeepEveryWordInOrder) {
  std::array<std::deque<uint8_t>, kQueues> inside;
  std::array<unsigned, kQueues> passed{};
  for (unsigned n = 0; n < 4000; ++n) {
    // Phases of filling, draining and both at full speed.
    const unsigned push = n % 400 < 100 ? 90 : n % 400 < 200 ? 20 : n % 400 < 300 ? 100 : 50;
    const unsigned pop = n % 400 < 100 ? 20 : n % 400 < 200 ? 90 : n % 400 < 300 ? 100 : 50;
    for (unsigned q = 0; q < kQueues; ++q) {
      // An offered word stays until it is taken.
      if (!dut_.valid_i[q] || dut_.ready_o[q]) {
        dut_.valid_i[q] = random_() % 100 < push;
        dut_.data_i[q] = static_cast<uint8_t>(random_());
      }
      dut_.ready_i[q] = random_() % 100 < pop;
    }
    settle();
    for (unsigned q = 0; q < kQueues; ++q) {
      ASSERT_EQ(dut_.ready_o[q], inside[q].size() < kCapacity[q]) << "queue " << q;
      if (q < 3) ASSERT_EQ(dut_.count_o[q], inside[q].size());
      const bool through = q == kBypass && inside[q].empty() && dut_.valid_i[q];
      ASSERT_EQ(dut_.valid_o[q], !inside[q].empty() || through) << "queue " << q;
      const bool push_now = dut_.valid_i[q] && dut_.ready_o[q];
      if (push_now) inside[q].push_back(dut_.data_i[q]);
      if (dut_.valid_o[q]) ASSERT_EQ(dut_.data_o[q], inside[q].front()) << "queue " << q;
      if (dut_.valid_o[q] && dut_.ready_i[q]) {
        inside[q].pop_front();
        ++passed[q];
      }
    }
    edge();
  }
  for (unsigned q = 0; q < kQueues; ++q) EXPECT_GT(passed[q], 1000u) << "queue " << q;
}

TEST_F(Cells, ArbiterIsFair) {
  std::array<unsigned, 5> waited{};  // grants to others since the requester began to ask
  for (unsigned n = 0; n < 4000; ++n) {
    dut_.request_i = static_cast<uint8_t>(n % 100 < 50 ? random_() % 32 : 31);
    dut_.accept_i = random_() % 4 != 0;
    settle();
    ASSERT_EQ(dut_.arbiter_valid_o, dut_.request_i != 0);
    if (dut_.arbiter_valid_o) {
      ASSERT_EQ(dut_.grant_o, 1u << dut_.index_o);
      ASSERT_NE(dut_.request_i & dut_.grant_o, 0u);
      if (dut_.accept_i) {
        for (unsigned r = 0; r < 5; ++r) {
          const bool asks = dut_.request_i >> r & 1, granted = dut_.grant_o >> r & 1;
          waited[r] = asks && !granted ? waited[r] + 1 : 0;
          ASSERT_LT(waited[r], 5u) << "requester " << r << " was passed over by each other one and once more";
        }
      }
    }
    if (!(dut_.accept_i && dut_.arbiter_valid_o)) {
      for (unsigned r = 0; r < 5; ++r) {
        if (!(dut_.request_i >> r & 1)) waited[r] = 0;
      }
    }
    edge();
  }
}

TEST_F(Cells, LowestOne) {
  for (unsigned n = 0; n < 1000; ++n) {
    dut_.bits_i = n == 0 ? 0 : random_() & (random_() % 2 ? random_() & random_() & random_() : ~0u);
    settle();
    const uint32_t bits = dut_.bits_i;
    ASSERT_EQ(dut_.lowest_any_o, bits != 0);
    ASSERT_EQ(dut_.lowest_o, bits & -bits);
    ASSERT_EQ(dut_.lowest_index_o, bits == 0 ? 0 : __builtin_ctz(bits));
  }
}

TEST_F(Cells, RamReadsOldDataAndHoldsIt) {
  std::array<uint16_t, 5> words{};
  for (unsigned a = 0; a < 5; ++a) {
    dut_.write_enable_i = 3;
    dut_.write_address_i = a;
    dut_.write_data_i = 0;
    cycle();
  }
  uint16_t expected = 0;
  bool read = false;
  for (unsigned n = 0; n < 2000; ++n) {
    dut_.read_enable_i = random_() % 2;
    dut_.read_address_i = random_() % 5;
    dut_.write_enable_i = random_() % 4;
    dut_.write_address_i = random_() % 5;
    dut_.write_data_i = static_cast<uint16_t>(random_());
    settle();
    if (read) ASSERT_EQ(dut_.read_data_o, expected);
    if (dut_.read_enable_i) {
      expected = words[dut_.read_address_i];
      read = true;
    }
    const uint16_t mask = (dut_.write_enable_i & 1 ? 0xFF : 0) | (dut_.write_enable_i & 2 ? 0xFF00 : 0);
    uint16_t& word = words[dut_.write_address_i];
    word = static_cast<uint16_t>((word & ~mask) | (dut_.write_data_i & mask));
    edge();
  }
}

TEST_F(Cells, AmoAlu) {
  constexpr std::array<uint32_t, 6> kEdges = {0, 1, 0x7FFF'FFFF, 0x8000'0000, 0xFFFF'FFFF, 0x1234'5678};
  for (unsigned n = 0; n < 2000; ++n) {
    const uint32_t a = random_() % 2 ? kEdges[random_() % 6] : random_(),
                   b = random_() % 2 ? kEdges[random_() % 6] : random_();
    const auto sa = static_cast<int32_t>(a), sb = static_cast<int32_t>(b);
    // swap, add, xor, and, or, min, max, minu, maxu
    const std::array<uint32_t, 9> expected = {b,
                                              a + b,
                                              a ^ b,
                                              a & b,
                                              a | b,
                                              static_cast<uint32_t>(std::min(sa, sb)),
                                              static_cast<uint32_t>(std::max(sa, sb)),
                                              std::min(a, b),
                                              std::max(a, b)};
    dut_.old_i = a;
    dut_.operand_i = b;
    for (unsigned op = 0; op < 9; ++op) {
      dut_.amo_i = op;
      settle();
      ASSERT_EQ(dut_.result_o, expected[op]) << "operation " << op << " of " << a << " and " << b;
    }
  }
}

// Every byte with every pattern of at most two wrong bits.
TEST_F(Cells, OneWrongBitIsCorrectedAndTwoAreFound) {
  for (unsigned plain = 0; plain < 256; ++plain) {
    for (unsigned first = 0; first < 13; ++first) {
      for (unsigned second = 0; second < 13; ++second) {
        dut_.plain_i = static_cast<uint8_t>(plain);
        dut_.damage_i = static_cast<uint16_t>(1U << first | 1U << second);
        settle();
        ASSERT_EQ(dut_.lost_o, first != second) << "byte " << plain << ", bits " << first << " and " << second;
        if (first == second) ASSERT_EQ(dut_.decoded_o, plain) << "bit " << first;
      }
    }
    dut_.damage_i = 0;
    settle();
    ASSERT_FALSE(dut_.lost_o);
    ASSERT_EQ(dut_.decoded_o, plain);
  }
}

}  // namespace
