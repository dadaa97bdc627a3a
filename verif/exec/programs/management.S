// For the management core: 16-bit instructions, a load that faults, the timer's interrupt out of wfi. Leaves mcause and mtval of
// the fault, mcause of the interrupt, and x1 of a 16-bit call less the call's address.
#include "begin.h"

#define TIMER 0x02000000
#define MTIP 0x80

main:
  la t0, handler
  csrw mtvec, t0
  la s0, begin_signature

  // A 16-bit call links to the address behind its two bytes.
  la a0, linked
  la a1, caller
caller:
  c.jalr a0
  fail 1
linked:
  addi ra, ra, 0
  sub a2, ra, a1
  sw a2, 12(s0)

  li a0, 0x1000
.option push
.option norvc
  lw a1, 0(a0)
.option pop

  // A little later than now.
  li a0, TIMER
  li a1, -1
  sw a1, 12(a0)
  lw a1, 0(a0)
  addi a1, a1, 200
  sw a1, 8(a0)
  sw zero, 12(a0)
  li a1, MTIP
  csrw mie, a1
  csrsi mstatus, 8
  wfi
  lw a1, 8(s0)
  bnez a1, woken
  fail 2
woken:
  csrr a1, mip
  andi a1, a1, MTIP
  beqz a1, quiet
  fail 3
quiet:
  HEDDLE_END

  .balign 4
handler:
  csrr t0, mcause
  bltz t0, interrupt
  sw t0, 0(s0)
  csrr t0, mtval
  sw t0, 4(s0)
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  mret
interrupt:
  sw t0, 8(s0)
  li t0, TIMER
  li t1, -1
  sw t1, 12(t0)
  lw t1, 12(t0)
  addi t1, t1, 1
  bnez t1, 2f
  mret
2:
  fail 4

.data
.balign 16
begin_signature:
  .word 0, 0, 0, 0
end_signature:
