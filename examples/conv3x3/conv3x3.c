// A 3 x 3 convolution, one element of the result per work-item.
#include "conv3x3_args.h"

HD_KERNEL(conv3x3) {
  const uint32_t n = args->n, width = n + 2, column = hd_global_id(0), row = hd_global_id(1);
  if (row >= n || column >= n) return;
  const float* corner = args->image + row * width + column;
  float sum = 0.0f;
  for (uint32_t y = 0; y < 3; y++) {
    for (uint32_t x = 0; x < 3; x++) sum += corner[y * width + x] * args->filter[y * 3 + x];
  }
  args->result[row * n + column] = sum;
}
