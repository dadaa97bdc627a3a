// Operations of all kinds, traps among them, while other warps keep the memory unit full: three warps of four load words far
// apart, the others compute.
#include "prologue.h"
    la   t0, handler
    csrw mtvec, t0
    csrr t0, 0xCCF             // hd_warp
    csrr s0, mhartid
    li   s2, DATA
    slli t1, s0, 7
    add  s2, s2, t1
    li   s3, 24
    andi t0, t0, 3
    beqz t0, compute
    li   t2, 4096
access:                        // loads of lines that nobody has had
    lw   a0, 0(s2)
    lw   a1, 1024(s2)
    lw   a2, 512(s2)
    lw   a3, 1536(s2)
    lw   a4, 256(s2)
    lw   a5, 1280(s2)
    lw   a6, 768(s2)
    lw   a7, 1792(s2)
    add  s2, s2, t2
    addi s3, s3, -1
    bnez s3, access
    hd.exit
compute:
    li   s3, 12
    fcvt.h.w ft0, s0
    fcvt.s.w ft1, s0
again:
    fmadd.h  fa0, ft0, ft0, ft0
    fmsub.h  fa1, ft0, ft0, ft0
    fnmadd.h fa2, ft0, ft0, ft0
    fnmsub.h fa3, ft0, ft0, ft0
    fclass.h a0, ft0
    fcvt.w.h a1, ft0
    fcvt.wu.h a2, ft0
    fcvt.h.wu fa4, s0
    fdiv.h   fa5, ft0, ft0
    fsqrt.h  fa6, ft0
    fsgnj.h  fa7, ft0, ft0
    fsgnjn.h fa7, ft0, ft0
    fsgnjx.h fa7, ft0, ft0
    fmin.h   fa0, ft0, ft0
    fmax.h   fa1, ft0, ft0
    feq.h    a3, ft0, ft0
    flt.h    a4, ft0, ft0
    fle.h    a5, ft0, ft0
    fmv.x.h  a6, ft0
    fmv.h.x  fa2, s0
    fcvt.s.h fa3, ft0
    fcvt.h.s fa4, ft1
    fnmadd.s fa5, ft1, ft1, ft1
    fclass.s a0, ft1
    sext.b   a1, s0
    sext.h   a2, s0
    zext.h   a3, s0
    orc.b    a4, s0
    rev8     a5, s0
    .word 0xFFFFFFFF
    pause
    wfi
    ecall
    ebreak
    csrrwi   a6, mscratch, 3
    csrrci   a7, mscratch, 1
    slti     a0, s0, 3
    sltiu    a1, s0, 3
    slt      a2, s3, s0
    sltu     a3, s3, s0
    srli     a4, s0, 1
    srai     a5, s0, 1
    andn     a6, s0, s3
    orn      a7, s0, s3
    xnor     a0, s0, s3
    min      a1, s0, s3
    minu     a2, s0, s3
    max      a3, s0, s3
    maxu     a4, s0, s3
    rol      a5, s0, s3
    ror      a6, s0, s3
    rori     a7, s0, 5
    rem      a0, s0, s3
    remu     a1, s0, s3
    fmsub.s  fa0, ft1, ft1, ft1
    fnmsub.s fa1, ft1, ft1, ft1
    fsqrt.s  fa2, ft1
    fsub.s   fa3, ft1, ft1
    fmin.s   fa4, ft1, ft1
    fmax.s   fa5, ft1, ft1
    feq.s    a2, ft1, ft1
    flt.s    a3, ft1, ft1
    fle.s    a4, ft1, ft1
    fcvt.s.wu fa6, s0
    fcvt.wu.s a5, ft1
    fsub.h   fa7, ft0, ft0
    hd.rcp   fa0, ft1
    hd.rsqrt fa1, ft1
    hd.exp2  fa2, ft1
    hd.log2  fa3, ft1
    hd.sin   fa4, ft1
    hd.cos   fa5, ft1
    addi s3, s3, -1
    bnez s3, again
    hd.exit
handler:
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    mret
