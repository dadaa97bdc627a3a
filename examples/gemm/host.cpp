// C = A * B on the matrix engine, in each of its formats. Checked to the bit against the arithmetic of docs/matrix.md
// in the golden model, and, so that this is not the model against itself, against the product in double within what the
// page says about errors.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "gemm_args.h"
#include "heddle/matrix/tile.h"
#include "operand.h"
#include "runner.h"

namespace heddle::examples {
namespace {

struct Size {
  uint32_t m = 64, n = 64, k = 64;
  std::string format = "fp16";
};

void check_device(const driver::DeviceShape& shape, const GemmFormat& format) {
  const auto missing = [&](const std::string& what, const std::string& parameter) {
    throw std::runtime_error(
        fmt::format("the device has no {}: add {} to the configuration, for example --config "
                    "edge:copy_engine=1,matrix_dim=8,matrix_fp8=1,matrix_fp4=1",
                    what, parameter));
  };
  if (shape.matrix_dim == 0) missing("matrix engine", "copy_engine=1,matrix_dim=8");
  if (format.needs_fp8() && !shape.matrix_fp8) missing("8-bit floating point", "matrix_fp8=1");
  if (format.needs_fp4() && !shape.matrix_fp4) missing("4-bit floating point", "matrix_fp4=1");
  if (shape.warps < 3) throw std::runtime_error("gemm needs three warps on a core: --config ...,warps=3 or more");
}

constexpr uint32_t kBarriers = 0, kCopies = 128, kCommand = kCopies + 4 * 128, kOperands = kCommand + 128;

/// Stages as long as possible, three of them if there is room.
void plan_scratch(gemm_args& args, uint32_t scratchpad_bytes) {
  args.scratch.barriers = kBarriers;
  args.scratch.copies = kCopies;
  args.scratch.command = kCommand;
  const uint32_t scale_row = (args.tile * args.row_scale_bytes + 31) / 32 * 32;
  const uint32_t group_bytes = 2 * (args.tile * 32 + scale_row);  // of a stage, per group
  const uint32_t most_box = (256U << args.element_log2) / 32;
  for (const uint32_t stages : {3U, 2U}) {
    const uint32_t fits = (scratchpad_bytes - kOperands) / stages / group_bytes;
    args.stages = stages;
    args.stage_groups = std::min({fits, most_box, args.groups});
    if (args.stage_groups >= std::min(4U, args.groups)) break;
  }
  if (args.stage_groups == 0) {
    throw std::runtime_error(fmt::format("two stages of {} x {} tiles do not fit into {} bytes of scratchpad",
                                         args.tile, args.tile, scratchpad_bytes));
  }
  args.scratch.tile_bytes = args.tile * args.stage_groups * 32;
  args.scratch.scale_bytes = scale_row * args.stage_groups;
  args.scratch.a = kOperands;
  args.scratch.b = args.scratch.a + args.stages * args.scratch.tile_bytes;
  args.scratch.scale_a = args.scratch.b + args.stages * args.scratch.tile_bytes;
  args.scratch.scale_b = args.scratch.scale_a + args.stages * args.scratch.scale_bytes;
}

uint32_t scratch_bytes(const gemm_args& args) { return args.scratch.scale_b + args.stages * args.scratch.scale_bytes; }

std::vector<uint32_t> expected_bits(const matrix::Format& format, const Operand& a, const Operand& b) {
  std::vector<uint32_t> c(size_t{a.rows} * b.rows);
  std::vector<matrix::Group> rows(a.rows), columns(b.rows);
  for (uint32_t g = 0; g < a.groups; ++g) {
    for (uint32_t r = 0; r < a.rows; ++r) rows[r] = a.group(r, g);
    for (uint32_t r = 0; r < b.rows; ++r) columns[r] = b.group(r, g);
    matrix::accumulate_tile(format, rows, columns, c);
  }
  return c;
}

/// Against double: each group is cut by at most 2^-29 of what its terms come to, and rounded once.
void check_error(Run& run, const GemmFormat& format, const Operand& a, const Operand& b,
                 const std::vector<uint32_t>& c) {
  std::vector<float> got(c.size());
  std::vector<double> product(c.size()), bound(c.size());
  for (uint32_t row = 0; row < a.rows; ++row) {
    for (uint32_t column = 0; column < b.rows; ++column) {
      const size_t at = size_t{row} * b.rows + column;
      double magnitude = 0.0;
      for (uint32_t k = 0; k < a.k; ++k) {
        const double term = a.values[size_t{row} * a.k + k] * b.values[size_t{column} * b.k + k];
        product[at] += term;
        magnitude += std::abs(term);
      }
      got[at] = std::bit_cast<float>(c[at]);
      bound[at] = magnitude * (a.groups * (0x1p-24 + 0x1p-28) + a.k * 0x1p-52);
    }
  }
  if (!format.integers()) return run.check_close(got, product, bound, "c against double");
  for (size_t i = 0; i < c.size(); ++i) {
    if (static_cast<int32_t>(c[i]) == static_cast<int32_t>(product[i])) continue;
    return run.check(false, fmt::format("c[{}] is {}, in double {}", i, static_cast<int32_t>(c[i]), product[i]));
  }
  run.check(true, "c against double");
}

void gemm(Run& run, const Size& size) {
  const auto found = std::ranges::find(gemm_formats(), size.format, &GemmFormat::name);
  const GemmFormat& format = *found;
  driver::Device& device = run.device();
  const driver::DeviceShape& shape = device.shape();
  check_device(shape, format);

  std::mt19937 random(static_cast<uint32_t>(run.options().seed));
  const Operand a = random_operand(format.format, format.format.a, size.m, size.k, random);
  const Operand b = random_operand(format.format, format.format.b, size.n, size.k, random);

  gemm_args args{};
  args.m = size.m;
  args.n = size.n;
  args.groups = a.groups;
  args.element_log2 = format.format.a == matrix::Element::kTf32                                                ? 2
                      : format.format.a == matrix::Element::kFp16 || format.format.a == matrix::Element::kBf16 ? 1
                                                                                                               : 0;
  args.k_elements = a.stride >> args.element_log2;
  args.format = static_cast<uint32_t>(format.format.a) | static_cast<uint32_t>(format.format.b) << 3 |
                static_cast<uint32_t>(format.format.scale) << 6;
  args.row_scale_bytes = a.row_scale_bytes;
  args.tile = 4 * shape.matrix_dim;
  args.stride = a.stride;
  args.scale_stride_a = a.rows * a.row_scale_bytes;
  args.scale_stride_b = b.rows * b.row_scale_bytes;
  plan_scratch(args, shape.scratchpad_bytes);
  args.a = device.upload(a.bytes, "a");
  args.b = device.upload(b.bytes, "b");
  if (format.scaled()) {
    args.scales_a = device.upload(a.scales, "scales of a");
    args.scales_b = device.upload(b.scales, "scales of b");
  }
  const size_t elements = size_t{size.m} * size.n;
  args.c = device.upload(std::vector<uint32_t>(elements, 0xFFFF'FFFF), "c");

  const driver::LaunchOptions options{.extra_scratch_bytes = scratch_bytes(args), .accumulators = 2};
  const driver::LaunchStatistics cost = run.launch("gemm", {1, 1, 1}, {shape.threads(), 1, 1}, args, options);
  const std::vector<uint32_t> c = device.read<uint32_t>(args.c, elements);

  const std::vector<uint32_t> expected = expected_bits(format.format, a, b);
  const auto wrong = std::ranges::mismatch(c, expected).in1 - c.begin();
  run.check(c == expected, wrong == static_cast<std::ptrdiff_t>(c.size())
                               ? std::string("c")
                               : fmt::format("c[{}] is {:#010x}, expected {:#010x}", wrong,
                                             c[static_cast<size_t>(wrong)], expected[static_cast<size_t>(wrong)]));
  check_error(run, format, a, b, c);

  // 32 bits of K per row and column of the array in a cycle.
  if (run.options().backend == driver::BackendKind::kRtl) {
    const double ideal = static_cast<double>(size.m) * size.n * a.groups * 8 / (shape.matrix_dim * shape.matrix_dim);
    fmt::print("gemm: {} x {} x {} {}: {:.1f} % of the array's peak\n", size.m, size.n, size.k, size.format,
               100.0 * ideal / static_cast<double>(cost.cycles));
  }
}

}  // namespace
}  // namespace heddle::examples

int main(int argc, char** argv) {
  using namespace heddle::examples;
  Size size;
  const auto options = [&](CLI::App& app) {
    std::vector<std::string> names;
    for (const GemmFormat& format : gemm_formats()) names.push_back(format.name);
    app.add_option("--m", size.m, "Rows of A and C")->check(CLI::Range(1U, 8192U))->capture_default_str();
    app.add_option("--n", size.n, "Columns of B and C")->check(CLI::Range(1U, 8192U))->capture_default_str();
    app.add_option("--k", size.k, "Columns of A, rows of B")->check(CLI::Range(1U, 65'536U))->capture_default_str();
    app.add_option("--format", size.format, "Format of A and B")->check(CLI::IsMember(names))->capture_default_str();
  };
  return run_example(argc, argv, {"gemm", "A matrix product on the matrix engine, in all of its formats"}, options,
                     [&](Run& run) { gemm(run, size); });
}
