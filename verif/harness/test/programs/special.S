// Special functions of interesting operands, in a row and between other operations.
#include "prologue.h"
#include "float_values.h"
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    la   s2, float_values
    li   s3, 32
    li   t0, 7
    fsrm t0                    // they do not round by mode
    mv   s4, s0
round:
    slli s4, s4, 1
    add  s4, s4, s3
    andi t0, s4, FLOAT_VALUES - 1
    sh2add t0, t0, s2
    flw  fa0, 0(t0)
    hd.rcp fa1, fa0
    hd.rsqrt fa2, fa0
    hd.exp2 fa3, fa0
    hd.log2 fa4, fa0
    hd.sin fa5, fa0
    hd.cos fa6, fa0
    fdiv.s ft1, fa0, fa1, rne
    fmul.s ft0, fa1, fa2, rne
    andi t1, s1, 1
    beqz t1, even
    hd.rcp ft2, ft0
    hd.log2 ft2, ft2           // depends on the one before
even:
    hd.exp2 ft3, ft2
    fadd.s ft4, ft3, ft1, rtz
    csrr a0, fflags
    csrwi fflags, 0
    addi s3, s3, -1
    bnez s3, round
    hd.sin ft5, fa0            // in flight at the end
    hd.cos ft6, fa1
    hd.exit
