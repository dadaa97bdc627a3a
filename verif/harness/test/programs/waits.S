// Lanes of one warp wait for different mbarriers while others of the same warp run and end the phases; they meet in a .sync collective and at a barrier.
// Lanes 0, 4, 8, ... arrive at three mbarriers one after the other, those in between wait for one of these. Something wrong ends in ebreak.
#include "prologue.h"
#define CSR_HD_LOCAL_SIZE_X 0xCC6
#define ROUNDS 6
    csrr s0, CSR_HD_LOCAL_ID_X
    csrr s1, CSR_HD_LOCAL_SIZE_X
    csrr s7, CSR_HD_WARP_MASK
    li   s2, SCRATCH
    addi s3, s2, 8
    addi s4, s2, 16
    bnez s0, ready
    addi t0, s1, 3
    srli t0, t0, 2
    hd.mbar.init s2, t0
    hd.mbar.init s3, t0
    hd.mbar.init s4, t0
ready:
    hd.barrier
    andi s5, s0, 3             // who I am
    li   s6, 0                 // round
round:
    andi t6, s6, 1             // phase
    beqz s5, arrive
    addi t0, s5, -1            // the mbarrier that I wait for
    slli t0, t0, 3
    add  t0, t0, s2
    hd.mbar.wait t0, t6
    hd.mbar.test t1, t0, t6
    beqz t1, wrong
    j    meet
arrive:
    mul  t1, s6, s0
    andi t1, t1, 15
    mv   t2, s2
next:
    mv   t3, t1
spin:
    addi t3, t3, -1
    bgez t3, spin
    hd.mbar.arrive t4, t2, zero
    bne  t4, t6, wrong
    addi t2, t2, 8
    bleu t2, s4, next
meet:
    hd.vote.ballot.sync t1, s7, s7
    bne  t1, s7, wrong
    hd.barrier
    addi s6, s6, 1
    li   t0, ROUNDS
    bltu s6, t0, round
    hd.exit
wrong:
    ebreak
