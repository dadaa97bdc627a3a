/* 64-bit division. Lanes bring operands of different sizes, and the prebuilt library takes a different long path for
   each; here all share the one that costs: a division of two words by one. No loops, few branches. */
#include <stdint.h>

static inline uint32_t high(uint64_t x) { return (uint32_t)(x >> 32); }

/* One 16-bit digit of u / d, for a normalised d (its top bit is set) and u < d << 16; what is left in *rest.
   The estimate from the upper half of d is at most 2 too large. */
static inline uint32_t digit(uint64_t u, uint32_t d, uint64_t* rest) {
  uint32_t q = (uint32_t)(u >> 16) / (d >> 16);
  uint64_t r = u - (uint64_t)q * d;
  for (int i = 0; i < 2; i++) {
    uint32_t wrong = (uint32_t)((int32_t)high(r) >> 31); /* all ones below zero */
    q += wrong;
    r += wrong & d;
  }
  *rest = r;
  return q;
}

/* u / d for a normalised d and high(u) < d. */
static inline uint32_t two_by_one(uint64_t u, uint32_t d) {
  uint64_t rest;
  uint32_t upper = digit(u >> 16, d, &rest);
  uint32_t lower = digit(rest << 16 | (u & 0xFFFF), d, &rest);
  return upper << 16 | lower;
}

static inline uint64_t divide(uint64_t a, uint64_t b, uint64_t* remainder) {
  if ((high(a) | high(b)) == 0) {
    *remainder = (uint32_t)a % (uint32_t)b;
    return (uint32_t)a / (uint32_t)b;
  }
  uint32_t upper = 0, d;
  int shift;
  uint64_t u;
  if (high(b) == 0) {
    /* The upper quotient digit directly; what is left of the upper word, and the lower word, shifted as d is. */
    uint32_t low = (uint32_t)b;
    upper = high(a) / low;
    shift = __builtin_clz(low);
    u = ((uint64_t)(high(a) - upper * low) << 32 | (uint32_t)a) << shift;
    d = low << shift;
  } else {
    /* Half of a by the upper word of the shifted b: the quotient, shifted, or one more (Warren, Hacker's Delight, 9-5).
     */
    shift = __builtin_clz(high(b));
    u = a >> 1;
    d = high(b << shift);
  }
  uint32_t lower = two_by_one(u, d);
  if (high(b) != 0) {
    lower >>= 31 - shift;
    lower -= lower != 0;
  }
  uint64_t quotient = (uint64_t)upper << 32 | lower;
  uint64_t rest = a - quotient * b;
  uint32_t more = rest >= b;
  *remainder = rest - (more ? b : 0);
  return quotient + more;
}

static inline uint64_t magnitude(int64_t x, uint64_t sign) { return ((uint64_t)x ^ sign) - sign; }

uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
uint64_t __udivmoddi4(uint64_t a, uint64_t b, uint64_t* remainder);
int64_t __divdi3(int64_t a, int64_t b);
int64_t __moddi3(int64_t a, int64_t b);

uint64_t __udivmoddi4(uint64_t a, uint64_t b, uint64_t* remainder) {
  uint64_t rest, result = divide(a, b, &rest);
  if (remainder) *remainder = rest;
  return result;
}

uint64_t __udivdi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  return divide(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  divide(a, b, &rest);
  return rest;
}

int64_t __divdi3(int64_t a, int64_t b) {
  uint64_t sa = (uint64_t)(a >> 63), sb = (uint64_t)(b >> 63), rest;
  return (int64_t)magnitude((int64_t)divide(magnitude(a, sa), magnitude(b, sb), &rest), sa ^ sb);
}

int64_t __moddi3(int64_t a, int64_t b) {
  uint64_t sa = (uint64_t)(a >> 63), sb = (uint64_t)(b >> 63), rest;
  divide(magnitude(a, sa), magnitude(b, sb), &rest);
  return (int64_t)magnitude((int64_t)rest, sa);
}
