// The kernels of the queue benchmark, one program; each is entered by its own kernel object. a0 is hd_args.
#define CSR_HD_GLOBAL_ID_X 0xCD5
  .include "xheddle.inc"
  .globl _start
_start:
// 0: work-item i stores i + the second argument at 4 i behind the first one.
  csrr a1, CSR_HD_GLOBAL_ID_X
  lw a2, 0(a0)
  lw a3, 4(a0)
  slli a4, a1, 2
  add a2, a2, a4
  add a3, a3, a1
  sw a3, 0(a2)
  hd.exit

// 1, at byte 64: its first instruction stores.
  .balign 64
  sw a0, 0(a0)
  hd.exit

// 2, at byte 128: as 0, but it takes its time.
  .balign 64
  csrr a1, CSR_HD_GLOBAL_ID_X
  lw a2, 0(a0)
  lw a3, 4(a0)
  li a5, 500
1:
  addi a5, a5, -1
  bnez a5, 1b
  slli a4, a1, 2
  add a2, a2, a4
  add a3, a3, a1
  sw a3, 0(a2)
  hd.exit
