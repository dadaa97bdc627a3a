#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heddle/driver/device.h"

namespace heddle::driver {

/// Everything that is said about a run at its end.
struct RunReport {
  std::string tool = "run";  ///< The job of the heddle command.
  std::string subject;       ///< Which example, which program.
  std::string config, backend;
  bool pass = false;
  DeviceShape shape;
  LaunchStatistics total;
  LockstepStatistics lockstep;
  std::vector<nlohmann::json> rows;     ///< What a program that measures found.
  std::optional<FaultReport> fault;     ///< Of the error that ended the run.
  std::string error;                    ///< Its text; empty without one.
  std::optional<StackReference> stack;  ///< An exact post-dominator stack on the same program.
  std::vector<ValuePatterns> values;    ///< Instructions on uniform and affine values; empty if not counted.

  /// Warp-instructions per cycle and core.
  double ipc() const;
  /// Active lanes per issued warp-instruction over the lanes of a warp.
  double simd_efficiency() const;
  /// Simulated cycles per host second, in thousands.
  double khz() const;
};

/// A few lines for people.
std::string summary(const RunReport& report);
/// Where the cycles of the warp slots went; empty where nothing counts them.
std::string stalls(const RunReport& report);
/// How many instructions worked on uniform and affine values; empty where nothing counts them.
std::string value_patterns(const RunReport& report);
/// The object that `--json` writes.
nlohmann::json to_json(const RunReport& report);

}  // namespace heddle::driver
