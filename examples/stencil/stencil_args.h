#pragma once

#include "heddle.h"

struct stencil_args {
  uint32_t n;
  HD_PTR(const float) from;  // n x n
  HD_PTR(float) to;
};
