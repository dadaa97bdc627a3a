// Litmus tests of the memory model (docs/memory_model.md), many times over, with random pauses, by four warps of one workgroup each.
// Run it with four workgroups of up to `lanes` work-items: every lane is an instance of its own, with its own variables. The
// dispatcher spreads the workgroups over the cores; the parts that the warps play change, so that partners are on one core and
// on two. hd_args: bits 15..0 rounds (0: 8) of all tests, above them a seed.
// An outcome that the model forbids ends the launch with a breakpoint fault: a0 = test, a1 = outcome. What occurred is counted at
// HISTOGRAM, 16 words for each test; litmus.py sums it up. NO_FENCES leaves the tests' fences out, to see that they are needed.
#include "prologue.h"
#define CSR_HD_GROUP_ID_X 0xCC3
#define CSR_HD_LOCAL_SIZE_X 0xCC6
#define CSR_HD_ARGS 0xCCC
#define HISTOGRAM DATA
#define COUNTER   (DATA + 0x2000)
#define RESULTS   (DATA + 0x3000)
#define VARIABLES (DATA + 0x10000)
#define TESTS 21
#ifdef NO_FENCES
#define FENCE nop
#else
#define FENCE fence
#endif
    // x of an instance is at (s2), y at (s3). A part of a test leaves what it read in a2 and a3, may use t0..t2, and returns.
    // s0 workgroup, s1 iteration, s4 results of the lane, s5 counter of the barriers, s6 what it must reach, s7 random state,
    // s8 instances, s9 test, s10 iterations, s11 part
    csrr s0, CSR_HD_GROUP_ID_X
    csrr t0, CSR_HD_LANE
    csrr t1, CSR_HD_LOCAL_SIZE_X
    csrr t2, CSR_HD_ARGS
    slli t0, t0, 2
    li   s4, RESULTS
    add  s4, s4, t0
    li   s5, COUNTER
    li   s6, 0
    slli s8, t1, 2
    srli s7, t2, 16
    slli t0, s0, 20
    xor  s7, s7, t0
    li   t0, 0x9E3779B9
    xor  s7, s7, t0
    slli s10, t2, 16
    srli s10, s10, 16
    bnez s10, counted
    li   s10, 8
counted:
    li   t0, TESTS
    mul  s10, s10, t0
    li   s1, 0

iteration:
    // Which test, which part.
    li   t0, TESTS
    remu s9, s1, t0
    divu t1, s1, t0
    andi t2, t1, 4
    mv   s11, s0
    beqz t2, unswapped
    srli t2, s0, 1
    andi s11, s0, 1
    slli s11, s11, 1
    or   s11, s11, t2
unswapped:
    andi t2, t1, 3
    xor  s11, s11, t2
    // Where x and y lie: far apart, in one line, in one set of a cache, in a line for each instance.
    csrr t2, CSR_HD_LANE
    li   s2, VARIABLES
    srli t0, t1, 3
    add  t0, t0, s9
    andi t0, t0, 3
    slli t3, t2, 2
    li   t4, 0x1040
    beqz t0, placed
    addi t0, t0, -1
    slli t3, t2, 3
    li   t4, 4
    beqz t0, placed
    addi t0, t0, -1
    slli t3, t2, 2
    li   t4, 0x20000
    beqz t0, placed
    slli t3, t2, 6
    li   t4, 0x840
placed:
    add  s2, s2, t3
    add  s3, s2, t4
    bnez s11, cleared
    sw   zero, 0(s2)
    sw   zero, 0(s3)
cleared:
    call barrier
    // Half of the time the old values are brought close.
    call random
    andi t0, s7, 64
    beqz t0, cold
    lw   t0, 0(s2)
    lw   t0, 0(s3)
cold:
    call barrier
    call random
    andi t0, s7, 31
    andi t1, s7, 128
    beqz t1, pause_before
    andi t0, s7, 3
pause_before:
    addi t0, t0, -1
    bgez t0, pause_before
    // The part.
    li   a2, 0
    li   a3, 0
    la   t0, parts
    slli t1, s9, 4
    add  t0, t0, t1
    slli t1, s11, 2
    add  t0, t0, t1
    lw   t0, 0(t0)
    jalr t0
    slli t0, s11, 8
    add  t0, t0, s4
    sw   a2, 0(t0)
    sw   a3, 128(t0)
    call barrier
    bnez s11, judged
    // The outcome: bits of the test's judge, counted and held against the mask of forbidden ones.
    li   a1, 0
    la   t0, judges
    slli t1, s9, 3
    add  t3, t0, t1
    lw   t0, 0(t3)
    lw   t3, 4(t3)
    jalr t0
    li   t0, HISTOGRAM
    slli t1, s9, 4
    add  t1, t1, a1
    slli t1, t1, 2
    add  t0, t0, t1
    li   t1, 1
    amoadd.w zero, t1, (t0)
    srl  t3, t3, a1
    andi t3, t3, 1
    mv   a0, s9
    beqz t3, judged
    ebreak
