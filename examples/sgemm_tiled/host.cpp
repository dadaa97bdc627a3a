#include "matrices.h"
#include "runner.h"
#include "sgemm_tiled_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 64;
  return ex::run_example(
      argc, argv,
      {"sgemm_tiled", "Multiplies square matrices of floats, tile by tile through registers and scratchpad."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Rows and columns")->check(CLI::Range(1U, 1024U))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const std::vector<float> a = ex::random_floats(n * n, 1), b = ex::random_floats(n * n, 2);
        const sgemm_tiled_args args{n, device.upload(a, "a"), device.upload(b, "b"), device.allocate(n * n * 4, "c")};
        const uint32_t threads = device.shape().threads();
        const bool narrow = threads < SGEMM_WIDTH || n < SGEMM_WIDTH * SGEMM_COLUMNS;
        const uint32_t width = std::min<uint32_t>(SGEMM_WIDTH, threads);
        // Half a core, so that another workgroup computes while one waits at its barrier.
        const uint32_t height = std::clamp<uint32_t>(threads / width / 2, 1, SGEMM_HEIGHT);
        const uint32_t columns = width * SGEMM_COLUMNS, rows = height * SGEMM_ROWS;
        run.launch(narrow ? "sgemm_tiled_narrow" : "sgemm_tiled",
                   {(n + columns - 1) / columns, (n + rows - 1) / rows, 1}, {width, height, 1}, args);
        const ex::ReferenceProduct expected(n, a, b);
        run.check_close(device.read<float>(args.c, n * n), expected.product, expected.bound, "c");
      });
}
