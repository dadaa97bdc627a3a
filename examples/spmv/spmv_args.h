#pragma once

#include "heddle.h"

struct spmv_args {
  uint32_t n;
  HD_PTR(const uint32_t) rows;     // n + 1: where each row starts in the next two
  HD_PTR(const uint32_t) columns;  // of each element
  HD_PTR(const float) values;
  HD_PTR(const float) x;
  HD_PTR(float) y;
};
