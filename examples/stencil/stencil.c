// One step of the heat equation on a square; the outermost points keep their temperature.
#include "stencil_args.h"

HD_KERNEL(stencil) {
  const uint32_t n = args->n, column = hd_global_id(0), row = hd_global_id(1);
  if (row >= n || column >= n) return;
  const float* point = args->from + row * n + column;
  float value = *point;
  if (row > 0 && row < n - 1 && column > 0 && column < n - 1) {
    const float* above = point - n;
    const float* below = point + n;
    value = 0.125f * (point[-1] + point[1] + *above + *below) + 0.5f * value;
  }
  args->to[row * n + column] = value;
}
