// Every lane writes its hart id to its own word and reads it back.
#include "prologue.h"
    csrr t0, mhartid
    slli t1, t0, 2
    li   t2, DATA
    add  t1, t1, t2
    sw   t0, 0(t1)
    lw   t3, 0(t1)
    addi t3, t3, 1
    sw   t3, 0(t1)
    fence
    lw   t4, 0(t1)
    hd.exit
