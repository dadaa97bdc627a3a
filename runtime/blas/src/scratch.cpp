#include "scratch.h"

#include <algorithm>

#include "blas_args.h"

namespace heddle::blas {
namespace {

static_assert(BLAS_BARRIERS + (2 * BLAS_MOST_STAGES + 2 * BLAS_BUFFERS) * 8 <= BLAS_COMMANDS);
static_assert(BLAS_COMMANDS + sizeof(blas_commands) <= BLAS_STAGES);
constexpr uint32_t kAlignment = 64;
static_assert(BLAS_STAGES % kAlignment == 0);

uint32_t round_up(uint32_t x, uint32_t to) { return (x + to - 1) / to * to; }

OperandScratch place(const FormatInfo& format, bool k_contiguous, uint32_t rows, const Plan& plan, uint32_t& end) {
  OperandScratch result;
  // The engine reads lines of 32 bytes.
  const uint32_t across = round_up(rows * format.element_bits / 8, 32);
  result.row_bytes = k_contiguous ? plan.stage_groups * 32 : across;
  result.stage_bytes = k_contiguous ? rows * result.row_bytes : plan.stage_groups * format.group_elements * across;
  result.scale_row_bytes = round_up(rows * format.row_scale_bytes, 32);
  result.scale_stage_bytes = plan.stage_groups * result.scale_row_bytes;
  result.offset = end;
  end = round_up(end + plan.stages * result.stage_bytes, kAlignment);
  result.scales = end;
  end = round_up(end + plan.stages * result.scale_stage_bytes, kAlignment);
  return result;
}

}  // namespace

Scratch::Scratch(const FormatInfo& format, const Gemm& gemm, const Plan& plan) {
  uint32_t end = BLAS_STAGES;
  a = place(format, !gemm.transpose_a, plan.tile_m, plan, end);
  b = place(format, gemm.transpose_b, plan.tile_n, plan, end);
  bytes = end;
}

}  // namespace heddle::blas
