// Lines whose addresses differ in one bit, each bit in turn: what is compared somewhere between a lane and memory with a bit too
// few takes one for the other. hd_args: a seed. Wants a region of all device memory.
#include "prologue.h"
#define CSR_HD_ARGS 0xCCC
    csrr s0, CSR_HD_ARGS
    csrr s1, mhartid
    add  s1, s1, s0
    addi s1, s1, 1
    li   t0, 0x9E3779B1
    mul  s1, s1, t0
    srli t0, s1, 15
    xor  s1, s1, t0
    li   t0, 0x80000000
    or   s2, s1, t0            // this lane's line
    andi s2, s2, -32
    li   s3, 0x40000000        // the bit
    sw   s1, 0(s2)
    sw   s3, 4(s2)
next:
    xor  s4, s2, s3            // the other line
    add  s5, s1, s3
    // Loads of both while neither is in a cache, then with one of them there, then both.
    lw   t1, 0(s4)
    lw   t2, 0(s2)
    sw   s5, 0(s4)
    sw   s3, 4(s4)
    lw   t3, 0(s2)
    lw   t4, 0(s4)
    lw   t5, 4(s2)
    lw   t6, 4(s4)
    // Writes of the one that concern the other's copy if they are taken for the same.
    sw   s5, 8(s2)
    sw   s1, 8(s4)
    lw   t1, 8(s2)
    lw   t2, 8(s4)
    addi t0, s4, 12
    amoadd.w t3, s5, (t0)
    lw   t4, 0(s2)
    lw   t5, 0(s4)
    addi t0, s2, 12
    amoswap.w t3, s1, (t0)
    lw   t4, 0(s4)
    lw   t5, 12(s4)
    // A reservation of the one: a write of the other leaves it, a conditional store to the other does not use it.
    lr.w t1, (s2)
    sw   s3, 0(s4)
    sc.w t2, s5, (s2)
    lr.w t1, (s2)
    sc.w t2, s5, (s4)
    lr.w t1, (s4)
    amoor.w t3, s3, (s2)
    sc.w t2, s1, (s4)
    lw   t4, 0(s2)
    lw   t5, 0(s4)
    srli s3, s3, 1
    li   t0, 32
    bgeu s3, t0, next
    fence
    li   s3, 0x40000000
again:
    xor  s4, s2, s3
    lw   t1, 0(s4)
    lw   t2, 8(s4)
    lw   t3, 12(s4)
    lw   t4, 0(s2)
    srli s3, s3, 1
    bgeu s3, t0, again
    hd.exit
