#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "blas_args.h"
#include "heddle/blas/format.h"
#include "heddle/blas/plan.h"

namespace heddle::blas {

// Words of a copy command (docs/copy.md).
constexpr size_t kBase = 1, kSize = 2, kStride = 7, kBox = 11, kFirst = 16, kScratch = 21, kBarrier = 22;
using CopyWords = std::array<uint32_t, 32>;

/// What a workgroup of the engine's kernel begins with. `copies`: commands of a whole stage, for A and B, and their
/// scales where there are any; `matrix`: what no tile changes of the engine's command.
blas_start make_start(const blas_gemm_args& args, const Plan& plan, uint32_t workgroup, const FormatInfo& format,
                      const std::vector<CopyWords>& copies, const uint32_t (&matrix)[16],
                      const std::vector<blas_problem>& table, uint32_t carriers);

}  // namespace heddle::blas
