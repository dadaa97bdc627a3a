// special_unit against the definition of the special functions and against the golden model, and the definition against
// MPFR.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>

#include "bench.h"
#include "heddle/fp/special.h"
#include "special_reference.h"

namespace heddle::fpu_test {
namespace {

constexpr uint32_t kSign = 0x80000000;

// What the golden model computes.
Result model_result(Special function, uint32_t operand) {
  constexpr fp::Result (*kFunctions[kSpecials])(uint32_t) = {
      fp::reciprocal, fp::reciprocal_square_root, fp::exp2, fp::log2, fp::sine, fp::cosine};
  const fp::Result result = kFunctions[static_cast<int>(function)](operand);
  return {result.bits, result.flags};
}

// Gathers operands into warp instructions with random masks, and keeps the unit full but for random bubbles and late
// acceptance.
class SpecialDriver {
 public:
  explicit SpecialDriver(uint64_t seed) : random_(seed), lanes_(bench_.lanes()) { begin(); }

  void push(Special function, uint32_t operand) {
    if (function != next_.function && lane_ != 0) flush();
    next_.function = function;
    while (!(next_.mask >> lane_ & 1)) advance();
    next_.operands[lane_] = operand;
    advance();
  }
  void finish(const std::string& what) {
    flush();
    while (!open_.empty()) step(false);
    report(what, score_);
    for (int f = 0; f < kSpecials; ++f) {
      if (worst_[f] > 0) std::printf("%-24s %s: largest error %.3f ulp\n", "", kSpecialNames[f], worst_[f]);
      EXPECT_LT(worst_[f], f < static_cast<int>(Special::kSin) ? 1 : 2) << kSpecialNames[f];
    }
  }
  // Every `interval`th result is also compared with the function's true value.
  void check_errors(unsigned interval) { interval_ = interval; }
  void never_wait() { waits_ = false; }
  uint64_t cycles() const { return cycles_; }
  uint64_t instructions() const { return instructions_; }
  Bench& bench() { return bench_; }

 private:
  struct Instruction {
    Special function = Special::kRcp;
    uint32_t mask = 0;
    std::array<uint32_t, 32> operands{};
  };

  void begin() {
    next_ = {};
    const uint32_t all = lanes_ == 32 ? ~0u : (1u << lanes_) - 1;
    next_.mask = waits_ && random_.one_in(4) ? random_.word() & all : all;
    lane_ = 0;
  }
  void advance() {
    if (++lane_ == lanes_) issue();
  }
  void flush() {
    next_.mask &= (1u << lane_) - 1;
    issue();
  }
  void issue() {
    while (waits_ && random_.one_in(8)) step(false);
    while (!step(true)) {
    }
    const Special function = next_.function;
    begin();
    next_.function = function;
  }

  // One cycle, in which `next_` is offered or not; true if it was taken.
  bool step(bool offer) {
    auto& top = bench_.top();
    top.special_valid_i = offer;
    top.special_function_i = offer ? static_cast<uint8_t>(next_.function) : random_.below(6);
    top.special_mask_i = offer ? next_.mask : random_.word();
    if (offer) {
      for (unsigned l = 0; l < lanes_; ++l) {
        set(top.special_a_i, l, next_.mask >> l & 1 ? next_.operands[l] : random_.word());
      }
    }
    const bool accept = top.special_done_o && !(waits_ && random_.one_in(4));
    top.special_accept_i = accept;
    bench_.settle();
    const bool taken = offer && top.special_ready_o;
    if (accept) {
      if (open_.empty()) {
        score_.fail("a result without an operation");
      } else {
        compare(open_.front());
        open_.pop_front();
      }
    }
    if (taken) {
      open_.push_back(next_);
      ++instructions_;
    }
    bench_.edge();
    ++cycles_;
    idle_ = accept || open_.empty() ? 0 : idle_ + 1;
    if (idle_ > 100) {
      score_.fail("a result is missing");
      open_.clear();
    }
    return taken;
  }

  void compare(const Instruction& instruction) {
    auto& top = bench_.top();
    for (unsigned l = 0; l < lanes_; ++l) {
      if (!(instruction.mask >> l & 1)) continue;
      const uint32_t operand = instruction.operands[l];
      const Result found{get(top.special_result_o, l), static_cast<uint8_t>(get(top.special_flags_o, l))};
      ++score_.compared;
      check(instruction.function, operand, found, special_reference(instruction.function, operand), "the definition");
      check(instruction.function, operand, found, model_result(instruction.function, operand), "the model");
      if (interval_ != 0 && score_.compared % interval_ == 0) {
        double& worst = worst_[static_cast<int>(instruction.function)];
        worst = std::max(worst, error_.of(instruction.function, operand, found.value));
      }
    }
  }

  void check(Special function, uint32_t operand, const Result& found, const Result& expected, const char* oracle) {
    if (found == expected) return;
    char text[160];
    std::snprintf(text, sizeof text, "%s(%08x): %08x flags %02x, %s says %08x flags %02x", name(function), operand,
                  found.value, found.flags, oracle, expected.value, expected.flags);
    score_.fail(text);
  }

