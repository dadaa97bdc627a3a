// docs/matrix.md by MPFR: every term as a real number, cut and rounded by MPFR. Shares nothing with heddle::matrix but
// the names of the formats.
#pragma once

#include <cstdint>

#include "heddle/matrix/dot.h"

namespace heddle::matrix::test {

struct Reference {
  std::uint32_t bits = 0;
  // For finite sums: what the rounded sum lost to the cuts, in units of 2^(E - 36). 0 otherwise.
  double lost = 0;
};

Reference reference(const Format& format, const Group& a, const Group& b, std::uint32_t c);

}  // namespace heddle::matrix::test
