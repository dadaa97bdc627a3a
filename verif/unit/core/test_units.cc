// The arithmetic units against C++, the instruction cache against a memory with random latency.
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <bit>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "Vunit_bench.h"
#include "arithmetic.h"

namespace heddle::core_test {
namespace {

class Units : public testing::Test {
 protected:
  Units() {
    context_.assertOn(true);
    dut_ = std::make_unique<Vunit_bench>(&context_);
    dut_->rst_ni = 0;
    step();
    dut_->rst_ni = 1;
    step();
    lanes_ = dut_->lanes_o;
    line_bytes_ = dut_->line_bytes_o;
  }
  ~Units() override { dut_->final(); }

  void step() {
    dut_->clk_i = 0;
    dut_->eval();
    dut_->clk_i = 1;
    context_.timeInc(1);
    dut_->eval();
    dut_->clk_i = 0;
    context_.timeInc(1);
    dut_->eval();
  }

  uint32_t chance(uint32_t below) { return std::uniform_int_distribution<uint32_t>(0, below - 1)(random_); }

  // Corners, small numbers, single bits, anything.
  uint32_t operand() {
    static constexpr std::array<uint32_t, 10> kCorners = {0,          1,          2,          31,         32,
                                                          0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, ~0u};
    switch (chance(5)) {
      case 0: return kCorners[chance(kCorners.size())];
      case 1: return chance(300);
      case 2: return 1u << chance(32);
      case 3: return -chance(300);
      default: return random_() >> chance(32);
    }
  }

  template <typename Port>
  static uint32_t* words(Port& port) {
    return reinterpret_cast<uint32_t*>(&port);
  }

