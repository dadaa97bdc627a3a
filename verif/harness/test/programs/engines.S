// Copy engine, mbarriers and, where hd_args is not zero, the matrix engine: each workgroup copies 64 words from device memory to its scratchpad,
// changes them, copies them back, and multiplies two small matrices. Something wrong ends in ebreak.
#include "prologue.h"
#define CSR_HD_GROUP_ID_X 0xCC3
#define CSR_HD_LOCAL_SIZE_X 0xCC6
#define WORDS 64
#define BARRIER 0
#define MATRIX_BARRIER 8
#define DESCRIPTOR 256
#define BUFFER 512
#define A 1024
#define B 2048
#define ACCUMULATORS 0x20000000
    mv   s8, a0                // hd_args
    csrr s0, CSR_HD_LOCAL_ID_X
    csrr s1, CSR_HD_LOCAL_SIZE_X
    csrr s4, CSR_HD_GROUP_ID_X
    li   s2, SCRATCH
    li   s3, DATA
    slli t0, s4, 10
    add  s3, s3, t0            // the workgroup's words in memory
    andi t0, s4, 1
    slli t0, t0, 4
    add  s9, s2, t0
    addi s9, s9, DESCRIPTOR    // at any multiple of 16, so that it may begin within a line
    // Words that differ everywhere.
    mv   s5, s0
fill:
    li   t1, WORDS
    bge  s5, t1, filled
    slli t2, s5, 2
    add  t2, t2, s3
    li   t3, 0x01234567
    add  t4, s5, s4
    mul  t3, t3, t4
    sw   t3, 0(t2)
    add  s5, s5, s1
    j    fill
filled:
    fence
    hd.barrier
    bnez s0, loaded
    // One lane: an mbarrier that expects one arrival, a descriptor, the command.
    addi s6, s2, BARRIER
    li   t0, 1
    hd.mbar.init s6, t0
    addi s6, s2, MATRIX_BARRIER
    hd.mbar.init s6, t0
    mv   s6, s9
    li   t0, 32
    mv   t1, s6
clear:
    sw   zero, 0(t1)
    addi t1, t1, 4
    addi t0, t0, -1
    bnez t0, clear
    li   t0, 0x00771011        // rank 1, words, load, complete, identifier 0x77
    sw   t0, 0(s6)
    sw   s3, 4(s6)
    li   t0, WORDS
    sw   t0, 8(s6)
    sw   t0, 44(s6)
    li   t0, BUFFER
    sw   t0, 84(s6)
    li   t0, BARRIER
    sw   t0, 88(s6)
    addi s7, s2, BARRIER
    li   t0, 4 * WORDS
    hd.mbar.arrive t1, s7, t0
    bnez t1, wrong
    hd.copy s6
loaded:
    hd.barrier
    addi s7, s2, BARRIER
    hd.mbar.wait s7, zero
    hd.mbar.test t1, s7, zero
    beqz t1, wrong
    // What has come is what was in memory; one more.
    mv   s5, s0
compare:
    li   t1, WORDS
    bge  s5, t1, compared
    slli t2, s5, 2
    add  t3, t2, s3
    lw   t4, 0(t3)
    add  t2, t2, s2
    lw   t5, BUFFER(t2)
    bne  t4, t5, wrong
    addi t5, t5, 1
    sw   t5, BUFFER(t2)
    add  s5, s5, s1
    j    compare
compared:
    hd.barrier
    bnez s0, stored
    mv   s6, s9
    li   t0, 0x00781051        // the same as a store
    sw   t0, 0(s6)
    addi t0, s3, 512
    sw   t0, 4(s6)
    addi s7, s2, BARRIER
    li   t0, 4 * WORDS
    hd.mbar.arrive t1, s7, t0
    li   t2, 1
    bne  t1, t2, wrong
    hd.copy s6
stored:
    addi s7, s2, BARRIER
    li   t0, 1
    hd.mbar.wait s7, t0
    mv   s5, s0
check:
    li   t1, WORDS
    bge  s5, t1, checked
    slli t2, s5, 2
    add  t3, t2, s3
    lw   t4, 0(t3)
    lw   t5, 512(t3)
    addi t4, t4, 1
    bne  t4, t5, wrong
    add  s5, s5, s1
    j    check
checked:
    beqz s8, done
    // A: rows of 32 bytes r + 1; B: columns of 32 bytes c + 2.
    mv   s5, s0
operands:
    li   t1, 32                // words of four rows
    bge  s5, t1, ready
    srli t2, s5, 3             // row
    addi t3, t2, 1
    li   t4, 0x01010101
    mul  t3, t3, t4
    add  t5, t3, t4
    slli t2, s5, 2
    add  t2, t2, s2
    addi t2, t2, A
    sw   t3, 0(t2)
    sw   t5, B - A(t2)
    add  s5, s5, s1
    j    operands
ready:
    hd.barrier
    bnez s0, given
    mv   s6, s9
    li   t0, 32
    mv   t1, s6
clear_again:
    sw   zero, 0(t1)
    addi t1, t1, 4
    addi t0, t0, -1
    bnez t0, clear_again
    li   t0, 0x00791000        // int8, arrive
    sw   t0, 0(s6)
    li   t0, 0x00040004
    sw   t0, 4(s6)
    li   t0, 1
    sw   t0, 8(s6)
    li   t0, A
    sw   t0, 16(s6)
    li   t0, B
    sw   t0, 32(s6)
    li   t0, 32
    sw   t0, 20(s6)
    sw   t0, 36(s6)
    li   t0, MATRIX_BARRIER
    sw   t0, 48(s6)
    hd.matrix s6
given:
    addi s7, s2, MATRIX_BARRIER
    hd.mbar.wait s7, zero
    li   s6, ACCUMULATORS
    mv   s5, s0
products:
    li   t1, 16
    bge  s5, t1, done
    srli t2, s5, 2             // row
    andi t3, s5, 3             // column
    slli t4, t2, 4
    add  t4, t4, t3
    slli t4, t4, 2
    add  t4, t4, s6
    lw   t5, 0(t4)
    addi t2, t2, 1
    addi t3, t3, 2
    mul  t2, t2, t3
    slli t2, t2, 5
    bne  t2, t5, wrong
    sw   s5, 0(t4)
    lw   t6, 0(t4)
    bne  t6, s5, wrong
    add  s5, s5, s1
    j    products
wrong:
    ebreak
done:
    hd.exit
