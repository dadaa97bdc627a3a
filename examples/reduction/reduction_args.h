#pragma once

#include "heddle.h"

#define REDUCTION_MAX_WARPS 256

struct reduction_args {
  uint32_t n;
  HD_PTR(const float) values;
  HD_PTR(float) sums;  // one per workgroup
};
