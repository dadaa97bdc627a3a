#pragma once

#include "heddle.h"

struct blackscholes_args {
  uint32_t n;
  float rate, volatility;
  HD_PTR(const float) price;   // of the share, today
  HD_PTR(const float) strike;  // what the option lets one pay
  HD_PTR(const float) years;
  HD_PTR(float) call;
  HD_PTR(float) put;
};
