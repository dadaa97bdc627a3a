#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heddle/driver/device.h"

namespace heddle::examples {

/// Everything that is said about a run at its end.
struct Report {
  std::string example, config, backend;
  bool pass = false;
  driver::DeviceShape shape;
  driver::LaunchStatistics total;
  driver::LockstepStatistics lockstep;
  std::vector<nlohmann::json> rows;             ///< What a program that measures found.
  std::optional<driver::FaultReport> fault;     ///< Of the error that ended the run.
  std::string error;                            ///< Its text; empty without one.
  std::optional<driver::StackReference> stack;  ///< An exact post-dominator stack on the same program.
  std::vector<driver::ValuePatterns> values;    ///< Instructions on uniform and affine values; empty if not counted.

  /// Warp-instructions per cycle and core.
  double ipc() const;
  /// Active lanes per issued warp-instruction over the lanes of a warp.
  double simd_efficiency() const;
  /// Simulated cycles per host second, in thousands.
  double khz() const;
};

/// A few lines for people.
std::string summary(const Report& report);
/// Where the cycles of the warp slots went; empty where nothing counts them.
std::string stalls(const Report& report);
/// How many instructions worked on uniform and affine values; empty where nothing counts them.
std::string value_patterns(const Report& report);
/// The object that `--json` writes.
nlohmann::json to_json(const Report& report);

}  // namespace heddle::examples
