// Random operands as TestFloat draws them, and pairs and triples whose results are hard to round.
#pragma once

#include <random>

#include "formats.h"

namespace heddle::fpu_test {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  uint64_t next() {  // xorshift64*
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1d;
  }
  uint32_t word() { return static_cast<uint32_t>(next() >> 32); }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((static_cast<uint64_t>(word()) * n) >> 32); }
  int between(int low, int high) { return low + static_cast<int>(below(high - low + 1)); }
  bool one_in(uint32_t n) { return below(n) == 0; }

 private:
  uint64_t state_;
};

class Operands {
 public:
  Operands(Format format, uint64_t seed) : format_(format), f_(bits_of(format)), random_(seed) {}

  // Each sets the operands of `c` that its operation reads to register contents, and the others to anything.
  void one(Case& c);
  void two(Case& c);
  void three(Case& c);
  void integer(Case& c);

  Random& random() { return random_; }

 private:
  uint32_t fraction();         // few ones, few zeros, or anything
  uint32_t any();              // corner exponents half of the time
  uint32_t extreme();          // zeros, infinities, NaNs
  uint32_t finite(int field);  // with this biased exponent, bounded to finite ones
  int field(uint32_t bits) const { return static_cast<int>(bits >> f_.fraction_bits) & f_.max_field(); }
  uint32_t nudge(uint32_t bits);  // some units in the last place away
  uint32_t reg(uint32_t bits);    // boxed, but for a few

  Format format_;
  const FormatBits& f_;
  Random random_;
};

}  // namespace heddle::fpu_test
