// double to _Float16, which the compiler calls and libgcc does not have for this target. (Every other conversion of
// halves is an instruction, or goes by way of float without a second rounding.)
#include <stdint.h>
#include <string.h>

_Float16 __truncdfhf2(double x);

// To nearest, ties to even. In integers: rounding to float first would round twice.
_Float16 __truncdfhf2(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t sign = (uint32_t)(bits >> 48) & 0x8000;
  const int32_t exponent = (int32_t)(bits >> 52) & 0x7FF;
  const uint64_t fraction = bits << 12 >> 12;
  uint32_t half;
  if (exponent == 0x7FF) {
    half = fraction ? 0x7E00 : sign | 0x7C00;
  } else if (exponent >= 1023 + 16) {
    half = sign | 0x7C00;
  } else if (exponent < 1023 - 25) {
    half = sign;
  } else {
    // Normal: 10 bits of the fraction remain; subnormal: fewer, with the leading one among them.
    const int32_t biased = exponent - 1023 + 15;
    const uint32_t drop = biased > 0 ? 42 : (uint32_t)(43 - biased);
    const uint64_t significand = fraction | (uint64_t)1 << 52;
    const uint64_t rest = significand & (((uint64_t)1 << drop) - 1), tie = (uint64_t)1 << (drop - 1);
    uint32_t kept = (uint32_t)(significand >> drop);
    kept += rest > tie || (rest == tie && (kept & 1));
    // The leading one of a normal number, and a carry out of the fraction, count in the exponent.
    half = sign | (biased > 0 ? (uint32_t)(biased - 1) * 1024 + kept : kept);
  }
  const uint16_t result = (uint16_t)half;
  _Float16 value;
  memcpy(&value, &result, sizeof value);
  return value;
}
