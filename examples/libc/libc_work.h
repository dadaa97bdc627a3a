// What one work-item computes, for the kernel and, compiled once more, for the host that checks it. Work-items take
// different ways through it, so that library code runs diverged: comparisons of qsort, formats of snprintf, soft
// floating point.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc_args.h"

static inline uint32_t libc_random(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 4;
}

static int libc_ascending(const void* a, const void* b) {
  int32_t x = *(const int32_t*)a, y = *(const int32_t*)b;
  return (x > y) - (x < y);
}

static int libc_descending(const void* a, const void* b) { return libc_ascending(b, a); }

static inline double libc_real(uint32_t item, uint32_t* state) {
  double value = 1.0;
  for (uint32_t i = 0; i < 4 + item % 5; i++) {
    double x = (double)(int32_t)libc_random(state) / 3.0;
    switch ((item + i) % 4) {
      case 0: value = value + x; break;
      case 1: value = value - x * 1e-3; break;
      case 2: value = value * (x * 1e-7 + 0.5); break;
      default: value = x != 0.0 ? value / x : value; break;
    }
  }
  return value;
}

static inline void libc_work(uint32_t item, struct libc_result* result) {
  uint32_t state = item * 7919 + 1;
  memset(result, 0, sizeof(*result));

  for (int i = 0; i < LIBC_VALUES; i++) result->sorted[i] = (int32_t)(libc_random(&state) % 1000) - 500;
  qsort(result->sorted, LIBC_VALUES - item % 4, sizeof(int32_t), item % 2 != 0 ? libc_ascending : libc_descending);

  int64_t a = (int64_t)(((uint64_t)libc_random(&state) << 32 | libc_random(&state)) << (item % 5));
  int64_t b = (int64_t)(libc_random(&state) >> (item % 20)) + 1;
  if (item % 3 == 0) a = -a;
  result->quotient = a / b;
  result->remainder = a % b;
  result->unsigned_quotient = ((uint64_t)a << 3) / ((uint64_t)b * 3);

  double real = libc_real(item, &state);
  memcpy(&result->real_bits, &real, sizeof(real));

  switch (item % 4) {
    case 0:
      result->text_length =
          snprintf(result->text, LIBC_TEXT, "%5d|%-8x|%s", result->sorted[0], (unsigned)state, "zero");
      break;
    case 1: result->text_length = snprintf(result->text, LIBC_TEXT, "%lld %+lld", (long long)a, (long long)b); break;
    case 2:
      result->text_length = snprintf(result->text, LIBC_TEXT, "%.4f", (double)(int32_t)(state % 100000) / 16.0);
      break;
    default:
      result->text_length = snprintf(result->text, LIBC_TEXT, "%c%08lX%%%u", 'a' + (int)(item % 26),
                                     (unsigned long)state, (unsigned)item);
      break;
  }
}
