#include <cmath>

#include "conv3x3_args.h"
#include "floats.h"
#include "runner.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 64;
  return ex::run_example(
      argc, argv, {"conv3x3", "Convolves an image of floats with a 3 x 3 filter, one element per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Rows and columns")->check(CLI::Range(1U, 4096U))->capture_default_str();
      },
      [&](ex::Run& run) {
        const uint32_t width = n + 2;
        const std::vector<float> pixels = ex::random_floats(n * n, 1), filter = ex::random_floats(9, 2);
        std::vector<float> image(width * width);
        for (uint32_t i = 0; i < n * n; ++i) image[(i / n + 1) * width + i % n + 1] = pixels[i];
        std::vector<double> expected(n * n), bound(n * n);
        for (uint32_t i = 0; i < n * n; ++i) {
          for (uint32_t tap = 0; tap < 9; ++tap) {
            const double term = double{image[(i / n + tap / 3) * width + i % n + tap % 3]} * filter[tap];
            expected[i] += term;
            bound[i] += 9 * ex::kRoundoff * std::abs(term);
          }
          bound[i] *= 1.0 + 1e-6;  // terms of second order
        }
        auto& device = run.device();
        const conv3x3_args args{n, device.upload(image, "image"), device.upload(filter, "filter"),
                                device.allocate(n * n * 4, "result")};
        const auto group = run.independent_2d();
        run.launch("conv3x3", {(n + group[0] - 1) / group[0], (n + group[1] - 1) / group[1], 1}, group, args);
        run.check_close(device.read<float>(args.result, n * n), expected, bound, "result");
      });
}
