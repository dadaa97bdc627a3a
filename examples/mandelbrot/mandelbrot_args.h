#pragma once

#include "heddle.h"

// The same arithmetic on both sides: numbers are 32-bit fixed point with 24 bits of fraction. A step from |z| <= 2
// stays below 7 in each coordinate, so the sum of their squares stays below 128, where the numbers end.
#define MANDELBROT_FRACTION 24

static inline int32_t mandelbrot_multiply(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b) >> MANDELBROT_FRACTION);
}

// Iterations of z = z * z + c until |z| > 2, at most `limit`.
static inline uint32_t mandelbrot_iterations(int32_t cx, int32_t cy, uint32_t limit) {
  const int32_t four = 4 << MANDELBROT_FRACTION;
  int32_t x = 0, y = 0;
  uint32_t i = 0;
  while (i < limit) {
    int32_t xx = mandelbrot_multiply(x, x);
    int32_t yy = mandelbrot_multiply(y, y);
    if (xx + yy > four) break;
    y = 2 * mandelbrot_multiply(x, y) + cy;
    x = xx - yy + cx;
    i++;
  }
  return i;
}

struct mandelbrot_args {
  uint32_t width, height;
  uint32_t limit;
  int32_t left, top;  // of the first pixel
  int32_t step;       // from one pixel to the next
  HD_PTR(uint8_t) iterations;
};
