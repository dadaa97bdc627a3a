// C = A B by the library of matrix products (runtime/blas), in each of its formats. Checked to the bit against the
// arithmetic of docs/matrix.md in the golden model, and, so that this is not the model against itself, against the
// product in double within what the page says about errors.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "heddle/blas/blas.h"
#include "operand.h"
#include "runner.h"

namespace heddle::examples {
namespace {

struct Size {
  uint32_t m = 64, n = 64, k = 64;
  std::string format = "fp16";
  bool transpose_a = false, transpose_b = true;
};

void place(driver::Device& device, blas::Matrix& matrix, const blas::reference::Operand& operand, bool along_k) {
  const uint32_t length = along_k ? operand.k : operand.rows;
  // Rows begin at multiples of 16 bytes, as fast programs have them.
  const uint32_t elements = 128 / operand.format.element_bits;
  const uint32_t leading = (length + elements - 1) / elements * elements;
  matrix.leading = leading;
  matrix.address = device.upload(operand.stored(along_k, leading), "operand");
  if (operand.format.row_scale_bytes == 0) return;
  const uint32_t scales_leading = operand.rows * operand.format.row_scale_bytes;
  matrix.scales_leading = scales_leading;
  matrix.scales = device.upload(operand.stored_scales(scales_leading), "scales");
}

void check_error(Run& run, const std::vector<uint32_t>& c, const blas::reference::Product& product, bool integers) {
  if (!integers) {
    std::vector<float> got(c.size());
    std::ranges::transform(c, got.begin(), [](uint32_t bits) { return std::bit_cast<float>(bits); });
    return run.check_close(got, product.values, product.bounds, "c against double");
  }
  for (size_t i = 0; i < c.size(); ++i) {
    const auto got = static_cast<int32_t>(c[i]), expected = static_cast<int32_t>(product.values[i]);
    if (got != expected) return run.check(false, fmt::format("c[{}] is {}, in double {}", i, got, expected));
  }
  run.check(true, "c against double");
}

void gemm(Run& run, const Size& size) {
  const blas::FormatInfo& format = blas::info(*blas::format_named(size.format));
  driver::Device& device = run.device();
  std::mt19937 random(static_cast<uint32_t>(run.options().seed));
  const blas::reference::Operand a(format.format, true, size.m, size.k, random);
  const blas::reference::Operand b(format.format, false, size.n, size.k, random);

  blas::Gemm gemm;
  gemm.format = format.format;
  gemm.transpose_a = size.transpose_a;
  gemm.transpose_b = size.transpose_b;
  gemm.m = size.m;
  gemm.n = size.n;
  gemm.k = size.k;
  place(device, gemm.a, a, !size.transpose_a);
  place(device, gemm.b, b, size.transpose_b);
  const size_t elements = size_t{size.m} * size.n;
  gemm.c.leading = size.n;
  gemm.c.address = device.upload(std::vector<uint32_t>(elements, 0xFFFF'FFFF), "c");
  blas::Blas library(device);
  const driver::LaunchStatistics cost = run.tally([&](uint64_t timeout) { return library.gemm(gemm, {}, timeout); });

  const std::vector<uint32_t> c = device.read<uint32_t>(gemm.c.address, elements);
  const std::vector<uint32_t> expected = blas::reference::accumulators(a, b);
  const auto wrong = static_cast<size_t>(std::ranges::mismatch(c, expected).in1 - c.begin());
  run.check(c == expected, wrong == c.size()
                               ? "c"
                               : fmt::format("c[{}] is {:#010x}, expected {:#010x}", wrong, c[wrong], expected[wrong]));
  check_error(run, c, blas::reference::Product(a, b), format.format == blas::Format::kInt8);

  if (run.options().backend == driver::BackendKind::kRtl && format.on_engine()) {
    const double dim = device.shape().matrix_dim;
    const double ideal = static_cast<double>(size.m) * size.n * size.k / (dim * dim * format.rate());
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
    for (const heddle::blas::FormatInfo& format : heddle::blas::formats()) names.emplace_back(format.name);
    app.add_option("--m", size.m, "Rows of A and C")->check(CLI::Range(1U, 8192U))->capture_default_str();
    app.add_option("--n", size.n, "Columns of B and C")->check(CLI::Range(1U, 8192U))->capture_default_str();
    app.add_option("--k", size.k, "Columns of A, rows of B")->check(CLI::Range(1U, 65'536U))->capture_default_str();
    app.add_option("--format", size.format, "Format of A and B")->check(CLI::IsMember(names))->capture_default_str();
    app.add_option("--transpose-a", size.transpose_a, "A lies in memory as its transpose")->capture_default_str();
    app.add_option("--transpose-b", size.transpose_b, "B lies in memory as its transpose")->capture_default_str();
  };
  return run_example(argc, argv, {"gemm", "A matrix product on the matrix engine, in all of its formats"}, options,
                     [&](Run& run) { gemm(run, size); });
}
