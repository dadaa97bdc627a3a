// The bench with all its parts idle, and random numbers.
#pragma once

#include <Vcaches_bench.h>
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <bit>
#include <cstdint>
#include <random>

namespace heddle::caches_test {

// The set of a line among so many, a power of two: the lowest bits of its number, and to each of them is added, without
// a carry, what lies one, two and three times as many bits above.
inline uint32_t set_of(uint32_t line, uint32_t sets) {
  uint32_t set = 0;
  for (unsigned part = 0; part < 4; ++part)
    set ^= static_cast<uint32_t>(uint64_t{line} >> (part * std::countr_zero(sets)));
  return set % sets;
}
// The line of a set that has these bits above.
inline uint32_t line_in(uint32_t above, uint32_t set, uint32_t sets) {
  const uint32_t first = above * sets;
  return first + (set_of(first, sets) ^ set);
}

using line_data = std::array<uint8_t, 128>;  // of the longest line

class Caches : public testing::Test {
 protected:
  Caches() {
    context_.assertOn(true);
    top_.rst_ni = 0;
    edge();
    edge();
    top_.rst_ni = 1;
    settle();
  }
  ~Caches() override { top_.final(); }

  // Outputs follow the inputs of this cycle.
  void settle() {
    top_.clk_i = 0;
    top_.eval();
  }
  // The cycle ends.
  void edge() {
    settle();
    context_.timeInc(1);
    top_.clk_i = 1;
    top_.eval();
    context_.timeInc(1);
  }

  [[nodiscard]] uint32_t below(uint32_t count) { return static_cast<uint32_t>(random_() % count); }
  [[nodiscard]] bool percent(uint32_t chance) { return below(100) < chance; }

  // The shape.
  [[nodiscard]] unsigned line_bytes() const { return top_.shape_o[0]; }
  // Bits of the number of a line.
  [[nodiscard]] unsigned line_bits() const { return 32 - std::countr_zero(line_bytes()); }
  [[nodiscard]] uint32_t line_mask() const { return ~0U >> (32 - line_bits()); }
  [[nodiscard]] uint64_t byte_mask() const { return ~uint64_t{0} >> (64 - line_bytes()); }
  [[nodiscard]] unsigned ahead() const { return top_.shape_o[1]; }
  [[nodiscard]] unsigned l1_sets() const { return top_.shape_o[2]; }
  [[nodiscard]] unsigned l1_ways() const { return top_.shape_o[3]; }
  [[nodiscard]] unsigned snoop_ports() const { return top_.shape_o[4]; }
  [[nodiscard]] unsigned l2_sets() const { return top_.shape_o[5]; }
  [[nodiscard]] unsigned l2_ways() const { return top_.shape_o[6]; }
  [[nodiscard]] unsigned misses() const { return top_.shape_o[7]; }
  [[nodiscard]] unsigned owners() const { return top_.shape_o[8]; }
  [[nodiscard]] unsigned beat_bytes() const { return top_.shape_o[9]; }
  [[nodiscard]] unsigned read_ids() const { return top_.shape_o[10]; }

  VerilatedContext context_;
  Vcaches_bench top_{&context_};
  std::mt19937_64 random_{7};
};

}  // namespace heddle::caches_test
