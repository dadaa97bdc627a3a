// The arguments: a fixed sequence of floats, in integers only, so that everyone who compiles this has the same.
#pragma once

#include <stdint.h>

static inline uint32_t libm_hash(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7FEB352Du;
  x ^= x >> 15;
  x *= 0x846CA68Bu;
  return x ^ x >> 16;
}

// A float near `value` * 2^-fraction_bits; `nudge` is added to its bits.
static inline uint32_t libm_near(uint64_t value, int fraction_bits, int nudge) {
  if (value == 0) return (uint32_t)(nudge < 0 ? -nudge : nudge);
  const int top = 63 - __builtin_clzll(value);
  const uint64_t fraction = top > 23 ? value >> (top - 23) : value << (23 - top);
  return ((uint32_t)(127 + top - fraction_bits) << 23 | ((uint32_t)fraction & 0x7FFFFF)) + (uint32_t)nudge;
}

// Bits of argument `operand` (0 or 1) of call number `index`.
static inline uint32_t libm_argument(uint32_t index, uint32_t operand) {
  static const uint32_t special[] = {
      0x00000000,  // 0
      0x00000001,  // the smallest subnormal
      0x007FFFFF,  // the largest
      0x00800000,  // the smallest normal
      0x7F7FFFFF,  // the largest
      0x7F800000,  // infinity
      0x7F800001,  // signalling NaN
      0x7FC00000,  // NaN
      0x3F800000,  // 1
      0x3F000000,  // 1/2
      0x40000000,  // 2
      0x40400000,  // 3
      0x3EAAAAAB,  // 1/3
      0x3F317218,  // ln 2
      0x42B17218,  // ln of the largest
      0xC2CFF1B5,  // ln of the smallest, about
      0x43000000,  // 128
      0x4B800000,  // 2^24
      0x4F000000,  // 2^31
      0x5F000000,  // 2^63
  };
  // Eight calls of one kind come together, so that the lanes of a warp diverge in the library rather than here.
  const uint32_t kind = operand == 0 ? index / 8 % 8 : index / 64 % 8;
  const uint32_t turn = operand == 0 ? index / 64 * 8 + index % 8 : index / 512 * 64 + index % 64;
  const uint32_t random = libm_hash(index * 2 + operand + 1), more = libm_hash(random ^ 0x9E3779B9u);
  const uint32_t sign = more & 0x80000000u;
  const int nudge = (int)(more % 5) - 2;
  switch (kind) {
    case 0: {  // every binade; few ones, few zeros or anything in the fraction
      uint32_t fraction = random & 0x7FFFFF;
      if (more % 4 == 1) fraction = 1u << (random % 23);
      if (more % 4 == 2) fraction = 0x7FFFFF & ~(1u << (random % 23));
      if (more % 4 == 3) fraction = (0x7FFFFFu << (random % 24)) & 0x7FFFFF;
      return sign | (turn % 256) << 23 | fraction;
    }
    case 1: {
      const uint32_t count = sizeof special / sizeof special[0];
      return (special[turn % count] ^ (turn / count % 2) << 31) + (turn < 2 * count ? 0 : (uint32_t)nudge);
    }
    case 2:  // near multiples of pi/4 (which is 1686629713 / 2^31)
      return sign | libm_near((uint64_t)1686629713u * (turn % 2 ? turn % 64 : random >> (random % 20 + 8)), 31, nudge);
    case 3:  // where most functions bend
      return sign | (119 + turn % 16) << 23 | (random & 0x7FFFFF);
    case 4:  // near 1
      return sign |
             (turn % 2 ? 0x3F800000u + (random >> (turn / 2 % 24 + 8)) : 0x3F800000u - (random >> (turn / 2 % 24 + 9)));
    case 5:  // integers and halves, or close to one
      return sign | libm_near(random >> (turn % 32), 1, nudge);
    case 6:  // where exponentials overflow and underflow
      return sign | libm_near(((uint64_t)(turn % 2 ? 80 : 120) << 32) + (uint64_t)random * 30, 32, 0);
    default: return random;
  }
}
