// Accesses of all kinds, each lane's to addresses of its own all over device memory, and code that runs wherever it is loaded.
// hd_args: bits 7..0 how often, above them a seed. Wants a region of all device memory.
#include "prologue.h"
#define CSR_HD_ARGS 0xCCC
    csrr s0, CSR_HD_ARGS
    csrr s1, mhartid
    srli t0, s0, 8
    add  s1, s1, t0
    addi s1, s1, 1
    li   t0, 0x9E3779B1
    mul  s1, s1, t0
    andi s0, s0, 0xFF
    li   s3, 0x80000000
    li   s4, PRIVATE
    addi s5, s4, 0
again:
    slli t0, s1, 13
    xor  s1, s1, t0
    srli t0, s1, 17
    xor  s1, s1, t0
    slli t0, s1, 5
    xor  s1, s1, t0
    or   s2, s1, s3
    andi s2, s2, -32
    sw   s1, 0(s2)
    sb   s0, 5(s2)
    sh   s0, 10(s2)
    lw   t1, 0(s2)
    lbu  t2, 5(s2)
    lh   t3, 10(s2)
    jal  ra, atomics
    fmv.w.x fa0, s1
    fsw  fa0, 24(s2)
    flw  fa1, 24(s2)
    fsh  fa0, 28(s2)
    flh  fa2, 28(s2)
    sw   s2, 0(s5)             // remembered, for a load of it later
    addi s5, s5, 4
    addi s0, s0, -1
    bnez s0, again
recall:
    addi s5, s5, -4
    lw   t0, 0(s5)
    lw   t1, 0(t0)
    lw   t2, 16(t0)
    bne  s5, s4, recall
    fence.i
    hd.exit
atomics:
    addi t0, s2, 16
    amoadd.w t4, s1, (t0)
    amoxor.w t4, s0, (t0)
    addi t0, s2, 20
    lr.w t5, (t0)
    sc.w t6, s1, (t0)
    jalr zero, 0(ra)
