#pragma once

#include <cstdint>

#include "heddle/blas/gemm.h"
#include "heddle/blas/plan.h"

namespace heddle::blas {

/// One operand in the scratchpad of the engine's kernel.
struct OperandScratch {
  uint32_t offset = 0, stage_bytes = 0, step = 0;  ///< step: from stage to stage, at least stage_bytes.
  uint32_t row_bytes = 0;                          ///< What the matrix command calls its stride.
  uint32_t scales = 0, scale_stage_bytes = 0, scale_row_bytes = 0;
};

/// Where everything lies in the scratchpad of the engine's kernel.
struct Scratch {
  Scratch(const FormatInfo& format, const Gemm& gemm, const Plan& plan);

  OperandScratch a, b;
  uint32_t bytes = 0;
};

}  // namespace heddle::blas
