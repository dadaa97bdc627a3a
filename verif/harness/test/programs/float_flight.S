// Streams of operations: independent and dependent FMAs, results that write-back has to queue behind loads and integer
// results, the same register written again and again, and warps that end with operations in flight.
#include "prologue.h"
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    li   s2, DATA
    sh3add s2, s0, s2
    fcvt.s.w fa0, s1
    fcvt.s.w fa1, s0
    li   t0, 0x3f800001
    fmv.w.x fa2, t0
    li   s3, 8
round:
    .irp r, 0,1,2,3,4,5,6,7,8,9,10,11
    fmadd.s f\r, fa0, fa1, fa2
    .endr
    .irp r, 0,4,8,12,16,20,24,28     // one bank, with integer results in the same
    fmadd.s f\r, fa2, fa2, f\r
    addi x\r, x\r, 0
    mul  t0, s0, s1
    .endr
    fcvt.s.w fa0, s1
    fcvt.s.w fa1, s0
    fmv.w.x fa2, s3
    lw   t1, 0(s2)
    flw  fs0, 4(s2)
    fmadd.s fs1, fs0, fa0, fa1       // dependent chain
    fmadd.s fs1, fs1, fa0, fa1
    fmadd.s fs1, fs1, fs1, fs1
    fadd.s fs1, fs1, fs1
    fadd.s fs1, fa0, fa1             // overwrites what is on its way
    feq.s t2, fs1, fa0
    fcvt.w.s t3, fs1
    add  t2, t2, t3
    fsw  fs1, 4(s2)
    sw   t2, 0(s2)
    csrr t4, fflags
    addi s3, s3, -1
    beqz s3, end
    j    round
end:
    andi t0, s1, 1
    fdiv.s fs2, fa0, fa1
    fdiv.s fs3, fa1, fa2
    fmadd.s fs4, fa0, fa1, fa2
    fcvt.w.s zero, fa2
    beqz t0, leave
    fsqrt.s fs5, fa1
    fmul.s fs6, fa1, fa1
    feq.s zero, fa1, fa0
    flw  fs7, 0(s2)
    fle.s zero, fs6, fs6
leave:
    hd.exit                          // with all that in flight
