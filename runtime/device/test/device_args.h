/* Arguments of the test kernels. */
#pragma once
#include "heddle.h"

#define WORDS 24 /* results per work-item */

struct test_args {
  uint32_t n;              /* words of out */
  HD_PTR(uint32_t) out;    /* WORDS per work-item, by global linear id */
  HD_PTR(uint32_t) shared; /* 256 words, zero at start */
};
