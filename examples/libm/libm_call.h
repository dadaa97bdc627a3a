// One call, compiled for the device and for the reference: the library's function, with the exceptions it raises.
#pragma once

#include <math.h>
#include <string.h>

#include "libm_arguments.h"
#include "libm_result.h"

enum libm_function {
#define LIBM_ONE(name) LIBM_##name,
#define LIBM_TWO(name) LIBM_##name,
#include "libm_functions.h"
#undef LIBM_ONE
#undef LIBM_TWO
  LIBM_FUNCTIONS
};

static inline float libm_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline struct libm_result libm_call(uint32_t function, uint32_t index) {
  const float x = libm_float(libm_argument(index, 0));
  float y = 0.0f;
  struct libm_result result;
  float value = 0.0f;
  switch (function) {
#define LIBM_ONE(name)
#define LIBM_TWO(name) case LIBM_##name:
#include "libm_functions.h"
#undef LIBM_ONE
#undef LIBM_TWO
    y = libm_float(libm_argument(index, 1));
    break;
    default: break;
  }
  __asm__ volatile("csrw fflags, zero" ::: "memory");
  switch (function) {
#define LIBM_ONE(name) \
  case LIBM_##name: value = name(x); break;
#define LIBM_TWO(name) \
  case LIBM_##name: value = name(x, y); break;
#include "libm_functions.h"
#undef LIBM_ONE
#undef LIBM_TWO
    default: break;
  }
  __asm__ volatile("csrr %0, fflags" : "=r"(result.flags)::"memory");
  memcpy(&result.bits, &value, sizeof result.bits);
  return result;
}
