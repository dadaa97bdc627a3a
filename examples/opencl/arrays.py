#!/usr/bin/python3
"""An OpenCL host program in Python (pyopencl): arithmetic and a reduction on arrays, and a kernel of its own."""

import sys

import numpy
import pyopencl
import pyopencl.array

SOURCE = """
__kernel void fold(__global const float* x, __global float* out, int n, float bound) {
  int i = get_global_id(0);
  if (i < n) out[i] = fabs(fmod(x[i], bound));
}
"""


def main():
    context = pyopencl.create_some_context(interactive=False)
    queue = pyopencl.CommandQueue(context)
    generator = numpy.random.default_rng(1)
    x = generator.standard_normal(500).astype(numpy.float32)
    y = generator.standard_normal(500).astype(numpy.float32)
    on_device = pyopencl.array.to_device(queue, x), pyopencl.array.to_device(queue, y)

    scaled = (2 * on_device[0] + on_device[1]).get()
    total = pyopencl.array.sum(on_device[0]).get()
    product = pyopencl.array.dot(*on_device).get()

    program = pyopencl.Program(context, SOURCE).build()
    folded = pyopencl.array.empty_like(on_device[0])
    program.fold(queue, (512,), (64,), on_device[0].data, folded.data, numpy.int32(x.size), numpy.float32(0.25))

    checks = {
        "2 x + y": numpy.array_equal(scaled, 2 * x + y),
        "sum": abs(total - x.sum(dtype=float)) < 1e-3,
        "dot": abs(product - numpy.dot(x.astype(float), y)) < 1e-3,
        "fold": numpy.array_equal(folded.get(), numpy.abs(numpy.fmod(x, numpy.float32(0.25)))),
    }
    for name, good in checks.items():
        print(f"{name}: {'right' if good else 'WRONG'}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
