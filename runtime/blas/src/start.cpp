#include "start.h"

#include <algorithm>

namespace heddle::blas {
namespace {

/// A tile of the result: which product, where it begins.
struct TilePlace {
  uint32_t problem = 0, row = 0, column = 0;
};

/// The tile of this number, in the order in which the kernel goes through them.
TilePlace place_of(const blas_gemm_args& args, uint32_t number) {
  const auto tiles = [](uint32_t x, uint32_t tile) { return (x + tile - 1) / tile; };
  TilePlace place;
  const uint32_t columns = tiles(args.n, args.tile_n), of_product = tiles(args.m, args.tile_m) * columns;
  place.problem = number / of_product;
  for (uint32_t left = number % of_product, rows = 0;; left -= rows * columns, place.row += args.group_rows) {
    rows = tiles(std::min(args.group_rows, args.m - place.row), args.tile_m);
    if (left >= rows * columns) continue;
    place.row += left % rows * args.tile_m;
    place.column = left / rows * args.tile_n;
    return place;
  }
}

/// What exists of a tile, and what is computed of it.
struct Extent {
  Extent(const blas_gemm_args& args, const TilePlace& tile)
      : height(std::min(args.tile_m, args.m - tile.row)),
        width(std::min(args.tile_n, args.n - tile.column)),
        rows((height + args.dim - 1) / args.dim * args.dim),
        columns((width + args.dim - 1) / args.dim * args.dim) {}

  uint32_t height, width, rows, columns;
};

uint32_t address_of_barrier(uint32_t barrier) {
  return static_cast<uint32_t>(BLAS_COMMANDS + offsetof(blas_commands, barriers) + 8 * barrier);
}

/// Its arrivals have come, and it waits for bytes.
void expect(blas_start& start, uint32_t barrier, uint32_t bytes) {
  start.commands.barriers[barrier][0] = 1;
  start.commands.barriers[barrier][1] = bytes;
}

blas_place place_words(const blas_gemm_args& args, const TilePlace& tile, const blas_problem& problem, uint32_t number,
                       bool more) {
  const Extent extent(args, tile);
  return {.size = extent.height | extent.width << 16,
          .corner = problem.d + tile.row * args.epilogue.d_stride + tile.column * 4,
          .unused = 0,
          .number = number << 1 | (more ? 1U : 0U)};
}

/// The first stages of the first tile.
void begin(blas_start& start, const blas_gemm_args& args, const FormatInfo& format,
           const std::vector<CopyWords>& copies, const TilePlace& tile, const blas_problem& problem) {
  const Extent extent(args, tile);
  const std::array addresses = {problem.a, problem.b, problem.scales_a, problem.scales_b};
  const auto count = static_cast<uint32_t>(copies.size());
  start.stages = args.groups > args.start_groups ? 2 : 1;
  start.copies = start.stages * count;
  for (uint32_t stage = 0, group = 0; stage < start.stages; ++stage, group = args.start_groups) {
    const uint32_t groups = stage == 0 ? args.start_groups : std::min(args.groups - group, args.stage_groups);
    uint32_t bytes = (args.a.scale_bytes + args.b.scale_bytes) * groups;
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t(&words)[32] = start.commands.copy[stage * count + i];
      std::ranges::copy(copies[i], words);
      const blas_operand& operand = i % 2 == 0 ? args.a : args.b;
      const uint32_t first = i % 2 == 0 ? tile.row : tile.column;
      words[kBase] = addresses[i];
      words[kBarrier] = address_of_barrier(stage);
      if (i >= 2) {
        words[kScratch] = operand.scales + stage * operand.scales_step;
        words[kBox + 1] = groups;
        words[kFirst] = first * format.row_scale_bytes;
        words[kFirst + 1] = group;
        continue;
      }
      const uint32_t along = operand.transposed != 0 ? 1 : 0;  // the dimension along K
      const uint32_t lines = along == 1 ? 1 : i == 0 ? extent.rows : extent.columns;
      words[kScratch] = operand.place + stage * operand.step;
      words[kBox + along] = operand.box * groups;
      if (along == 0) words[kBox + 1] = lines;
      words[kFirst + along] = group << args.k_shift;
      words[kFirst + 1 - along] = first;
      bytes += operand.group_bytes * groups * lines;
    }
    expect(start, stage, bytes);
  }
}

/// All of K in a stage: the first tile's columns of B come in two parts. The first one is short, as the array waits for
/// it, and long enough that the array is busy until the second one is there.
void cut(blas_start& start, const blas_gemm_args& args, const TilePlace& tile) {
  const uint32_t of_group = Extent(args, tile).columns * args.b.group_bytes;
  const uint32_t before = std::max(args.groups / 3, 1U);
  start.rest = args.groups - before;
  if (start.rest == 0) return;
  auto& first = start.commands.copy[1];
  auto& rest = start.commands.copy[start.copies++];
  std::ranges::copy(first, rest);
  first[kBox] = before * args.b.box;
  rest[kBox] = start.rest * args.b.box;
  rest[kFirst] = before << args.k_shift;
  rest[kScratch] += before * of_group;
  rest[kBarrier] = address_of_barrier(BLAS_REST);
  expect(start, 0, start.commands.barriers[0][1] - start.rest * of_group);
  expect(start, BLAS_REST, start.rest * of_group);
}

/// All of K in a stage: columns of B of the second tile, which has the same rows.
void go_on(blas_start& start, const blas_gemm_args& args, const FormatInfo& format,
           const std::vector<CopyWords>& copies, const TilePlace& tile, const blas_problem& problem) {
  const uint32_t columns = Extent(args, tile).columns, stage = 1;
  const auto add = [&](const CopyWords& command, uint32_t address, uint32_t scratch, uint32_t first, uint32_t second) {
    auto& words = start.commands.copy[start.copies + start.second++];
    std::ranges::copy(command, words);
    words[kBase] = address;
    words[kScratch] = scratch;
    words[kBarrier] = address_of_barrier(stage);
    words[kFirst] = first;
    words[kFirst + 1] = second;
  };
  add(copies[1], problem.b, args.b.place + stage * args.b.step, 0, tile.column);
  start.commands.copy[start.copies][kBox + 1] = columns;
  if (copies.size() == 4) {
    add(copies[3], problem.scales_b, args.b.scales + stage * args.b.scales_step, tile.column * format.row_scale_bytes,
        0);
  }
  expect(start, stage, args.groups * (columns * args.b.group_bytes + args.b.scale_bytes));
}

}  // namespace

