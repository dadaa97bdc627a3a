#pragma once

#include "heddle.h"

struct kernel_args {
  HD_PTR(uint32_t) data;
  uint32_t value;
};

#define fill_args kernel_args
#define count_args kernel_args
#define identity_args kernel_args
#define print_args kernel_args
#define flood_args kernel_args
#define write_args kernel_args
#define global_state_args kernel_args
#define spin_args kernel_args
#define leave_args kernel_args
