#include "matrices.h"
#include "runner.h"
#include "sgemm_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 64;
  return ex::run_example(
      argc, argv, {"sgemm", "Multiplies square matrices of floats, one element per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Rows and columns")->check(CLI::Range(1U, 1024U))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const std::vector<float> a = ex::random_floats(n * n, 1), b = ex::random_floats(n * n, 2);
        const sgemm_args args{n, device.upload(a, "a"), device.upload(b, "b"), device.allocate(n * n * 4, "c")};
        const auto group = run.independent_2d();
        run.launch("sgemm", {(n + group[0] - 1) / group[0], (n + group[1] - 1) / group[1], 1}, group, args);
        const ex::ReferenceProduct expected(n, a, b);
        run.check_close(device.read<float>(args.c, n * n), expected.product, expected.bound, "c");
      });
}
