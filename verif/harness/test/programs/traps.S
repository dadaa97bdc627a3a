// Traps of some lanes, handled: misaligned and forbidden accesses, illegal instructions, ecall, ebreak.
#include "prologue.h"
    la   t0, handler
    csrw mtvec, t0
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    li   s3, DATA
    slli s4, s0, 2
    add  s4, s4, s3
    andi t1, s1, 1
    add  t2, s4, t1            // odd lanes misaligned
    lw   a0, 0(t2)
    sw   s0, 0(t2)
    slli t3, t1, 29            // odd lanes: 0xA0100000, outside the region
    add  t3, t3, s4
    lw   a1, 0(t3)
    sb   s0, 0(t3)
    // What memory refuses in one of the tests, a line of 64 bytes at most: nothing that is needed later is skipped with it.
    .balign 64
    .rept 16
    nop
    .endr
    amoadd.w a2, s0, (t3)
    lr.w a3, (t3)
    sc.w a3, s0, (t3)
    .word 0xFFFFFFFF
    csrr a4, 0x7C0
    csrw mhartid, zero
    ecall
    ebreak
    li   t4, 0x10FFFFFC        // beyond the scratchpad allocation
    lw   a5, 0(t4)
    li   t4, 0x40FFFFFC        // beyond private memory
    sw   a5, 0(t4)
    la   t5, after
    or   t5, t5, t1            // bit 0 is dropped
    slli t6, t1, 1
    or   t5, t5, t6            // odd lanes jump to a misaligned target
    jalr t6, t5
after:
    sw   s5, 0(s4)
    sw   s6, 512(s4)
    csrr a6, mcause
    csrr a7, mtval
    sw   a7, 1024(s4)
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
