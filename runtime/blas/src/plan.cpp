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
/// Accesses of the load/store unit in a cycle while it carries accumulators as they are, and those of a tile besides.
constexpr double kAccess = 0.8, kTileAccesses = 100.0;
/// What the copy engine takes for a row and a group of K, if its stages begin at multiples of a line of memory, or do
/// not: then each has a line more.
constexpr double kFetchCycles = 0.55, kFetchCyclesAcross = 0.75;
/// What a tile takes at least: a few dozen instructions, one after the other, of the warp that fetches and the one that
/// gives commands; and where it has all of K in a stage.
constexpr double kTileCycles = 700.0, kWholeTileCycles = 300.0;
/// From a tile's last product to its first word on the way to memory, and from the end of that way to the first product
/// of the next tile in its buffer: mbarriers, a command, the first group.
constexpr double kHandOverCycles = 150.0;
/// From a tile's last product to the command of the next one in its buffer, where carriers have it in registers.
constexpr double kReturnCycles = 360.0;
/// From tile to tile of one workgroup, where nothing waits for anything.
constexpr double kBetweenCycles = 64.0;
/// Of the scratchpad's steps that give two lines to the engine, where tiles are not square: some give one.
constexpr double kPairs = 0.87;
/// Groups of the first stage of a workgroup: of each row two lines of memory, which the copy engine asks for in the
/// time that a row takes it anyway.
constexpr uint32_t kStartGroups = 4;
/// Tiles beside each other, at least, for which rows of A are kept in the scratchpad.
constexpr uint64_t kColumnsOfRows = 4;
/// Warps that carry tiles, where the accumulators are the result; where short tiles have rows that begin within lines
/// of memory, and of those the ones that are all in registers (carry_whole_48); where it has to be computed.
constexpr uint32_t kPlainCarriers = 3, kAcrossCarriers = 2, kRegisterCarriers = 4, kCarriers = 6;
/// Warps that fetch and give commands.
constexpr uint32_t kOtherWarps = 2;

uint64_t ceil_div(uint64_t x, uint64_t y) { return (x + y - 1) / y; }

