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

// Ones of either sign, and one infinity in row n of A (column n of B), in place n of K, counted on from one command to
// the next; the last row has none.
class OneInfinity {
 public:
  OneInfinity(EngineDriver& engine, const NamedFormat& named, bool of_b)
      : engine_(engine), format_(named.format), of_b_(of_b) {}

  unsigned places() const { return matrix::group_elements(format_.a); }

  void perform(unsigned first, bool transposed) {
    Command command;
    command.format = format_;
    command.rows = command.columns = engine_.dim();
    command.groups = 1;
    command.a.transposed = command.b.transposed = transposed;
    const auto operands =
        engine_.place(command, [&](bool second, unsigned row, unsigned) { return group(second, row, first); });
    engine_.perform(command, operands);
    for (unsigned row = 0; row < engine_.dim(); ++row) {
      for (unsigned column = 0; column < engine_.dim(); ++column) {
        const std::uint32_t result = engine_.expected(engine_.word(false, row, column));
        const bool infinite = (of_b_ ? column : row) + 1 < engine_.dim();
        EXPECT_EQ((result & 0x7FFF'FFFF) == 0x7F80'0000, infinite) << "row " << row << ", column " << column;
      }
    }
    engine_.compare_all();
  }

 private:
  Group group(bool second, unsigned row, unsigned first) {
    const Element element = second ? format_.b : format_.a;
    const unsigned width = 8 * matrix::kGroupBytes / places();
    const SpecialElement numbers = special(element);
    Group result;
    result.scales.fill(127);
    for (unsigned k = 0; k < places(); ++k) put(result, element, k, numbers.one | engine_.pick(2) << (width - 1));
    if (second == of_b_ && row + 1 < engine_.dim())
      put(result, element, (first + row) % places(), numbers.infinity | engine_.pick(2) << (width - 1));
    return result;
  }

  EngineDriver& engine_;
  matrix::Format format_;
  bool of_b_;
};

TEST_P(MatrixEngineInfinities, OfOneRowInEveryPlace) {
  for (const NamedFormat& named : matrix::test::all_formats()) {
    for (const bool of_b : {false, true}) {
      if (special(of_b ? named.format.b : named.format.a).infinity == 0) continue;
      EngineDriver engine(GetParam(), 31);
      OneInfinity test(engine, named, of_b);
      for (unsigned first = 0; first < test.places(); first += engine.dim() - 1) {
        test.perform(first, first % 2 != 0);
        ASSERT_FALSE(HasFailure()) << named.name << (of_b ? ", B" : ", A") << " from place " << first << " on";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dim, MatrixEngineInfinities, testing::ValuesIn(dims()),
                         [](const auto& info) { return std::to_string(info.param); });

}  // namespace
}  // namespace heddle::matrix_test
