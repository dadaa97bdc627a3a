#pragma once

#include "heddle.h"

#define PEAK_UNROLL 64 /* operations per iteration, on eight registers in turn */

struct peak_fma_args {
  uint32_t iterations;
  HD_PTR(float) result;  // one per work-item
};

struct peak_alu_args {
  uint32_t iterations;
  HD_PTR(uint32_t) result;
};
