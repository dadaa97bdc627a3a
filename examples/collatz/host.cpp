#include <algorithm>

#include "collatz_args.h"
#include "runner.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 1024;
  return ex::run_example(
      argc, argv, {"collatz", "Counts the steps of Collatz sequences: divergence at every branch."},
      [&](CLI::App& app) {
        // From 159,487 on a sequence leaves 32 bits.
        app.add_option("--n", n, "Sequences of 1 to n")->check(CLI::Range(1U, 159'486U))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const collatz_args args{n, device.allocate(n * 4, "steps"), device.upload(std::vector<uint32_t>{0}, "longest")};
        const uint32_t group = run.independent();
        run.launch("collatz", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);

        std::vector<uint32_t> expected(n);
        for (uint32_t i = 0; i < n; ++i) {
          for (uint64_t value = i + 1; value != 1; ++expected[i]) value = value % 2 != 0 ? 3 * value + 1 : value / 2;
        }
        run.check_equal(device.read<uint32_t>(args.steps, n), expected, "steps");
        run.check_equal(device.read<uint32_t>(args.longest, 1), {std::ranges::max(expected)}, "longest");
      });
}
