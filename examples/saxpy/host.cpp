#include <cmath>

#include "floats.h"
#include "runner.h"
#include "saxpy_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 16384;
  float a = 2.7182817f;
  return ex::run_example(
      argc, argv, {"saxpy", "y = a x + y for vectors of floats, one element per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Elements")->check(CLI::Range(1U, 1U << 24))->capture_default_str();
        app.add_option("--a", a, "Factor")->check(CLI::Range(-1e6f, 1e6f))->capture_default_str();
      },
      [&](ex::Run& run) {
        const std::vector<float> x = ex::random_floats(n, 1), y = ex::random_floats(n, 2);
        std::vector<double> expected(n), bound(n);
        for (uint32_t i = 0; i < n; ++i) {
          expected[i] = double{a} * x[i] + y[i];
          bound[i] = ex::kRoundoff * std::abs(expected[i]) * (1.0 + 1e-6) + 0x1p-149;  // the double's own rounding
        }
        auto& device = run.device();
        const saxpy_args args{n, a, device.upload(x, "x"), device.upload(y, "y")};
        const uint32_t group = run.independent();
        run.launch("saxpy", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
        run.check_close(device.read<float>(args.y, n), expected, bound, "y");
      });
}
