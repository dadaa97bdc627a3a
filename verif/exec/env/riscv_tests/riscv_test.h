// The environment of riscv-tests for the lanes of a warp: the suite's own `p` (a folder above it is on the include
// path), in which every hart but the first is parked; here every lane runs the test.
#ifndef HEDDLE_RISCV_TEST_H
#define HEDDLE_RISCV_TEST_H
// clang-format off: assembler

#include "end.h"
#include "p/riscv_test.h"

#undef RISCV_MULTICORE_DISABLE
#define RISCV_MULTICORE_DISABLE

// A data section for each lane, in device memory (build_suite.py --data lane): a lane copies the program's behind it, and
// `la` of anything but the environment's own labels adds the distance, which stays in tp.
#ifdef HEDDLE_LANE_DATA

.macro la rd, symbol
  lla \rd, \symbol
  .ifnc \symbol, 1f
  .ifnc \symbol, trap_vector
  .ifnc \symbol, mtvec_handler
  .ifnc \symbol, stvec_handler
  add \rd, \rd, tp
  .endif
  .endif
  .endif
  .endif
.endm

#undef EXTRA_INIT
#define EXTRA_INIT                                                   \
  HEDDLE_LANE_DISTANCE(tp, __data_start, __data_end);                \
  HEDDLE_COPY(__data_start, __data_end, tp)

#endif

#endif
