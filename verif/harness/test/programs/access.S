// One access by every work-item, of the kind that hd_entry names, to hd_args + 128 times its number in the grid, so that a test
// can make the access of one of them go wrong. Global labels name the instructions.
#include "prologue.h"
#define CSR_HD_GROUP_ID_X 0xCC3
#define CSR_HD_LOCAL_SIZE_X 0xCC6
#define CSR_HD_ARGS 0xCCC
#define CSR_HD_ENTRY 0xCCD
.macro kind number, label
    li   t1, \number
    beq  s0, t1, \label
.endm
.macro access label, instruction:vararg
.global \label
\label:
    \instruction
    fence
    hd.exit
.endm
    csrr s0, CSR_HD_ENTRY
    csrr a0, CSR_HD_ARGS
    csrr t0, CSR_HD_GROUP_ID_X
    csrr t1, CSR_HD_LOCAL_SIZE_X
    mul  t0, t0, t1
    csrr t1, CSR_HD_LOCAL_ID_X
    add  t0, t0, t1
    slli t0, t0, 7
    add  a0, a0, t0
    li   a1, 1
    kind 0, load
    kind 1, store
    kind 2, amo
    kind 3, lr
    kind 4, sc
    kind 5, fetch
    kind 6, load_float
    kind 7, store_float
    hd.exit
    access load, lw a2, 4(a0)
    access store, sw a1, 4(a0)
    access amo, amoadd.w a2, a1, (a0)
    access lr, lr.w a2, (a0)
    access sc, sc.w a2, a1, (a0)
    access load_float, flw fa0, 8(a0)
    access store_float, fsw fa0, 8(a0)
    .balign 4096
    access fetch, nop
