#include <fmt/format.h>

#include <array>

#include "peak_args.h"
#include "runner.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t iterations = 100;
  std::string work = "fma";
  return ex::run_example(
      argc, argv, {"peak", "Independent operations in registers, as fast as the core can."},
      [&](CLI::App& app) {
        app.add_option("--work", work, "fma or alu")->check(CLI::IsMember({"fma", "alu"}))->capture_default_str();
        app.add_option("--n", iterations, "Iterations of 60 operations")
            ->check(CLI::Range(1U, 100000U))
            ->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const auto& shape = device.shape();
        const uint32_t items = shape.cores * shape.threads();
        const uint32_t result = device.allocate(items * 4, "result"), group = run.independent();
        if (work == "fma") {
          // x = x / 2 + 1 comes to 2, in each of the registers.
          run.launch("peak_fma", {items / group, 1, 1}, {group, 1, 1}, peak_fma_args{iterations, result});
          std::vector<float> expected(items);
          std::array<float, PEAK_REGISTERS> x{};
          for (uint32_t r = 0; r < PEAK_REGISTERS; ++r) {
            x[r] = static_cast<float>(r);
            for (uint32_t i = 0; i < iterations * (PEAK_UNROLL / PEAK_REGISTERS); ++i) x[r] = 0.5F * x[r] + 1.0F;
          }
          std::ranges::fill(expected, ((x[0] + x[1]) + (x[2] + x[3])) + (x[4] + x[5]));
          run.check_equal(device.read<float>(result, items), expected, "result");
        } else {
          run.launch("peak_alu", {items / group, 1, 1}, {group, 1, 1}, peak_alu_args{iterations, result});
          std::vector<uint32_t> expected(items);
          for (uint32_t i = 0; i < items; ++i) expected[i] = i * PEAK_UNROLL * iterations;
          run.check_equal(device.read<uint32_t>(result, items), expected, "result");
        }
        const double operations = double{PEAK_UNROLL} * iterations * shape.warps;
        if (run.total().cycles != 0) {
          fmt::print("peak: {:.3f} operations per lane and cycle\n",
                     operations / static_cast<double>(run.total().cycles));
        }
      });
}
