#pragma once

#include "heddle.h"

struct saxpy_args {
  uint32_t n;
  float a;
  HD_PTR(const float) x;
  HD_PTR(float) y;
};