  Bench bench_;
  Random random_;
  Scoreboard score_;
  SpecialError error_;
  unsigned lanes_, lane_ = 0, interval_ = 1, idle_ = 0;
  bool waits_ = true;
  Instruction next_;
  std::deque<Instruction> open_;
  uint64_t cycles_ = 0, instructions_ = 0;
  std::array<double, kSpecials> worst_{};
};

class SpecialRandom : public testing::TestWithParam<Special> {};

// Operands from everywhere, and from where the function changes most.
uint32_t draw(Special function, Operands& operands) {
  Random& random = operands.random();
  Case c;
  switch (random.below(4)) {
    case 0: operands.one(c); return c.a;
    case 1: return random.word();
    default: break;
  }
  const bool halves = random.one_in(8);
  auto number = [&](double low, double high) {
    const double value = low + (high - low) * (random.word() * 0x1p-32);
    return std::bit_cast<uint32_t>(static_cast<float>(halves ? std::round(value * 4) / 4 : value)) +
           random.between(-1, 1);
  };
  switch (function) {
    case Special::kExp2: return number(-152, 130);
    case Special::kLog2: return number(0.5, 2);
    case Special::kSin:
    case Special::kCos: {
      const double limit = std::ldexp(1, random.between(-10, 24));
      return number(-limit, limit);
    }
    default: return number(1, 4) + (static_cast<uint32_t>(random.between(-127, 126)) << 23);
  }
}

TEST_P(SpecialRandom, MatchesDefinition) {
  const Special function = GetParam();
  SpecialDriver driver(31);
  const uint64_t count = vectors(100'000) * 3 / 5;
  driver.check_errors(static_cast<unsigned>(count / 20'000 + 1));
  Operands operands(Format::kSingle, 300 + static_cast<uint64_t>(function));
  for (uint64_t i = 0; i < count; ++i) driver.push(function, draw(function, operands));
  driver.finish(name(function));
}

INSTANTIATE_TEST_SUITE_P(All, SpecialRandom,
                         testing::Values(Special::kRcp, Special::kRsqrt, Special::kExp2, Special::kLog2, Special::kSin,
                                         Special::kCos),
                         [](const auto& info) { return std::string(name(info.param)); });

// Every function where its cases meet.
TEST(Special, Corners) {
  std::vector<uint32_t> operands;
  auto around = [&](uint32_t bits) {
    for (int offset = -2; offset <= 2; ++offset) {
      operands.push_back(bits + offset);
      operands.push_back((bits + offset) ^ kSign);
    }
  };
  for (uint32_t bits : {0x00000000u, 0x00000002u, 0x007fffffu, 0x00800000u, 0x7f7ffffdu, 0x7f800000u, 0x7fbfffffu,
                        0x7fc00000u, 0x7fffffffu, 0x80000002u}) {
    around(bits);
  }
  for (int field = 0; field <= 254; ++field) {  // powers of two, and the border between the halves of log2
    around(static_cast<uint32_t>(field) << 23);
    around(static_cast<uint32_t>(field) << 23 | 0x400000);
  }
  for (int n = 0; n <= 2000; ++n) around(std::bit_cast<uint32_t>(static_cast<float>(n) / 4));  // quarters of a turn
  for (double border :
       {126.0, 127.0, 128.0, 129.0, 148.0, 149.0, 149.5, 150.0, 151.0, 159.0, 160.0, 161.0, 255.0, 256.0, 257.0}) {
    around(std::bit_cast<uint32_t>(static_cast<float>(border)));
  }
  for (uint32_t row = 0; row < 128; ++row) around(0x3f800000 + (row << 16));  // borders of rows
  SpecialDriver driver(32);
  for (int f = 0; f < kSpecials; ++f) {
    for (uint32_t operand : operands) driver.push(static_cast<Special>(f), operand);
  }
  driver.finish("special, corners");
}

// Different functions in flight at once.
TEST(Special, MixedFunctions) {
  SpecialDriver driver(33);
  Operands operands(Format::kSingle, 34);
  Random random(35);
  Special function = Special::kRcp;
  for (uint64_t i = 0; i < vectors(100'000) / 5; ++i) {
    if (random.one_in(driver.bench().lanes())) function = static_cast<Special>(random.below(kSpecials));
    driver.push(function, draw(function, operands));
  }
  driver.finish("special, mixed");
}

// A new instruction every Lanes / SpecialUnits cycles.
TEST(Special, Throughput) {
  SpecialDriver driver(36);
  driver.never_wait();
  Operands operands(Format::kSingle, 37);
  for (uint64_t i = 0; i < 4000 * driver.bench().lanes(); ++i)
    driver.push(Special::kRsqrt, draw(Special::kRsqrt, operands));
  driver.finish("rsqrt, back to back");
  const uint64_t groups = driver.bench().lanes() / driver.bench().top().special_units_o;
  EXPECT_LE(driver.cycles(), driver.instructions() * groups + 40);
}

}  // namespace
}  // namespace heddle::fpu_test
