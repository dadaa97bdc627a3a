#include <algorithm>
#include <random>

#include "histogram_args.h"
#include "runner.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 16384;
  return ex::run_example(
      argc, argv, {"histogram", "Counts values with atomics in the scratchpad and in device memory."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Values; a sixteenth of them goes straight to device memory as well")
            ->check(CLI::Range(1U, 1U << 24))
            ->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        // Two dice: some bins are much fuller than others.
        std::mt19937 random(1);
        std::vector<uint32_t> values(n);
        for (uint32_t& value : values) value = random() % (HISTOGRAM_BINS / 2) + random() % (HISTOGRAM_BINS / 2);
        const uint32_t address = device.upload(values, "values");

        const auto count = [&](const char* kernel, uint32_t amount) {
          const std::vector<uint32_t> zeroes(HISTOGRAM_BINS);
          const histogram_args args{amount, address, device.upload(zeroes, "bins")};
          const uint32_t group = run.workgroup();
          const uint32_t groups = std::min((amount + group - 1) / group, 4 * device.shape().cores);
          run.launch(kernel, {groups, 1, 1}, {group, 1, 1}, args);
          std::vector<uint32_t> expected(HISTOGRAM_BINS);
          for (uint32_t i = 0; i < amount; ++i) ++expected[values[i]];
          run.check_equal(device.read<uint32_t>(args.bins, HISTOGRAM_BINS), expected, kernel);
          device.free(args.bins);
        };
        count("histogram", n);
        count("histogram_direct", std::max(1U, n / 16));
      });
}
