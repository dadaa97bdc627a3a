/* What the OpenCL runtime and the code it launches agree on. Shared by the host (C++), the built-in library (C) and, as
   offsets, the compiler driver (runtime/opencl/compiler/wrapper.py). */
#ifndef HEDDLE_OPENCL_ABI_H
#define HEDDLE_OPENCL_ABI_H

#include <stdint.h>

/* Start of the argument block of every launch; the kernel's own arguments follow, each at the next multiple of its
 * alignment. */
struct hd_cl_launch {
  uint32_t work_dim;
  uint32_t global_offset[3];
};

/* printf: a record in the output ring (heddle_stdout.h), made of the letters 'A' + 0..15, as the ring carries no zero
   bytes. It begins and ends with these, and holds words, each as eight letters from its lowest four bits up: the
   address of the format, then the arguments, each in as many words as it needs. */
#define HD_CL_RECORD_BEGIN '\x01'
#define HD_CL_RECORD_END '\x02'
/* Room for what a launch prints. */
#define HD_CL_RING_BYTES (1u << 20)

#endif
