#pragma once

#include "heddle.h"

#define LIBC_VALUES 12
#define LIBC_TEXT 64

struct libc_result {
  int32_t sorted[LIBC_VALUES];
  int64_t quotient, remainder;
  uint64_t unsigned_quotient;
  uint64_t real_bits;  // of a double
  int32_t text_length;
  char text[LIBC_TEXT];
};

struct libc_args {
  uint32_t n;
  HD_PTR(struct libc_result) results;
};
