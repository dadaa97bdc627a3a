#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/generated/configuration.h"
#include "memory_args.h"
#include "runner.h"

namespace heddle::bench {

/// Sizes of the problems; see the options in main.cpp.
struct Sizes {
  uint32_t stream_elements = 262'144;  ///< of each array
  uint32_t per_item = 32;              ///< elements of a work-item
  uint32_t example_elements = 16'384;  ///< vecadd and relu with one element per work-item
  uint32_t sweep_loads = 16;           ///< loads of a work-item in the sweeps
  uint32_t gather_words = 262'144;     ///< the largest window that is gathered from
  uint32_t chase_steps = 512;
  uint32_t accesses = 2048;  ///< of a work-item to the scratchpad, in the sweep of bank conflicts
  uint32_t atomics = 32;     ///< of a work-item
  uint32_t histogram_values = 65'536;
};

/// A measured figure.
struct Row {
  std::string name, args;
  double value = 0.0;
  std::string unit;
  bool lower_is_better = false;
  std::optional<double> peak;  ///< What the value cannot exceed (or fall below), from the configuration.
  std::string bound;           ///< What makes the peak.
};

/// A run of the benchmarks: the device, its configuration, the sizes, and the rows so far.
class Bench {
 public:
  Bench(examples::Run& run, const Sizes& sizes)
      : run_(run), sizes_(sizes), configuration_(Configuration::parse(run.options().configuration)) {}

  examples::Run& run() { return run_; }
  driver::Device& device() { return run_.device(); }
  const Sizes& sizes() const { return sizes_; }
  const Configuration& configuration() const { return configuration_; }

  /// Work-items of the largest workgroup, and of the device.
  uint32_t threads() const { return configuration_.warps * configuration_.lanes; }
  uint32_t all_threads() const { return configuration_.cores * threads(); }
  /// Cycles from a memory request to its answer, where that is fixed.
  std::optional<double> memory_latency() const;
  /// Bytes per cycle, read and written together, that the memory behind the port cannot exceed.
  double port_bytes();
  /// Cycles from the first begin to the last end.
  static uint32_t elapsed(const std::vector<span>& spans);

  /// The lines that went through the port in a launch.
  struct Launch {
    driver::LaunchStatistics statistics;
    uint64_t lines_read = 0, lines_written = 0;
  };
  template <typename Args>
  Launch launch(const std::string& kernel, uint32_t groups, uint32_t items, const Args& args,
                uint32_t scratch_bytes = 0) {
    const driver::MemoryStatistics before = device().backend().memory().value_or(driver::MemoryStatistics{});
    Launch result;
    result.statistics =
        run_.launch(kernel, {groups, 1, 1}, {items, 1, 1}, args, {.extra_scratch_bytes = scratch_bytes});
    const driver::MemoryStatistics after = device().backend().memory().value_or(driver::MemoryStatistics{});
    result.lines_read = after.lines_read - before.lines_read;
    result.lines_written = after.lines_written - before.lines_written;
    return result;
  }
  void add(const Row& row, const Launch& launch);

 private:
  examples::Run& run_;
  const Sizes sizes_;
  const Configuration configuration_;
};

/// Each adds the rows of one group; results are checked through Bench::run().
void measure_stream(Bench& bench);
void measure_examples(Bench& bench);
void measure_stride(Bench& bench);
void measure_gather(Bench& bench);
void measure_latency(Bench& bench);
void measure_banks(Bench& bench);
void measure_atomics(Bench& bench);
void measure_histogram(Bench& bench);

}  // namespace heddle::bench
