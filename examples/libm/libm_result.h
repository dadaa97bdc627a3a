#pragma once

#include <stdint.h>

// What one call gave: the result's bits, and the exceptions it raised (NV 16, DZ 8, OF 4, UF 2, NX 1).
struct libm_result {
  uint32_t bits, flags;
};
