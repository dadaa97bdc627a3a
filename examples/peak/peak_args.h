#pragma once

#include "heddle.h"

#define PEAK_REGISTERS 6                  /* in turn */
#define PEAK_UNROLL (PEAK_REGISTERS * 10) /* operations per iteration */

struct peak_fma_args {
  uint32_t iterations;
  HD_PTR(float) result;  // one per work-item
};

struct peak_alu_args {
  uint32_t iterations;
  HD_PTR(uint32_t) result;
};
