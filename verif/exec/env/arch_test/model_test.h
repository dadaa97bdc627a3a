// The target of the RISC-V architecture tests (riscv-arch-test): one lane of Heddle, machine mode only, run by `heddle
// exec`.
#ifndef HEDDLE_MODEL_TEST_H
#define HEDDLE_MODEL_TEST_H
// clang-format off: assembler

#include "end.h"

// A signature for each lane, in device memory (build_suite.py --data lane): the tests of atomics perform them on the signature
// itself. A lane copies it behind the program's, `la` of the places where tests start to write adds the distance, which stays
// in mscratch, and at the end all copies must be equal to the program's, which the host reads.
#ifdef HEDDLE_LANE_DATA

.macro heddle_displace rd // no register is free
  csrw mtval, t6
  csrr t6, mscratch
  add \rd, \rd, t6
  csrr t6, mtval
.endm

.macro la rd, symbol
  lla \rd, \symbol
  .ifc \symbol, signature_x1_1
  heddle_displace \rd
  .endif
  .ifc \symbol, signature_x8_0
  heddle_displace \rd
  .endif
.endm

#define RVMODEL_BOOT                                                 \
  HEDDLE_LANE_DISTANCE(t2, begin_signature, end_signature);          \
  csrw mscratch, t2;                                                 \
  HEDDLE_COPY(begin_signature, end_signature, t2)

// Lanes in lock-step store, and the highest one's word remains; whoever has another one fails.
#define RVMODEL_HALT                                                 \
  lla t0, begin_signature;                                           \
  lla t1, end_signature;                                             \
  csrr t2, mscratch;                                                 \
heddle_merge:                                                        \
  add t3, t0, t2;                                                    \
  lw t4, 0(t3);                                                      \
  sw t4, 0(t0);                                                      \
  lw t5, 0(t0);                                                      \
  bne t4, t5, heddle_differs;                                        \
  addi t0, t0, 4;                                                    \
  bne t0, t1, heddle_merge;                                          \
  HEDDLE_END;                                                        \
heddle_differs:                                                      \
  lla t0, tohost;                                                    \
  li t1, 98 * 2 + 1;                                                 \
  sw t1, 0(t0);                                                      \
heddle_differs_spin:                                                 \
  j heddle_differs_spin

#else

#define RVMODEL_BOOT

#define RVMODEL_HALT HEDDLE_END

#endif

#define RVMODEL_DATA_BEGIN                                           \
  HEDDLE_TOHOST;                                                     \
  .balign 16; .globl begin_signature; begin_signature:

#define RVMODEL_DATA_END                                             \
  .balign 16; .globl end_signature; end_signature:

// (Whole lines of 16 bytes, as in the references of 2.x.)

// There is nowhere to print to, and there are no interrupts.
#define RVMODEL_IO_INIT
#define RVMODEL_IO_WRITE_STR(_R, _STR)
#define RVMODEL_IO_CHECK()
#define RVMODEL_IO_ASSERT_GPR_EQ(_S, _R, _I)
#define RVMODEL_IO_ASSERT_SFPR_EQ(_F, _R, _I)
#define RVMODEL_IO_ASSERT_DFPR_EQ(_D, _R, _I)
#define RVMODEL_SET_MSW_INT
#define RVMODEL_CLEAR_MSW_INT
#define RVMODEL_CLEAR_MTIMER_INT
#define RVMODEL_CLEAR_MEXT_INT

#endif
