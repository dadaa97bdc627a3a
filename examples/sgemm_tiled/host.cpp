#include "matrices.h"
#include "runner.h"
#include "sgemm_tiled_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 64;
  return ex::run_example(
      argc, argv, {"sgemm_tiled", "Multiplies square matrices of floats, tile by tile through the scratchpad."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Rows and columns")->check(CLI::Range(1U, 1024U))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const std::vector<float> a = ex::random_floats(n * n, 1), b = ex::random_floats(n * n, 2);
        uint32_t tile = 1;  // the largest that fits into a core
        while (tile < SGEMM_MAX_TILE && 4 * tile * tile <= device.shape().threads()) tile *= 2;
        const sgemm_tiled_args args{n, tile, device.upload(a, "a"), device.upload(b, "b"),
                                    device.allocate(n * n * 4, "c")};
        const uint32_t height = tile * SGEMM_ROWS;
        run.launch("sgemm_tiled", {(n + tile - 1) / tile, (n + height - 1) / height, 1}, {tile, tile, 1}, args);
        const ex::ReferenceProduct expected(n, a, b);
        run.check_close(device.read<float>(args.c, n * n), expected.product, expected.bound, "c");
      });
}
