// ALU, multiplier and divider over values that differ by lane; divergent loops; results to memory.
#include "prologue.h"
    csrr s0, mhartid
    li   s1, 0x9E3779B9
    mul  s2, s0, s1
    xor  s3, s2, s1
    li   s4, 12                // rounds
    li   s11, 0
loop:
    add  t0, s2, s3
    sub  t1, s3, s2
    mulh t2, t0, t1
    mulhu t3, t0, t1
    mulhsu t4, t0, t1
    div  t5, t0, s0            // lane 0 divides by zero
    divu t6, t3, s1
    rem  a0, t2, s0
    remu a1, t4, s3
    sh1add a2, t0, t1
    sh2add a3, a2, t2
    sh3add a4, a3, t3
    andn a5, a4, t0
    orn  a6, a5, t1
    xnor a7, a6, t2
    min  t0, a7, t5
    maxu t1, a7, t6
    rol  t2, t0, t1
    rori t3, t2, 7
    clz  t4, t3
    ctz  t5, t3
    cpop t6, t3
    sext.b a0, t3
    zext.h a1, t3
    orc.b a2, t3
    rev8 a3, t3
    czero.eqz a4, t3, s0
    czero.nez a5, t3, s0
    slt  a6, t3, s2
    sltu a7, t3, s2
    sra  t0, t3, t4
    srl  t1, t3, t4
    sll  t2, t3, t4
    add  s11, s11, a0
    add  s11, s11, a1
    xor  s11, s11, a2
    add  s11, s11, a3
    xor  s11, s11, a4
    add  s11, s11, a5
    add  s11, s11, a6
    add  s11, s11, a7
    xor  s11, s11, t0
    add  s11, s11, t1
    xor  s11, s11, t2
    add  s2, s2, s11
    xor  s3, s3, t3
    andi t0, s11, 3
    beqz t0, skip              // lanes part here
    addi s3, s3, 77
    mul  s2, s2, s3
skip:
    addi s4, s4, -1
    andi t1, s0, 1
    sub  t1, s4, t1            // odd lanes leave a round earlier
    bgtz t1, loop
    slli t1, s0, 2
    li   t2, DATA
    add  t1, t1, t2
    sw   s11, 0(t1)
    csrr t3, cycle
    csrr t4, minstret
    sw   t4, 0(t1)
    hd.exit
