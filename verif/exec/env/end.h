// How a bare-metal program ends: on Heddle with a store to tohost (docs/exec.md); elsewhere, which is
// qemu-system-riscv32, by writing its signature to the file `signature` with semihosting. The same ELF runs on both.
#ifndef HEDDLE_EXEC_END_H
#define HEDDLE_EXEC_END_H
// clang-format off: assembler

#define HEDDLE_MARCHID 0x48454444

// The words that the host watches.
#define HEDDLE_TOHOST                                                \
  .pushsection .tohost, "aw", @progbits;                             \
  .balign 64; .globl tohost; tohost: .word 0, 0;                     \
  .balign 64; .globl fromhost; fromhost: .word 0, 0;                 \
  .popsection

// The instructions that semihosting recognises; operation in a0, argument block in a1.
#define HEDDLE_SEMIHOST                                              \
  .balign 16; .option push; .option norvc;                           \
  slli x0, x0, 0x1f; ebreak; srai x0, x0, 7;                         \
  .option pop

#define HEDDLE_SEMIHOST_OPEN 1
#define HEDDLE_SEMIHOST_WRITE 5
#define HEDDLE_SEMIHOST_EXIT 0x18

// Ends the program as passed. Uses registers as it likes. `begin_signature` and `end_signature` are the program's.
#define HEDDLE_END                                                   \
  csrr t0, marchid;                                                  \
  li t1, HEDDLE_MARCHID;                                             \
  bne t0, t1, heddle_end_elsewhere;                                  \
  fence;                                                             \
  la t0, tohost;                                                     \
  li t1, 1;                                                          \
  sw t1, 0(t0);                                                      \
heddle_end_spin:                                                     \
  j heddle_end_spin;                                                 \
heddle_end_elsewhere:                                                \
  li a0, HEDDLE_SEMIHOST_OPEN; la a1, heddle_end_open;               \
  HEDDLE_SEMIHOST;                                                   \
  la a1, heddle_end_write;                                           \
  sw a0, 0(a1);                                                      \
  li a0, HEDDLE_SEMIHOST_WRITE;                                      \
  HEDDLE_SEMIHOST;                                                   \
  li a0, HEDDLE_SEMIHOST_EXIT; li a1, 0x20026;                       \
  HEDDLE_SEMIHOST;                                                   \
  j heddle_end_spin;                                                 \
  .pushsection .data;                                                \
  .balign 4;                                                         \
heddle_end_open: .word heddle_end_name, 5, 9;                        \
heddle_end_write: .word 0, begin_signature, end_signature - begin_signature; \
heddle_end_name: .asciz "signature";                                 \
  .balign 4;                                                         \
  .popsection

// Copies the bytes from label `begin` to label `end` to `distance` (a register) behind them. Uses t0, t1, t3, t4.
#define HEDDLE_COPY(begin, end, distance)                            \
  lla t0, begin;                                                     \
  lla t1, end;                                                       \
heddle_copy:                                                         \
  lw t3, 0(t0);                                                      \
  add t4, t0, distance;                                              \
  sw t3, 0(t4);                                                      \
  addi t0, t0, 4;                                                    \
  bne t0, t1, heddle_copy

// distance = (lane's number + 1) times the bytes from `begin` to `end`. Uses t0, t1.
#define HEDDLE_LANE_DISTANCE(distance, begin, end)                   \
  lla t0, begin;                                                     \
  lla t1, end;                                                       \
  sub t1, t1, t0;                                                    \
  csrr distance, 0xCCE; /* hd_lane */                                \
  addi distance, distance, 1;                                        \
  mul distance, distance, t1

#endif
