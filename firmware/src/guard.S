// Accesses to device memory that may be answered with an error: an access fault inside returns 0 instead (trap.S). They use no register
// but a0 to a4 and t0 to t5. Words are loaded eight, four and two at a time before they are stored, since only loads that
// follow each other directly share a line (rtl/mgmt/mgmt_memory_port.sv). C prototypes: platform.h.
  .section .text.guard, "ax"
  .globl hd_guard_begin, hd_guard_end, hd_guard_fail
  .globl hd_memory_read, hd_memory_write, hd_memory_read_byte, hd_memory_write_byte

hd_guard_begin:
hd_memory_read:
  addi a2, a2, -8
  bltz a2, 2f
1:
  lw t0, 0(a0)
  lw t1, 4(a0)
  lw t2, 8(a0)
  lw t3, 12(a0)
  lw t4, 16(a0)
  lw t5, 20(a0)
  lw a3, 24(a0)
  lw a4, 28(a0)
  sw t0, 0(a1)
  sw t1, 4(a1)
  sw t2, 8(a1)
  sw t3, 12(a1)
  sw t4, 16(a1)
  sw t5, 20(a1)
  sw a3, 24(a1)
  sw a4, 28(a1)
  addi a0, a0, 32
  addi a1, a1, 32
  addi a2, a2, -8
  bgez a2, 1b
2:
  andi t0, a2, 4  // of what is left: bits of the negative number are those of the positive one below 8
  beqz t0, 3f
  lw t0, 0(a0)
  lw t1, 4(a0)
  lw t2, 8(a0)
  lw t3, 12(a0)
  sw t0, 0(a1)
  sw t1, 4(a1)
  sw t2, 8(a1)
  sw t3, 12(a1)
  addi a0, a0, 16
  addi a1, a1, 16
3:
  andi t0, a2, 2
  beqz t0, 4f
  lw t0, 0(a0)
  lw t1, 4(a0)
  sw t0, 0(a1)
  sw t1, 4(a1)
  addi a0, a0, 8
  addi a1, a1, 8
4:
  andi t0, a2, 1
  beqz t0, good
  lw t0, 0(a0)
  sw t0, 0(a1)
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
