// fflags, frm and fcsr: read and written right behind operations in flight, by divergent lanes, in every form.
#include "prologue.h"
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    csrr a0, fcsr              // zero at dispatch
    li   t0, 0x3f800000
    fmv.w.x fa0, t0            // 1
    li   t0, 0x40400000
    fmv.w.x fa1, t0            // 3
    fmv.w.x fa2, zero          // 0
    li   t0, 0x7f7fffff
    fmv.w.x fa3, t0            // the largest
    li   t0, 0x00800000
    fmv.w.x fa4, t0            // the smallest normal
    li   t0, 0x7f800001
    fmv.w.x fa5, t0            // signalling
    fdiv.s ft0, fa0, fa1       // NX
    csrr a1, fflags
    fdiv.s ft0, fa0, fa2       // DZ
    csrr a2, fflags
    fmul.s ft0, fa3, fa3       // OF NX
    csrr a3, fcsr
    fmul.s ft0, fa4, fa4       // UF NX
    frflags a4
    fadd.s ft0, fa5, fa0       // NV
    frflags a5
    fsflags zero
    fmadd.s ft1, fa1, fa1, fa0 // exact
    csrr a6, fflags
    fcvt.w.s zero, fa3         // NV, no register
    csrr a6, fflags
    csrrwi a7, fflags, 0
    feq.s zero, fa5, fa0       // NV, no register
    frflags a7
    // Several in flight, then a write: it comes last.
    fdiv.s ft2, fa0, fa1
    fmul.s ft3, fa4, fa4
    fsqrt.s ft4, fa1
    csrwi fflags, 2
    csrr t0, fflags
    csrsi fflags, 8
    csrci fflags, 2
    csrrs t1, fflags, zero
    fdiv.s ft2, fa0, fa1
    csrrc t2, fflags, s1       // lane by lane
    csrrs t2, fcsr, s0
    csrr t3, fcsr
    // Rounding modes: 1/3 in each, and the exact modes of lanes that differ.
    csrwi frm, 0
    fdiv.s ft5, fa0, fa1
    csrwi frm, 1
    fdiv.s ft5, fa0, fa1
    csrwi frm, 2
    fadd.s ft6, fa0, fa4
    csrwi frm, 3
    fadd.s ft6, fa0, fa4
    csrwi frm, 4
    fmadd.s ft6, fa1, fa1, fa4
    li   t4, 5
    remu t4, s1, t4
    fsrm t5, t4
    fmadd.s ft7, fa0, fa0, fa4
    fdiv.s ft8, fa0, fa1
    fcvt.w.s t6, ft8
    slli t4, t4, 5
    ori  t4, t4, 0x11
    fscsr t5, t4
    frcsr t5
    li   t4, -1
    csrw fcsr, t4              // upper bits are dropped; mode 7
    csrr t4, fcsr
    csrr t4, frm
    csrwi fcsr, 0
    csrw frm, s0
    csrr t4, fcsr
    csrwi fcsr, 0
    // Lanes that diverge raise different flags.
    andi t0, s1, 1
    beqz t0, even
    fdiv.s ft9, fa0, fa2       // odd: DZ
    j    join
even:
    fmul.s ft9, fa3, fa3       // even: OF NX
    csrr s2, fflags
join:
    csrr s3, fflags
    fsqrt.s ft10, fa1
    csrr s4, instret
    csrr s5, fflags
    fmul.s ft11, fa4, fa4      // raised after the last access, compared at the end of the warp
    fcvt.wu.s zero, fa3
    hd.exit
