#pragma once

#include "heddle.h"

// Elements that a workgroup sorts in its scratchpad at most.
#define BITONIC_MAX_CHUNK 512

struct bitonic_args {
  HD_PTR(uint32_t) keys;
  uint32_t stage;   // length of the sequences that are being merged
  uint32_t stride;  // distance of the elements that are compared (bitonic_step)
};

// The same arguments serve all kernels.
#define bitonic_sort_args bitonic_args
#define bitonic_step_args bitonic_args
#define bitonic_merge_args bitonic_args
