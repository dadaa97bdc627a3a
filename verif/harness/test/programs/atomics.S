// AMOs on shared words, LR/SC loops, a spin lock per scratchpad word taken by all lanes in turn.
#include "prologue.h"
    csrr s0, mhartid
    li   s3, DATA
    li   s4, SCRATCH
    addi t0, s0, 1
    amoadd.w t1, t0, (s3)
    addi a0, s3, 4
    amoxor.w t2, t0, (a0)
    addi a0, s3, 8
    amomax.w t3, t0, (a0)
    neg  a1, t0
    amomax.w t3, a1, (a0)      // loses against what is there
    amomin.w t3, a1, (a0)
    addi a0, s3, 12
    amominu.w t4, t0, (a0)
    addi a0, s3, 16
    amoswap.w t5, t0, (a0)
    amoor.w  zero, t0, (a0)
    // increment with LR/SC
    addi a0, s3, 64
retry:
    lr.w t6, (a0)
    addi t6, t6, 1
    sc.w a1, t6, (a0)
    bnez a1, retry
    // a lock in device memory
    addi a2, s3, 128
    addi a3, s3, 132
    li   a5, 1
acquire:
    amoswap.w.aq a4, a5, (a2)
    bnez a4, acquire
    lw   a6, 0(a3)
    addi a6, a6, 1
    sw   a6, 0(a3)
    amoswap.w.rl zero, zero, (a2)
    // the scratchpad
    sw   zero, 0(s4)
    hd.barrier
    amoadd.w a7, t0, (s4)
retry2:
    lr.w t1, (s4)
    addi t1, t1, 3
    sc.w t2, t1, (s4)
    bnez t2, retry2
    pause
    hd.barrier
    lw   t3, 0(s4)
    slli t4, s0, 2
    add  t4, t4, s3
    sw   t3, 1024(t4)
    hd.exit
