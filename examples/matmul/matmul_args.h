#pragma once

#include "heddle.h"

#define MATMUL_MAX_TILE 16

struct matmul_args {
  uint32_t m, n, k;
  uint32_t tile;            // a workgroup is tile x tile work-items
  HD_PTR(const int32_t) a;  // m x k
  HD_PTR(const int32_t) b;  // k x n
  HD_PTR(int32_t) c;        // m x n
};
