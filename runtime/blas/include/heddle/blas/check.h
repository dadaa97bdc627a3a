#pragma once

#include "heddle/blas/gemm.h"
#include "heddle/driver/device.h"

namespace heddle::blas {

/// Throws Error if the device cannot do `gemm`, naming the argument and what it has to be.
void check(const driver::DeviceShape& shape, const Gemm& gemm);

}  // namespace heddle::blas
