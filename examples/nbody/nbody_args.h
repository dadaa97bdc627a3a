#pragma once

#include "heddle.h"

struct nbody_body {
  float x, y, z, mass;
};

struct nbody_velocity {
  float x, y, z, unused;
};

struct nbody_args {
  uint32_t n;
  float time_step;
  float softening;  // squared length added to every squared distance
  HD_PTR(const struct nbody_body) from;
  HD_PTR(struct nbody_body) to;
  HD_PTR(struct nbody_velocity) velocity;
};
