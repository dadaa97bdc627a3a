// Start of the lanes of a program that has thread-local variables; others begin in the kernel itself (HD_KERNEL in heddle.h). At
// dispatch sp is the end of the private window and a0 the address of the arguments; memory is as the host left it.
// Private window, from the top: thread-local variables (tp), stack (sp, downwards).

  .section .text.hd_start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  .cfi_startproc
  .cfi_undefined ra
  .option push
  .option norelax
  lui gp, %hi(__global_pointer$)
  addi gp, gp, %lo(__global_pointer$)
  .option pop
  lui t0, %hi(__hd_tls_size)
  addi t0, t0, %lo(__hd_tls_size)
  sub tp, sp, t0
  andi tp, tp, -16
  mv sp, tp

  // Thread-local variables: t0 walks the lane's block to t1 (end of .tdata) and on to t2 (end of what is cleared).
  lui t2, %hi(__hd_tls_clear_size)
  addi t2, t2, %lo(__hd_tls_clear_size)
  beqz t2, .Lrun
  lui t1, %hi(__hd_tdata_size)
  addi t1, t1, %lo(__hd_tdata_size)
  add t1, tp, t1
  add t2, tp, t2
  mv t0, tp
  lui t3, %hi(__hd_tdata_start)
  addi t3, t3, %lo(__hd_tdata_start)
.Lcopy:
  beq t0, t1, .Lclear
  lw t4, 0(t3)
  addi t3, t3, 4
  sw t4, 0(t0)
  addi t0, t0, 4
  j .Lcopy
.Lclear:
  beq t0, t2, .Lrun
  sw zero, 0(t0)
  addi t0, t0, 4
  j .Lclear

.Lrun:
  hd.csrr t0, hd_entry
  jalr ra, t0
  .globl __hd_exit_lane
__hd_exit_lane:
  // Only there when something prints: writes out a line without its newline.
  .weak __hd_stdout_finish
  lui t0, %hi(__hd_stdout_finish)
  addi t0, t0, %lo(__hd_stdout_finish)
  beqz t0, .Lexit
  jalr ra, t0
.Lexit:
  hd.exit
  .cfi_endproc
  .size _start, . - _start
