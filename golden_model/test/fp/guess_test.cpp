// The short cut of the fast simulator: where it is sure it is right, and where nothing special happens it is sure.
#include <array>
#include <cmath>

#include "heddle/fp/arithmetic.h"
#include "heddle/fp/host.h"
#include "operands.h"
#include "vectors.h"

namespace heddle::fp::test {
namespace {

constexpr auto kMode = Rounding::kNearestEven;
constexpr std::uint32_t kSign = 0x8000'0000;

using Exactly = Result (*)(std::uint32_t, std::uint32_t, std::uint32_t);
struct ShortCut {
  const char* name;
  host::RowFunction rows;
  Exactly exactly;
};

const ShortCut kShortCuts[] = {
    {"add", host::add_rows, [](auto a, auto b, auto) { return add<kSingle>(a, b, kMode); }},
    {"subtract", host::subtract_rows, [](auto a, auto b, auto) { return subtract<kSingle>(a, b, kMode); }},
    {"multiply", host::multiply_rows, [](auto a, auto b, auto) { return multiply<kSingle>(a, b, kMode); }},
    {"divide", host::divide_rows, [](auto a, auto b, auto) { return divide<kSingle>(a, b, kMode); }},
    {"square_root", host::square_root_rows, [](auto a, auto, auto) { return square_root<kSingle>(a, kMode); }},
    {"madd", host::madd_rows, [](auto a, auto b, auto c) { return fused<kSingle>(a, b, c, kMode); }},
    {"msub", host::msub_rows, [](auto a, auto b, auto c) { return fused<kSingle>(a, b, c ^ kSign, kMode); }},
    {"nmsub", host::nmsub_rows, [](auto a, auto b, auto c) { return fused<kSingle>(a ^ kSign, b, c, kMode); }},
    {"nmadd", host::nmadd_rows, [](auto a, auto b, auto c) { return fused<kSingle>(a ^ kSign, b, c ^ kSign, kMode); }},
};

class Guess : public testing::TestWithParam<ShortCut> {};

struct Row {
  static constexpr unsigned kLanes = 32;
  std::array<std::array<std::uint32_t, kLanes>, 3> operand;
  std::array<std::uint32_t, kLanes> bits, flags, sure;

  void compute(host::RowFunction rows) {
    rows(kLanes, {operand[0].data(), operand[1].data(), operand[2].data(), bits.data(), flags.data(), sure.data()});
  }
};

TEST_P(Guess, SureMeansRight) {
  Operands<kSingle> operands(41);
  Row row;
  std::uint64_t sure = 0;
  const unsigned rows = vectors(8000);
  for (unsigned n = 0; n < rows; ++n) {
    for (unsigned l = 0; l < Row::kLanes; ++l) {
      const auto triple = operands.triple();
      for (unsigned k = 0; k < 3; ++k) row.operand[k][l] = triple[k];
    }
    row.compute(GetParam().rows);
    for (unsigned l = 0; l < Row::kLanes; ++l) {
      if (row.sure[l] == 0) continue;
      ++sure;
      const std::uint32_t a = row.operand[0][l];
      const std::uint32_t b = row.operand[1][l];
      const std::uint32_t c = row.operand[2][l];
      const Result guess{row.bits[l], static_cast<Flags>(row.flags[l])};
      ASSERT_TRUE(same(GetParam().exactly(a, b, c), guess, kMode, a, b, c));
    }
  }
  EXPECT_GT(sure, std::uint64_t{rows} * Row::kLanes / 8);
}

TEST_P(Guess, OrdinaryNumbersAreSure) {
  Operands<kSingle> operands(42);
  Row row;
  for (unsigned n = 0; n < 1000; ++n) {
    for (auto& operand : row.operand) {
      for (std::uint32_t& x : operand) x = (operands.word() & 0x007F'FFFF) | (100 + operands.pick(50)) << 23;
    }
    row.compute(GetParam().rows);
    for (unsigned l = 0; l < Row::kLanes; ++l) ASSERT_EQ(row.sure[l], 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Operations, Guess, testing::ValuesIn(kShortCuts),
                         [](const testing::TestParamInfo<ShortCut>& info) { return std::string(info.param.name); });

// A sum that rounds to a tie in double, although it is none: the only way to be wrong with an ordinary result.
TEST(GuessFused, TieThatOnlyDoubleSees) {
  const std::uint32_t a = 0x3F80'0001;  // (1 + 2^-23) * 1.5 = 1.5 + 2^-23 + 2^-24: a tie of singles
  const std::uint32_t b = 0x3FC0'0000;
  const std::uint32_t tiny = 0x1980'0000;  // 2^-76, beyond the reach of double
  EXPECT_EQ(host::fused(a, b, 0).sure, 1u);
  EXPECT_EQ(host::fused(a, b, tiny).sure, 0u);
  EXPECT_EQ(host::fused(a, b, tiny | kSign).sure, 0u);
  EXPECT_EQ(fused<kSingle>(a, b, 0, kMode), (Result{0x3FC0'0002, kInexact}));
  EXPECT_EQ(fused<kSingle>(a, b, tiny, kMode), (Result{0x3FC0'0002, kInexact}));
  EXPECT_EQ(fused<kSingle>(a, b, tiny | kSign, kMode), (Result{0x3FC0'0001, kInexact}));
  // Within double's reach it is sure, and right.
  const std::uint32_t small = 0xA700'0000;  // -2^-49
  EXPECT_EQ(host::fused(a, b, small).sure, 1u);
  EXPECT_EQ(host::fused(a, b, small).bits, 0x3FC0'0001u);
}

}  // namespace
}  // namespace heddle::fp::test
