// Header of the image, entry, and what becomes of traps. The header's sizes come from the linker script, its checksum from make_image.py.
#include "heddle/heddle_mgmt.h"

#define MAILBOX(name) (HEDDLE_MGMT_MAILBOX_##name - HEDDLE_MGMT_MAILBOX_BASE)

  .section .header, "a"
  .word HEDDLE_MGMT_IMAGE_MAGIC_VALUE
  .word HEDDLE_MGMT_IMAGE_HEADER_VERSION_VALUE
  .word HEDDLE_MGMT_IMAGE_INTERFACE_VALUE
  .word HEDDLE_FIRMWARE_VERSION
  .word __image_bytes
  .word __memory_bytes
  .word __image_start
  .word _start
  .fill HEDDLE_MGMT_IMAGE_HEADER_BYTES / 4 - 8, 4, 0

  .section .text.start, "ax"
  .globl _start
_start:
  la t0, trap
  csrw mtvec, t0
  la sp, __stack_end
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la t0, __bss_start
  la t1, __bss_end
1:
  bgeu t0, t1, 2f
  sw zero, 0(t0)
  addi t0, t0, 4
  j 1b
2:
  tail main

// Interrupts are never enabled: the firmware sleeps in wfi, which wakes without. An access fault in guard.S makes the function there return
// 0; its t registers are free. Anything else is a bug of the firmware: told like the boot program tells it, and the hart stops.
  .balign 4
trap:
  csrr t0, mcause
  addi t1, t0, -5
  andi t1, t1, ~2
  bnez t1, stop
  csrr t1, mepc
  la t2, hd_guard_begin
  bltu t1, t2, stop
  la t2, hd_guard_end
  bgeu t1, t2, stop
  la t2, hd_guard_fail
  csrw mepc, t2
  mret

stop:
  li t1, HEDDLE_MGMT_MAILBOX_BASE
  sw t0, MAILBOX(BOOT_DETAIL)(t1)
  csrr t2, mepc
  sw t2, MAILBOX(BOOT_DETAIL) + 4(t1)
  csrr t2, mtval
  sw t2, MAILBOX(BOOT_DETAIL) + 8(t1)
  li t2, HEDDLE_MGMT_BOOT_TRAP
  sw t2, MAILBOX(BOOT_STATUS)(t1)
1:
  csrw mie, zero
  wfi
  j 1b
