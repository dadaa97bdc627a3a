// Loads and stores of all sizes to device memory, scratchpad and private memory, with overlaps between lanes.
#include "prologue.h"
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    csrr s2, CSR_HD_LOCAL_ID_X
    li   s3, DATA
    li   s4, SCRATCH
    li   s5, PRIVATE
    li   s6, 8
loop:
    slli t0, s0, 2
    add  t0, t0, s3            // own word
    sw   s0, 0(t0)
    sb   s6, 1(t0)
    lhu  t1, 0(t0)
    lb   t2, 1(t0)
    lh   t3, 2(t0)
    not  a7, s6
    sb   a7, 3(t0)             // negative bytes, at every place of the word
    lb   a7, 3(t0)
    add  s7, s7, a7
    sb   a7, 0(t0)
    lb   a7, 0(t0)
    add  s7, s7, a7
    slli t4, s1, 7             // own line
    add  t4, t4, s3
    sw   t1, 1024(t4)
    lw   t5, 1024(t4)
    sw   s0, 128(s3)           // all to one word
    lw   t6, 128(s3)
    slli a0, s2, 2
    add  a0, a0, s4            // own scratchpad word
    sw   t5, 0(a0)
    sb   s6, 3(a0)
    lw   a1, 0(a0)
    sh   a1, 0(s4)             // all to one half word
    lhu  a2, 0(s4)
    slli a3, s2, 4             // bank conflicts
    andi a3, a3, 252
    add  a3, a3, s4
    sw   a2, 0(a3)
    lw   a4, 0(a3)
    sw   a4, 16(s5)            // private
    sb   s0, 17(s5)
    lw   a5, 16(s5)
    sw   a5, 20(s5)
    lhu  a6, 18(s5)
    add  s7, s7, a5
    add  s7, s7, a6
    addi s6, s6, -1
    bnez s6, loop
    fence
    sw   s7, 0(t0)
    hd.exit
