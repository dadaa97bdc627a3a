#pragma once

#include "heddle.h"

struct storm_args {
  HD_PTR(uint32_t) data;  // a word per work-item
  uint32_t value;
  uint32_t target;  // an address that is not the kernel's
};

#define good_args storm_args
#define illegal_args storm_args
#define wild_read_args storm_args
#define wild_write_args storm_args
#define wild_fetch_args storm_args
#define endless_args storm_args
#define overflow_args storm_args
#define stuck_args storm_args
