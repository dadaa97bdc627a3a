#include "heddle/driver/run_options.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace heddle::driver {

void RunOptions::add_to(CLI::App& app, const std::string& job, const std::string& subject) {
  app.add_option("--config", config, "Configuration: nano, edge, base, or NAME:key=value,...")
      ->each([this](const std::string&) { config_given = true; })
      ->capture_default_str();
  app.add_option("--backend", backend,
                 "rtl: the verilated RTL; model: the golden model; remote: the device of a daemon (HEDDLE_SOCKET)")
      ->check(CLI::IsMember({"rtl", "model", "remote"}))
      ->envname("HEDDLE_BACKEND")
      ->capture_default_str();
  app.add_option("--lockstep", lockstep, "Check every retired instruction against the golden model (rtl)")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  app.add_option("--seed", seed, "Seed of everything random")->capture_default_str();
  app.add_option("--trace", trace, "Write a waveform (rtl)")->check(CLI::IsMember({"fst"}));
  app.add_option("--trace-file", trace_file,
                 fmt::format("Where to; default: {}.fst in the current directory", subject));
  app.add_option(
         "--memory", memory,
         "fixed: every request takes the same time; ddr4, hbm: DRAM with banks, rows, channels and refresh (rtl)")
      ->check(CLI::IsMember({"fixed", "ddr4", "hbm"}))
      ->capture_default_str();
  app.add_option("--mem-latency", memory_latency,
                 "Cycles from a memory request to its response, with --memory fixed (rtl); default: 100")
      ->check(CLI::Range(1U, 100'000U));
  app.add_option("--mem-bandwidth", memory_bandwidth, "Memory lines per cycle and direction, at most 1 (rtl)")
      ->check(CLI::Range(0.001, 1.0))
      ->capture_default_str();
  app.add_flag("--random-stalls", random_stalls,
               "Random memory latency, order and back-pressure, with --memory fixed (rtl)");
  app.add_option("--json", json, "Write the results to a file as one JSON object");
  app.add_option("--rtl-library", rtl_library,
                 fmt::format("Directory with libheddle_rtl.so (heddle {} gives it)", job));
  app.add_option(
      "--firmware", firmware,
      fmt::format("Firmware for the management core, with management=1 in the configuration: kernels are launched "
                  "through a queue (heddle {} gives it)",
                  job));
}

std::string RunOptions::contradiction() const {
  if (remote()) {
    const char* const daemons = config_given                                                   ? "--config"
                                : !trace.empty()                                               ? "--trace"
                                : random_stalls                                                ? "--random-stalls"
                                : memory != "fixed" || memory_latency || memory_bandwidth != 1 ? "the memory's options"
                                                                                               : nullptr;
    if (daemons == nullptr) return {};
    return fmt::format("with --backend remote the device is the daemon's: give {} to 'heddle daemon'", daemons);
  }
  if (memory == "fixed") return {};
  if (memory_latency) {
    return fmt::format("--mem-latency goes with --memory fixed: the latency of '{}' follows from its banks and rows",
                       memory);
  }
  if (random_stalls) return "--random-stalls goes with --memory fixed";
  return {};
}

std::filesystem::path RunOptions::waveform(const std::string& name) const {
  if (trace.empty()) return {};
  return trace_file.empty() ? name + ".fst" : trace_file;
}

void RunOptions::apply(BackendOptions& options, const std::string& name) const {
  options.configuration = config;
  options.rtl_library = rtl_library;
  options.firmware = firmware;
  options.lockstep = lockstep == "on";
  options.seed = seed;
  options.memory_kind = memory;
  options.memory_latency = memory_latency.value_or(options.memory_latency);
  options.memory_bandwidth = memory_bandwidth;
  options.random_stalls = random_stalls;
  options.trace = waveform(name);
}

void write_json(const std::string& file, const nlohmann::json& json) {
  std::ofstream out(file);
  out << json.dump(2) << '\n';
  if (!out.flush()) throw std::runtime_error(fmt::format("{}: cannot be written", file));
}

}  // namespace heddle::driver
