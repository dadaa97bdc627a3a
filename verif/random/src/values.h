// Operand values at which hardware goes wrong.
#pragma once

#include <cstdint>

#include "random.h"

namespace heddle::fuzz {

// Borders of signed and unsigned integers, single bits, few bits, small numbers, anything.
uint32_t integer_value(Random& random);
// Zeros, ones, borders of the subnormals, largest, infinities, NaNs of both kinds, limits of integers, halves boxed and
// not, numbers of similar exponents, anything.
uint32_t float_value(Random& random);
// Of 12 bits, as I and S formats have them.
int32_t short_immediate(Random& random);

}  // namespace heddle::fuzz
