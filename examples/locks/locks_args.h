#pragma once

#include "heddle.h"

struct locks_args {
  uint32_t rounds;
  HD_PTR(uint32_t) lock;      // two words, zero
  HD_PTR(uint32_t) counter;   // changed only under the lock, with plain accesses
  HD_PTR(uint32_t) order;     // work-items in the order in which they held the lock
  HD_PTR(uint32_t) failures;  // of the try-lock, per work-item
};

// The same arguments serve all kernels.
#define test_and_set_args locks_args
#define load_reserved_args locks_args
#define ticket_args locks_args
#define try_lock_args locks_args
#define scratchpad_lock_args locks_args