judged:
    call barrier
    addi s1, s1, 1
    bltu s1, s10, iteration
    hd.exit

random:
    slli t0, s7, 13
    xor  s7, s7, t0
    srli t0, s7, 17
    xor  s7, s7, t0
    slli t0, s7, 5
    xor  s7, s7, t0
    ret

// All instances of all workgroups. The spinning loads must see the counter move.
barrier:
    add  s6, s6, s8
    fence
    li   t0, 1
    amoadd.w zero, t0, (s5)
barrier_waits:
    lw   t0, 0(s5)
    bltu t0, s6, barrier_waits
    fence
    ret

// ---- parts ---------------------------------------------------------------------------------------------------------
nothing:
    ret
.macro put address, value
    li   t0, \value
    sw   t0, 0(\address)
.endm
x1:
    put  s2, 1
    ret
x2:
    put  s2, 2
    ret
y1:
    put  s3, 1
    ret
x1_y1:
    put  s2, 1
    put  s3, 1
    ret
x1_f_y1:
    put  s2, 1
    FENCE
    put  s3, 1
    ret
x1_f_y2:
    put  s2, 1
    FENCE
    put  s3, 2
    ret
y1_f_x2:
    put  s3, 1
    FENCE
    put  s2, 2
    ret
x2_f_y1:
    put  s2, 2
    FENCE
    put  s3, 1
    ret
x1_yrel:
    put  s2, 1
    li   t0, 1
    amoswap.w.rl zero, t0, (s3)
    ret
ry_rx:
    lw   a2, 0(s3)
    lw   a3, 0(s2)
    ret
ry_f_rx:
    lw   a2, 0(s3)
    FENCE
    lw   a3, 0(s2)
    ret
ry_a_rx:
    lw   a2, 0(s3)
    andi t0, a2, 0
    add  t0, t0, s2
    lw   a3, 0(t0)
    ret
ry_acq_rx:
    amoor.w.aq a2, zero, (s3)
    lw   a3, 0(s2)
    ret
rx_ry:
    lw   a2, 0(s2)
    lw   a3, 0(s3)
    ret
rx_f_ry:
    lw   a2, 0(s2)
    FENCE
    lw   a3, 0(s3)
    ret
rx_a_ry:
    lw   a2, 0(s2)
    andi t0, a2, 0
    add  t0, t0, s3
    lw   a3, 0(t0)
    ret
rx_rx:
    lw   a2, 0(s2)
    lw   a3, 0(s2)
    ret
x1_ry:
    put  s2, 1
    lw   a2, 0(s3)
    ret
y1_rx:
    put  s3, 1
    lw   a2, 0(s2)
    ret
x1_f_ry:
    put  s2, 1
    FENCE
    lw   a2, 0(s3)
    ret
y1_f_rx:
    put  s3, 1
    FENCE
    lw   a2, 0(s2)
    ret
y2_f_rx:
    put  s3, 2
    FENCE
    lw   a2, 0(s2)
    ret
xamo_ry:
    li   t0, 1
    amoswap.w.aqrl zero, t0, (s2)
    lw   a2, 0(s3)
    ret
yamo_rx:
    li   t0, 1
    amoswap.w.aqrl zero, t0, (s3)
    lw   a2, 0(s2)
    ret
rx_y1:
    lw   a2, 0(s2)
    put  s3, 1
    ret
ry_x1:
    lw   a2, 0(s3)
    put  s2, 1
    ret
rx_f_y1:
    lw   a2, 0(s2)
    FENCE
    put  s3, 1
    ret
ry_f_x1:
    lw   a2, 0(s3)
    FENCE
    put  s2, 1
    ret
rx_d_y1:
    lw   a2, 0(s2)
    andi t0, a2, 0
    addi t0, t0, 1
    sw   t0, 0(s3)
    ret
ry_d_x1:
    lw   a2, 0(s3)
    andi t0, a2, 0
    addi t0, t0, 1
    sw   t0, 0(s2)
    ret
x1_rx:
    put  s2, 1
    lw   a2, 0(s2)
    ret
rx_x2_rx:
    lw   a2, 0(s2)
    put  s2, 2
    lw   a3, 0(s2)
    ret

// ---- judges: a1 = outcome --------------------------------------------------------------------------------------------
.macro bit number, part, which, value      // that part read this value
    lw   t0, (\part * 256 + \which * 128)(s4)
    addi t0, t0, -(\value)
    seqz t0, t0
    slli t0, t0, \number
    or   a1, a1, t0
