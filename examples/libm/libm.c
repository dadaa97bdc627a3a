// The C library's mathematics, compiled by others: one call per work-item.
#include "libm_args.h"
#include "libm_call.h"

HD_KERNEL(libm) {
  const uint32_t i = hd_global_id(0);
  if (i < args->n) args->results[i] = libm_call(args->function, i);
}
