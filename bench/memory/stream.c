// Kernels that stream: each element is loaded or stored once, neighbouring lanes have neighbouring elements, and the
// elements of a warp lie together, so that the offsets between them fit into the instructions.
#include "timing.h"

#define STREAM_UNROLL 8

enum operation { kCopy, kScale, kAdd };

HD_INLINE float apply(enum operation operation, float factor, float a, float b) {
  switch (operation) {
    case kCopy: return a;
    case kScale: return factor * a;
    default: return a + b;
  }
}

// `lanes` and `operation` are constants.
HD_INLINE void stream_by(const struct stream_args* args, uint32_t lanes, enum operation operation) {
  const uint32_t warp = hd_group_linear_id() * hd_num_warps() + hd_warp_id();
  const uint32_t first = warp * lanes * args->elements + hd_lane_id();
  const float* a = args->a + first;
  const float* b = args->b + first;
  float* out = args->out + first;
  const float factor = args->factor;
  uint32_t left = args->elements;
  for (; left >= STREAM_UNROLL; left -= STREAM_UNROLL) {
    float x[STREAM_UNROLL], y[STREAM_UNROLL];
#pragma unroll
    for (uint32_t k = 0; k < STREAM_UNROLL; ++k) {
      x[k] = a[k * lanes];
      y[k] = operation == kAdd ? b[k * lanes] : 0.0f;
    }
#pragma unroll
    for (uint32_t k = 0; k < STREAM_UNROLL; ++k) out[k * lanes] = apply(operation, factor, x[k], y[k]);
    a += STREAM_UNROLL * lanes;
    if (operation == kAdd) b += STREAM_UNROLL * lanes;
    out += STREAM_UNROLL * lanes;
  }
  for (; left != 0; --left, a += lanes, b += lanes, out += lanes) {
    *out = apply(operation, factor, *a, operation == kAdd ? *b : 0.0f);
  }
}

HD_INLINE void stream(const struct stream_args* args, enum operation operation) {
  switch (hd_num_lanes()) {
    case 1: return stream_by(args, 1, operation);
    case 2: return stream_by(args, 2, operation);
    case 4: return stream_by(args, 4, operation);
    case 8: return stream_by(args, 8, operation);
    case 16: return stream_by(args, 16, operation);
    default: return stream_by(args, 32, operation);
  }
}

HD_KERNEL(copy) { stream(args, kCopy); }
HD_KERNEL(scale) { stream(args, kScale); }
HD_KERNEL(add) { stream(args, kAdd); }
