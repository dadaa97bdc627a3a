#pragma once

#include "heddle.h"

#define DOTPRODUCT_MAX_GROUP 256

struct dotproduct_args {
  uint32_t n;
  HD_PTR(const float) a;
  HD_PTR(const float) b;
  HD_PTR(float) sums;         // one per workgroup
  HD_PTR(uint32_t) finished;  // workgroups that have stored their sum
  HD_PTR(float) result;
};
