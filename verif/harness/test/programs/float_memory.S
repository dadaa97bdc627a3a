// Loads and stores of words and halves in every memory: boxes, raw stores, misaligned and forbidden accesses.
#include "prologue.h"
    la   t0, handler
    csrw mtvec, t0
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    csrr t0, CSR_HD_LOCAL_ID_X
    li   s2, DATA
    sh3add s2, s0, s2
    li   s3, SCRATCH
    sh3add s3, t0, s3
    li   s4, PRIVATE

.macro accesses base
    li   t0, 0x3c01fc03
    add  t0, t0, s1
    sw   t0, 0(\base)
    flw  fa0, 0(\base)
    flh  fa1, 0(\base)
    flh  fa2, 2(\base)
    fmv.x.w a0, fa0
    fmv.x.w a1, fa1            // ones above the half
    fmv.x.w a2, fa2
    fmv.x.h a3, fa1            // sign-extended
    fadd.h ft0, fa1, fa2
    fadd.h ft1, fa0, fa1       // fa0 is not boxed: NaN
    fsgnj.h ft2, fa0, fa1
    fsh  fa0, 4(\base)         // the low half of a word that is no half
    fsh  fa2, 6(\base)
    lw   a4, 4(\base)
    fsw  fa1, 4(\base)         // the box is stored with it
    lw   a5, 4(\base)
    fadd.s ft3, fa0, fa0
    fsw  ft3, 4(\base)         // a result on its way
    flw  ft4, 4(\base)
    fmul.s ft4, ft4, ft3
    flw  ft4, 0(\base)
    flh  ft0, 0(\base)
    flw  ft0, 4(\base)
    fsh  ft0, 2(\base)
    fence
    flw  ft5, 0(\base)
.endm

    accesses s2
    accesses s3
    accesses s4
    // Register 0 of this file is a register.
    flw  ft0, 0(s2)
    fmv.x.w a6, ft0
    flh  ft0, 0(s2)
    fmv.x.w a6, ft0
    // Traps: odd lanes misaligned, then outside.
    andi t1, s1, 1
    add  t2, s2, t1
    flw  fa5, 0(t2)
    flh  fa5, 0(t2)
    fsw  fa5, 0(t2)
    fsh  fa5, 0(t2)
    slli t3, t1, 29
    add  t3, t3, s2
    flw  fa6, 0(t3)
    flh  fa6, 2(t3)
    fsw  fa0, 4(t3)
    fsh  fa0, 4(t3)
    fadd.s fa7, fa6, fa5
    flw  fs0, 0(zero)          // every lane traps: the register keeps its value
    fadd.s fs1, fs0, fs0
    fsw  fs1, 4(s2)
    sw   s5, 0(s2)
    hd.exit
handler:
    csrr t6, mcause
    add  s5, s5, t6
    csrr t6, mepc
    addi t6, t6, 4
    csrw mepc, t6
    mret
