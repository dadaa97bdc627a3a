// Random groups that make something happen: cancellations between products and with C, subnormal numbers, infinities,
// NaNs, results at the borders of overflow and underflow, extreme scales, zeros of both signs.
#pragma once

#include <cstdint>
#include <random>

#include "heddle/matrix/dot.h"

namespace heddle::matrix::test {

struct Case {
  Group a;
  Group b;
  std::uint32_t c = 0;
};

class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}

  Case next(const Format& format);

 private:
  unsigned pick(unsigned count) { return random_() % count; }
  std::uint32_t element_bits(Element element, unsigned style);
  void put(Group& group, Element element, unsigned index, std::uint32_t bits);
  std::uint8_t scale_bits(Scale scale, unsigned style);
  std::uint32_t accumulator(const Format& format, const Case& drawn);

  std::mt19937 random_;
};

}  // namespace heddle::matrix::test
