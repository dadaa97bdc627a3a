#pragma once

#include "heddle.h"
#include "libm_result.h"

struct libm_args {
  uint32_t function;  // its place in libm_functions.h
  uint32_t n;
  HD_PTR(struct libm_result) results;
};
