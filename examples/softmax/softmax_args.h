#pragma once

#include "heddle.h"

#define SOFTMAX_MAX_GROUP 256

struct softmax_args {
  uint32_t columns;
  HD_PTR(const float) x;  // rows x columns, a workgroup for each row
  HD_PTR(float) y;
};
