// Votes and shuffles of diverged and whole warps, .sync forms from both sides of a branch, barriers with exits.
#include "prologue.h"
    csrr s0, mhartid
    csrr s1, CSR_HD_LANE
    csrr s2, CSR_HD_WARP_MASK
    li   s3, DATA
    andi t0, s1, 1
    hd.vote.any    t1, t0
    hd.vote.all    t2, t0
    hd.vote.ballot t3, t0
    addi t4, s1, 10
    li   t5, 1
    hd.shfl.up   t6, t4, t5
    hd.shfl.down a0, t4, t5
    hd.shfl.xor  a1, t4, t5
    hd.shfl.idx  a2, t4, zero
    beqz t0, even
    hd.vote.ballot a3, s1      // odd lanes
    hd.shfl.idx a4, t4, zero   // lane 0 is not here
    hd.shfl.xor t6, t4, t5     // nor is the partner
    add  a4, a4, t6
join:                          // odd lanes come first and wait
    hd.vote.ballot.sync a5, t0, s2
    add  a6, a3, a4
    add  a6, a6, a5
    hd.shfl.idx.sync a7, a6, zero, s2
    hd.barrier
    andi t0, s1, 2
    bnez t0, leave
    hd.barrier
    add  a7, a7, t1
leave:
    slli t4, s0, 2
    add  t4, t4, s3
    sw   a7, 0(t4)
    hd.exit
even:
    hd.shfl.xor a3, t4, t5     // the partner is not here
    li   t5, 2
    hd.shfl.xor a4, t4, t5
    j    join
