#pragma once

#include "heddle.h"

#define HISTOGRAM_BINS 64

struct histogram_args {
  uint32_t n;
  HD_PTR(const uint32_t) values;  // each below HISTOGRAM_BINS
  HD_PTR(uint32_t) bins;
};

// The same arguments serve both kernels.
#define histogram_direct_args histogram_args
