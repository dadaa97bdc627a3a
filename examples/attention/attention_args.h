#pragma once

#include "heddle.h"

#define ATTENTION_HEAD 64 /* elements of a row of Q, K, V */
#define ATTENTION_K_STAGES 2
#define ATTENTION_V_STAGES 2
#define ATTENTION_P_STAGES 2
#define ATTENTION_Q_STAGES 2
#define ATTENTION_SHARED_BYTES 256

/* Byte offsets in the workgroup's scratchpad, behind what its warps share; stage s of something is s * its bytes
 * further on. */
struct attention_layout {
  uint32_t copies;   /* descriptors: Q, K, V; for even and for odd steps */
  uint32_t commands; /* descriptors: Q K^T by stages of Q and K, P V by whether it accumulates and stages of P and V */
  uint32_t rows;     /* a float per row and lane */
  uint32_t references; /* a float per row */
  uint32_t q, k, v, p;
  uint32_t q_bytes, k_bytes, v_bytes, p_bytes; /* of a stage */
  uint32_t bytes;
};

/* For `rows` tokens of Q and `tile` of K and V at a time. Keys come in whole groups of 32 bytes, columns of V in whole
 * lines of them. */
static inline struct attention_layout attention_layout(uint32_t rows, uint32_t tile, uint32_t lanes, bool fp8) {
  const uint32_t element = fp8 ? 1 : 2, group = 32 / element, least = tile < group ? group : tile;
  struct attention_layout at;
  at.q_bytes = rows * ATTENTION_HEAD * element;
  at.k_bytes = tile * ATTENTION_HEAD * element;
  at.v_bytes = least * least * element;
  at.p_bytes = rows * least * element;
  at.copies = ATTENTION_SHARED_BYTES;
  at.commands = at.copies + 2 * 3 * 128;
  at.rows = at.commands + 8 * 64;
  at.references = at.rows + rows * lanes * 4;
  /* Rows 2 i and 2 i + 1 of an operand lie in different banks where 2 i begins at a multiple of their two strides. */
  at.q = (at.references + (rows < 32 ? 32 : rows) * 4 + 255) / 256 * 256;
  at.k = at.q + ATTENTION_Q_STAGES * at.q_bytes;
  at.v = at.k + ATTENTION_K_STAGES * at.k_bytes;
  at.p = at.v + ATTENTION_V_STAGES * at.v_bytes;
  at.bytes = at.p + ATTENTION_P_STAGES * at.p_bytes;
  return at;
}

/* O = softmax(Q K^T / 8) V of each head; Q, K, V, O are [head][token][ATTENTION_HEAD], O float. */
struct attention_args {
  uint32_t tokens, heads;
  uint32_t causal;           /* a token sees itself and those before it */
  uint32_t tiles, key_tiles; /* of a head: so many tokens of Q, and of K and V, at a time */
  uint32_t blocks;           /* columns of V are gone through in so many parts, each with all of the softmax */
  HD_PTR(float) o;
  uint32_t copy_images[3][32];
  uint32_t command_images[8][16];
};
#define attention_2_8_8_fp16_args attention_args
#define attention_4_8_8_fp16_args attention_args
#define attention_4_16_16_fp16_args attention_args
#define attention_4_16_8_fp16_args attention_args
#define attention_2_8_8_fp8_e4m3_args attention_args
#define attention_4_8_8_fp8_e4m3_args attention_args
#define attention_4_16_16_fp8_e4m3_args attention_args
#define attention_4_16_8_fp8_e4m3_args attention_args
