// Infinities through the whole engine: what one row or column has says nothing about the others.
#include <gtest/gtest.h>

#include <string>

#include "engine_driver.h"
#include "formats.h"
#include "sparse_draw.h"
#include "special_elements.h"

namespace heddle::matrix_test {
namespace {

using matrix::Element;
using matrix::Group;
using matrix::test::NamedFormat;

class MatrixEngineInfinities : public testing::TestWithParam<unsigned> {};

// Products of one block each, in blocks of both buffers by turns: ones of either sign, and one infinity in each row of
// A but one (in each column of B), in a place of K of its own.
class OneInfinity {
 public:
  OneInfinity(EngineDriver& engine, const NamedFormat& named, bool of_b)
      : engine_(engine), format_(named.format), of_b_(of_b), places_(matrix::group_elements(format_.a)) {}

  // Every row with an infinity in every place, and with none.
  void every_place() {
    constexpr unsigned kBlocks = 32;
    for (unsigned turn = 0; turn < 2 * places_; ++turn) {
      perform(turn, (turn + turn / places_) % engine_.dim(), turn % kBlocks);
      if ((turn + 1) % kBlocks == 0 || turn + 1 == 2 * places_) engine_.compare_all();
    }
  }

 private:
  // Row n has its infinity in place `first` + n; row `without` has none.
  void perform(unsigned first, unsigned without, unsigned block) {
    Command command;
    command.format = format_;
    command.rows = command.columns = engine_.dim();
    command.groups = 1;
    command.a.transposed = command.b.transposed = first % 2 != 0;
    command.row = block % 4 * engine_.dim();
    command.column = block / 4 % 4 * engine_.dim();
    command.buffer = block >= 16;
    engine_.perform(command, engine_.place(command, [&](bool second, unsigned row, unsigned) {
      return group(second, second == of_b_ && row != without, (first + row) % places_);
    }));
    for (unsigned row = 0; row < engine_.dim(); ++row) {
      for (unsigned column = 0; column < engine_.dim(); ++column) {
        const auto at = engine_.word(command.buffer, command.row + row, command.column + column);
        const bool infinite = (engine_.expected(at) & 0x7FFF'FFFF) == 0x7F80'0000;
        EXPECT_EQ(infinite, (of_b_ ? column : row) != without) << "row " << row << ", column " << column;
      }
    }
  }

  Group group(bool second, bool has_infinity, unsigned place) {
    const Element element = second ? format_.b : format_.a;
    const unsigned top = 8 * matrix::kGroupBytes / places_ - 1;
    const SpecialElement numbers = special(element);
    Group result;
    result.scales.fill(127);
    for (unsigned k = 0; k < places_; ++k) {
      const std::uint32_t number = has_infinity && k == place ? numbers.infinity : numbers.one;
      put(result, element, k, number | engine_.pick(2) << top);
    }
    return result;
  }

  EngineDriver& engine_;
  matrix::Format format_;
  bool of_b_;
  unsigned places_;
};

TEST_P(MatrixEngineInfinities, OfOneRowInEveryPlace) {
  for (const NamedFormat& named : matrix::test::all_formats()) {
    for (const bool of_b : {false, true}) {
      if (special(of_b ? named.format.b : named.format.a).infinity == 0) continue;
      EngineDriver engine(GetParam(), 31);
      OneInfinity(engine, named, of_b).every_place();
      ASSERT_FALSE(HasFailure()) << named.name << (of_b ? ", B" : ", A");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dim, MatrixEngineInfinities, testing::ValuesIn(dims()),
                         [](const auto& info) { return std::to_string(info.param); });

}  // namespace
}  // namespace heddle::matrix_test
