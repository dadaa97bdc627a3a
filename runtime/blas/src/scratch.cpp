#include "scratch.h"

#include <algorithm>

#include "blas_args.h"

namespace heddle::blas {
namespace {

static_assert((2 * BLAS_MOST_STAGES + 2 * BLAS_BUFFERS) * 8 <= sizeof(blas_commands::barriers));
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
  if (plan.whole) {
    a.step = round_up(a.step, plan.apart ? kRepeats : kAlignment);
    b.step = round_up(b.step, plan.apart ? kRepeats : kAlignment);
  } else if (plan.apart) {
    a.step = b.step = round_up(std::max(a.step, b.step), kAlignment);
  }
  const uint32_t places = plan.whole ? plan.sets : plan.stages;
  // The last rows of all may be fewer (but not than the array has).
  const int64_t rest = gemm.batch == 1 && plan.whole ? gemm.m - int64_t{plan.tile_m} * (plan.sets - 1) : plan.tile_m;
  const auto rows = static_cast<uint32_t>(std::min<int64_t>(round_up(static_cast<uint32_t>(rest), 16), plan.tile_m));
  uint32_t end = BLAS_STAGES;
  const auto place = [&](uint32_t bytes) {
    const uint32_t at = end;
    end = round_up(at + bytes, kAlignment);
    return at;
  };
  a.offset = place((places - 1) * a.step + a.stage_bytes / plan.tile_m * rows);
  a.scales = place(places * a.scale_stage_bytes);
  b.scales = place(plan.stages * b.scale_stage_bytes);
  if (plan.apart) end += (a.offset + kRepeats / 2 - end) & (kRepeats - 1);
  b.offset = place((plan.stages - 1) * b.step + b.stage_bytes);
  bytes = end;
}

}  // namespace heddle::blas
