// One thing that goes wrong with the engines, of the kind that hd_entry names. Every workgroup does it with its first lane; the others wait for an mbarrier
// whose phase never ends, so that a stop has to reach them there.
#include "prologue.h"
#define CSR_HD_ENTRY 0xCCD
#define WAITED 0
#define BARRIER 8
#define DESCRIPTOR 256
.macro kind number, label
    li   t1, \number
    beq  s0, t1, \label
.endm
    csrr s0, CSR_HD_ENTRY
    csrr s1, CSR_HD_LOCAL_ID_X
    li   s2, SCRATCH
    li   t0, 1
    bnez s1, waits
    addi s3, s2, WAITED
    hd.mbar.init s3, t0
    addi s4, s2, BARRIER
    hd.mbar.init s4, t0
    hd.barrier
    addi s6, s2, DESCRIPTOR
    li   t0, 32
    mv   t1, s6
clear:
    sw   zero, 0(t1)
    addi t1, t1, 4
    addi t0, t0, -1
    bnez t0, clear
    kind 0, rank
    kind 1, format
    kind 2, arrivals
    kind 3, nothing
    kind 4, outside
    kind 5, beyond
    kind 6, misaligned
    kind 7, no_barrier
    kind 8, refused
    hd.exit
rank:                          // copy engine: rank 6 (cause 26, code 2)
    li   t0, 0x12340006
    sw   t0, 0(s6)
    hd.copy s6
    j    wait
format:                        // matrix engine: element 7 (27, 2)
    li   t0, 0x00770007
    sw   t0, 0(s6)
    hd.matrix s6
    j    wait
arrivals:                      // mbarrier: an arrival too much, as bytes are outstanding (28, 4)
    li   t0, 16
    hd.mbar.arrive t1, s4, t0
    hd.mbar.arrive t1, s4, zero
    j    wait
refused:                       // copy engine: memory that refuses a line (26, 7)
    li   t2, DATA + 0x4000
    j    load
outside:                       // copy engine: memory that the launch may not touch (26, 6)
    li   t2, 0xF0000000
load:
    li   t0, 0x00050011
    sw   t0, 0(s6)
    sw   t2, 4(s6)
    li   t0, 8
    sw   t0, 8(s6)
    sw   t0, 44(s6)
    li   t0, 512
    sw   t0, 84(s6)
    hd.copy s6
    j    wait
beyond:                        // an mbarrier behind the end of the allocation: access fault of the lane (7)
    li   t0, SCRATCH + 0x100000
    hd.mbar.expect t0, zero
misaligned:                    // a descriptor at no multiple of 16 (6)
    addi s6, s6, 8
    hd.copy s6
no_barrier:                    // a fill that completes where there is none (28, 3, operation 3)
    li   t0, 0x00061091
    sw   t0, 0(s6)
    li   t0, 8
    sw   t0, 44(s6)
    li   t0, 512
    sw   t0, 84(s6)
    li   t0, 128
    sw   t0, 88(s6)
    sw   zero, 128(s2)
    hd.copy s6
nothing:                       // nobody ends the phase (28, 15)
wait:
    hd.mbar.wait s4, zero
    hd.exit
waits:
    hd.barrier
    addi s3, s2, WAITED
    hd.mbar.wait s3, zero
    hd.exit
