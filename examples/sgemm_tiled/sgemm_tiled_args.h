#pragma once

#include "heddle.h"

#define SGEMM_MAX_TILE 16
#define SGEMM_ROWS 4 /* elements of c per work-item, one below the other, a tile apart */

struct sgemm_tiled_args {
  uint32_t n;
  uint32_t tile;  // a workgroup is tile x tile work-items
  HD_PTR(const float) a;
  HD_PTR(const float) b;
  HD_PTR(float) c;
};
