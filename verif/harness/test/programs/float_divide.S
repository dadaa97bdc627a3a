// Division and square root, alone, in a row, and between FMAs and comparisons that overtake them.
#include "prologue.h"
#include "float_values.h"
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    la   s2, float_values
    li   s3, 20
    li   t0, 5
    remu t0, s1, t0
    fsrm t0
    mv   s4, s0
round:
    slli s4, s4, 1
    add  s4, s4, s3
    andi t0, s4, FLOAT_VALUES - 1
    sh2add t0, t0, s2
    flw  fa0, 0(t0)
    add  t1, s4, s1
    addi t1, t1, 5
    andi t1, t1, FLOAT_VALUES - 1
    sh2add t1, t1, s2
    flw  fa1, 0(t1)
    fdiv.s fa2, fa0, fa1
    fmadd.s fa3, fa0, fa1, fa0      // runs while the divider works
    fmadd.s fa3, fa3, fa1, fa0
    fmadd.s fa3, fa3, fa1, fa0
    feq.s a0, fa0, fa1
    fsqrt.s fa4, fa0
    fadd.s fa5, fa2, fa4            // waits for both
    fmadd.h fa6, fa0, fa1, fa1
    fdiv.h fa7, fa0, fa1
    fsqrt.h ft0, fa1
    fsqrt.s ft1, fa2
    fdiv.s ft2, fa0, fa2, rtz
    fdiv.s ft2, fa1, fa0, rup
    fdiv.h ft3, fa1, fa0, rdn
    fsqrt.h ft4, fa0, rmm
    fdiv.s ft5, ft5, ft5            // NaN, NV
    div  a1, s4, s3
    mul  a2, a1, s3
    fcvt.s.w ft6, a2
    // Only some lanes divide; the others run ahead to the join.
    andi t2, s1, 1
    beqz t2, even
    fdiv.s ft7, fa0, fa1, rup
    fsqrt.s ft7, ft7
even:
    fsub.s ft8, ft7, fa0
    csrr a3, fflags
    addi s3, s3, -1
    beqz s3, done
    j    round
done:
    fdiv.s ft9, fa0, fa1            // in flight at the end
    fsqrt.h ft10, fa1
    hd.exit
