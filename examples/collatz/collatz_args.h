#pragma once

#include "heddle.h"

struct collatz_args {
  uint32_t n;
  HD_PTR(uint32_t) steps;    // of 1 .. n
  HD_PTR(uint32_t) longest;  // most steps of any
};
