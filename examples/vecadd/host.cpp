#include "floats.h"
#include "runner.h"
#include "vecadd_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 16384;
  return ex::run_example(
      argc, argv, {"vecadd", "Adds two vectors of floats, one element per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Elements")->check(CLI::Range(1U, 1U << 24))->capture_default_str();
      },
      [&](ex::Run& run) {
        const std::vector<float> a = ex::random_floats(n, 1), b = ex::random_floats(n, 2);
        std::vector<float> expected(n);
        for (uint32_t i = 0; i < n; ++i) expected[i] = static_cast<float>(double{a[i]} + double{b[i]});
        auto& device = run.device();
        const vecadd_args args{n, device.upload(a, "a"), device.upload(b, "b"), device.allocate(n * 4, "c")};
        const uint32_t group = run.independent();
        run.launch("vecadd", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
        run.check_equal(device.read<float>(args.c, n), expected, "c");
      });
}
