#include <random>

#include "runner.h"
#include "vecadd_args.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 16384;
  return ex::run_example(
      argc, argv, {"vecadd", "Adds two vectors of integers, one element per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Elements")->check(CLI::Range(1U, 1U << 24))->capture_default_str();
      },
      [&](ex::Run& run) {
        std::mt19937 random(1);
        std::vector<int32_t> a(n), b(n), expected(n);
        for (uint32_t i = 0; i < n; ++i) {
          a[i] = static_cast<int32_t>(random());
          b[i] = static_cast<int32_t>(random());
          expected[i] = static_cast<int32_t>(static_cast<uint32_t>(a[i]) + static_cast<uint32_t>(b[i]));
        }
        auto& device = run.device();
        const vecadd_args args{n, device.upload(a, "a"), device.upload(b, "b"), device.allocate(n * 4, "c")};
        const uint32_t group = run.workgroup();
        run.launch("vecadd", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
        run.check_equal(device.read<int32_t>(args.c, n), expected, "c");
      });
}
