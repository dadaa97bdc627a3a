#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/driver/device.h"

namespace heddle::examples {

struct Example {
  std::string name;     ///< Of the folder, the program and the kernel's ELF file.
  std::string summary;  ///< One line for --help.
};

/// One run of an example: a device with the example's program loaded, and the tally of its launches and checks.
class Run {
 public:
  Run(driver::Device& device, std::string example, driver::DeviceOptions options)
      : device_(device), example_(std::move(example)), options_(std::move(options)) {}

  driver::Device& device() { return device_; }
  const std::string& example() const { return example_; }
  /// With which the device was opened.
  const driver::DeviceOptions& options() const { return options_; }

  /// Launches, waits and adds up the counters (also of a launch that fails). Throws what the driver throws.
  template <typename Args>
  driver::LaunchStatistics launch(const std::string& kernel, driver::Size3 grid, driver::Size3 workgroup,
                                  const Args& args, driver::LaunchOptions options = {}) {
    if (options.timeout == 0) options.timeout = timeout_;
    const Tally tally(*this);
    return device_.run(kernel, grid, workgroup, args, options);
  }

  /// The same for what `launch` launches, once; it is given the time limit of a launch.
  driver::LaunchStatistics tally(const std::function<driver::LaunchStatistics(uint64_t timeout)>& launch) {
    const Tally tally(*this);
    return launch(timeout_);
  }

  /// Records the outcome of one of the host's checks; the first that fails is printed.
  void check(bool ok, const std::string& what);
  /// Compares what the device computed with what the host expects, element by element.
  template <typename T>
  void check_equal(const std::vector<T>& got, const std::vector<T>& expected, std::string_view what) {
    if (got.size() != expected.size()) return check(false, std::string(what) + ": wrong number of elements");
    for (size_t i = 0; i < got.size(); ++i) {
      if (got[i] == expected[i]) continue;
      return check(false, std::string(what) + "[" + std::to_string(i) + "] is " + std::to_string(got[i]) +
                              ", expected " + std::to_string(expected[i]));
    }
    check(true, std::string(what));
  }

  /// Compares floats with what the host computed in double; element i may be off by bound[i]. A NaN is never close.
  void check_close(const std::vector<float>& got, const std::vector<double>& expected, const std::vector<double>& bound,
                   std::string_view what);

  /// Work-items of a workgroup: `limit`, or all that fit into a core if those are fewer.
  uint32_t workgroup(uint32_t limit = 256) const { return std::min(limit, device_.shape().threads()); }
  /// The same for two dimensions: a row of lanes per warp.
  driver::Size3 workgroup_2d() const {
    const driver::DeviceShape& shape = device_.shape();
    return {shape.lanes, std::max(workgroup() / shape.lanes, 1U), 1};
  }

  /// Adds a measured row, for programs that measure (bench/): they are written by --json as `rows`.
  void add_row(nlohmann::json row) { rows_.push_back(std::move(row)); }
  const std::vector<nlohmann::json>& rows() const { return rows_; }

  /// Work-items of a workgroup where they have nothing to do with each other: one warp, so that the next workgroup
  /// begins wherever a warp ends.
  uint32_t independent() const { return device_.shape().lanes; }
  driver::Size3 independent_2d() const { return {independent(), 1, 1}; }

  /// Results as written by --json, and by the summary.
  const driver::LaunchStatistics& total() const { return total_; }
  unsigned checks() const { return checks_; }
  bool passed() const { return failed_ == 0 && checks_ > 0; }
  void set_timeout(uint64_t cycles) { timeout_ = cycles; }

 private:
  /// Adds the last launch's counters when it goes out of scope.
  class Tally {
   public:
    explicit Tally(Run& run) : run_(run) {}
    ~Tally() { run_.add(run_.device_.last_statistics()); }
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;

   private:
    Run& run_;
  };
  void add(const driver::LaunchStatistics& launch);

  driver::Device& device_;
  std::string example_;
  driver::DeviceOptions options_;
  std::vector<nlohmann::json> rows_;
  driver::LaunchStatistics total_;
  unsigned checks_ = 0, failed_ = 0;
  uint64_t timeout_ = 0;
};

/// The whole of an example's main(): parses `[RUN OPTIONS] [-- EXAMPLE OPTIONS]`, opens the device, loads the kernel
/// program beside the executable, calls `body`, prints a summary and writes --json. `options` adds the example's own
/// options. Returns the exit status: 0 if every check passed (and at least one was made), 1 if not or on a device
/// error, 2 on bad usage.
int run_example(int argc, char** argv, const Example& example, const std::function<void(CLI::App&)>& options,
                const std::function<void(Run&)>& body);

}  // namespace heddle::examples
