// The environment of riscv-tests for the lanes of a warp: the suite's own `p` (a folder above it is on the include
// path), in which every hart but the first is parked; here every lane runs the test.
#ifndef HEDDLE_RISCV_TEST_H
#define HEDDLE_RISCV_TEST_H
// clang-format off: assembler

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
  lla t0, __data_start;                                              \
  lla t1, __data_end;                                                \
  sub t2, t1, t0;                                                    \
  csrr tp, 0xCCE; /* hd_lane */                                      \
  addi tp, tp, 1;                                                    \
  mul tp, tp, t2;                                                    \
heddle_copy:                                                         \
  lw t3, 0(t0);                                                      \
  add t4, t0, tp;                                                    \
  sw t3, 0(t4);                                                      \
  addi t0, t0, 4;                                                    \
  bne t0, t1, heddle_copy

#endif

#endif