  VerilatedContext context_;
  std::unique_ptr<Vunit_bench> dut_;
  std::mt19937_64 random_{7};
  unsigned lanes_ = 0, line_bytes_ = 0;
};

TEST_F(Units, Alu) {
  for (unsigned op = 0; op < kAluOps; ++op) {
    for (unsigned i = 0; i < 2000; ++i) {
      dut_->alu_op_i = op;
      const uint32_t a = operand(), b = operand();
      dut_->a_i = a;
      dut_->b_i = b;
      dut_->eval();
      ASSERT_EQ(dut_->alu_o, alu(op, a, b)) << "op " << op << " a " << a << " b " << b;
    }
  }
}

TEST_F(Units, MultiplierIsPipelined) {
  std::deque<uint32_t> expected;
  for (unsigned i = 0; i < 20000; ++i) {
    const unsigned op = chance(4);
    const uint32_t a = operand(), b = operand();
    dut_->multiply_valid_i = 1;
    dut_->multiply_op_i = op;
    dut_->a_i = a;
    dut_->b_i = b;
    expected.push_back(multiply(op, a, b));
    step();
    if (expected.size() == 3) {
      ASSERT_EQ(dut_->multiply_o, expected.front());
      expected.pop_front();
    }
  }
}

TEST_F(Units, Divider) {
  unsigned shortest = 1000, longest = 0;
  for (unsigned i = 0; i < 4000; ++i) {
    const unsigned op = chance(4);
    const uint32_t all = lanes_ == 32 ? ~0u : (1u << lanes_) - 1;
    const uint32_t mask = (random_() & all) ? random_() & all : all;
    std::vector<uint32_t> a(lanes_), b(lanes_);
    const bool small = chance(2);
    for (unsigned l = 0; l < lanes_; ++l) {
      a[l] = words(dut_->lanes_a_i)[l] = small ? chance(200) : operand();
      b[l] = words(dut_->lanes_b_i)[l] = operand();
    }
    dut_->mask_i = mask;
    dut_->divide_op_i = op;
    dut_->divide_start_i = 1;
    dut_->divide_accept_i = 0;
    step();
    dut_->divide_start_i = 0;
    unsigned cycles = 1;
    for (; !dut_->divide_done_o; ++cycles) {
      ASSERT_LT(cycles, 40u);
      for (unsigned l = 0; l < lanes_; ++l) words(dut_->lanes_a_i)[l] = words(dut_->lanes_b_i)[l] = random_();
      step();
    }
    shortest = std::min(shortest, cycles);
    longest = std::max(longest, cycles);
    for (unsigned l = 0; l < lanes_; ++l) {
      if (mask >> l & 1) {
        ASSERT_EQ(words(dut_->divide_o)[l], divide(op, a[l], b[l])) << "op " << op << " " << a[l] << " " << b[l];
      }
    }
    dut_->divide_accept_i = 1;
    step();
    dut_->divide_accept_i = 0;
  }
  EXPECT_LE(shortest, 11u);  // the early out
  EXPECT_GE(longest, 34u);
}

TEST_F(Units, Branch) {
  for (unsigned i = 0; i < 20000; ++i) {
    static constexpr std::array<unsigned, 6> kConditions = {0, 1, 4, 5, 6, 7};
    const unsigned condition = kConditions[chance(6)];
    uint32_t expected = 0;
    for (unsigned l = 0; l < lanes_; ++l) {
      const uint32_t a = operand(), b = chance(4) ? operand() : a;
      words(dut_->lanes_a_i)[l] = a;
      words(dut_->lanes_b_i)[l] = b;
      const bool taken = condition == 0   ? a == b
                         : condition == 1 ? a != b
                         : condition == 4 ? int32_t(a) < int32_t(b)
                         : condition == 5 ? int32_t(a) >= int32_t(b)
                         : condition == 6 ? a < b
                                          : a >= b;
      expected |= uint32_t(taken) << l;
    }
    dut_->branch_condition_i = condition;
    dut_->eval();
    ASSERT_EQ(dut_->branch_o, expected) << "condition " << condition;
  }
}

TEST_F(Units, VotesAndShuffles) {
  const uint32_t all = lanes_ == 32 ? ~0u : (1u << lanes_) - 1;
  for (unsigned i = 0; i < 20000; ++i) {
    const unsigned op = chance(kCollectiveOps);
    const uint32_t mask = (random_() & all) ? random_() & all : all;
    if (mask == 0) continue;
    std::vector<uint32_t> a(lanes_), b(lanes_);
    const bool zeros = chance(3) == 0;
    for (unsigned l = 0; l < lanes_; ++l) {
      a[l] = words(dut_->lanes_a_i)[l] = zeros ? chance(2) : 1 + chance(1000);
      b[l] = chance(8) ? chance(lanes_ + 2) : operand();
      if (chance(6) == 0) b[l] = chance(lanes_) | 1u << chance(32);  // one bit makes it no lane
      words(dut_->lanes_b_i)[l] = b[l];
    }
    dut_->mask_i = mask;
    dut_->collective_op_i = op;
    dut_->eval();
    for (unsigned l = 0; l < lanes_; ++l) {
      if (!(mask >> l & 1)) continue;
      const uint32_t expected = collective(op, l, lanes_, mask, a, b);
      ASSERT_EQ(words(dut_->collective_o)[l], expected) << "op " << op << " lane " << l << " mask " << mask;
    }
  }
}

// The memory behind the cache: the word at an address is a function of the address and of the time of the last change.
TEST_F(Units, InstructionCache) {
  struct InFlight {
    uint32_t address;
    unsigned id;
    uint64_t due;
    uint32_t version;
    bool error;
  };
  std::deque<InFlight> memory;
  uint32_t version = 1;
  auto word = [](uint32_t address, uint32_t v) { return address * 2654435761u ^ v; };
  auto bad = [&](uint32_t line) { return line % 7 == 3; };
  uint64_t hits = 0, misses = 0, errors = 0, requests = 0;
  uint32_t looked = 0, looked_version = 0;
  bool was_lookup = false;
  uint64_t missing_since = 0;
  uint32_t target = 0x80000000;
  unsigned span = 64;  // lines in use
  for (uint64_t cycle = 0; cycle < 300000; ++cycle) {
    if (cycle % 20000 == 0) span = cycle / 20000 % 2 ? 4 : 400;
    // A response in any order.
    dut_->response_valid_i = 0;
    if (!memory.empty()) {
      const unsigned pick = chance(memory.size());
      if (memory[pick].due <= cycle) {
        const InFlight done = memory[pick];
        memory.erase(memory.begin() + pick);
        dut_->response_valid_i = 1;
        dut_->response_id_i = done.id;
        dut_->response_error_i = done.error;
        for (unsigned i = 0; i < line_bytes_ / 4; ++i)
          words(dut_->response_data_i)[i] = word(done.address + 4 * i, done.version);
      }
    }
    dut_->request_ready_i = chance(3) != 0;
    dut_->invalidate_i = chance(3000) == 0;
    dut_->lookup_valid_i = chance(4) != 0;
    dut_->lookup_pc_i = target;
    dut_->miss_allowed_i = 1;
    dut_->eval();
    if (dut_->request_valid_o && dut_->request_ready_i) {
      const uint32_t address = dut_->request_address_o;
      ASSERT_EQ(address % line_bytes_, 0u);
      memory.push_back({address, dut_->request_id_o, cycle + 2 + chance(40), version, bad(address / line_bytes_)});
      ++requests;
    }
    // The answer to the lookup of the cycle before.
    if (was_lookup) {
      if (dut_->hit_o) {
        ++hits;
        missing_since = cycle;
        ASSERT_EQ(dut_->error_o, bad(looked / line_bytes_));
        errors += dut_->error_o;
        const uint32_t pair = looked & ~7u;
        const uint64_t data = dut_->data_o;
        ASSERT_EQ(uint32_t(data), word(pair, looked_version)) << "cycle " << cycle;
        ASSERT_EQ(uint32_t(data >> 32), word(pair + 4, looked_version)) << "cycle " << cycle;
        target = 0x80000000 + 4 * chance(span * line_bytes_ / 4);
      } else {
        ++misses;
        ASSERT_LT(cycle - missing_since, 500u) << "no progress";
      }
    }
    was_lookup = dut_->lookup_valid_i;
    looked = dut_->lookup_pc_i;
    // Memory changes with the invalidation, which takes effect after this cycle's lookup has been presented.
    if (dut_->invalidate_i) {
      was_lookup = false;
      ++version;
    }
    looked_version = version;
    step();
  }
  EXPECT_GT(hits, 50000u);
  EXPECT_GT(misses, 1000u);
  EXPECT_GT(errors, 1000u);
  EXPECT_GT(requests, 1000u);
}

}  // namespace
}  // namespace heddle::core_test
