// The boot program of the management core (docs/management.md, section 8). It uses no memory but the mailbox and the checksum unit.
//
// s0 mailbox, s1 image, s2 size of SRAM, s3 bytes from the image to the end of SRAM, s4 end of the image. Jumps to `fail` come with
// a0 the status, a1 what was found, a2 what was expected.
#include "heddle/heddle_mgmt.h"

#define MAILBOX(name) (HEDDLE_MGMT_MAILBOX_##name - HEDDLE_MGMT_MAILBOX_BASE)
#define CHECKSUM(name) (HEDDLE_MGMT_CHECKSUM_##name - HEDDLE_MGMT_CHECKSUM_BASE)
#define INTERFACE_MAJOR (HEDDLE_MGMT_IMAGE_INTERFACE_VALUE >> 16)

  .text
  .globl _start
_start:
  la t0, trap
  csrw mtvec, t0
  li s0, HEDDLE_MGMT_MAILBOX_BASE
  li t0, HEDDLE_MGMT_BOOT_WAITING
  sw t0, MAILBOX(BOOT_STATUS)(s0)

wait:
  lw t0, MAILBOX(BOOT_COMMAND)(s0)
  beqz t0, wait
  // The status first: who sees the command taken sees no status of before.
  li t1, HEDDLE_MGMT_BOOT_CHECKING
  sw t1, MAILBOX(BOOT_STATUS)(s0)
  sw zero, MAILBOX(BOOT_COMMAND)(s0)
  li t1, 1
  beq t0, t1, check
  li t1, 2
  beq t0, t1, direct
  li a0, HEDDLE_MGMT_BOOT_BAD_COMMAND
  mv a1, t0
  li a2, 0

fail:
  sw a1, MAILBOX(BOOT_DETAIL)(s0)
  sw a2, MAILBOX(BOOT_DETAIL) + 4(s0)
  sw a0, MAILBOX(BOOT_STATUS)(s0)
  j wait

  // Command 2: anywhere, unchecked.
direct:
  lw a1, MAILBOX(BOOT_ENTRY)(s0)
  li a0, HEDDLE_MGMT_BOOT_BAD_START
  li a2, 0
  andi t0, a1, 1
  bnez t0, fail
  j start

  // Command 1: an image in SRAM.
check:
  lw s1, MAILBOX(BOOT_IMAGE)(s0)
  lw s2, MAILBOX(SRAM_BYTES)(s0)
  li t2, HEDDLE_MGMT_SRAM_BASE
  li a0, HEDDLE_MGMT_BOOT_BAD_ADDRESS
  mv a1, s1
  li a2, 0
  andi t0, s1, 3
  bnez t0, fail
  sub t1, s1, t2            // offset of the image in SRAM
  bgeu t1, s2, fail
  sub s3, s2, t1
  li t0, HEDDLE_MGMT_IMAGE_HEADER_BYTES
  bltu s3, t0, fail

  li a0, HEDDLE_MGMT_BOOT_BAD_MAGIC
  lw a1, HEDDLE_MGMT_IMAGE_MAGIC(s1)
  li a2, HEDDLE_MGMT_IMAGE_MAGIC_VALUE
  bne a1, a2, fail

  li a0, HEDDLE_MGMT_BOOT_BAD_HEADER
  lw a1, HEDDLE_MGMT_IMAGE_HEADER_VERSION(s1)
  li a2, HEDDLE_MGMT_IMAGE_HEADER_VERSION_VALUE
  bne a1, a2, fail

  li a0, HEDDLE_MGMT_BOOT_BAD_INTERFACE
  lw a1, HEDDLE_MGMT_IMAGE_INTERFACE(s1)
  li a2, HEDDLE_MGMT_IMAGE_INTERFACE_VALUE
  srli t0, a1, 16
  li t1, INTERFACE_MAJOR
  bne t0, t1, fail
  bltu a2, a1, fail         // the major halves are equal: a greater minor

  li a0, HEDDLE_MGMT_BOOT_BAD_SIZE
  lw a1, HEDDLE_MGMT_IMAGE_IMAGE_BYTES(s1)
  mv a2, s3
  andi t0, a1, 3
  bnez t0, fail
  li t0, HEDDLE_MGMT_IMAGE_HEADER_BYTES
  bltu a1, t0, fail
  bltu a2, a1, fail
  add s4, s1, a1
  mv t1, a1

  li a0, HEDDLE_MGMT_BOOT_BAD_LOAD
  lw a1, HEDDLE_MGMT_IMAGE_LOAD_ADDRESS(s1)
  mv a2, s1
  bne a1, a2, fail

  li a0, HEDDLE_MGMT_BOOT_BAD_MEMORY
  lw a1, HEDDLE_MGMT_IMAGE_MEMORY_BYTES(s1)
  mv a2, s3
  bltu a1, t1, fail
  bltu a2, a1, fail

  li a0, HEDDLE_MGMT_BOOT_BAD_ENTRY
  lw a1, HEDDLE_MGMT_IMAGE_ENTRY(s1)
  li a2, 0
  andi t0, a1, 1
  bnez t0, fail
  addi t0, s1, HEDDLE_MGMT_IMAGE_HEADER_BYTES
  bltu a1, t0, fail
  bgeu a1, s4, fail

  // All words but that of the checksum, which is the header's last.
  li t2, HEDDLE_MGMT_CHECKSUM_BASE
  li t0, -1
  sw t0, CHECKSUM(STATE)(t2)
  mv t0, s1
  addi t1, s1, HEDDLE_MGMT_IMAGE_CHECKSUM
1:
  lw t3, 0(t0)
  addi t0, t0, 4
  sw t3, CHECKSUM(DATA)(t2)
  bltu t0, t1, 1b
  addi t0, t0, 4
  j 3f
2:
  lw t3, 0(t0)
  addi t0, t0, 4
  sw t3, CHECKSUM(DATA)(t2)
3:
  bltu t0, s4, 2b
  mv t4, a1                 // entry
  li a0, HEDDLE_MGMT_BOOT_BAD_CHECKSUM
  lw a1, CHECKSUM(RESULT)(t2)
  lw a2, HEDDLE_MGMT_IMAGE_CHECKSUM(s1)
  bne a1, a2, fail
  mv a1, t4

  // All registers are zero at the entry. (mret sets MPIE.)
start:
  csrw mepc, a1
  li t0, HEDDLE_MGMT_BOOT_STARTED
  sw t0, MAILBOX(BOOT_STATUS)(s0)
  .irp register, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  li x\register, 0
  .endr
  mret

  // A trap here, or in firmware that has no handler of its own.
  .balign 4
trap:
  li t0, HEDDLE_MGMT_MAILBOX_BASE
  csrr t1, mcause
  sw t1, MAILBOX(BOOT_DETAIL)(t0)
  csrr t1, mepc
  sw t1, MAILBOX(BOOT_DETAIL) + 4(t0)
  csrr t1, mtval
  sw t1, MAILBOX(BOOT_DETAIL) + 8(t0)
  li t1, HEDDLE_MGMT_BOOT_TRAP
  sw t1, MAILBOX(BOOT_STATUS)(t0)
  csrw mie, zero
sleep:
  wfi
  j sleep