bool plain(const Gemm& gemm) {
  return gemm.stored_as() == (gemm.format == Format::kInt8 ? Output::kInt32 : Output::kFp32) && gemm.alpha == 1.0F &&
         gemm.beta == 0.0F && gemm.bias == 0 && gemm.pointers.empty() && gemm.activation == Activation::kNone;
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

/// A scratchpad of fewer banks has no room for two lines in a row.
bool paired(const driver::DeviceShape& shape, const Gemm& gemm) {
  return shape.lanes >= 16 && !gemm.transpose_a && gemm.transpose_b;
}

/// Cycles of the engine for a tile and a group of K: of the array, or of the scratchpad for the operands. Those get in
/// each other's way where not both lie along K (scratch.cpp).
double group_cycles(const driver::DeviceShape& shape, const Gemm& gemm, uint32_t rows, uint32_t columns) {
  const double array = rows * columns * 8.0 / (shape.matrix_dim * shape.matrix_dim);
  const double both = (rows + columns) / 2.0 / (rows == columns ? 1.0 : kPairs);
  const double each = (!gemm.transpose_a && gemm.transpose_b ? 1.0 : 1.25) * std::max(rows, columns);
  return std::max(array, paired(shape, gemm) ? both : each);
}

/// A box of the copy engine has at most 256 elements in each dimension.
uint32_t most_groups(const FormatInfo& format) {
  return 256 / std::max(format.element_bits == 4 ? 32 : format.group_elements, 1U);
}

/// All of K in a stage, where enough tiles have the same rows: stages that have had them keep them. `plan` has the tile
/// and the number of workgroups; false: not possible.
bool choose_whole(const driver::DeviceShape& shape, const Gemm& gemm, uint64_t groups, const Tuning& tuning,
                  Plan& plan) {
  const FormatInfo& format = info(gemm.format);
  if (tuning.stage_groups || groups > most_groups(format) || gemm.transpose_a || !gemm.transpose_b) return false;
  if (!plain(gemm) || shape.lanes != 16 || shape.matrix_dim != 16) return false;  // as carry_whole_16x64 wants it
  if (ceil_div(gemm.n, plan.tile_n) < kColumnsOfRows * plan.workgroups) return false;
  plan.stage_groups = static_cast<uint32_t>(groups);
  plan.sets = gemm.batch == 1 && gemm.m <= plan.tile_m ? 1 : 2;
  plan.whole = true;
  for (plan.stages = std::clamp<uint32_t>(tuning.stages.value_or(BLAS_MOST_STAGES), 2, BLAS_MOST_STAGES);
       plan.stages >= 2; --plan.stages) {
    for (const bool apart : {true, false}) {
      plan.apart = apart && paired(shape, gemm);
      plan.scratch_bytes = Scratch(format, gemm, plan).bytes;
      if (plan.scratch_bytes <= shape.scratchpad_bytes / plan.workgroups) return true;
    }
  }
  plan.whole = false;
  return false;
}

/// A warp's width of the result is a line of memory, or part of one.
bool within_lines(const driver::DeviceShape& shape, const Gemm& gemm) {
  const Matrix& d = gemm.d.address != 0 ? gemm.d : gemm.c;
  const int64_t width = 4 * static_cast<int64_t>(shape.lanes);
  return d.address % width == 0 && d.leading * 4 % width == 0;
}

/// Cycles of a core that carries a tile.
double carry_cycles(const driver::DeviceShape& shape, const Gemm& gemm, uint32_t rows, uint32_t columns) {
  if (!plain(gemm)) return instructions(gemm) * rows * columns / shape.lanes / kIssue;
  // A load, and a store of one line or two.
  return (kTileAccesses +
          rows * std::ceil(static_cast<double>(columns) / shape.lanes) * (within_lines(shape, gemm) ? 2 : 3)) /
         kAccess;
}

/// The whole product: tiles one after the other, in the time of the slowest of those who work on them; the last one's
/// way to memory is seen.
Estimate estimate(const driver::DeviceShape& shape, const Gemm& gemm, uint64_t groups, const Tuning& tuning,
                  uint32_t tile_m, uint32_t tile_n, uint32_t workgroups) {
  Plan plan{.tile_m = tile_m, .tile_n = tile_n, .workgroups = workgroups};
  const bool whole = choose_whole(shape, gemm, groups, tuning, plan);
  // One core carries whole lines of accumulators as fast as they come, and gives commands for several stages faster.
  const bool alone = plain(gemm) && (!whole || within_lines(shape, gemm)) && !tuning.workgroups;
  if (workgroups > 1 && alone) return {tile_m, tile_n, workgroups, HUGE_VAL};
  const double fetch_a = across(shape, gemm, gemm.a) ? kFetchCyclesAcross : kFetchCycles;
  const double fetch_b = across(shape, gemm, gemm.b) ? kFetchCyclesAcross : kFetchCycles;
  double one = 0, several = 0, tiles = 0, last = 0;
  struct {
    double tile, fetched;
  } first{};
  for (const Part& m : parts(gemm.m, tile_m, shape.matrix_dim)) {
    for (const Part& n : parts(gemm.n, tile_n, shape.matrix_dim)) {
      const auto count = static_cast<double>(m.count * n.count * static_cast<uint64_t>(gemm.batch));
      if (count == 0) continue;
      const auto of_k = static_cast<double>(groups);
      const double carried = carry_cycles(shape, gemm, m.size, n.size);
      const double tile = std::max({of_k * group_cycles(shape, gemm, m.size, n.size),
                                    of_k * ((whole ? 0 : m.size * fetch_a) + n.size * fetch_b),
                                    whole ? kWholeTileCycles : kTileCycles});
      // While a tile is computed the one before is carried, and the next one's command given.
      one += count * std::max(tile + kBetweenCycles, carried + kHandOverCycles);
      // One buffer each: a workgroup computes or carries.
      several += count * std::max(tile, (tile + carried + kHandOverCycles) / workgroups);
      if (tiles == 0) {
        const double started = whole ? of_k : std::min<double>(kStartGroups, of_k);
        first = {tile, started * (m.size * fetch_a + n.size * fetch_b)};
      }
      // A short tile at the edge is over before the other workgroup has carried its own.
      if (n.size < tile_n) {
        const double other = carry_cycles(shape, gemm, m.size, tile_n) + kHandOverCycles;
        several += count * std::max(other - tile, 0.0) / workgroups;
      }
      tiles += count;
      last = std::min(tile, carried);
    }
  }
  if (workgroups == 1) return {tile_m, tile_n, 1, one + last + first.fetched};
  // The second workgroup's operands come behind those of the first.
  const double rounded = std::ceil(tiles / workgroups) * workgroups / tiles;
  const double started = first.fetched + std::max(first.fetched - first.tile, 0.0);
  return {tile_m, tile_n, workgroups, rounded * several + last + started};
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
        const Estimate now = estimate(shape, gemm, groups, tuning, m, n, workgroups);
        if (!best || now.cycles < best->cycles * 0.997) best = now;
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

/// Operands in scratchpad.
void choose_stages(const driver::DeviceShape& shape, const Gemm& gemm, uint64_t groups, const Tuning& tuning,
                   Plan& plan) {
  if (choose_whole(shape, gemm, groups, tuning, plan)) return;
  const FormatInfo& format = info(gemm.format);
  const uint32_t limit = shape.scratchpad_bytes / plan.workgroups;
  const uint32_t most_stages = std::clamp<uint32_t>(tuning.stages.value_or(BLAS_MOST_STAGES), 2, BLAS_MOST_STAGES);
  const auto fits = [&](bool apart) {
    plan.apart = apart;
    plan.scratch_bytes = Scratch(format, gemm, plan).bytes;
    return plan.scratch_bytes <= limit;
  };
  const auto cycles = static_cast<uint64_t>(group_cycles(shape, gemm, plan.tile_m, plan.tile_n));
  const bool lines = across(shape, gemm, gemm.a) || across(shape, gemm, gemm.b);
  // An even number: whole words of the scratchpad's port. All of them about as long.
  uint64_t wanted = std::clamp<uint64_t>((lines ? kStageCyclesAcross : kStageCycles) / cycles, 2, 8) & ~uint64_t{1};
  wanted = (ceil_div(groups, ceil_div(groups, wanted)) + 1) & ~uint64_t{1};
  wanted = tuning.stage_groups.value_or(static_cast<uint32_t>(wanted));
  plan.stage_groups =
      static_cast<uint32_t>(std::clamp<uint64_t>(wanted, 1, std::min<uint64_t>(most_groups(format), groups)));
  for (;; --plan.stage_groups) {
    for (plan.stages = most_stages;; --plan.stages) {
      if ((paired(shape, gemm) && fits(true)) || fits(false) || plan.stages == 2) break;
    }
    // Three stages before long ones.
    if (plan.scratch_bytes <= limit && (plan.stages > 2 || most_stages == 2 || plan.stage_groups == 1)) break;
    if (plan.stage_groups == 1) {
      throw Error(
          Status::kUnsupported, "format",
          "two stages of tiles do not fit into the scratchpad of " + std::to_string(shape.scratchpad_bytes) + " bytes");
    }
  }
}

/// Whether each workgroup goes through columns with rows of its own: tiles of two heights take turns then, the shorter
/// of which has to give the other workgroup time to get its accumulators back.
bool own_rows(const driver::DeviceShape& shape, const Gemm& gemm, uint64_t groups, const Plan& plan) {
  const auto rest = static_cast<uint32_t>(gemm.m % plan.tile_m);
  if (rest == 0) return true;
  const uint32_t rows = (rest + shape.matrix_dim - 1) / shape.matrix_dim * shape.matrix_dim;
  return static_cast<double>(groups) * group_cycles(shape, gemm, rows, plan.tile_n) >= kReturnCycles;
}

Plan engine_plan(const driver::DeviceShape& shape, const Gemm& gemm, const Tuning& tuning) {
  const FormatInfo& format = info(gemm.format);
  const uint64_t groups = ceil_div(gemm.k, format.group_elements);
  const Estimate tile = choose_tile(shape, gemm, groups, tuning);
  Plan plan{.on_engine = true, .tile_m = tile.tile_m, .tile_n = tile.tile_n, .workgroups = tile.workgroups};
  choose_stages(shape, gemm, groups, tuning, plan);
  if (plan.whole) {
    plan.group_rows = (own_rows(shape, gemm, groups, plan) ? plan.workgroups : 1) * plan.tile_m;
  } else {
    const uint64_t panel = groups * (32 + format.row_scale_bytes) * plan.tile_m;
    const auto cached = static_cast<uint32_t>(std::clamp<uint64_t>(kCachedBytes / panel, 1, 8));
    plan.group_rows = std::max(tuning.group_rows.value_or(cached), 1U) * plan.tile_m;
  }
  const uint64_t tiles =
      ceil_div(gemm.m, plan.tile_m) * ceil_div(gemm.n, plan.tile_n) * static_cast<uint64_t>(gemm.batch);
  plan.grid = {static_cast<uint32_t>(std::min<uint64_t>(tiles, plan.workgroups)), 1, 1};
  plan.start_groups =
      plan.whole ? plan.stage_groups : std::clamp(tuning.start_groups.value_or(kStartGroups), 1U, plan.stage_groups);
  const uint32_t across_lines = plan.tile_n == 3 * shape.matrix_dim ? kRegisterCarriers : kAcrossCarriers;
  const uint32_t warps = kOtherWarps + (!plain(gemm)                               ? kCarriers
                                        : plan.whole && !within_lines(shape, gemm) ? across_lines
                                                                                   : kPlainCarriers);
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
