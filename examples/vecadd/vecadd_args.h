#pragma once

#include "heddle.h"

struct vecadd_args {
  uint32_t n;
  HD_PTR(const float) a;
  HD_PTR(const float) b;
  HD_PTR(float) c;
};
