// Takes turns with the host (heddle-rtl-run --host-turns): work-item i finds in word i of DATA what it has in all the others, a turn's
// number, and answers with one word per item 64 KB further on. Both are in the caches by the end of the launch.
#include "prologue.h"
    csrr t0, mhartid
    slli t0, t0, 2
    li   t1, DATA
    add  t2, t1, t0
    lw   t3, 0(t2)
    lw   t4, 0(t1)
    beq  t3, t4, right
    ebreak
right:
    li   t5, 0x10000
    add  t2, t2, t5
    lw   t6, 0(t2)
    addi t6, t6, 1
    beq  t6, t3, turn          // the last turn's answer
    ebreak
turn:
    sw   t3, 0(t2)
    lw   t4, 0(t2)
    beq  t3, t4, done
    ebreak
done:
    hd.exit
