// One time step: each work-item moves one body.
#include "nbody_args.h"

HD_KERNEL(nbody) {
  const uint32_t i = hd_global_id(0);
  if (i >= args->n) return;
  const struct nbody_body self = args->from[i];
  float ax = 0.0f, ay = 0.0f, az = 0.0f;
  for (uint32_t j = 0; j < args->n; j++) {
    const struct nbody_body other = args->from[j];
    const float dx = other.x - self.x, dy = other.y - self.y, dz = other.z - self.z;
    const float inverse = hd_rsqrt(dx * dx + dy * dy + dz * dz + args->softening);
    const float force = other.mass * inverse * (inverse * inverse);
    ax += force * dx;
    ay += force * dy;
    az += force * dz;
  }
  struct nbody_velocity velocity = args->velocity[i];
  velocity.x += args->time_step * ax;
  velocity.y += args->time_step * ay;
  velocity.z += args->time_step * az;
  args->velocity[i] = velocity;
  args->to[i] = (struct nbody_body){self.x + args->time_step * velocity.x, self.y + args->time_step * velocity.y,
                                    self.z + args->time_step * velocity.z, self.mass};
}
