// The kernels of the tests of the queues, one program: hd_entry says which. hd_args points to two words: where work-item i stores, at
// 4 i behind it, and what is added to i there.
#define CSR_HD_GLOBAL_ID_X 0xCD5
#define CSR_HD_ENTRY 0xCCD
#define CSR_HD_LANE 0xCCE
#define KERNEL(number, label) li t0, number; beq s0, t0, label
  .include "xheddle.inc"
  .globl _start
_start:
  csrr s0, CSR_HD_ENTRY
  csrr a1, CSR_HD_GLOBAL_ID_X
  KERNEL(0, add)
  KERNEL(1, illegal)
  KERNEL(2, wild_write)
  KERNEL(3, wild_read)
  KERNEL(4, wild_fetch)
  KERNEL(5, endless)
  KERNEL(6, overflow)
  KERNEL(7, stuck)
  KERNEL(8, leave)
  hd.exit

add:
  lw a2, 0(a0)
  lw a3, 4(a0)
  slli a4, a1, 2
  add a2, a2, a4
  add a3, a3, a1
  sw a3, 0(a2)
  hd.exit

illegal:
  .word 0

wild_write:
  li a2, 0xF0000000
  sw a1, 0(a2)
  hd.exit

wild_read:
  li a2, 0xF0000000
  lw a3, 0(a2)
  hd.exit

wild_fetch:
  li a2, 0xF0000000
  jr a2

endless:
  j endless

overflow:  // calls itself until its stack is full
  addi sp, sp, -32
  sw ra, 0(sp)
  call overflow
  hd.exit

stuck:  // two lanes wait for each other in different places
  csrr t1, CSR_HD_LANE
  li t2, 3
  bnez t1, 1f
  hd.vote.any.sync t3, t2, t2
  hd.exit
1:
  hd.vote.any.sync t3, t2, t2
  hd.exit

leave:  // as add, with what is in the scratchpad and, where the third word is not 0, in the accumulators added; then they hold something
  lw a2, 0(a0)
  lw a3, 4(a0)
  lw a7, 8(a0)
  slli a4, a1, 2
  add a2, a2, a4
  add a3, a3, a1
  csrr a6, CSR_HD_LANE
  slli a6, a6, 2
  li a5, 0x10000000
  add a5, a5, a6
  lw t1, 0(a5)
  add a3, a3, t1
  sw a2, 0(a5)
  beqz a7, 1f
  li a5, 0x20000000
  add a5, a5, a6
  lw t1, 0(a5)
  add a3, a3, t1
  sw a2, 0(a5)
1:
  sw a3, 0(a2)
  hd.exit
