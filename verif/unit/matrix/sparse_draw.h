// Groups of a few terms, so that single bits of each can be seen in the result: terms far below the largest one, near
// the cut; C at any distance; ties; results at the borders of overflow and of subnormal numbers.
#pragma once

#include <cstdint>
#include <random>

#include "draw.h"
#include "heddle/matrix/dot.h"

namespace heddle::matrix_test {

// The element `index` of a group.
void put(matrix::Group& group, matrix::Element element, unsigned index, std::uint32_t bits);

class SparseDraw {
 public:
  explicit SparseDraw(std::uint32_t seed) : random_(seed) {}

  matrix::test::Case next(const matrix::Format& format);

 private:
  unsigned pick(unsigned count) { return random_() % count; }
  // Between -`most` and `most`.
  int near(int most) { return static_cast<int>(pick(2 * static_cast<unsigned>(most) + 1)) - most; }
  std::uint32_t element(matrix::Element element);
  void scales(const matrix::Format& format, matrix::test::Case& drawn);
  std::uint32_t accumulator(std::uint32_t products);

  std::mt19937 random_;
};

}  // namespace heddle::matrix_test
