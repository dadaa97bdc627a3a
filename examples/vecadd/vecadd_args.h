#pragma once

#include "heddle.h"

struct vecadd_args {
  uint32_t n;
  HD_PTR(const int32_t) a;
  HD_PTR(const int32_t) b;
  HD_PTR(int32_t) c;
};
