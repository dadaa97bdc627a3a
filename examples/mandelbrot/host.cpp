#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "mandelbrot_args.h"
#include "picture.h"
#include "runner.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 96, limit = 48, scale = 4;
  std::string output = "mandelbrot.png";
  return ex::run_example(
      argc, argv, {"mandelbrot", "Draws the Mandelbrot set in fixed point and writes a PNG."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Width of the picture in points; the height is two thirds of it")
            ->check(CLI::Range(3U, 8192U))
            ->capture_default_str();
        app.add_option("--iterations", limit, "Most iterations per point")
            ->check(CLI::Range(1U, 255U))
            ->capture_default_str();
        app.add_option("--scale", scale, "Pixels of the PNG per point, each way")
            ->check(CLI::Range(1U, 16U))
            ->capture_default_str();
        app.add_option("--output", output, "PNG file; empty for none")->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const uint32_t width = n, height = std::max(1U, n * 2 / 3), points = width * height;
        mandelbrot_args args{};
        args.width = width;
        args.height = height;
        args.limit = limit;
        args.step = static_cast<int32_t>((3U << MANDELBROT_FRACTION) / width);  // 3.0 wide
        args.left = -(9 << (MANDELBROT_FRACTION - 2));                          // from -2.25
        args.top = -static_cast<int32_t>(height) * args.step / 2;
        args.iterations = device.allocate(points, "iterations");
        const uint32_t group = run.independent();
        run.launch("mandelbrot", {(points + group - 1) / group, 1, 1}, {group, 1, 1}, args);

        const mandelbrot::Picture picture{width, height, limit, device.read<uint8_t>(args.iterations, points)};
        std::vector<uint8_t> expected(points);
        for (uint32_t i = 0; i < points; ++i) {
          expected[i] = static_cast<uint8_t>(
              mandelbrot_iterations(args.left + static_cast<int32_t>(i % width) * args.step,
                                    args.top + static_cast<int32_t>(i / width) * args.step, limit));
        }
        run.check_equal(picture.iterations, expected, "iterations");
        if (isatty(STDOUT_FILENO) != 0) mandelbrot::print_preview(picture, 72);
        if (!output.empty()) {
          mandelbrot::write_png(picture, scale, output);
          fmt::print("wrote {}: {} x {} points, {} iterations at most\n", output, width, height, limit);
        }
      });
}
