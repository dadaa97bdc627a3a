#include "heddle/blas/blas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "blas_args.h"
#include "heddle/blas/check.h"
#include "scratch.h"

namespace heddle::blas {
namespace {

// Words of a copy command (docs/copy.md).
constexpr size_t kBase = 1, kSize = 2, kStride = 7, kBox = 11, kFirst = 16, kScratch = 21, kBarrier = 22;
// Words of a matrix command (docs/matrix.md): size, groups, where its operands begin, their strides, mbarrier.
constexpr size_t kMatrixSize = 1, kMatrixGroups = 2, kMatrixA = 4, kMatrixB = 8, kMatrixStride = 1, kMatrixBarrier = 12;
// mbarriers in scratchpad.
constexpr uint32_t kEmpty = BLAS_BARRIERS + 8 * BLAS_MOST_STAGES, kReady = kEmpty + 8 * BLAS_MOST_STAGES;

uint32_t narrow(int64_t x) { return static_cast<uint32_t>(x); }
uint32_t log2_of(uint32_t x) { return static_cast<uint32_t>(__builtin_ctz(x)); }

/// A load of rank 2 that completes its bytes on an mbarrier.
void begin_copy(uint32_t (&words)[32], uint32_t element_log2, uint32_t identifier, uint32_t scratch, uint32_t barrier) {
  words[0] = 2 | element_log2 << 3 | 1U << 12 | identifier << 16;
  words[kScratch] = scratch;
  words[kBarrier] = barrier;
}

/// `rows` of op(A), or columns of op(B), in all; in a tile `tile` of them.
void fill_copy(uint32_t (&words)[32], const FormatInfo& format, const Matrix& x, bool k_contiguous, uint32_t rows,
               uint32_t k, const OperandScratch& scratch, const Plan& plan, uint32_t tile) {
  const uint32_t bits = format.element_bits, group = format.element_bits == 4 ? 32 : format.group_elements;
  const uint32_t along_k = bits == 4 ? (k + 1) / 2 : k;  // elements of the copy engine
  words[kSize] = k_contiguous ? along_k : rows;
  words[kSize + 1] = k_contiguous ? rows : along_k;
  words[kStride] = narrow(x.leading * bits / 8);
  words[kBox] = k_contiguous ? plan.stage_groups * group : scratch.row_bytes * 8 / bits;
  words[kBox + 1] = k_contiguous ? tile : plan.stage_groups * group;
}

void fill_scales(uint32_t (&words)[32], const FormatInfo& format, const Matrix& x, uint32_t rows, uint32_t groups,
                 const OperandScratch& scratch, const Plan& plan) {
  words[kSize] = rows * format.row_scale_bytes;
  words[kSize + 1] = groups;
  words[kStride] = narrow(x.scales_leading);
  words[kBox] = scratch.scale_row_bytes;
  words[kBox + 1] = plan.stage_groups;
}

/// An operand of a matrix command.
void fill_operand(uint32_t* words, const FormatInfo& format, const OperandScratch& scratch) {
  words[0] = scratch.offset;
  words[1] = scratch.row_bytes;
  if (format.row_scale_bytes == 0) return;
  words[2] = scratch.scales;
  words[3] = scratch.scale_row_bytes;
}

blas_operand operand(const OperandScratch& scratch, const FormatInfo& format, bool k_contiguous, const Plan& plan) {
  const uint32_t group = format.element_bits == 4 ? 32 : format.group_elements;  // elements of the copy engine
  return {.transposed = k_contiguous ? 0U : 1U,
          .line_bytes = k_contiguous ? scratch.row_bytes : scratch.stage_bytes,
          .box = plan.stage_groups * group,
          .row_bytes = scratch.row_bytes,
          .place = scratch.offset,
          .step = scratch.step,
          .scales = scratch.scales,
          .scales_step = scratch.scale_stage_bytes};
}

/// A tile of the result: which product, where it begins.
struct TilePlace {
  uint32_t problem = 0, row = 0, column = 0;
};

/// The first tile of a workgroup, in the order in which the kernel goes through them.
TilePlace first_tile(const blas_gemm_args& args, uint32_t workgroup) {
  const auto tiles = [](uint32_t x, uint32_t tile) { return (x + tile - 1) / tile; };
  TilePlace place;
  const uint32_t columns = tiles(args.n, args.tile_n), of_product = tiles(args.m, args.tile_m) * columns;
  place.problem = workgroup / of_product;
  for (uint32_t left = workgroup % of_product, rows = 0;; left -= rows * columns, place.row += args.group_rows) {
    rows = tiles(std::min(args.group_rows, args.m - place.row), args.tile_m);
    if (left >= rows * columns) continue;
    place.row += left % rows * args.tile_m;
    place.column = left / rows * args.tile_n;
    return place;
  }
}

/// The commands of a workgroup's first stage, from those of a whole one.
blas_start start(const blas_gemm_args& args, const blas_commands& commands, const FormatInfo& format,
                 const TilePlace& tile, const blas_problem& problem) {
  const uint32_t rows = (std::min(args.tile_m, args.m - tile.row) + args.dim - 1) / args.dim * args.dim;
  const uint32_t columns = (std::min(args.tile_n, args.n - tile.column) + args.dim - 1) / args.dim * args.dim;
  const uint32_t groups = args.start_groups;
  blas_start start{.commands = commands,
                   .copies = format.row_scale_bytes == 0 ? 2U : 4U,
                   .bytes = args.scale_bytes / args.stage_groups * groups};
  const auto copy = [&](uint32_t(&words)[32], const blas_operand& operand, uint32_t address, uint32_t first,
                        uint32_t lines) {
    const uint32_t along = operand.transposed != 0 ? 1 : 0;  // the dimension along K
    words[kBase] = address;
    words[kBox + along] = operand.box / args.stage_groups * groups;
    if (along == 0) words[kBox + 1] = lines;
    words[kFirst + 1 - along] = first;
    start.bytes += operand.line_bytes / args.stage_groups * groups * (along == 0 ? lines : 1);
  };
  uint32_t(&matrix)[16] = start.commands.matrix;
  copy(start.commands.copy[0], args.a, problem.a, tile.row, rows);
  copy(start.commands.copy[1], args.b, problem.b, tile.column, columns);
  if (format.row_scale_bytes != 0) {
    const auto scales = [&](uint32_t(&words)[32], uint32_t address, uint32_t first) {
      words[kBase] = address;
      words[kBox + 1] = groups;
      words[kFirst] = first * format.row_scale_bytes;
    };
    scales(start.commands.copy[2], problem.scales_a, tile.row);
    scales(start.commands.copy[3], problem.scales_b, tile.column);
  }
  matrix[kMatrixSize] = rows | columns << 16;
  matrix[kMatrixGroups] = groups;
  if (args.a.transposed == 0) matrix[kMatrixA + kMatrixStride] = groups * 32;
  if (args.b.transposed == 0) matrix[kMatrixB + kMatrixStride] = groups * 32;
  matrix[kMatrixBarrier] = groups == args.groups ? kReady : kEmpty;
  return start;
}

bool in_place(const Gemm& gemm, uint32_t d) {
  return d == 0 && (gemm.stored_as() == Output::kFp32 || gemm.stored_as() == Output::kInt32);
}

std::vector<blas_problem> problems(const Gemm& gemm) {
  const uint32_t bits = info(gemm.format).element_bits, d_bits = info(gemm.stored_as()).element_bits;
  std::vector<blas_problem> table;
  for (int64_t i = 0; i < gemm.batch; ++i) {
    Pointers p;
    if (!gemm.pointers.empty()) {
      p = gemm.pointers[static_cast<size_t>(i)];
    } else {
      const auto place = [i](const Matrix& x, uint32_t element) {
        return x.address == 0 ? 0 : narrow(x.address + x.stride * i * element / 8);
      };
      const auto scales = [i](const Matrix& x) { return x.scales == 0 ? 0 : narrow(x.scales + x.scales_stride * i); };
      p = {place(gemm.a, bits), place(gemm.b, bits), place(gemm.c, 32), place(gemm.d, d_bits),
           scales(gemm.a),      scales(gemm.b),      scales(gemm.d),    0};
      if (gemm.bias != 0) p.bias = narrow(gemm.bias + gemm.bias_stride * i * 4);
    }
    table.push_back({p.a, p.b, p.scales_a, p.scales_b, p.c, in_place(gemm, p.d) ? p.c : p.d, p.scales_d, p.bias});
  }
  return table;
}

blas_epilogue epilogue(const Gemm& gemm, const std::vector<blas_problem>& table) {
  const Output output = gemm.stored_as();
  const bool integers = gemm.format == Format::kInt8, biased = table.front().bias != 0;
  const bool own_d = gemm.pointers.empty() ? gemm.d.address != 0 : gemm.pointers.front().d != 0;
  const Matrix& d = own_d ? gemm.d : gemm.c;
  blas_epilogue e{};
  e.output = static_cast<uint32_t>(output);
  e.activation = static_cast<uint32_t>(gemm.activation);
  e.alpha = gemm.alpha;
  e.beta = gemm.beta;
  e.scale = gemm.scale;
  e.c_stride = narrow(gemm.c.leading);
  e.d_stride = narrow(d.leading * info(output).element_bits / 8);
  e.d_scale_stride = narrow(d.scales_leading);
  if (output == Output::kInt32) {
    e.integer_alpha = static_cast<int32_t>(gemm.alpha);
    e.integer_beta = static_cast<int32_t>(gemm.beta);
  }
  const bool native = output == (integers ? Output::kInt32 : Output::kFp32);
  if (native && gemm.alpha == 1.0F && gemm.beta == 0.0F && !biased && gemm.activation == Activation::kNone) {
    e.flags |= BLAS_PLAIN;
  }
  if (integers) e.flags |= BLAS_INTEGERS;
  if (gemm.beta != 0.0F) e.flags |= BLAS_BETA;
  if (biased) e.flags |= BLAS_BIAS;
  const auto words = [](const blas_problem& p) { return p.d % 4 == 0; };
  if (e.d_stride % 4 == 0 && std::ranges::all_of(table, words)) e.flags |= BLAS_WORDS;
  return e;
}

blas_gemm_args engine_args(const driver::DeviceShape& shape, const Gemm& gemm, const Plan& plan,
                           const std::vector<blas_problem>& table) {
  const FormatInfo& format = info(gemm.format);
  const Scratch scratch(format, gemm, plan);
  const bool a_along_k = !gemm.transpose_a, b_along_k = gemm.transpose_b;
  const uint32_t element_log2 = format.element_bits == 4 ? 0 : log2_of(format.element_bits / 8);
  blas_gemm_args args{};
  args.m = narrow(gemm.m);
  args.n = narrow(gemm.n);
  args.groups = narrow((gemm.k + format.group_elements - 1) / format.group_elements);
  args.stage_groups = plan.stage_groups;
  args.start_groups = plan.start_groups;
  args.stages = plan.stages;
  const auto stages_of = [&](uint32_t groups) { return (groups + plan.stage_groups - 1) / plan.stage_groups; };
  args.start_steps = (1 + stages_of(args.groups - plan.start_groups)) % plan.stages;
  args.steps = stages_of(args.groups) % plan.stages;
  args.k_shift = 5 - element_log2;
  args.tile_m = plan.tile_m;
  args.tile_n = plan.tile_n;
  args.dim = shape.matrix_dim;
  args.group_rows = plan.group_rows;
  args.buffers = plan.workgroups == 1 ? BLAS_BUFFERS : 1;
  args.batch = narrow(gemm.batch);
  args.row_scale_bytes = format.row_scale_bytes;
  args.scale_bytes = scratch.a.scale_stage_bytes + scratch.b.scale_stage_bytes;
  args.a = operand(scratch.a, format, a_along_k, plan);
  args.b = operand(scratch.b, format, b_along_k, plan);
  blas_commands commands{};
  const uint32_t k = narrow(gemm.k), full = BLAS_BARRIERS;
  begin_copy(commands.copy[0], element_log2, 0xA, scratch.a.offset, full);
  begin_copy(commands.copy[1], element_log2, 0xB, scratch.b.offset, full);
  fill_copy(commands.copy[0], format, gemm.a, a_along_k, args.m, k, scratch.a, plan, plan.tile_m);
  fill_copy(commands.copy[1], format, gemm.b, b_along_k, args.n, k, scratch.b, plan, plan.tile_n);
  args.head = format.command | (a_along_k ? 0 : 1U << 8) | (b_along_k ? 0 : 1U << 9) | 1U << 12 | 0xC0U << 16;
  commands.matrix[0] = args.head;
  fill_operand(commands.matrix + kMatrixA, format, scratch.a);
  fill_operand(commands.matrix + kMatrixB, format, scratch.b);
  if (format.row_scale_bytes != 0) {
    begin_copy(commands.copy[2], 0, 0x5A, scratch.a.scales, full);
    begin_copy(commands.copy[3], 0, 0x5B, scratch.b.scales, full);
    fill_scales(commands.copy[2], format, gemm.a, args.m, args.groups, scratch.a, plan);
    fill_scales(commands.copy[3], format, gemm.b, args.n, args.groups, scratch.b, plan);
  }
  for (uint32_t workgroup = 0; workgroup < plan.grid[0]; ++workgroup) {
    const TilePlace tile = first_tile(args, workgroup);
    args.start[workgroup] = start(args, commands, format, tile, table[tile.problem]);
  }
  return args;
}

blas_gemm_lanes_args lanes_args(const Gemm& gemm) {
  blas_gemm_lanes_args args{};
  args.m = narrow(gemm.m);
  args.n = narrow(gemm.n);
  args.k = gemm.alpha == 0.0F ? 0 : narrow(gemm.k);
  args.a_row = gemm.transpose_a ? 1 : narrow(gemm.a.leading);
  args.a_k = gemm.transpose_a ? narrow(gemm.a.leading) : 1;
  args.b_k = gemm.transpose_b ? 1 : narrow(gemm.b.leading);
  args.b_column = gemm.transpose_b ? narrow(gemm.b.leading) : 1;
  return args;
}

/// An allocation for the time of a launch.
class Table {
 public:
  Table(driver::Device& device, const std::vector<blas_problem>& problems)
      : device_(device), address_(device.upload(problems, "table of the batch")) {}
  ~Table() {
    try {
      device_.free(address_);
    } catch (const driver::DeviceError&) {  // a device that is lost
    }
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  uint32_t address() const { return address_; }

 private:
  driver::Device& device_;
  uint32_t address_;
};

}  // namespace

Blas::Blas(driver::Device& device) : device_(device) {
  for (const char* kernel : {"blas_gemm", "blas_gemm_lanes"}) {
    if (device.program().function(kernel)) continue;
    throw Error(Status::kUnsupported, "device",
                fmt::format("{} has no kernel '{}': load Blas::program(), or build with the sources in "
                            "runtime/blas/kernels",
                            device.program().file().string(), kernel));
  }
}

std::filesystem::path Blas::program() { return HEDDLE_BLAS_PROGRAM; }

driver::LaunchStatistics Blas::gemm(const Gemm& gemm, const Tuning& tuning, uint64_t timeout) {
  const driver::DeviceShape& shape = device_.shape();
  check(shape, gemm);
  if (gemm.m == 0 || gemm.n == 0 || gemm.batch == 0) return {};
  const Plan plan = make_plan(shape, gemm, tuning);
  const std::vector<blas_problem> table = problems(gemm);
  const Table uploaded(device_, table);
  driver::LaunchOptions options;
  // The kernels use the scratchpad from its start, over the variables of others.
  const uint32_t variables = device_.program().scratch_bytes();
  options.extra_scratch_bytes = plan.scratch_bytes > variables ? plan.scratch_bytes - variables : 0;
  options.timeout = timeout;
  if (plan.on_engine) {
    blas_gemm_args args = engine_args(shape, gemm, plan, table);
    args.epilogue = epilogue(gemm, table);
    args.problems = uploaded.address();
    options.accumulators = args.buffers;
    return device_.run("blas_gemm", plan.grid, plan.workgroup, args, options);
  }
  blas_gemm_lanes_args args = lanes_args(gemm);
  args.epilogue = epilogue(gemm, table);
  args.problems = uploaded.address();
  return device_.run("blas_gemm_lanes", plan.grid, plan.workgroup, args, options);
}

}  // namespace heddle::blas
