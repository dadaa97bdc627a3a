// Every floating-point instruction, over pairs and triples of interesting operands that differ from lane to lane, in the
// rounding mode of the instruction and, lane by lane, in that of frm.
#include "prologue.h"
#include "float_values.h"

.macro each_rounding op:req, operands:vararg
    \op \operands, rne
    \op \operands, rtz
    \op \operands, rdn
    \op \operands, rup
    \op \operands, rmm
    \op \operands, dyn
.endm

.macro format f:req
    each_rounding fadd.\f, fa3, fa0, fa1
    each_rounding fsub.\f, fa3, fa0, fa1
    each_rounding fmul.\f, fa4, fa1, fa2
    each_rounding fmadd.\f, fa5, fa0, fa1, fa2
    each_rounding fmsub.\f, fa6, fa0, fa1, fa2
    each_rounding fnmadd.\f, fa7, fa1, fa2, fa0
    each_rounding fnmsub.\f, ft0, fa2, fa0, fa1
    fmadd.\f ft1, fa0, fa0, fa0
    fsgnj.\f ft2, fa0, fa1
    fsgnjn.\f ft3, fa0, fa1
    fsgnjx.\f ft4, fa0, fa1
    fsgnj.\f ft5, fa0, fa0
    fmin.\f ft6, fa0, fa1
    fmax.\f ft7, fa0, fa1
    feq.\f a0, fa0, fa1
    flt.\f a1, fa0, fa1
    fle.\f a2, fa0, fa1
    flt.\f zero, fa0, fa2
    fclass.\f a3, fa0
    fclass.\f zero, fa0
    each_rounding fcvt.w.\f, a4, fa0
    each_rounding fcvt.wu.\f, a5, fa0
    fcvt.w.\f zero, fa1
    each_rounding fcvt.\f\().w, ft8, s5
    each_rounding fcvt.\f\().wu, ft9, s5
    xor  s6, s6, a0
    xor  s6, s6, a1
    xor  s6, s6, a4
    fadd.\f fs0, fa3, fa4
    fmul.\f fs1, fa5, fa6
.endm

    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    la   s2, float_values
    li   s3, 12                // rounds
    li   t0, 5
    remu t0, s1, t0
    fsrm t0                    // every lane its own rounding mode
    mul  s4, s0, s0
round:
    slli s5, s3, 3
    add  s4, s4, s5
    addi s4, s4, 13
    andi t0, s4, FLOAT_VALUES - 1
    sh2add t0, t0, s2
    flw  fa0, 0(t0)
    lw   s5, 0(t0)
    srli t1, s4, 2
    add  t1, t1, s1
    andi t1, t1, FLOAT_VALUES - 1
    sh2add t1, t1, s2
    flw  fa1, 0(t1)
    slli t2, s4, 1
    xor  t2, t2, s3
    andi t2, t2, FLOAT_VALUES - 1
    sh2add t2, t2, s2
    flw  fa2, 0(t2)
    format s
    format h
    each_rounding fcvt.h.s, fs2, fa0
    each_rounding fcvt.s.h, fs3, fa1
    fmv.x.w a6, fa0
    fmv.x.h a7, fa0
    fmv.w.x fs4, a6
    fmv.h.x fs5, a7
    fmv.x.w zero, fa0
    csrr s7, fflags
    csrw fflags, s3
    addi s3, s3, -1
    bnez s3, next
    j    done
next:
    j    round
done:
    li   t0, DATA
    sh2add t0, s0, t0
    sw   s6, 0(t0)
    fsw  fs0, 1024(t0)
    hd.exit
