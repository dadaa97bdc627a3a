// What a warp issues after a branch that goes the other way, or after an access that traps or might, leaves no trace: registers, flags,
// memory and minstret are as if it had waited.
#include "prologue.h"
    la   t0, handler
    csrw mtvec, t0
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    li   s3, DATA
    slli s4, s0, 5
    add  s4, s4, s3
    andi s7, s1, 1
    li   s8, 3
    li   s9, 77
    fcvt.s.w fs0, s8
    fcvt.s.w fs1, s9
    li   s10, 12               // rounds

round:
    // Forward, taken by all: everything behind it is void.
    bne  s8, s9, 1f
    sw   s9, 0(s4)
    div  a0, s9, s8
    fdiv.s fa0, fs1, fs0
    hd.rcp fa1, fs0
    mul  a1, s9, s8
    fmadd.s fa2, fs0, fs1, fs0
    csrr a2, mcycle
    hd.exit
1:  csrr a3, minstret
    add  s11, s11, a3
    // Forward, taken by the odd lanes.
    bnez s7, 2f
    addi a4, a4, 1
    sw   a4, 4(s4)
    mul  a5, a4, s9
    j    3f
2:  addi a4, a4, 2
    fdiv.s fa3, fs0, fs1
    amoadd.w a6, a4, (s4)
3:  csrr a3, minstret
    add  s11, s11, a3
    // Backward, not taken.
    beqz s9, round
    lw   a7, 4(s4)
    add  s11, s11, a7
    // Odd lanes misaligned, with work behind it of all kinds.
    add  t2, s4, s7
    lw   t3, 8(t2)
    div  t4, s9, s8
    fsqrt.s fa4, fs1
    hd.log2 fa5, fs1
    sw   s9, 12(s4)
    lw   t5, 12(s4)
    fadd.s fa6, fa4, fa5
    csrr a3, minstret
    add  s11, s11, a3
    // A store of which all lanes trap; what follows writes the same place.
    li   t6, 0xA0100000
    sw   s9, 0(t6)
    sw   s11, 16(s4)
    fence
    csrr a3, minstret
    add  s11, s11, a3
    // The lanes are in different regions and windows, the base is in none: allowed, but not at first sight.
    li   t0, SCRATCH + 32 - 2044
    slli t1, s1, 2
    add  t0, t0, t1
    addi t1, s4, -2044
    czero.nez t0, t0, s7
    czero.eqz t1, t1, s7
    or   t0, t0, t1
    sw   s11, 2044(t0)
    lw   t1, 2044(t0)
    la   t2, round
    czero.nez t2, t2, s7
    czero.eqz t3, s4, s7
    or   t2, t2, t3
    lw   t3, 0(t2)
    add  s11, s11, t3
    // Private memory, up to its end and one word past it in the even lanes.
    csrr t4, CSR_HD_PRIVATE_SIZE
    li   t5, PRIVATE
    add  t5, t5, t4
    slli t6, s7, 2
    sub  t5, t5, t6
    sw   s11, 0(t5)
    lw   t6, 0(t5)
    xor  s11, s11, t6
    // A load-reserved holds its path: no speculation before the sc.
    lr.w t0, (s4)
    bne  t0, s9, 4f
    addi t0, t0, 1
4:  sc.w t1, t0, (s4)
    beqz t1, 5f
    addi s11, s11, 1
5:  addi s10, s10, -1
    bnez s10, round
    sw   s11, 20(s4)
    sw   s5, 24(s4)
    sw   s6, 28(s4)
    hd.exit
handler:
    csrr t6, mcause
    add  s5, s5, t6
    csrr t6, mtval
    xor  s6, s6, t6
    csrr t6, mepc
    addi t6, t6, 4
    csrw mepc, t6
    mret
