// Operands as TestFloat draws them: corner exponents, runs of ones and zeros, and operands that are made for each other
// (cancellations, ties, results at the borders of the subnormal numbers and of overflow).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

#include "heddle/fp/format.h"

namespace heddle::fp::test {

template <Format F>
class Operands {
 public:
  explicit Operands(std::uint32_t seed) : random_(seed) {}

  // One operand of any kind, NaNs of all kinds included.
  std::uint32_t any() { return assemble(exponent(), fraction(), pick(2) != 0); }

  // Operands of a binary operation, often related.
  std::array<std::uint32_t, 2> pair() {
    const std::uint32_t a = any();
    return {a, pick(2) == 0 ? any() : partner(a) & (F.sign() | (F.sign() - 1))};
  }

  // Operands of a * b + c.
  std::array<std::uint32_t, 3> triple() {
    const auto [a, b] = pair();
    if (pick(3) == 0) return {a, b, any()};
    // c near minus (or plus) the product: its exponent a few places around, or far enough away to be a sticky bit.
    static constexpr int kDistance[] = {0, 0, 0, -1, 1, -2, 2};
    const int spread = pick(3) == 0 ? static_cast<int>(pick(4 * F.fraction_bits)) - 2 * F.fraction_bits
                                    : kDistance[pick(std::size(kDistance))];
    const int product = field(a) + field(b) - F.bias() + spread;
    std::uint32_t c_fraction = fraction();
    if (pick(2) == 0) {  // the product's leading bits, give or take one
      const std::uint64_t p = std::uint64_t{significand(a)} * significand(b);
      const int shift = std::bit_width(p) - 1 - F.fraction_bits;
      c_fraction = static_cast<std::uint32_t>(shift > 0 ? p >> shift : p) + pick(3) - 1;
    }
    return {a, b, assemble(product, c_fraction, pick(2) != 0)};
  }

  std::uint32_t word() { return random_(); }
  // An integer operand: any size, often next to what a significand can hold.
  std::uint32_t integer() {
    const std::uint32_t w = random_() >> pick(32);
    const std::uint32_t near = (std::uint32_t{1} << pick(32)) + pick(5) - 2;
    const std::uint32_t value = pick(3) == 0 ? near : w;
    return pick(2) == 0 ? value : 0 - value;
  }
  unsigned pick(unsigned count) { return random_() % count; }

 private:
  static constexpr int kLargestField = (1 << F.exponent_bits) - 1;
  static constexpr std::uint32_t kFractionMask = F.hidden_bit() - 1;

  static int field(std::uint32_t a) { return static_cast<int>((a & ~F.sign()) >> F.fraction_bits); }
  static std::uint32_t significand(std::uint32_t a) {
    return (a & kFractionMask) | (field(a) != 0 ? F.hidden_bit() : 0);
  }
  // The nearest exponent that there is.
  static std::uint32_t assemble(int exponent_field, std::uint32_t fraction, bool negative) {
    return signed_bits<F>(negative, static_cast<std::uint32_t>(std::clamp(exponent_field, 0, kLargestField))
                                            << F.fraction_bits |
                                        (fraction & kFractionMask));
  }

  int exponent() {
    switch (pick(8)) {
      case 0: return static_cast<int>(pick(3));                                    // subnormal and just above
      case 1: return kLargestField - static_cast<int>(pick(3));                    // NaN, infinity, the largest
      case 2: return F.bias() + static_cast<int>(pick(5)) - 2;                     // around one
      case 3: return F.bias() + F.fraction_bits + static_cast<int>(pick(13)) - 4;  // around the integers' end
      case 4: return F.bias() / 2 + static_cast<int>(pick(2 * F.fraction_bits)) - F.fraction_bits;  // squares underflow
      default: return static_cast<int>(pick(kLargestField + 1));
    }
    return 0;
  }

  std::uint32_t fraction() {
    const auto low_ones = [&] { return (std::uint32_t{1} << pick(F.fraction_bits + 1)) - 1; };
    switch (pick(8)) {
      case 0: return 0;
      case 1: return kFractionMask;
      case 2: return std::uint32_t{1} << pick(F.fraction_bits);
      case 3: return low_ones();
      case 4: return kFractionMask & ~low_ones();
      case 5: return low_ones() ^ low_ones();
      case 6: return (random_() & 7) | (random_() & 7) << (F.fraction_bits - 3);
      default: return random_();
    }
  }

  // A second operand that makes something of the first.
  std::uint32_t partner(std::uint32_t a) {
    switch (pick(6)) {
      case 0: return a;
      case 1: return a ^ F.sign();
      case 2: return (a ^ F.sign()) + pick(5) - 2;  // cancellation
      case 3: {                                     // a sum with a tie or a sticky bit
        const int distance = static_cast<int>(pick(2 * F.fraction_bits + 4));
        return assemble(field(a) - distance, fraction(), pick(2) != 0);
      }
      case 4: {  // a product at the border of the subnormal numbers, or of zero
        const int border = 1 + F.bias() - field(a) - static_cast<int>(pick(F.fraction_bits + 4)) + 2;
        return assemble(border, fraction(), pick(2) != 0);
      }
      default: {  // a quotient there, or a product that overflows
        const int border = F.bias() + field(a) - (pick(2) == 0 ? static_cast<int>(pick(F.fraction_bits + 4)) : 0) - 1;
        const int overflow = kLargestField - 1 + F.bias() - field(a) - static_cast<int>(pick(3));
        return assemble(pick(2) == 0 ? border : overflow, fraction(), pick(2) != 0);
      }
    }
    return 0;
  }

  std::mt19937 random_;
};

}  // namespace heddle::fp::test