blas_start make_start(const blas_gemm_args& args, const Plan& plan, uint32_t workgroup, const FormatInfo& format,
                      const std::vector<CopyWords>& copies, const uint32_t (&matrix)[16],
                      const std::vector<blas_problem>& table, uint32_t carriers) {
  blas_start start{};
  std::ranges::copy(matrix, start.commands.matrix);
  // full, empty and ready of one arrival, drained of one of each warp that carries: as hd.mbar.init would leave them.
  for (uint32_t i = 0; i < 2 * BLAS_MOST_STAGES + 2 * BLAS_BUFFERS; ++i) {
    const uint32_t arrivals = i < 2 * BLAS_MOST_STAGES + BLAS_BUFFERS ? 1 : carriers;
    start.commands.barriers[i][0] = arrivals | arrivals << 16;
  }
  const TilePlace tile = place_of(args, workgroup);
  const blas_problem& problem = table[tile.problem];
  begin(start, args, format, copies, tile, problem);
  if (args.whole == 0) return start;
  cut(start, args, tile);
  const auto place_after = [&](uint32_t tiles) { return place_of(args, workgroup + tiles * plan.grid[0]); };
  const auto exists = [&](const TilePlace& x) { return x.problem < args.batch; };
  const TilePlace second = place_after(1);
  start.commands.places[0] = place_words(args, tile, problem, 0, exists(second));
  if (second.problem == tile.problem && second.row == tile.row) {
    go_on(start, args, format, copies, second, problem);
    start.commands.places[1] = place_words(args, second, problem, 1, exists(place_after(2)));
  }
  return start;
}

}  // namespace heddle::blas
