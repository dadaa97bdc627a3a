// Operations on eight registers in turn, so that none waits for the one before it.
#include "peak_args.h"

#define EIGHT(operation) \
  operation(0) operation(1) operation(2) operation(3) operation(4) operation(5) operation(6) operation(7)
#define UNROLLED(operation)                                                                             \
  EIGHT(operation)                                                                                      \
  EIGHT(operation) EIGHT(operation) EIGHT(operation) EIGHT(operation) EIGHT(operation) EIGHT(operation) \
      EIGHT(operation)

HD_KERNEL(peak_fma) {
  const float half = 0.5f, one = 1.0f;
  float x[8];
  for (uint32_t i = 0; i < 8; i++) x[i] = (float)i;
  for (uint32_t i = args->iterations; i != 0; i--) {
#define FMA(r) __asm__ volatile("fmadd.s %0, %0, %1, %2" : "+f"(x[r]) : "f"(half), "f"(one));
    UNROLLED(FMA)
  }
  args->result[hd_global_id(0)] = ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

HD_KERNEL(peak_alu) {
  const uint32_t step = hd_global_id(0);
  uint32_t x[8] = {0};
  for (uint32_t i = args->iterations; i != 0; i--) {
#define ADD(r) __asm__ volatile("add %0, %0, %1" : "+r"(x[r]) : "r"(step));
    UNROLLED(ADD)
  }
  args->result[step] = ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}
