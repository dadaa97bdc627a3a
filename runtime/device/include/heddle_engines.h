/* Copy engine, matrix engine and mbarriers for kernels (docs/copy.md, docs/matrix.md). One work-item gives commands;
   all may wait. What these functions are given are pointers into the scratchpad; descriptors count from its start.

       struct hd_copy_command* copy = ...;        // in scratchpad
       hd_mbarrier* full = ...;                   // likewise
       hd_mbarrier_init(full, 1);
       hd_copy_tensor(copy, tensor, 2, 1 << 1, rows_first, ...);
       hd_mbarrier_arrive(full, bytes);           // expects them
       hd_copy(copy);
       hd_mbarrier_wait(full, phase); */
#ifndef HEDDLE_ENGINES_H
#define HEDDLE_ENGINES_H

#include "heddle.h"

#ifdef __riscv

/* ---- mbarriers ---- */

typedef struct {
  uint32_t word[2];
} __attribute__((aligned(8))) hd_mbarrier;

/* From the start of the workgroup's scratchpad. */
HD_INLINE uint32_t hd_scratch_offset(const volatile void* pointer) {
  return (uint32_t)pointer - HEDDLE_SCRATCHPAD_BASE;
}

/* Phase 0 begins: it is over after `count` arrivals, 1 to 32767, when no bytes are outstanding. */
HD_INLINE void hd_mbarrier_init(hd_mbarrier* barrier, uint32_t count) {
  __asm__ volatile(HEDDLE_INSN_HD_MBAR_INIT("%0", "%1")::"r"(barrier), "r"(count) : "memory");
}
/* One arrival, which also expects `bytes`; the phase it belongs to. */
HD_INLINE uint32_t hd_mbarrier_arrive(hd_mbarrier* barrier, uint32_t bytes) {
  uint32_t phase;
  __asm__ volatile(HEDDLE_INSN_HD_MBAR_ARRIVE("%0", "%1", "%2") : "=r"(phase) : "r"(barrier), "r"(bytes) : "memory");
  return phase;
}
HD_INLINE void hd_mbarrier_expect(hd_mbarrier* barrier, uint32_t bytes) {
  __asm__ volatile(HEDDLE_INSN_HD_MBAR_EXPECT("%0", "%1")::"r"(barrier), "r"(bytes) : "memory");
}
/* Is phase `phase` (bit 0) over? */
HD_INLINE bool hd_mbarrier_test(hd_mbarrier* barrier, uint32_t phase) {
  uint32_t over;
  __asm__ volatile(HEDDLE_INSN_HD_MBAR_TEST("%0", "%1", "%2") : "=r"(over) : "r"(barrier), "r"(phase) : "memory");
  return over != 0;
}
/* Returns when it is; the lanes take no issue slots meanwhile. A warp waits for one mbarrier at a time. */
HD_COLLECTIVE void hd_mbarrier_wait(hd_mbarrier* barrier, uint32_t phase) {
  __asm__ volatile(HEDDLE_INSN_HD_MBAR_WAIT("%0", "%1")::"r"(barrier), "r"(phase) : "memory");
}

/* ---- Copy commands ---- */

enum hd_copy_direction { HD_COPY_LOAD, HD_COPY_STORE, HD_COPY_FILL };

/* The descriptor, as the engine reads it: it lies in scratchpad, and may be changed when hd_copy has returned. */
struct hd_copy_command {
  uint32_t head; /* HD_COPY_HEAD */
  uint32_t base;
  uint32_t size[5];
  uint32_t stride[4]; /* bytes, of dimensions 1 to 4 */
  uint32_t box[5];
  uint32_t first[5];
  uint32_t scratch; /* hd_scratch_offset */
  uint32_t barrier;
  uint32_t zero[8];
  uint32_t fill;
} __attribute__((aligned(16)));

/* `element_log2`: 0 to 4 for elements of 1 to 16 bytes. `swizzle`: 0 none, 1 to 3 spans of 64, 128, 256 bytes. */
#define HD_COPY_HEAD(rank, element_log2, direction, swizzle, complete, identifier)                            \
  ((uint32_t)(rank) | (uint32_t)(element_log2) << 3 | (uint32_t)(direction) << 6 | (uint32_t)(swizzle) << 8 | \
   (uint32_t)(complete) << 12 | (uint32_t)(identifier) << 16)

HD_INLINE void hd_copy(const struct hd_copy_command* command) {
  __asm__ volatile(HEDDLE_INSN_HD_COPY("%0")::"r"(command) : "memory");
}

/* ---- Matrix commands ---- */

enum hd_element { HD_INT8, HD_TF32, HD_FP16, HD_BF16, HD_E5M2, HD_E4M3, HD_E2M1 };
enum hd_scale { HD_SCALE_NONE, HD_SCALE_E8M0, HD_SCALE_E4M3 };

/* Bits of hd_matrix_command::head besides the format and the identifier (31:16). */
#define HD_MATRIX_FORMAT(element_a, element_b, scale) \
  ((uint32_t)(element_a) | (uint32_t)(element_b) << 3 | (uint32_t)(scale) << 6)
#define HD_MATRIX_TRANSPOSE_A 0x100u
#define HD_MATRIX_TRANSPOSE_B 0x200u
#define HD_MATRIX_BUFFER(buffer) ((uint32_t)(buffer) << 10)
#define HD_MATRIX_ACCUMULATE 0x800u
#define HD_MATRIX_ARRIVE 0x1000u

struct hd_matrix_operand {
  uint32_t address, stride, scale_address, scale_stride;
};

struct hd_matrix_command {
  uint32_t head;
  uint32_t size; /* M | N << 16 */
  uint32_t groups;
  uint32_t place; /* first row | first column << 16 */
  struct hd_matrix_operand a, b;
  uint32_t barrier;
  uint32_t zero[3];
} __attribute__((aligned(16)));

HD_INLINE void hd_matrix(const struct hd_matrix_command* command) {
  __asm__ volatile(HEDDLE_INSN_HD_MATRIX("%0")::"r"(command) : "memory");
}

/* Accumulator (0, 0) of a buffer of the workgroup: `rows` = 4 times the array's size; rows follow each other. int32 for
   INT8, else float. An access waits for the commands given before it. */
HD_INLINE volatile uint32_t* hd_accumulators(uint32_t buffer, uint32_t rows) {
  return (volatile uint32_t*)HEDDLE_ACCUMULATOR_BASE + buffer * rows * rows;
}

#endif
#endif
