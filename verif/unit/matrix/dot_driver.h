// The verilated dot-product unit: groups in, results compared with what is expected.
#pragma once

#include <verilated.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "Vdot_bench.h"
#include "draw.h"
#include "heddle/matrix/dot.h"

namespace heddle::matrix_test {

struct Count {
  std::uint64_t compared = 0;
  std::uint64_t mismatches = 0;
  std::uint64_t nan = 0, infinite = 0, zero = 0, subnormal = 0;  // results
};

class DotDriver {
 public:
  static constexpr unsigned kLatency = 7;
  static constexpr unsigned kChainDistance = 6;

  explicit DotDriver(std::uint32_t seed);
  ~DotDriver();

  // A group with its C, in the next cycle; after random bubbles.
  void push_at_once(const matrix::Format& format, const matrix::test::Case& group);
  void push(const matrix::Format& format, const matrix::test::Case& group);
  // A group in the next cycle whose C is the result that leaves in the cycle after it, whatever that is: of the group
  // that entered kChainDistance cycles before. `expected` is the result.
  void push_chained(const matrix::Format& format, const matrix::test::Case& group, std::uint32_t expected);
  void bubble();
  void drain();
  const Count& count() const { return count_; }
  void clear_count() { count_ = {}; }

 private:
  struct Expected {
    matrix::Format format;
    matrix::test::Case group;
    std::uint32_t result = 0;
  };
  void enter(const matrix::Format& format, const matrix::test::Case& group);
  void step(std::optional<Expected> entered, std::optional<std::uint32_t> c);
  void compare();

  VerilatedContext context_;
  std::unique_ptr<Vdot_bench> top_;
  std::mt19937 random_;
  std::array<std::optional<Expected>, kLatency> in_flight_;
  std::uint64_t cycle_ = 0;
  std::optional<std::uint32_t> next_c_;  // for the group that entered last; none: the result
  Count count_;
};

// One row of the table that a test prints.
void report(const std::string& what, const Count& count);
// Groups per format: MATRIX_GROUPS in the environment, or `usual`.
std::uint64_t groups(std::uint64_t usual);

}  // namespace heddle::matrix_test
