// Operations on six registers in turn, so that none waits for the one before it. With their constants they are eight,
// one for each bank of registers.
#include "peak_args.h"

#define SIX(operation) operation(0) operation(1) operation(2) operation(3) operation(4) operation(5)
#define THIRTY(operation) SIX(operation) SIX(operation) SIX(operation) SIX(operation) SIX(operation)
#define UNROLLED(operation) THIRTY(operation) THIRTY(operation)

HD_KERNEL(peak_fma) {
  const float half = 0.5f, one = 1.0f;
  float x[PEAK_REGISTERS];
  for (uint32_t i = 0; i < PEAK_REGISTERS; i++) x[i] = (float)i;
  for (uint32_t i = args->iterations; i != 0; i--) {
#define FMA(r) __asm__ volatile("fmadd.s %0, %0, %1, %2" : "+f"(x[r]) : "f"(half), "f"(one));
    UNROLLED(FMA)
  }
  args->result[hd_global_id(0)] = ((x[0] + x[1]) + (x[2] + x[3])) + (x[4] + x[5]);
}

HD_KERNEL(peak_alu) {
  const uint32_t step = hd_global_id(0);
  uint32_t x[PEAK_REGISTERS] = {0};
  for (uint32_t i = args->iterations; i != 0; i--) {
#define ADD(r) __asm__ volatile("add %0, %0, %1" : "+r"(x[r]) : "r"(step));
    UNROLLED(ADD)
  }
  args->result[step] = ((x[0] + x[1]) + (x[2] + x[3])) + (x[4] + x[5]);
}
