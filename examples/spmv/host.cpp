#include <cmath>
#include <random>

#include "floats.h"
#include "runner.h"
#include "spmv_args.h"

namespace ex = heddle::examples;

namespace {

struct Structure {
  std::vector<uint32_t> rows, columns;
};

/// Most rows are short, some are long, some empty.
Structure random_structure(uint32_t n, uint32_t density) {
  std::mt19937 random(1);
  Structure structure;
  for (uint32_t row = 0; row < n; ++row) {
    structure.rows.push_back(static_cast<uint32_t>(structure.columns.size()));
    const uint32_t length =
        static_cast<uint32_t>(random() % (density + 1) * (random() % 5));  // 2 * density / 2 on average
    for (uint32_t i = 0; i < length; ++i) structure.columns.push_back(static_cast<uint32_t>(random() % n));
  }
  structure.rows.push_back(static_cast<uint32_t>(structure.columns.size()));
  if (structure.columns.empty()) structure.columns.push_back(0);
  return structure;
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 2048, density = 12;
  return ex::run_example(
      argc, argv, {"spmv", "Multiplies a sparse matrix of floats with a vector, one row per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Rows and columns")->check(CLI::Range(1U, 1U << 20))->capture_default_str();
        app.add_option("--density", density, "Elements of a row, on average")
            ->check(CLI::Range(1U, 1000U))
            ->capture_default_str();
      },
      [&](ex::Run& run) {
        const Structure matrix = random_structure(n, density);
        const std::vector<float> values = ex::random_floats(matrix.columns.size(), 2), x = ex::random_floats(n, 3);
        std::vector<double> expected(n), bound(n);
        for (uint32_t row = 0; row < n; ++row) {
          const uint32_t length = matrix.rows[row + 1] - matrix.rows[row];
          for (uint32_t i = matrix.rows[row]; i < matrix.rows[row + 1]; ++i) {
            const double term = double{values[i]} * x[matrix.columns[i]];
            expected[row] += term;
            bound[row] += (length + 1) * ex::kRoundoff * std::abs(term);
          }
        }
        auto& device = run.device();
        const spmv_args args{n,
                             device.upload(matrix.rows, "rows"),
                             device.upload(matrix.columns, "columns"),
                             device.upload(values, "values"),
                             device.upload(x, "x"),
                             device.allocate(n * 4, "y")};
        const uint32_t group = run.independent();
        run.launch("spmv", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
        run.check_close(device.read<float>(args.y, n), expected, bound, "y");
      });
}
