#pragma once

#include "heddle.h"

struct conv3x3_args {
  uint32_t n;
  HD_PTR(const float) image;   // (n + 2) x (n + 2), with the border
  HD_PTR(const float) filter;  // 3 x 3
  HD_PTR(float) result;        // n x n
};
