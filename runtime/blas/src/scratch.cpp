#include "scratch.h"

#include <algorithm>

#include "blas_args.h"

namespace heddle::blas {
namespace {

static_assert(BLAS_BARRIERS + (2 * BLAS_MOST_STAGES + 2 * BLAS_BUFFERS) * 8 <= BLAS_COMMANDS);
static_assert(BLAS_COMMANDS + sizeof(blas_commands) <= BLAS_STAGES);
constexpr uint32_t kAlignment = 64;
static_assert(BLAS_STAGES % kAlignment == 0);
/// Of two lines of 32 bytes half of this apart the one lies in the lower half of the scratchpad's banks, the other in
/// the upper (scratch_pkg.sv, 16 lanes or more), so that the engine reads both in one cycle.
constexpr uint32_t kRepeats = 8192;

uint32_t round_up(uint32_t x, uint32_t to) { return (x + to - 1) / to * to; }

OperandScratch shape_of(const FormatInfo& format, bool k_contiguous, uint32_t rows, const Plan& plan) {
  OperandScratch result;
  // The engine reads lines of 32 bytes.
  const uint32_t across = round_up(rows * format.element_bits / 8, 32);
  result.row_bytes = k_contiguous ? plan.stage_groups * 32 : across;
  result.stage_bytes = k_contiguous ? rows * result.row_bytes : plan.stage_groups * format.group_elements * across;
  result.step = result.stage_bytes;
  result.scale_row_bytes = round_up(rows * format.row_scale_bytes, 32);
  result.scale_stage_bytes = plan.stage_groups * result.scale_row_bytes;
  return result;
}

}  // namespace

Scratch::Scratch(const FormatInfo& format, const Gemm& gemm, const Plan& plan) {
  a = shape_of(format, !gemm.transpose_a, plan.tile_m, plan);
  b = shape_of(format, gemm.transpose_b, plan.tile_n, plan);
  // A stage of B is always as far from that of A.
  if (plan.apart) a.step = b.step = round_up(std::max(a.step, b.step), kAlignment);
  uint32_t end = BLAS_STAGES;
  const auto place = [&](uint32_t bytes) {
    const uint32_t at = end;
    end = round_up(at + bytes, kAlignment);
    return at;
  };
  a.offset = place((plan.stages - 1) * a.step + a.stage_bytes);
  a.scales = place(plan.stages * a.scale_stage_bytes);
  b.scales = place(plan.stages * b.scale_stage_bytes);
  if (plan.apart) end += (a.offset + kRepeats / 2 - end) & (kRepeats - 1);
  b.offset = place((plan.stages - 1) * b.step + b.stage_bytes);
  bytes = end;
}

}  // namespace heddle::blas
