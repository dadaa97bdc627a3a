// Every lane writes its hart id to its own word and reads nothing; then the warp goes round hd_args times and writes other lines,
// which push the first ones out of the caches.
#include "prologue.h"
#define CSR_HD_ARGS 0xCCC
    csrr t0, mhartid
    csrr s0, CSR_HD_ARGS
    slli t1, t0, 2
    li   t2, DATA
    add  t1, t1, t2
    sw   t0, 0(t1)
    beqz s0, end
    li   t3, 128
    li   t4, 0x40000
loop:
    add  t1, t1, t3
    addi t4, t4, -128
    sw   t0, 0(t1)
    bnez t4, next
    li   t4, 0x40000
    sub  t1, t1, t4
next:
    addi s0, s0, -1
    bnez s0, loop
end:
    hd.exit
