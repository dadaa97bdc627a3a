#include <algorithm>

#include "floats.h"
#include "relu_args.h"
#include "runner.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 16384;
  return ex::run_example(
      argc, argv, {"relu", "y = max(x, 0) for a vector of floats, one element per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Elements")->check(CLI::Range(1U, 1U << 24))->capture_default_str();
      },
      [&](ex::Run& run) {
        const std::vector<float> x = ex::random_floats(n, 1);
        std::vector<float> expected(n);
        for (uint32_t i = 0; i < n; ++i) expected[i] = static_cast<float>(std::max(double{x[i]}, 0.0));
        auto& device = run.device();
        const relu_args args{n, device.upload(x, "x"), device.allocate(n * 4, "y")};
        const uint32_t group = run.independent();
        run.launch("relu", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
        run.check_equal(device.read<float>(args.y, n), expected, "y");
      });
}
