// Recursion on private stacks, to a depth that differs by lane; indirect calls with several targets.
#include "prologue.h"
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    li   sp, PRIVATE
    csrr t0, CSR_HD_PRIVATE_SIZE
    add  sp, sp, t0
    andi a0, s1, 7
    xori a0, a0, 1             // the first of two lanes goes deeper
    addi a0, a0, 2
    call fibonacci
    mv   s2, a0
    andi t0, s1, 3
    la   t1, table
    slli t0, t0, 2
    add  t1, t1, t0
    lw   t2, 0(t1)
    mv   a0, s1
    jalr t2
    add  s2, s2, a0
    // Two paths at one pc with different call depths are not one path.
    jal  ra, deeper
deeper:
    jal  ra, deepest
deepest:
    andi t0, s1, 1
    beqz t0, meet              // even lanes arrive two deep
    la   ra, meet
    jr   ra                    // odd lanes one deep
    nop
meet:
    addi s2, s2, 5
    slli t4, s0, 2
    li   s3, DATA
    add  t4, t4, s3
    sw   s2, 0(t4)
    hd.exit
fibonacci:
    li   t0, 2
    bltu a0, t0, small
    addi sp, sp, -16
    sw   ra, 0(sp)
    sw   s3, 4(sp)
    mv   s3, a0
    addi a0, a0, -1
    call fibonacci
    sw   a0, 8(sp)
    addi a0, s3, -2
    call fibonacci
    lw   t0, 8(sp)
    add  a0, a0, t0
    lw   ra, 0(sp)
    lw   s3, 4(sp)
    addi sp, sp, 16
small:
    ret
one:
    addi a0, a0, 100
    ret
two:
    slli a0, a0, 3
    ret
three:
    mul  a0, a0, a0
    ret
.align 2
table: .word one, two, three, one
