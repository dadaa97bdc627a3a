#include <utility>

#include "floats.h"
#include "runner.h"
#include "stencil_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 64, steps = 6;
  return ex::run_example(
      argc, argv, {"stencil", "Spreads heat over a square plate, one point per work-item and a launch per step."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Rows and columns")->check(CLI::Range(1U, 2048U))->capture_default_str();
        app.add_option("--steps", steps, "Steps")->check(CLI::Range(1U, 1000U))->capture_default_str();
      },
      [&](ex::Run& run) {
        const double hottest = 100.0;
        const std::vector<float> start = ex::random_floats(n * n, 1, 0.0f, static_cast<float>(hottest));
        std::vector<double> expected(start.begin(), start.end());
        for (uint32_t step = 0; step < steps; ++step) {
          const std::vector<double> from = expected;
          for (uint32_t row = 1; row + 1 < n; ++row) {
            for (uint32_t column = 1; column + 1 < n; ++column) {
              const uint32_t i = row * n + column;
              expected[i] = 0.125 * (from[i - 1] + from[i + 1] + from[i - n] + from[i + n]) + 0.5 * from[i];
            }
          }
        }
        auto& device = run.device();
        const auto group = run.independent_2d();
        stencil_args args{n, device.upload(start, "plate"), device.allocate(n * n * 4, "other plate")};
        for (uint32_t step = 0; step < steps; ++step) {
          run.launch("stencil", {(n + group[0] - 1) / group[0], (n + group[1] - 1) / group[1], 1}, group, args);
          std::swap(args.from, args.to);
        }
        const std::vector<double> bound(n * n, steps * 17.0 / 8.0 * ex::kRoundoff * hottest);
        run.check_close(device.read<float>(args.from, n * n), expected, bound, "plate");
      });
}
