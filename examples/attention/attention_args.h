#pragma once

#include "heddle.h"

#define ATTENTION_HEAD 64 /* elements of a row of Q, K, V */
#define ATTENTION_K_STAGES 2
#define ATTENTION_V_STAGES 3
#define ATTENTION_P_STAGES 2
#define ATTENTION_Q_STAGES 2

/* Byte offsets in the workgroup's scratchpad; stage s of something is s * its bytes further on. */
struct attention_scratch {
  uint32_t barriers;
  uint32_t copies;    // descriptors: Q, K, V
  uint32_t commands;  // descriptors: Q K^T, P V
  uint32_t q, k, v, p;
  uint32_t q_bytes, k_bytes, v_bytes, p_bytes;  // of a stage
};

/* O = softmax(Q K^T / 8) V of each head; Q, K, V, O are [head][token][ATTENTION_HEAD], O float. */
struct attention_args {
  uint32_t tokens, heads;
  uint32_t causal;  // a token sees itself and those before it
  uint32_t fp8;     // Q, K, V and P are E4M3, else FP16
  uint32_t tile;    // tokens of Q, and of K and V, at a time
  uint32_t tiles;   // of a head
  uint32_t
      blocks;  // ATTENTION_HEAD / tile: columns of V are gone through in so many parts, each with all of the softmax
  HD_PTR(float) o;
  struct attention_scratch scratch;
  uint32_t copy_images[3][32];
  uint32_t command_images[2][16];
};
#define attention_2_8_args attention_args
#define attention_4_8_args attention_args
#define attention_4_16_args attention_args
