#pragma once

#include "heddle.h"

struct relu_args {
  uint32_t n;
  HD_PTR(const float) x;
  HD_PTR(float) y;
};
