// Softmax of a matrix's rows, one workgroup each. A workgroup is a power of two.
#include "softmax_args.h"

HD_SCRATCHPAD float shared[SOFTMAX_MAX_GROUP];

enum operation { MAXIMUM, SUM };

// The maximum or the sum of the work-items' values, for all of them.
static float combine(float value, enum operation operation) {
  const uint32_t id = hd_local_id(0);
  shared[id] = value;
  for (uint32_t half = hd_local_size(0) / 2; half > 0; half /= 2) {
    hd_barrier();
    if (id < half) {
      const float other = shared[id + half];
      shared[id] = operation == SUM ? shared[id] + other : __builtin_fmaxf(shared[id], other);
    }
  }
  hd_barrier();
  const float result = shared[0];
  hd_barrier();  // before the next use
  return result;
}

HD_KERNEL(softmax) {
  const uint32_t columns = args->columns, id = hd_local_id(0), size = hd_local_size(0);
  const float* x = args->x + hd_group_id(0) * columns;
  float* y = args->y + hd_group_id(0) * columns;
  float maximum = -__builtin_inff();
  for (uint32_t i = id; i < columns; i += size) maximum = __builtin_fmaxf(maximum, x[i]);
  maximum = combine(maximum, MAXIMUM);
  float sum = 0.0f;
  for (uint32_t i = id; i < columns; i += size) {
    const float power = hd_fast_expf(x[i] - maximum);
    y[i] = power;
    sum += power;
  }
  const float scale = hd_rcp(combine(sum, SUM));
  for (uint32_t i = id; i < columns; i += size) y[i] *= scale;
}
