// Random accesses of all kinds: each warp goes through a loop that draws an operation (the same for all lanes) and
// addresses (one per lane) in one of four footprints, from 256 bytes to about a megabyte, scattered or neighbouring.
// hd_args: bits 15..0 how often, above them a seed.
#include "prologue.h"
#define CSR_HD_ARGS 0xCCC
    csrr s0, CSR_HD_ARGS
    csrr t0, CSR_HD_LANE
    csrr s2, mhartid
    sub  s1, s2, t0            // the same in all lanes of a warp
    slli s3, t0, 2
    li   t1, 0x9E3779B1
    mul  s1, s1, t1
    addi s2, s2, 1
    mul  s2, s2, t1
    srli t2, s0, 16
    li   t1, 0x85EBCA77
    mul  t2, t2, t1
    xor  s1, s1, t2
    xor  s2, s2, t2
    slli s0, s0, 16
    srli s0, s0, 16
    li   s4, DATA
    li   s5, SCRATCH
    li   s6, PRIVATE
loop:
    li   t0, 1664525           // s1: of the warp
    mul  s1, s1, t0
    li   t0, 1013904223
    add  s1, s1, t0
    slli t0, s2, 13            // s2: of the lane
    xor  s2, s2, t0
    srli t0, s2, 17
    xor  s2, s2, t0
    slli t0, s2, 5
    xor  s2, s2, t0
    srli t1, s1, 30            // footprint
    slli t1, t1, 2
    li   t2, 0xFC
    sll  t2, t2, t1
    ori  t2, t2, 0xFC
    and  a0, s2, t2
    add  a0, a0, s4            // scattered
    srli t3, s1, 9
    and  a1, t3, t2
    andi a1, a1, -64
    add  a1, a1, s3
    add  a1, a1, s4            // neighbours, from the beginning of a line
    srli t3, s1, 25
    andi t3, t3, 15
    slli t3, t3, 2
    la   t4, table
    add  t4, t4, t3
    jalr x0, t4, 0
table:
    j    loads
    j    loads
    j    bytes
    j    near_loads
    j    near_loads
    j    stores
    j    byte_stores
    j    near_stores
    j    near_stores
    j    amos
    j    hot_amos
    j    scratch
    j    scratch_amos
    j    private
    j    reserved
    j    fences
loads:
    lw   a2, 0(a0)
    lw   a3, 4(a0)
    lhu  a4, 2(a0)
    lb   a5, 67(a0)
    xor  s2, s2, a2
    add  s2, s2, a3
    add  s7, s7, a4
    add  s7, s7, a5
    j    next
bytes:
    lb   a2, 1(a0)
    sb   s2, 2(a0)
    lhu  a3, 2(a0)
    lbu  a4, 3(a0)
    add  s7, s7, a2
    add  s7, s7, a3
    add  s7, s7, a4
    j    next
near_loads:
    lw   a2, 0(a1)
    lw   a3, 64(a1)
    lw   a4, 0(a1)
    lw   a5, 4(a1)
    xor  s2, s2, a2
    add  s7, s7, a3
    add  s7, s7, a4
    add  s7, s7, a5
    j    next
stores:
    sw   s2, 0(a0)
    lw   a2, 0(a0)
    sw   s1, 128(a0)
    sh   s2, 2(a0)
    add  s7, s7, a2
    j    next
byte_stores:
    sb   s2, 0(a0)
    sb   s1, 65(a0)
    sh   s2, 4(a0)
    lw   a2, 0(a0)
    add  s7, s7, a2
    j    next
near_stores:
    sw   s2, 0(a1)
    sw   s1, 64(a1)
    lw   a2, 0(a1)
    sb   s7, 1(a1)
    add  s7, s7, a2
    j    next
amos:
    amoadd.w  a2, s2, (a0)
    amoxor.w  a3, s1, (a0)
    lw   a4, 0(a0)
    add  s7, s7, a2
    add  s7, s7, a3
    add  s7, s7, a4
    j    next
hot_amos:
    srli t3, s1, 12
    andi t3, t3, 0x1C
    add  t3, t3, s4
    amoadd.w  a2, s2, (t3)
    amomaxu.w a3, s2, (t3)
    lw   a4, 0(t3)
    add  s7, s7, a2
    add  s7, s7, a3
    add  s7, s7, a4
    j    next
scratch:
    andi t3, s2, 0xFC
    add  t3, t3, s5
    sw   s2, 0(t3)
    lw   a2, 0(t3)
    sb   s1, 1(t3)
    lhu  a3, 0(t3)
    add  s7, s7, a2
    add  s7, s7, a3
    j    next
scratch_amos:
    andi t3, s2, 0x1C
    add  t3, t3, s5
    amoadd.w  a2, s1, (t3)
    amoswap.w a3, s2, (t3)
    amominu.w a4, s2, (s5)
    lw   a5, 0(s5)
    add  s7, s7, a2
    add  s7, s7, a3
    add  s7, s7, a4
    add  s7, s7, a5
    j    next
private:
    srli t3, s1, 14
    andi t3, t3, 0x3F8
    add  t3, t3, s6
    sw   s2, 0(t3)
    sw   s7, 4(t3)
    lw   a2, 0(t3)
    andi t4, s2, 0x3FC
    add  t4, t4, s6
    lw   a3, 0(t4)
    sb   s1, 3(t4)
    add  s7, s7, a2
    add  s7, s7, a3
    j    next
reserved:
    lr.w a2, (a0)
    addi a2, a2, 1
    sc.w a3, a2, (a0)
    andi t3, s2, 0x3C
    add  t3, t3, s5
    lr.w a4, (t3)
    sc.w a5, s2, (t3)
    add  s7, s7, a3
    add  s7, s7, a4
    add  s7, s7, a5
    j    next
fences:
    sw   s2, 0(a0)
    fence
    lw   a2, 0(a1)
    lw   a3, 0(a0)
    add  s7, s7, a2
    add  s7, s7, a3
next:
    addi s0, s0, -1
    bnez s0, loop
    sw   s7, 0(a1)
    hd.exit
