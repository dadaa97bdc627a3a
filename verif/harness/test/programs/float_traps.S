// Reserved rounding modes: in the instruction (the whole path traps), in frm (lane by lane, with all kinds of operations,
// with lanes that complete beside those that trap), with operations in flight; instructions that do not round never trap.
#include "prologue.h"
    la   t0, handler
    csrw mtvec, t0
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    li   t0, 0x40490fdb
    fmv.w.x fa0, t0
    li   t0, 0x3eaaaaab
    fmv.w.x fa1, t0
    li   t0, 0xffff3c01
    fmv.w.x fa2, t0
    fcvt.s.w fa3, s0

.macro operations
    fadd.s ft0, fa0, fa1
    fmadd.s ft1, fa0, fa1, fa3
    fmul.h ft2, fa2, fa2
    fsqrt.s ft3, fa0
    fdiv.s ft4, fa0, fa3
    fdiv.h ft5, fa2, fa2
    fcvt.w.s a0, fa0
    fcvt.w.s zero, fa0
    fcvt.s.w ft6, s0
    fcvt.s.wu ft6, s0
    fcvt.h.s ft7, fa0
    fcvt.s.h ft8, fa2          // exact, and traps all the same
    fadd.s ft9, fa0, fa1, rtz  // static: never
    fdiv.s ft9, fa0, fa1, rne
    fsgnjx.s ft10, fa0, fa1
    fmin.s ft10, fa0, fa1
    feq.s a1, fa0, fa1
    fclass.s a2, fa0
    fmv.x.w a3, ft1
    fmv.w.x ft11, s0
    csrr a4, instret
    csrr a5, fflags
.endm

    operations                 // all lanes RNE
    fsrm s1                    // lane l: mode l mod 8
    operations
    li   t0, 5
    fsrm t0                    // every lane traps
    operations
    li   t0, 6
    fsrm t0
    fdiv.s fs0, fa0, fa1
    fadd.s fs0, fa0, fa1
    andi t0, s1, 1
    li   t1, 7
    mul  t0, t0, t1
    fsrm t0                    // odd lanes trap
    fdiv.s fs1, fa0, fa1, rup  // in flight while others trap
    fadd.s fs2, fa0, fa1
    fmul.s fs3, fs1, fs2
    beqz s1, first             // lane 0 alone: nothing of it traps
    fsub.s fs4, fa0, fa1
    j    join
first:
    fsub.s fs4, fa1, fa0
    fdiv.s fs5, fa1, fa0
join:
    fnmadd.s fs6, fa0, fa1, fs4
    csrwi frm, 0
    operations
    .word 0x00b55553           // fadd.s fa0, fa0, fa1 with mode 5
    .word 0x00b56553           // ... 6
    .word 0x10b55543           // fmadd.s fa0, fa0, fa1, ft2, mode 5
    .word 0x1805d553           // fdiv.s, mode 5
    .word 0x5805e553           // fsqrt.s, mode 6
    .word 0xc0055553           // fcvt.w.s a0, fa0, mode 5
    .word 0x40256553           // fcvt.s.h, mode 6
    .word 0xd0055553           // fcvt.s.w, mode 5
    // Encodings that there are not.
    .word 0x02b5f553           // fadd.d
    .word 0x06b5f553           // fadd.q
    .word 0x12b58553           // fmul.d
    .word 0x62d5f543           // fmadd.d
    .word 0x66d5f543           // fmadd.q
    .word 0x5815f553           // fsqrt.s with rs2 = 1
    .word 0x20b5b553           // fsgnj.s, function 3
    .word 0x28b5a553           // fmin.s, function 2
    .word 0xa0b5b553           // feq.s, function 3
    .word 0xe005a553           // fclass.s, function 2
    .word 0xe0159553           // fclass.s with rs2 = 1
    .word 0xc025f553           // fcvt.l.s
    .word 0xd035f553           // fcvt.s.lu
    .word 0x4015f553           // fcvt.s.d
    .word 0x4205f553           // fcvt.d.s
    .word 0xe2058553           // fmv.x.d
    .word 0x0005b507           // fld
    .word 0x0005b527           // fsd
    .word 0x0005c507           // flq
    fadd.s fa4, fa0, fa1       // unchanged operands
    li   t3, DATA
    sh2add t3, s0, t3
    sw   s5, 0(t3)
    sw   s6, 1024(t3)
    hd.exit
handler:
    csrr t6, mcause
    add  s5, s5, t6
    csrr t6, mtval
    xor  s6, s6, t6
    csrr t6, fcsr
    add  s6, s6, t6
    csrr t6, mepc
    addi t6, t6, 4
    csrw mepc, t6
    mret
