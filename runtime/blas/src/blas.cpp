#include "heddle/blas/blas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "blas_args.h"
#include "heddle/blas/check.h"
#include "scratch.h"
#include "start.h"

namespace heddle::blas {
namespace {

// Words of a matrix command (docs/matrix.md): where its operands begin.
constexpr size_t kMatrixA = 4, kMatrixB = 8;

uint32_t narrow(int64_t x) { return static_cast<uint32_t>(x); }
uint32_t log2_of(uint32_t x) { return static_cast<uint32_t>(__builtin_ctz(x)); }

/// A load of rank 2 that completes its bytes on an mbarrier.
void begin_copy(CopyWords& words, uint32_t element_log2, uint32_t identifier) {
  words[0] = 2 | element_log2 << 3 | 1U << 12 | identifier << 16;
}

/// `rows` of op(A), or columns of op(B), in all; in a tile `tile` of them.
void fill_copy(CopyWords& words, const FormatInfo& format, const Matrix& x, bool k_contiguous, uint32_t rows,
               uint32_t k, const OperandScratch& scratch, const Plan& plan, uint32_t tile) {
  const uint32_t bits = format.element_bits, group = format.element_bits == 4 ? 32 : format.group_elements;
  const uint32_t along_k = bits == 4 ? (k + 1) / 2 : k;  // elements of the copy engine
  words[kSize] = k_contiguous ? along_k : rows;
  words[kSize + 1] = k_contiguous ? rows : along_k;
  words[kStride] = narrow(x.leading * bits / 8);
  words[kBox] = k_contiguous ? plan.stage_groups * group : scratch.row_bytes * 8 / bits;
  words[kBox + 1] = k_contiguous ? tile : plan.stage_groups * group;
}

void fill_scales(CopyWords& words, const FormatInfo& format, const Matrix& x, uint32_t rows, uint32_t groups,
                 const OperandScratch& scratch, const Plan& plan) {
  words[kSize] = rows * format.row_scale_bytes;
  words[kSize + 1] = groups;
  words[kStride] = narrow(x.scales_leading);
  words[kBox] = scratch.scale_row_bytes;
  words[kBox + 1] = plan.stage_groups;
}

/// What no stage changes of an operand of a matrix command.
void fill_operand(uint32_t* words, const FormatInfo& format, const OperandScratch& scratch) {
  if (format.row_scale_bytes == 0) return;
  words[3] = scratch.scale_row_bytes;
}

blas_operand operand(const OperandScratch& scratch, const FormatInfo& format, bool k_contiguous, const Plan& plan) {
  const uint32_t group = format.element_bits == 4 ? 32 : format.group_elements;  // elements of the copy engine
  return {.transposed = k_contiguous ? 0U : 1U,
          .group_bytes = k_contiguous ? 32 : scratch.stage_bytes / plan.stage_groups,
          .box = group,
          .stride = k_contiguous ? 0 : scratch.row_bytes,
          .group_stride = k_contiguous ? 32U : 0U,
          .place = scratch.offset,
          .step = scratch.step,
          .scales = scratch.scales,
          .scales_step = scratch.scale_stage_bytes,
          .scale_bytes = scratch.scale_row_bytes};
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
  const auto modulo = [&](uint32_t steps) { return steps > plan.stages ? steps % plan.stages : steps; };
  args.start_steps = modulo(1 + stages_of(args.groups - plan.start_groups));
  args.steps = modulo(stages_of(args.groups));
  args.k_shift = 5 - element_log2;
  args.tile_m = plan.tile_m;
  args.tile_n = plan.tile_n;
  args.dim = shape.matrix_dim;
  args.group_rows = plan.group_rows;
  args.buffers = plan.workgroups == 1 ? BLAS_BUFFERS : 1;
  args.whole = plan.whole ? 1 : 0;
  args.sets = plan.sets;
  args.batch = narrow(gemm.batch);
  args.row_scale_bytes = format.row_scale_bytes;
  args.a = operand(scratch.a, format, a_along_k, plan);
  args.b = operand(scratch.b, format, b_along_k, plan);
  std::vector<CopyWords> copies(format.row_scale_bytes == 0 ? 2 : 4);
  const uint32_t k = narrow(gemm.k);
  begin_copy(copies[0], element_log2, 0xA);
  begin_copy(copies[1], element_log2, 0xB);
  fill_copy(copies[0], format, gemm.a, a_along_k, args.m, k, scratch.a, plan, plan.tile_m);
  fill_copy(copies[1], format, gemm.b, b_along_k, args.n, k, scratch.b, plan, plan.tile_n);
  if (format.row_scale_bytes != 0) {
    begin_copy(copies[2], 0, 0x5A);
    begin_copy(copies[3], 0, 0x5B);
    fill_scales(copies[2], format, gemm.a, args.m, args.groups, scratch.a, plan);
    fill_scales(copies[3], format, gemm.b, args.n, args.groups, scratch.b, plan);
  }
  args.epilogue = epilogue(gemm, table);
  args.head = format.command | (a_along_k ? 0 : 1U << 8) | (b_along_k ? 0 : 1U << 9) | 1U << 12 | 0xC0U << 16;
  uint32_t matrix[16] = {};
  fill_operand(matrix + kMatrixA, format, scratch.a);
  fill_operand(matrix + kMatrixB, format, scratch.b);
  const uint32_t carriers = plan.workgroup[0] / shape.lanes - 2;
  for (uint32_t workgroup = 0; workgroup < plan.grid[0]; ++workgroup) {
    args.start[workgroup] = make_start(args, plan, workgroup, format, copies, matrix, table, carriers);
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
