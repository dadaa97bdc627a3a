// Every CSR is read, every one that can be written is written with patterns, set, cleared, and read again.
#include "prologue.h"
    csrr s0, mhartid
    li   s1, DATA
    slli t0, s0, 2
    add  s1, s1, t0
    li   s2, 0
.macro look number:vararg
    csrr t0, \number
    add  s2, s2, t0
.endm
// Machine CSRs that software may not write.
.irp number, 0xF11, 0xF12, 0xF13, 0xF14, 0xF15
    look \number
.endr
.irp number, 0xCC0, 0xCC1, 0xCC2, 0xCC3, 0xCC4, 0xCC5, 0xCC6, 0xCC7, 0xCC8, 0xCC9, 0xCCA, 0xCCB, 0xCCC, 0xCCD, 0xCCE, 0xCCF
    look \number
.endr
.irp number, 0xCD0, 0xCD1, 0xCD2, 0xCD3, 0xCD4, 0xCD5, 0xCD6, 0xCD7, 0xC02, 0xC82, 0xB02, 0xB82
    look \number
.endr
    li   s3, 0x55555554
    li   s4, 0xAAAAAAA8
    xor  s5, s3, s0
.irp number, 0x300, 0x301, 0x304, 0x305, 0x310, 0x320, 0x340, 0x341, 0x342, 0x343, 0x344, 0xB00, 0xB80, 0x001, 0x002, 0x003
    csrw \number, s5           // of each lane its own
    csrw \number, s4
    csrw \number, s3
    csrs \number, s4
    csrc \number, s3
    csrwi \number, 21
    csrsi \number, 10
    csrci \number, 5
    csrw \number, zero
.endr
.irp number, 0x300, 0x301, 0x304, 0x305, 0x310, 0x320, 0x340, 0x341, 0x342, 0x343, 0x344, 0x001, 0x002, 0x003
    csrw \number, s5
    look \number
    csrw \number, zero
.endr
    sw   s2, 0(s1)
    hd.exit
