// Loads whose registers' bank is taken by the additions of the other warps in every cycle, so that they have to wait. Made for register
// banks by number plus warp modulo 4; elsewhere it is a program like others.
#include "prologue.h"
    csrr t0, 0xCCF             // hd_warp
    csrr s0, mhartid
    slli t1, s0, 2
    li   s2, DATA
    add  s2, s2, t1
    sw   s0, 0(s2)
    sw   s0, 64(s2)
    li   s3, 40
    andi t0, t0, 3
    li   t1, 1
    beq  t0, t1, one
    li   t1, 2
    beq  t0, t1, two
    li   t1, 3
    beq  t0, t1, three
loads:
    lw   a2, 0(s2)             // x12, x16, x20, x24
    lw   a6, 64(s2)
    lw   s4, 0(s2)
    lw   s8, 64(s2)
    addi s3, s3, -1
    bnez s3, loads
    j    done
.macro additions label, a, b, c, d
\label:
    .rept 6
    addi \a, \a, 1
    addi \b, \b, 1
    addi \c, \c, 1
    addi \d, \d, 1
    .endr
    addi s3, s3, -1
    bnez s3, \label
    j    done
.endm
    additions one, x7, x11, x15, x23
    additions two, x6, x10, x14, x22
    additions three, x5, x9, x13, x21
done:
    add  a2, a2, a6
    sw   a2, 128(s2)
    hd.exit
