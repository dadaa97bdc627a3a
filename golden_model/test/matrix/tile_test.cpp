// accumulate_tile against accumulate: every pair of rows and columns, operands drawn for what is special.
#include "heddle/matrix/tile.h"

#include <gtest/gtest.h>

#include "draw.h"
#include "formats.h"

namespace heddle::matrix::test {
namespace {

class MatrixTile : public testing::TestWithParam<NamedFormat> {};

TEST_P(MatrixTile, SameAsAccumulate) {
  const Format& format = GetParam().format;
  Draw draw(7);
  constexpr unsigned kRows = 3;
  constexpr unsigned kColumns = 5;
  for (unsigned n = 0; n < 400; ++n) {
    std::vector<Group> rows, columns;
    std::vector<std::uint32_t> tile, expected;
    for (unsigned i = 0; i < kRows * kColumns; ++i) {
      const Case drawn = draw.next(format);
      if (rows.size() < kRows) rows.push_back(drawn.a);
      if (columns.size() < kColumns) columns.push_back(drawn.b);
      tile.push_back(drawn.c);
    }
    for (unsigned i = 0; i < kRows * kColumns; ++i) {
      expected.push_back(accumulate(format, rows[i / kColumns], columns[i % kColumns], tile[i]));
    }
    accumulate_tile(format, rows, columns, tile);
    ASSERT_EQ(tile, expected) << "round " << n;
  }
}

// Rows and columns that were drawn for each other: cancellations.
TEST_P(MatrixTile, SameAsAccumulateOnPairs) {
  const Format& format = GetParam().format;
  Draw draw(8);
  for (unsigned n = 0; n < 4000; ++n) {
    const Case drawn = draw.next(format);
    std::vector<std::uint32_t> tile{drawn.c};
    accumulate_tile(format, std::span(&drawn.a, 1), std::span(&drawn.b, 1), tile);
    ASSERT_EQ(tile[0], accumulate(format, drawn.a, drawn.b, drawn.c)) << "vector " << n << ", c = " << drawn.c;
  }
}
INSTANTIATE_TEST_SUITE_P(, MatrixTile, testing::ValuesIn(all_formats()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace heddle::matrix::test
