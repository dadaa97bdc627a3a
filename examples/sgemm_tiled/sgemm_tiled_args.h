#pragma once

#include "heddle.h"

#define SGEMM_WIDTH 16  /* work-items beside each other in a workgroup */
#define SGEMM_ROWS 2    /* elements of c per work-item: rows below each other, ... */
#define SGEMM_COLUMNS 4 /* ... columns a workgroup's width apart */
#define SGEMM_DEPTH 32  /* columns of a in the scratchpad at a time */
#define SGEMM_HEIGHT 16 /* work-items below each other in a workgroup, at most */

struct sgemm_tiled_args {
  uint32_t n;
  HD_PTR(const float) a;
  HD_PTR(const float) b;
  HD_PTR(float) c;
};
#define sgemm_tiled_narrow_args sgemm_tiled_args
