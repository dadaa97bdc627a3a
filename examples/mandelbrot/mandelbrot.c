// Escape times of the points of a picture. Neighbours leave the loop at different times: lanes diverge at its exit and
// meet after it.
#include "mandelbrot_args.h"

HD_KERNEL(mandelbrot) {
  uint32_t pixel = hd_global_id(0);
  if (pixel >= args->width * args->height) return;
  int32_t column = (int32_t)(pixel % args->width), row = (int32_t)(pixel / args->width);
  args->iterations[pixel] =
      (uint8_t)mandelbrot_iterations(args->left + column * args->step, args->top + row * args->step, args->limit);
}
