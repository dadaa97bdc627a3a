#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "heddle/driver/backend.h"

namespace heddle::driver {

/// The options that every program behind `heddle run` and `heddle exec` has: which device, and how it is run.
struct RunOptions {
  std::string config = "edge", backend = "rtl", lockstep = "on", trace, trace_file, json, rtl_library, firmware;
  std::string memory = "fixed";
  std::optional<unsigned> memory_latency;
  double memory_bandwidth = 1.0;
  uint64_t seed = 1;
  bool random_stalls = false;
  bool config_given = false;

  /// `job` is the job of the heddle command, `subject` what the default waveform file is named after, for the help.
  void add_to(CLI::App& app, const std::string& job, const std::string& subject);
  bool on_rtl() const { return backend == "rtl"; }
  bool remote() const { return backend == "remote"; }
  /// What no single option can see; empty if all is well.
  std::string contradiction() const;
  /// Where the waveform goes; empty if none is asked for. `name` is that of what runs.
  std::filesystem::path waveform(const std::string& name) const;
  /// Sets what follows from them.
  void apply(BackendOptions& options, const std::string& name) const;
};

/// Writes `json` to a file. Throws std::runtime_error naming it if that fails.
void write_json(const std::string& file, const nlohmann::json& json);

}  // namespace heddle::driver
