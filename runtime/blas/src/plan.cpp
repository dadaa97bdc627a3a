#include "heddle/blas/plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "blas_args.h"
#include "heddle/blas/error.h"
#include "scratch.h"

namespace heddle::blas {
namespace {

/// Rows of A that are gone through together and a tile's columns of B should stay in the L2 cache beside each other.
constexpr uint64_t kCachedBytes = 128 << 10;
/// What a stage should keep the array busy with, in cycles: enough that its few dozen instructions are hidden, little
/// enough that the next one is there soon; more where a longer row costs less.
constexpr uint64_t kStageCycles = 512, kStageCyclesAcross = 1024;
/// Instructions that a core issues in a cycle while it carries.
constexpr double kIssue = 1.5;
/// What the copy engine takes for a row and a group of K, if its stages begin at multiples of a line of memory, or do
/// not: then lines are asked for more than once.
constexpr double kFetchCycles = 0.55, kFetchCyclesAcross = 0.8;
/// What a tile takes at least: a few dozen instructions, one after the other, of the warp that fetches and the one that
/// gives commands.
constexpr double kTileCycles = 700.0;
/// Groups of the first stage of a workgroup: of each row two lines of memory, which the copy engine asks for in the
/// time that a row takes it anyway.
constexpr uint32_t kStartGroups = 4;
/// Warps that carry tiles, where the accumulators are the result, and where it has to be computed.
constexpr uint32_t kPlainCarriers = 3, kCarriers = 6;
/// Warps that fetch and give commands.
constexpr uint32_t kOtherWarps = 2;

uint64_t ceil_div(uint64_t x, uint64_t y) { return (x + y - 1) / y; }

bool plain(const Gemm& gemm) {
  const Output output = gemm.stored_as();
  return (output == Output::kFp32 || output == Output::kInt32) && gemm.alpha == 1.0F && gemm.beta == 0.0F &&
         gemm.bias == 0 && gemm.pointers.empty() && gemm.activation == Activation::kNone;
}

/// Rows of an operand begin within lines of memory.
bool across(const driver::DeviceShape& shape, const Gemm& gemm, const Matrix& x) {
  const int64_t bits = info(gemm.format).element_bits;
  return gemm.pointers.empty() && (x.leading * bits / 8 % shape.line_bytes != 0 || x.address % shape.line_bytes != 0);
}

/// Instructions of the epilogue per element, counted in the kernel's code.
double instructions(const Gemm& gemm) {
  if (plain(gemm)) return 3;
  const OutputInfo& output = info(gemm.stored_as());
  double count = 12;
  if (gemm.beta != 0.0F) count += 4;
  if (gemm.activation == Activation::kGelu) count += 12;
  if (output.element_bits < 16 || output.output == Output::kBf16) count += 40;
  if (output.block != 0) count += 15;
  return count;
}

/// Cycles of the engine for a tile and a group of K: of the array, or of a port of the scratchpad for each operand.
/// Those get in each other's way where not both lie along K (scratch.cpp).
double group_cycles(const driver::DeviceShape& shape, const Gemm& gemm, uint32_t rows, uint32_t columns) {
  const double array = rows * columns * 8.0 / (shape.matrix_dim * shape.matrix_dim);
  return std::max(array, (!gemm.transpose_a && gemm.transpose_b ? 1.0 : 1.25) * std::max(rows, columns));
}

struct Estimate {
  uint32_t tile_m, tile_n, workgroups;
  double cycles;
};

/// Equal parts of a dimension.
struct Part {
  uint64_t count;
  uint32_t size;
};
/// Whole tiles, and what is left, as the array computes it.
std::array<Part, 2> parts(int64_t size, uint32_t tile, uint32_t dim) {
  const auto rest = static_cast<uint32_t>(size % tile);
  return {{{static_cast<uint64_t>(size / tile), tile}, {rest != 0 ? 1U : 0U, (rest + dim - 1) / dim * dim}}};
}

/// The whole product: tiles one after the other, in the time of the slowest of those who work on them; the last one's
/// way to memory is seen.
Estimate estimate(const driver::DeviceShape& shape, const Gemm& gemm, uint64_t groups, uint32_t tile_m, uint32_t tile_n,
                  uint32_t workgroups) {
  const double fetch_a = across(shape, gemm, gemm.a) ? kFetchCyclesAcross : kFetchCycles;
  const double fetch_b = across(shape, gemm, gemm.b) ? kFetchCyclesAcross : kFetchCycles;
  double engine_alone = 0, with_carrying = 0, carrying = 0, tiles = 0, last = 0;
  for (const Part& m : parts(gemm.m, tile_m, shape.matrix_dim)) {
    for (const Part& n : parts(gemm.n, tile_n, shape.matrix_dim)) {
      const auto count = static_cast<double>(m.count * n.count * static_cast<uint64_t>(gemm.batch));
      if (count == 0) continue;
      const auto of_k = static_cast<double>(groups);
      const double carried = instructions(gemm) * m.size * n.size / shape.lanes / kIssue;
      const double tile = std::max({of_k * group_cycles(shape, gemm, m.size, n.size),
                                    of_k * (m.size * fetch_a + n.size * fetch_b), kTileCycles});
      engine_alone += count * tile;
      with_carrying += count * std::max(tile, carried);
      carrying += count * carried;
      tiles += count;
      last = std::min(tile, carried);
    }
  }
  if (workgroups == 1) return {tile_m, tile_n, 1, with_carrying + last};
  // One buffer each: while both carry, nobody computes.
  const double rounded = std::ceil(tiles / workgroups) * workgroups / tiles;
  return {tile_m, tile_n, workgroups, rounded * (engine_alone + carrying / workgroups)};
}

Estimate choose_tile(const driver::DeviceShape& shape, const Gemm& gemm, uint64_t groups, const Tuning& tuning) {
  const uint32_t dim = shape.matrix_dim, block = std::max(info(gemm.stored_as()).block, 1U);
  // A tile that is larger than the result by less than the array; `asked` alone, if it is there.
  const auto fits = [dim](uint32_t tile, int64_t size, uint32_t least, std::optional<uint32_t> asked) {
    return asked ? tile == *asked : tile == least || tile - dim < size;
  };
  std::optional<Estimate> best;
  for (const uint32_t workgroups : {1U, 2U}) {
    if (workgroups > std::min(shape.cores, 2U) || workgroups != tuning.workgroups.value_or(workgroups)) continue;
    for (const uint32_t m : {4 * dim, 3 * dim, 2 * dim, dim}) {
      if (!fits(m, gemm.m, dim, tuning.tile_m)) continue;
      for (const uint32_t n : {4 * dim, 3 * dim, 2 * dim, dim}) {
        if (n % block != 0 || !fits(n, gemm.n, std::max(dim, block), tuning.tile_n)) continue;
        const Estimate now = estimate(shape, gemm, groups, m, n, workgroups);
        if (!best || now.cycles < best->cycles * 0.97) best = now;
      }
    }
  }
  if (!best) {
    throw Error(
        Status::kInvalidValue, "tuning",
        "tiles are 1 to 4 times the array's size and hold blocks of the output; workgroups are 1, or one of two "
        "cores");
  }
  return *best;
}

Plan engine_plan(const driver::DeviceShape& shape, const Gemm& gemm, const Tuning& tuning) {
  const FormatInfo& format = info(gemm.format);
  const uint64_t groups = ceil_div(gemm.k, format.group_elements);
  const Estimate tile = choose_tile(shape, gemm, groups, tuning);
  Plan plan{.on_engine = true, .tile_m = tile.tile_m, .tile_n = tile.tile_n, .workgroups = tile.workgroups};
  // A box of the copy engine has at most 256 elements in each dimension.
  const uint32_t most_groups = 256 / std::max(format.element_bits == 4 ? 32 : format.group_elements, 1U);
  const auto cycles = static_cast<uint64_t>(group_cycles(shape, gemm, plan.tile_m, plan.tile_n));
  const bool lines = across(shape, gemm, gemm.a) || across(shape, gemm, gemm.b);
  // An even number: whole words of the scratchpad's port.
  uint64_t wanted = std::clamp<uint64_t>((lines ? kStageCyclesAcross : kStageCycles) / cycles, 2, 8) & ~uint64_t{1};
  wanted = tuning.stage_groups.value_or(static_cast<uint32_t>(wanted));
  plan.stage_groups = static_cast<uint32_t>(std::clamp<uint64_t>(wanted, 1, std::min<uint64_t>(most_groups, groups)));
  const uint32_t limit = shape.scratchpad_bytes / plan.workgroups;
  const uint32_t most_stages = std::clamp<uint32_t>(tuning.stages.value_or(BLAS_MOST_STAGES), 2, BLAS_MOST_STAGES);
  const auto fits = [&](bool apart) {
    plan.apart = apart;
    plan.scratch_bytes = Scratch(format, gemm, plan).bytes;
    return plan.scratch_bytes <= limit;
  };
  // A scratchpad of fewer banks has no room for two lines in a row anyway.
  const bool paired = shape.lanes >= 16 && !gemm.transpose_a && gemm.transpose_b;
  for (;; --plan.stage_groups) {
    for (plan.stages = most_stages;; --plan.stages) {
      if ((paired && fits(true)) || fits(false) || plan.stages == 2) break;
    }
    // Three stages before long ones.
    if (plan.scratch_bytes <= limit && (plan.stages > 2 || most_stages == 2 || plan.stage_groups == 1)) break;
    if (plan.stage_groups == 1) {
      throw Error(
          Status::kUnsupported, "format",
          "two stages of tiles do not fit into the scratchpad of " + std::to_string(shape.scratchpad_bytes) + " bytes");
    }
  }
  const uint64_t panel = groups * (32 + format.row_scale_bytes) * plan.tile_m;
  const uint64_t rows = std::clamp<uint64_t>(kCachedBytes / panel, 1, 8) * plan.tile_m;
  plan.group_rows = tuning.group_rows ? std::max(*tuning.group_rows, 1U) * plan.tile_m : static_cast<uint32_t>(rows);
  const uint64_t tiles =
      ceil_div(gemm.m, plan.tile_m) * ceil_div(gemm.n, plan.tile_n) * static_cast<uint64_t>(gemm.batch);
  plan.grid = {static_cast<uint32_t>(std::min<uint64_t>(tiles, plan.workgroups)), 1, 1};
  plan.start_groups = std::clamp<uint32_t>(tuning.start_groups.value_or(kStartGroups), 1, plan.stage_groups);
  const uint32_t warps = kOtherWarps + (plain(gemm) ? kPlainCarriers : kCarriers);
  plan.workgroup = {shape.lanes * std::clamp(tuning.warps.value_or(warps), kOtherWarps + 1, shape.warps), 1, 1};
  return plan;
}

Plan lanes_plan(const driver::DeviceShape& shape, const Gemm& gemm) {
  Plan plan;
  const uint32_t width = std::min<uint32_t>(BLAS_LANES_WIDTH, shape.threads());
  // Half a core, so that another workgroup computes while one waits at its barrier; as much as the scratchpad has room
  // for.
  uint32_t height = std::clamp<uint32_t>(shape.threads() / width / 2, 1, BLAS_LANES_HEIGHT);
  const auto bytes = [&] {
    const uint32_t rows = height * BLAS_LANES_ROWS;
    return rows * 4 * std::max<uint32_t>(2 * BLAS_LANES_DEPTH, width * BLAS_LANES_COLUMNS);
  };
  while (height > 1 && bytes() > shape.scratchpad_bytes / 2) --height;
  plan.scratch_bytes = bytes();
  plan.tile_m = height * BLAS_LANES_ROWS;
  plan.tile_n = width * BLAS_LANES_COLUMNS;
  plan.grid = {static_cast<uint32_t>(ceil_div(gemm.n, plan.tile_n)),
               static_cast<uint32_t>(ceil_div(gemm.m, plan.tile_m)), static_cast<uint32_t>(gemm.batch)};
  plan.workgroup = {width, height, 1};
  return plan;
}

}  // namespace

Plan make_plan(const driver::DeviceShape& shape, const Gemm& gemm, const Tuning& tuning) {
  // Where A and B are not needed the lanes alone scale C.
  if (!info(gemm.format).on_engine() || gemm.k == 0 || gemm.alpha == 0.0F) return lanes_plan(shape, gemm);
  return engine_plan(shape, gemm, tuning);
}

}  // namespace heddle::blas
