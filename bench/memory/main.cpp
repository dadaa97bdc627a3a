// The host program of `heddle bench --suite memory`: measures on one device, checks every result, and writes rows.
#include <algorithm>
#include <array>
#include <utility>

#include "bench.h"

namespace {

using heddle::bench::Bench;

constexpr std::array<std::pair<const char*, void (*)(Bench&)>, 8> kGroups = {{
    {"stream", heddle::bench::measure_stream},
    {"examples", heddle::bench::measure_examples},
    {"stride", heddle::bench::measure_stride},
    {"gather", heddle::bench::measure_gather},
    {"latency", heddle::bench::measure_latency},
    {"banks", heddle::bench::measure_banks},
    {"atomics", heddle::bench::measure_atomics},
    {"histogram", heddle::bench::measure_histogram},
}};

// Not zero, and a multiple of what the kernel unrolls by.
CLI::Validator multiple_of(uint32_t unit) {
  return {[unit](const std::string& text) {
            uint32_t value = 0;
            const bool fits = CLI::detail::lexical_cast(text, value) && value != 0 && value % unit == 0;
            return fits ? std::string() : text + " is not a positive multiple of " + std::to_string(unit);
          },
          "MULTIPLE OF " + std::to_string(unit)};
}

}  // namespace

int main(int argc, char** argv) {
  heddle::bench::Sizes sizes;
  std::vector<std::string> known, groups;
  for (const auto& [name, measure] : kGroups) known.emplace_back(name);
  groups = known;
  return heddle::examples::run_example(
      argc, argv, {"memory", "Measures the memory system of a device."},
      [&](CLI::App& app) {
        app.add_option("--groups", groups, "Which groups of rows; default: all")
            ->delimiter(',')
            ->check(CLI::IsMember(known));
        app.add_option("--n", sizes.stream_elements, "Elements of each array of copy, scale and add")
            ->check(CLI::Range(1U, 1U << 24))
            ->capture_default_str();
        app.add_option("--per-item", sizes.per_item, "Elements of a work-item of copy, scale and add")
            ->check(CLI::Range(1U, 4096U))
            ->capture_default_str();
        app.add_option("--example-n", sizes.example_elements, "Elements of vecadd and relu, one per work-item")
            ->check(CLI::Range(1U, 1U << 24))
            ->capture_default_str();
        app.add_option("--sweep-loads", sizes.sweep_loads, "Loads of a work-item in the stride and gather sweeps")
            ->check(multiple_of(SWEEP_UNROLL))
            ->capture_default_str();
        app.add_option("--gather-words", sizes.gather_words, "The largest window that is gathered from")
            ->check(CLI::Range(1U, 1U << 24))
            ->capture_default_str();
        app.add_option("--chase-steps", sizes.chase_steps, "Steps of each measured walk")
            ->check(multiple_of(CHASE_UNROLL))
            ->capture_default_str();
        app.add_option("--accesses", sizes.accesses, "Scratchpad accesses of a work-item")
            ->check(multiple_of(BANK_UNROLL))
            ->capture_default_str();
        app.add_option("--atomics", sizes.atomics, "Atomics of a work-item")
            ->check(multiple_of(ATOMIC_UNROLL))
            ->capture_default_str();
        app.add_option("--histogram-n", sizes.histogram_values, "Values of the histogram")
            ->check(CLI::Range(1U, 1U << 24))
            ->capture_default_str();
      },
      [&](heddle::examples::Run& run) {
        Bench bench(run, sizes);
        for (const auto& [name, measure] : kGroups) {
          if (std::find(groups.begin(), groups.end(), name) != groups.end()) measure(bench);
        }
      });
}
