// fpu_divide against MPFR and the host's floating-point unit: values, flags, lanes and cycles.
#include <gtest/gtest.h>

#include <algorithm>

#include "bench.h"
#include "host_reference.h"
#include "reference.h"

namespace heddle::fpu_test {
namespace {

// Gathers cases into warp instructions with random masks and runs them.
class Divider {
 public:
  Divider(Op op, Format format, uint64_t seed) : op_(op), format_(format), random_(seed), lanes_(bench_.lanes()) {
    cases_.resize(lanes_);
    mask_ = draw_mask();
  }

  void check(const Case& c) {
    while (!(mask_ >> lane_ & 1)) advance();
    cases_[lane_] = c;
    advance();
  }
  void check_all_modes(Case c) {
    for (int mode = 0; mode < kRoundings; ++mode) {
      c.rounding = static_cast<Rounding>(mode);
      check(c);
    }
  }
  void finish(const std::string& what) {
    while (lane_ != 0) {
      mask_ &= ~(1u << lane_);
      advance();
    }
    report(what, score_);
    if (instructions_ > 0) {
      std::printf("%-24s %12llu instructions, %.1f cycles each, %u at most\n", "",
                  static_cast<unsigned long long>(instructions_), static_cast<double>(cycles_) / instructions_,
                  longest_);
    }
    EXPECT_LE(longest_, 30u);
  }

 private:
  uint32_t draw_mask() {
    const uint32_t all = lanes_ == 32 ? ~0u : (1u << lanes_) - 1;
    return random_.one_in(4) ? random_.word() & all : all;
  }
  void advance() {
    if (++lane_ < lanes_) return;
    lane_ = 0;
    run();
    mask_ = draw_mask();
  }

  void run() {
    auto& top = bench_.top();
    top.divide_start_i = 1;
    top.divide_sqrt_i = op_ == Op::kSqrt;
    top.divide_format_i = static_cast<uint8_t>(format_);
    top.divide_mask_i = mask_;
    for (unsigned l = 0; l < lanes_; ++l) {
      const bool active = mask_ >> l & 1;
      set(top.divide_rounding_i, l, active ? uint32_t{cases_[l].rounding} : random_.below(8));
      set(top.divide_a_i, l, active ? cases_[l].a : random_.word());
      set(top.divide_b_i, l, active ? cases_[l].b : random_.word());
    }
    bench_.cycle();
    // From here on the operands are somebody else's.
    top.divide_start_i = 0;
    top.divide_sqrt_i = random_.below(2);
    top.divide_format_i = random_.below(2);
    for (unsigned l = 0; l < lanes_; ++l) {
      set(top.divide_rounding_i, l, random_.below(8));
      set(top.divide_a_i, l, random_.word());
    }
    unsigned cycles = 1;
    for (; !top.divide_done_o; ++cycles) {
      if (cycles > 100) {
        score_.fail("no end");
        return;
      }
      bench_.cycle();
    }
    longest_ = std::max(longest_, cycles);
    cycles_ += cycles;
    ++instructions_;
    for (unsigned wait = random_.below(3); wait > 0; --wait) bench_.cycle();
    if (!top.divide_done_o) score_.fail("the result was not held");
    for (unsigned l = 0; l < lanes_; ++l) {
      if (!(mask_ >> l & 1)) continue;
      const Case& c = cases_[l];
      const Result found{get(top.divide_result_o, l), static_cast<uint8_t>(get(top.divide_flags_o, l))};
      const Result expected = reference_.compute(c);
      ++score_.compared;
      score_.compare(c, found, expected, "the reference");
      if (const auto host = host_compute(c)) {
        ++score_.by_host;
        score_.compare(c, found, *host, "the host");
      }
    }
    top.divide_accept_i = 1;
    bench_.cycle();
    top.divide_accept_i = 0;
    if (top.divide_done_o) score_.fail("done twice");
    for (unsigned wait = random_.below(2); wait > 0; --wait) bench_.cycle();
  }

  Bench bench_;
  Op op_;
  Format format_;
  Random random_;
  Scoreboard score_;
  Reference reference_;
  unsigned lanes_, lane_ = 0;
  uint32_t mask_ = 0;
  std::vector<Case> cases_;
  uint64_t instructions_ = 0, cycles_ = 0;
  unsigned longest_ = 0;
};

class DivideRandom : public testing::TestWithParam<std::tuple<Op, Format>> {};

TEST_P(DivideRandom, MatchesReference) {
  const auto [op, format] = GetParam();
  Divider divider(op, format, 21);
  Operands operands(format, 100 + static_cast<uint64_t>(op) * 2 + static_cast<uint64_t>(format));
  Case c;
  c.op = op;
  c.format = format;
  for (uint64_t i = 0; i < vectors(100'000) * 2 / 5; ++i) {
    op == Op::kSqrt ? operands.one(c) : operands.two(c);
    divider.check_all_modes(c);
  }
  divider.finish(std::string(name(op)) + "." + name(format));
}

INSTANTIATE_TEST_SUITE_P(All, DivideRandom,
                         testing::Combine(testing::Values(Op::kDivide, Op::kSqrt),
                                          testing::Values(Format::kSingle, Format::kHalf)),
                         [](const auto& info) {
                           return std::string(name(std::get<0>(info.param))) + "_" + name(std::get<1>(info.param));
                         });

TEST(Divide, EveryHalfSquareRoot) {
  Divider divider(Op::kSqrt, Format::kHalf, 22);
  Case c;
  c.op = Op::kSqrt;
  c.format = Format::kHalf;
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    c.a = 0xffff0000 | bits;
    divider.check_all_modes(c);
    c.a = bits * 0x10001;
    divider.check_all_modes(c);
  }
  divider.finish("sqrt.half, all");
}

TEST(Divide, EveryPairOfCorners) {
  for (Format format : {Format::kSingle, Format::kHalf}) {
    const FormatBits& f = bits_of(format);
    for (Op op : {Op::kDivide, Op::kSqrt}) {
      Divider divider(op, format, 23);
      Case c;
      c.op = op;
      c.format = format;
      const uint32_t one = static_cast<uint32_t>(f.bias) << f.fraction_bits;
      const uint32_t magnitudes[] = {0,
                                     1,
                                     2,
                                     f.fraction_mask(),
                                     f.fraction_mask() + 1,
                                     one - 1,
                                     one,
                                     one + 1,
                                     one * 2,
                                     f.infinity - 1,
                                     f.infinity,
                                     f.infinity + 1,
                                     f.nan - 1,
                                     f.nan,
                                     f.sign - 1};
      for (uint32_t a : magnitudes) {
        for (uint32_t b : magnitudes) {
          for (uint32_t signs = 0; signs < 4; ++signs) {
            c.a = box(format, a | (signs & 1 ? f.sign : 0));
            c.b = box(format, b | (signs & 2 ? f.sign : 0));
            divider.check_all_modes(c);
          }
        }
      }
      divider.finish(std::string(name(op)) + "." + name(format) + ", corners");
    }
  }
}

}  // namespace
}  // namespace heddle::fpu_test
