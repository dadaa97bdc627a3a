// Special functions and fast mathematics, halves, the floating-point state.
#include "math_args.h"

HD_KERNEL(math) {
  const uint32_t i = hd_global_id(0);
  if (i >= args->n) return;
  const float x = args->x[i], y = args->y[i];
  float result = 0.0f;
  switch (args->function) {
#define CASE_ONE(name) \
  case MATH_##name: result = name(x); break;
#define CASE_TWO(name) \
  case MATH_##name: result = name(x, y); break;
    MATH_ONE(CASE_ONE)
    MATH_TWO(CASE_TWO)
    default: break;
  }
  args->result[i] = result;
}

static uint16_t half_bits(_Float16 value) {
  uint16_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

HD_KERNEL(halves) {
  const uint32_t i = hd_global_id(0);
  if (i >= args->n) return;
  const _Float16 x = (_Float16)args->x[i], y = (_Float16)args->y[i];
  args->rounded[i] = half_bits(x);
  args->fused[i] = half_bits(x * y + (_Float16)1);
  args->less[i] = x < y;
}

static float divide_in_mode(float a, float b, uint32_t mode) {
  float result;
  __asm__ volatile("csrw frm, %3\n fdiv.s %0, %1, %2\n csrw frm, zero" : "=f"(result) : "f"(a), "f"(b), "r"(mode));
  return result;
}

HD_KERNEL(modes) {
  uint32_t* out = args->out + 7 * hd_global_id(0);
  uint32_t state, flags;
  __asm__ volatile("csrr %0, fcsr" : "=r"(state));
  out[0] = state;
  const float one = (float)(hd_lane_id() & 1 ? -1 : 1);
  for (uint32_t mode = 0; mode < 5; mode++) out[2 + mode] = hd_float_bits(divide_in_mode(one, 3.0f, mode));
  __asm__ volatile("csrrwi %0, fflags, 0" : "=r"(flags));
  out[1] = flags;
}
