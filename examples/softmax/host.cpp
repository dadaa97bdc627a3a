#include <algorithm>
#include <bit>
#include <cmath>

#include "floats.h"
#include "runner.h"
#include "softmax_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t rows = 64, n = 256;
  return ex::run_example(
      argc, argv, {"softmax", "Softmax of the rows of a matrix of floats, one workgroup per row."},
      [&](CLI::App& app) {
        app.add_option("--rows", rows, "Rows")->check(CLI::Range(1U, 1U << 16))->capture_default_str();
        app.add_option("--n", n, "Columns")->check(CLI::Range(1U, 1U << 16))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const uint32_t group = std::bit_floor(run.workgroup(SOFTMAX_MAX_GROUP));
        const std::vector<float> x = ex::random_floats(size_t{rows} * n, 1, -8.0f, 8.0f);
        std::vector<double> expected(x.size()), bound(x.size());
        const double additions = n / group + 1 + std::bit_width(group);
        for (uint32_t row = 0; row < rows; ++row) {
          const auto begin = x.begin() + size_t{row} * n;
          const double maximum = *std::max_element(begin, begin + n), minimum = *std::min_element(begin, begin + n);
          double sum = 0.0;
          for (uint32_t i = 0; i < n; ++i) sum += std::exp(begin[i] - maximum);
          for (uint32_t i = 0; i < n; ++i) {
            const double value = std::exp(begin[i] - maximum) / sum;
            expected[size_t{row} * n + i] = value;
            bound[size_t{row} * n + i] =
                (2.0 * (2.0 + 3.5 * (maximum - minimum)) + additions + 3.0) * ex::kRoundoff * 1.001 * value;
          }
        }
        const softmax_args args{n, device.upload(x, "x"), device.allocate(x.size() * 4, "y")};
        run.launch("softmax", {rows, 1, 1}, {group, 1, 1}, args);
        run.check_close(device.read<float>(args.y, x.size()), expected, bound, "y");
      });
}