.endm
.macro pair number, part, first, second    // it read these two
    lw   t0, (\part * 256)(s4)
    addi t0, t0, -(\first)
    lw   t1, (\part * 256 + 128)(s4)
    addi t1, t1, -(\second)
    or   t0, t0, t1
    seqz t0, t0
    slli t0, t0, \number
    or   a1, a1, t0
.endm
.macro last number, address, value         // the variable has this value in the end
    lw   t0, 0(\address)
    addi t0, t0, -(\value)
    seqz t0, t0
    slli t0, t0, \number
    or   a1, a1, t0
.endm
judge_mp:
    bit  0, 1, 0, 1
    bit  1, 1, 1, 1
    ret
judge_two:
    bit  0, 0, 0, 1
    bit  1, 1, 0, 1
    ret
judge_cowr:
    bit  0, 0, 0, 0
    bit  1, 0, 0, 2
    last 2, s2, 1
    ret
judge_agree:
    pair 0, 2, 1, 2
    pair 1, 2, 2, 1
    pair 2, 3, 1, 2
    pair 3, 3, 2, 1
    ret
judge_22w:
    last 0, s2, 1
    last 1, s3, 1
    ret
judge_s:
    bit  0, 1, 0, 1
    last 1, s2, 2
    ret
judge_r:
    bit  0, 1, 0, 1
    last 1, s3, 2
    ret
judge_wrc:
    bit  0, 1, 0, 1
    bit  1, 2, 0, 1
    bit  2, 2, 1, 1
    ret
judge_iriw:
    bit  0, 2, 0, 1
    bit  1, 2, 1, 1
    bit  2, 3, 0, 1
    bit  3, 3, 1, 1
    ret
judge_own:
    bit  0, 1, 0, 2
    bit  1, 1, 1, 0
    pair 2, 1, 1, 1
    ret

    .balign 4
parts:
    .word x1_y1,   ry_rx,     nothing,  nothing   // 0 MP
    .word x1_f_y1, ry_f_rx,   nothing,  nothing   // 1 MP+fences
    .word x1_f_y1, ry_a_rx,   nothing,  nothing   // 2 MP+fence+addr
    .word x1_yrel, ry_acq_rx, nothing,  nothing   // 3 MP+rel+acq
    .word x1_ry,   y1_rx,     nothing,  nothing   // 4 SB
    .word x1_f_ry, y1_f_rx,   nothing,  nothing   // 5 SB+fences
    .word xamo_ry, yamo_rx,   nothing,  nothing   // 6 SB+amos
    .word rx_y1,   ry_x1,     nothing,  nothing   // 7 LB
    .word rx_d_y1, ry_d_x1,   nothing,  nothing   // 8 LB+datas
    .word rx_f_y1, ry_f_x1,   nothing,  nothing   // 9 LB+fences
    .word x1,      rx_rx,     nothing,  nothing   // 10 CoRR
    .word x1_rx,   x2,        nothing,  nothing   // 11 CoWR
    .word x1,      x2,        rx_rx,    rx_rx     // 12 CoRR, two readers
    .word x1_f_y2, y1_f_x2,   nothing,  nothing   // 13 2+2W+fences
    .word x2_f_y1, ry_f_x1,   nothing,  nothing   // 14 S+fences
    .word x1_f_y1, y2_f_rx,   nothing,  nothing   // 15 R+fences
    .word x1,      rx_f_y1,   ry_f_rx,  nothing   // 16 WRC+fences
    .word x1,      y1,        rx_ry,    ry_rx     // 17 IRIW
    .word x1,      y1,        rx_f_ry,  ry_f_rx   // 18 IRIW+fences
    .word x1,      y1,        rx_a_ry,  ry_a_rx   // 19 IRIW+addrs
    .word x1,      rx_x2_rx,  nothing,  nothing   // 20 CoRW, CoWR
judges:  // with the outcomes that are forbidden, a bit for each
    .word judge_mp,    0x0000
    .word judge_mp,    0x0002
    .word judge_mp,    0x0002
    .word judge_mp,    0x0002
    .word judge_two,   0x0000
    .word judge_two,   0x0001
    .word judge_two,   0x0001
    .word judge_two,   0x0000
    .word judge_two,   0x0008
    .word judge_two,   0x0008
    .word judge_mp,    0x0002
    .word judge_cowr,  0x00EA
    .word judge_agree, 0x0240
    .word judge_22w,   0x0008
    .word judge_s,     0x0008
    .word judge_r,     0x0004
    .word judge_wrc,   0x0008
    .word judge_iriw,  0x0000
    .word judge_iriw,  0x0020
    .word judge_iriw,  0x0020
    .word judge_own,   0x00FE
