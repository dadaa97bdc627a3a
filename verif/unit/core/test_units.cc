// The arithmetic units against C++, the instruction cache against a memory with random latency.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstring>
#include <deque>
#include <map>
#include <optional>

#include "Vunit_bench.h"
#include "arithmetic.h"
#include "clocked.h"

namespace heddle::core_test {
namespace {

class Units : public testing::Test, protected Clocked<Vunit_bench> {
 protected:
  Units() : Clocked(7) {
    reset();
    lanes_ = dut.lanes_o;
    line_bytes_ = dut.line_bytes_o;
  }

  // Corners, small numbers, single bits, anything.
  uint32_t operand() {
    static constexpr std::array<uint32_t, 10> kCorners = {0,          1,          2,          31,         32,
                                                          0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, ~0u};
    switch (below(5)) {
      case 0: return kCorners[below(kCorners.size())];
      case 1: return below(300);
      case 2: return 1u << below(32);
      case 3: return -below(300);
      default: return random() >> below(32);
    }
  }

  template <typename Port>
  static uint32_t* words(Port& port) {
    return reinterpret_cast<uint32_t*>(&port);
  }

  unsigned lanes_ = 0, line_bytes_ = 0;
};

TEST_F(Units, Alu) {
  for (unsigned op = 0; op < kAluOps; ++op) {
    for (unsigned i = 0; i < 2000; ++i) {
      dut.alu_op_i = op;
      const uint32_t a = operand(), b = operand();
      dut.a_i = a;
      dut.b_i = b;
      dut.eval();
      ASSERT_EQ(dut.alu_o, alu(op, a, b)) << "op " << op << " a " << a << " b " << b;
    }
  }
}

TEST_F(Units, MultiplierIsPipelined) {
  std::deque<uint32_t> expected;
  for (unsigned i = 0; i < 20000; ++i) {
    const unsigned op = below(4);
    const uint32_t a = operand(), b = operand();
    dut.multiply_valid_i = 1;
    dut.multiply_op_i = op;
    dut.a_i = a;
    dut.b_i = b;
    expected.push_back(multiply(op, a, b));
    clock();
    if (expected.size() == 3) {
      ASSERT_EQ(dut.multiply_o, expected.front());
      expected.pop_front();
    }
  }
}

TEST_F(Units, Divider) {
  unsigned shortest = 1000, longest = 0;
  for (unsigned i = 0; i < 4000; ++i) {
    const unsigned op = below(4);
    const uint32_t all = ones(lanes_);
    const uint32_t mask = (random() & all) ? random() & all : all;
    std::vector<uint32_t> a(lanes_), b(lanes_);
    const bool small = below(2);
    for (unsigned l = 0; l < lanes_; ++l) {
      a[l] = words(dut.lanes_a_i)[l] = small ? below(200) : operand();
      b[l] = words(dut.lanes_b_i)[l] = operand();
    }
    dut.mask_i = mask;
    dut.divide_op_i = op;
    dut.divide_start_i = 1;
    dut.divide_accept_i = 0;
    clock();
    dut.divide_start_i = 0;
    unsigned cycles = 1;
    for (; !dut.divide_done_o; ++cycles) {
      ASSERT_LT(cycles, 40u);
      for (unsigned l = 0; l < lanes_; ++l) words(dut.lanes_a_i)[l] = words(dut.lanes_b_i)[l] = random();
      clock();
    }
    shortest = std::min(shortest, cycles);
    longest = std::max(longest, cycles);
    for (unsigned l = 0; l < lanes_; ++l) {
      if (mask >> l & 1) {
        ASSERT_EQ(words(dut.divide_o)[l], divide(op, a[l], b[l])) << "op " << op << " " << a[l] << " " << b[l];
      }
    }
    dut.divide_accept_i = 1;
    clock();
    dut.divide_accept_i = 0;
  }
  EXPECT_LE(shortest, 11u);  // the early out
  EXPECT_GE(longest, 34u);
}

TEST_F(Units, Branch) {
  for (unsigned i = 0; i < 20000; ++i) {
    static constexpr std::array<unsigned, 6> kConditions = {0, 1, 4, 5, 6, 7};
    const unsigned condition = kConditions[below(6)];
    uint32_t expected = 0;
    for (unsigned l = 0; l < lanes_; ++l) {
      const uint32_t a = operand(), b = below(4) ? operand() : a;
      words(dut.lanes_a_i)[l] = a;
      words(dut.lanes_b_i)[l] = b;
      const bool taken = condition == 0   ? a == b
                         : condition == 1 ? a != b
                         : condition == 4 ? int32_t(a) < int32_t(b)
                         : condition == 5 ? int32_t(a) >= int32_t(b)
                         : condition == 6 ? a < b
                                          : a >= b;
      expected |= uint32_t(taken) << l;
    }
    dut.branch_condition_i = condition;
    dut.eval();
    ASSERT_EQ(dut.branch_o, expected) << "condition " << condition;
  }
}

TEST_F(Units, VotesAndShuffles) {
  const uint32_t all = ones(lanes_);
  for (unsigned i = 0; i < 20000; ++i) {
    const unsigned op = below(kCollectiveOps);
    const uint32_t mask = (random() & all) ? random() & all : all;
    if (mask == 0) continue;
    std::vector<uint32_t> a(lanes_), b(lanes_);
    const bool zeros = below(3) == 0;
    for (unsigned l = 0; l < lanes_; ++l) {
      a[l] = words(dut.lanes_a_i)[l] = zeros ? below(2) : 1 + below(1000);
      b[l] = below(8) ? below(lanes_ + 2) : operand();
      if (below(6) == 0) b[l] = below(lanes_) | 1u << below(32);  // one bit makes it no lane
      words(dut.lanes_b_i)[l] = b[l];
    }
    dut.mask_i = mask;
    dut.collective_op_i = op;
    dut.eval();
    for (unsigned l = 0; l < lanes_; ++l) {
      if (!(mask >> l & 1)) continue;
      const uint32_t expected = collective(op, l, lanes_, mask, a, b);
      ASSERT_EQ(words(dut.collective_o)[l], expected) << "op " << op << " lane " << l << " mask " << mask;
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
    dut.response_valid_i = 0;
    if (!memory.empty()) {
      const unsigned pick = below(memory.size());
      if (memory[pick].due <= cycle) {
        const InFlight done = memory[pick];
        memory.erase(memory.begin() + pick);
        dut.response_valid_i = 1;
        dut.response_id_i = done.id;
        dut.response_error_i = done.error;
        for (unsigned i = 0; i < line_bytes_ / 4; ++i)
          words(dut.response_data_i)[i] = word(done.address + 4 * i, done.version);
      }
    }
    dut.request_ready_i = below(3) != 0;
    dut.invalidate_i = below(3000) == 0;
    dut.lookup_valid_i = below(4) != 0;
    dut.lookup_pc_i = target;
    dut.miss_allowed_i = 1;
    dut.eval();
    if (dut.request_valid_o && dut.request_ready_i) {
      const uint32_t address = dut.request_address_o;
      ASSERT_EQ(address % line_bytes_, 0u);
      memory.push_back({address, dut.request_id_o, cycle + 2 + below(40), version, bad(address / line_bytes_)});
      ++requests;
    }
    // The answer to the lookup of the cycle before.
    if (was_lookup) {
      if (dut.hit_o) {
        ++hits;
        missing_since = cycle;
        ASSERT_EQ(dut.error_o, bad(looked / line_bytes_));
        errors += dut.error_o;
        const uint32_t pair = looked & ~7u;
        const uint64_t data = dut.data_o;
        ASSERT_EQ(uint32_t(data), word(pair, looked_version)) << "cycle " << cycle;
        ASSERT_EQ(uint32_t(data >> 32), word(pair + 4, looked_version)) << "cycle " << cycle;
        target = 0x80000000 + 4 * below(span * line_bytes_ / 4);
      } else {
        ++misses;
        ASSERT_LT(cycle - missing_since, 500u) << "no progress";
      }
    }
    was_lookup = dut.lookup_valid_i;
    looked = dut.lookup_pc_i;
    // Memory changes with the invalidation, which takes effect after this cycle's lookup has been presented.
    if (dut.invalidate_i) {
      was_lookup = false;
      ++version;
    }
    looked_version = version;
    clock();
  }
  EXPECT_GT(hits, 50000u);
  EXPECT_GT(misses, 1000u);
  EXPECT_GT(errors, 1000u);
  EXPECT_GT(requests, 1000u);
}

}  // namespace
}  // namespace heddle::core_test
