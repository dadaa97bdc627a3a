// Scratchpad and accumulators at the beginning of a launch: the first hd_args workgroups must find zeros, all others what one of the same launch has
// left in the accumulators. Each writes all it has, is busy for a while, and must find what it has written: who has no buffer waits. Something
// wrong ends in ebreak. A workgroup has 4096 bytes of scratchpad and a buffer of 16 x 16 accumulators.
#include "prologue.h"
#define CSR_HD_GROUP_ID_X 0xCC3
#define CSR_HD_LOCAL_SIZE_X 0xCC6
#define SCRATCH_BYTES 4096
#define ACCUMULATORS 0x20000000
#define ACCUMULATOR_BYTES 1024
    csrr s0, CSR_HD_LOCAL_ID_X
    csrr s1, CSR_HD_LOCAL_SIZE_X
    csrr s2, CSR_HD_GROUP_ID_X
    sltu s3, s2, a0            // 1: zeros
    slli s0, s0, 2             // first byte, and step
    slli s1, s1, 2
    addi s2, s2, 1
    li   s4, 0x01000193
    mul  s4, s4, s2            // what this workgroup leaves, plus the place; never 0

    li   t0, ACCUMULATORS
    add  t1, t0, s0
    li   t2, ACCUMULATOR_BYTES
    add  t2, t2, t0
    li   s5, 0                 // the accumulators' turn
look:
    lw   t3, 0(t1)
    seqz t4, t3
    bnez s3, expect_zero
    bnez s5, looked            // which scratchpad a later workgroup gets is open
    bnez t4, wrong
    j    looked
expect_zero:
    beqz t4, wrong
looked:
    add  t3, s4, t1
    sw   t3, 0(t1)
    add  t1, t1, s1
    bltu t1, t2, look
    bnez s5, all_looked
    li   s5, 1
    li   t0, SCRATCH
    add  t1, t0, s0
    li   t2, SCRATCH_BYTES
    add  t2, t2, t0
    j    look

all_looked:
    li   t1, 200
pass:
    addi t1, t1, -1
    bnez t1, pass

    li   t0, ACCUMULATORS
    add  t1, t0, s0
    li   t2, ACCUMULATOR_BYTES
    add  t2, t2, t0
again:
    lw   t3, 0(t1)
    add  t4, s4, t1
    bne  t3, t4, wrong
    add  t1, t1, s1
    bltu t1, t2, again
    hd.exit
wrong:
    ebreak
