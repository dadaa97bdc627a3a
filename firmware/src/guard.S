// Accesses to device memory that may be answered with an error: an access fault inside returns 0 instead (trap.S). They use no register but
// a0 to a3 and t0. C prototypes: platform.h.
  .section .text.guard, "ax"
  .globl hd_guard_begin, hd_guard_end, hd_guard_fail
  .globl hd_memory_read, hd_memory_write, hd_memory_read_byte, hd_memory_write_byte

hd_guard_begin:
hd_memory_read:
  beqz a2, good
1:
  lw t0, 0(a0)
  sw t0, 0(a1)
  addi a0, a0, 4
  addi a1, a1, 4
  addi a2, a2, -1
  bnez a2, 1b
  j good

hd_memory_write:
  beqz a2, good
1:
  lw t0, 0(a1)
  sw t0, 0(a0)
  addi a0, a0, 4
  addi a1, a1, 4
  addi a2, a2, -1
  bnez a2, 1b
  j good

hd_memory_read_byte:
  lbu t0, 0(a0)
  sb t0, 0(a1)
  j good

hd_memory_write_byte:
  sb a1, 0(a0)
good:
  li a0, 1
  ret
hd_guard_end:

hd_guard_fail:
  li a0, 0
  ret
