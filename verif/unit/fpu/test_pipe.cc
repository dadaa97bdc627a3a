// fpu_pipe against MPFR and the host's floating-point unit: values, flags and latency.
#include <gtest/gtest.h>

#include "bench.h"
#include "host_reference.h"
#include "reference.h"

namespace heddle::fpu_test {
namespace {

enum class Shape { kOne, kTwo, kThree, kInteger };

Shape shape_of(Op op) {
  switch (op) {
    case Op::kFmadd:
    case Op::kFmsub:
    case Op::kFnmsub:
    case Op::kFnmadd: return Shape::kThree;
    case Op::kClass:
    case Op::kToInt:
    case Op::kToUint:
    case Op::kToHalf:
    case Op::kToSingle:
    case Op::kMoveToX:
    case Op::kMoveToF:
    case Op::kSqrt: return Shape::kOne;
    case Op::kFromInt:
    case Op::kFromUint: return Shape::kInteger;
    default: return Shape::kTwo;
  }
}

bool rounds(Op op) {
  switch (op) {
    case Op::kMin:
    case Op::kMax:
    case Op::kSgnj:
    case Op::kSgnjn:
    case Op::kSgnjx:
    case Op::kEq:
    case Op::kLt:
    case Op::kLe:
    case Op::kClass:
    case Op::kMoveToX:
    case Op::kMoveToF: return false;
    default: return true;
  }
}

Format source_of(Op op, Format format) {
  if (op == Op::kToHalf) return Format::kSingle;
  if (op == Op::kToSingle) return Format::kHalf;
  return format;
}

void draw(Operands& operands, Case& c) {
  switch (shape_of(c.op)) {
    case Shape::kOne: operands.one(c); break;
    case Shape::kTwo: operands.two(c); break;
    case Shape::kThree: operands.three(c); break;
    case Shape::kInteger: operands.integer(c); break;
  }
}

class Checker {
 public:
  explicit Checker(uint64_t seed) : driver_(bench_, score_, seed) {}

  void check(const Case& c) {
    const Result expected = reference_.compute(c);
    if (const auto host = host_compute(c)) {
      ++score_.by_host;
      score_.compare(c, expected, *host, "(the reference) the host");
    }
    driver_.push(c, expected);
  }
  void check_all_modes(Case c) {
    for (int mode = 0; mode < (rounds(c.op) ? kRoundings : 1); ++mode) {
      c.rounding = static_cast<Rounding>(mode);
      check(c);
    }
  }
  void finish(const std::string& what) {
    driver_.drain();
    report(what, score_);
  }
  Scoreboard& score() { return score_; }

 private:
  Bench bench_;
  Scoreboard score_;
  Reference reference_;
  PipeDriver driver_;
};

// Every operation and format, operands as TestFloat draws them, each in all modes.
class PipeRandom : public testing::TestWithParam<std::tuple<Op, Format>> {};

TEST_P(PipeRandom, MatchesReference) {
  const auto [op, format] = GetParam();
  const bool fused = shape_of(op) == Shape::kThree;
  // FPU_VECTORS is per FMA form; the others take two fifths.
  const uint64_t count = vectors(100'000) * (fused ? 5 : 2) / 5;
  Checker checker(static_cast<uint64_t>(op) * 2 + static_cast<uint64_t>(format));
  Operands operands(source_of(op, format), 1000 + static_cast<uint64_t>(op) * 2 + static_cast<uint64_t>(format));
  Case c;
  c.op = op;
  c.format = format;
  for (uint64_t i = 0; i < count; ++i) {
    draw(operands, c);
    checker.check_all_modes(c);
  }
  checker.finish(std::string(name(op)) + "." + name(format));
}

std::vector<std::tuple<Op, Format>> all_operations() {
  std::vector<std::tuple<Op, Format>> all;
  for (int op = 0; op <= static_cast<int>(Op::kMoveToF); ++op) {
    for (Format format : {Format::kSingle, Format::kHalf}) {
      // These have no format of their own.
      if ((static_cast<Op>(op) == Op::kToHalf || static_cast<Op>(op) == Op::kToSingle) && format == Format::kHalf)
        continue;
      all.emplace_back(static_cast<Op>(op), format);
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, PipeRandom, testing::ValuesIn(all_operations()), [](const auto& info) {
  return std::string(name(std::get<0>(info.param))) + "_" + name(std::get<1>(info.param));
});

// Different operations and formats in neighbouring cycles.
TEST(Pipe, MixedOperations) {
  Checker checker(1);
  Operands single(Format::kSingle, 2), half(Format::kHalf, 3);
  for (uint64_t i = 0; i < vectors(400'000); ++i) {
    Case c;
    c.op = static_cast<Op>(single.random().below(static_cast<int>(Op::kMoveToF) + 1));
    c.format = static_cast<Format>(single.random().below(2));
    c.rounding = static_cast<Rounding>(single.random().below(kRoundings));
    draw(source_of(c.op, c.format) == Format::kHalf ? half : single, c);
    checker.check(c);
  }
  checker.finish("mixed");
}

// Every half operand of every operation with one operand, boxed, in all modes; every improper box counts as a NaN.
TEST(Pipe, EveryHalfOperand) {
  for (Op op : {Op::kClass, Op::kToInt, Op::kToUint, Op::kToSingle, Op::kMoveToX, Op::kMoveToF}) {
    Checker checker(4);
    Case c;
    c.op = op;
    c.format = Format::kHalf;
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
      c.a = 0xffff0000 | bits;
      checker.check_all_modes(c);
      c.a = bits * 0x10001;
      checker.check_all_modes(c);
    }
    checker.finish(std::string(name(op)) + ".half, all");
  }
}

// Integers around everything that fits into a half, and the halves nearest to a single.
TEST(Pipe, EveryIntegerOfAHalf) {
  Checker checker(5);
  Case c;
  c.format = Format::kHalf;
  for (Op op : {Op::kFromInt, Op::kFromUint}) {
    c.op = op;
    for (int32_t value = -70000; value <= 70000; ++value) {
      c.a = static_cast<uint32_t>(value);
      checker.check_all_modes(c);
    }
  }
  checker.finish("from_int.half, -70000..70000");
}

TEST(Pipe, EverySingleAroundAHalf) {
  Checker checker(6);
  Case c;
  c.op = Op::kToHalf;
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    if (is_nan(Format::kHalf, bits)) continue;
    const uint32_t exact = std::bit_cast<uint32_t>(static_cast<float>(to_double(Format::kHalf, bits)));
    // The value, its neighbours, the tie above it and that one's neighbours.
    for (uint32_t offset : {0x0000u, 0x0001u, 0x0fffu, 0x1000u, 0x1001u, 0x1fffu}) {
      c.a = exact + offset;
      checker.check_all_modes(c);
    }
  }
  checker.finish("to_half around every half");
}

// Pairs of all operands that are special to some operation.
TEST(Pipe, EveryPairOfCorners) {
  Checker checker(7);
  for (Format format : {Format::kSingle, Format::kHalf}) {
    const FormatBits& f = bits_of(format);
    std::vector<uint32_t> corners;
    for (uint32_t sign : {0u, f.sign}) {
      for (uint32_t magnitude :
           {0u, 1u, 2u, f.fraction_mask() - 1, f.fraction_mask(), f.fraction_mask() + 1, f.fraction_mask() + 2,
            static_cast<uint32_t>(f.bias - 1) << f.fraction_bits, static_cast<uint32_t>(f.bias) << f.fraction_bits,
            (static_cast<uint32_t>(f.bias) << f.fraction_bits) + 1, f.infinity - 2, f.infinity - 1, f.infinity,
            f.infinity + 1, f.nan - 1, f.nan, f.nan + 1, f.sign - 1}) {
        corners.push_back(box(format, sign | magnitude));
        if (format == Format::kHalf) corners.push_back((sign | magnitude) + 0x7fff0000);
      }
    }
    for (int op = 0; op <= static_cast<int>(Op::kMoveToF); ++op) {
      Case c;
      c.op = static_cast<Op>(op);
      c.format = format;
      for (uint32_t a : corners) {
        for (uint32_t b : corners) {
          c.a = a, c.b = b;
          for (uint32_t third : {corners[0], corners[1], a, b, box(format, f.infinity), box(format, f.nan)}) {
            c.c = third;
            checker.check_all_modes(c);
            if (shape_of(c.op) != Shape::kThree) break;
          }
        }
      }
    }
  }
  checker.finish("corners");
}

}  // namespace
}  // namespace heddle::fpu_test
