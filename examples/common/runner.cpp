#include "runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "heddle/driver/run_options.h"
#include "heddle/driver/run_report.h"
#include "heddle/generated/configuration.h"

namespace heddle::examples {
namespace {

namespace fs = std::filesystem;

struct Settings : driver::RunOptions {
  std::string elf;
  uint64_t timeout = 0;
  unsigned threads = 1;
  bool stack_reference = false, value_patterns = false, stalls = false, check_options = false, engine_delays = false;
};

void add_run_options(CLI::App& app, Settings& settings) {
  settings.add_to(app, "run", "EXAMPLE");
  app.add_option("--timeout", settings.timeout, "Abort a launch after so many cycles; 0: after very many")
      ->capture_default_str();
  app.add_option("--threads", settings.threads, "Threads of the host that the cores run on (model)")
      ->check(CLI::Range(1U, 64U))
      ->capture_default_str();
  app.add_flag("--engine-delays", settings.engine_delays,
               "Copy and matrix engine take random times, by --seed: races show (model)");
  app.add_flag("--stack-reference", settings.stack_reference,
               "Also run on an exact post-dominator stack and report its issue slots (model)");
  app.add_flag("--value-patterns", settings.value_patterns,
               "Print how many instructions worked on values uniform or affine over the lanes (model)");
  app.add_flag("--stalls", settings.stalls, "Print where the cycles of the warp slots went (rtl)");
  app.add_flag("--check-options", settings.check_options, "Only check the command line");
  app.add_option("--elf", settings.elf, "Kernel program; default: the one built with the example");
}

/// What no single option can see; empty if all is well.
std::string contradiction(const Settings& settings) {
  if (settings.remote() && (settings.threads != 1 || settings.stack_reference || settings.value_patterns)) {
    return "--threads, --stack-reference and --value-patterns need the model in this process: --backend model";
  }
  if (settings.on_rtl() && settings.threads != 1) return "--threads are those of the model: add --backend model";
  if (settings.on_rtl() && settings.engine_delays) return "--engine-delays are the model's: add --backend model";
  if (settings.on_rtl() && settings.stack_reference)
    return "--stack-reference is computed in the model: add --backend model";
  if (settings.stack_reference && !settings.firmware.empty())
    return "--stack-reference compares launches that the driver starts itself: leave out --firmware";
  if (settings.on_rtl() && settings.value_patterns)
    return "--value-patterns is counted in the model: add --backend model";
  if (!settings.on_rtl() && settings.stalls) return "--stalls needs the counters of the RTL: leave out --backend model";
  return settings.contradiction();
}

fs::path executable() { return fs::read_symlink("/proc/self/exe"); }

std::string quoted(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Parses one half of the command line. Returns an exit status if the program should end here.
std::optional<int> parse(CLI::App& app, std::vector<std::string> words, const char* other_half) {
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}\n{}", app.help(), other_half);
    return 0;
  } catch (const CLI::ExtrasError&) {
    fmt::print(stderr, "{}: unknown option: {}. {}", app.get_name(), quoted(app.remaining()), other_half);
    return 2;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}: {}\n", app.get_name(), error.what());
    return 2;
  }
  return std::nullopt;
}

driver::DeviceOptions device_options(const Settings& settings, const Example& example,
                                     const std::vector<std::string>& words) {
  driver::DeviceOptions options;
  options.backend = settings.remote()   ? driver::BackendKind::kRemote
                    : settings.on_rtl() ? driver::BackendKind::kRtl
                                        : driver::BackendKind::kModel;
  settings.apply(options, example.name);
  options.host_threads = settings.threads;
  options.engine_delays = settings.engine_delays;
  options.stack_reference = settings.stack_reference;
  options.value_patterns = settings.value_patterns;
  options.replay = fmt::format("./heddle run {} {}", example.name, quoted(words));
  return options;
}

void interrupted(int /*signal*/) {
  constexpr std::string_view kText = "interrupted\n";
  (void)!write(STDERR_FILENO, kText.data(), kText.size());
  _exit(130);
}

}  // namespace

void Run::check(bool ok, const std::string& what) {
  ++checks_;
  if (ok) return;
  if (failed_++ == 0) fmt::print(stderr, "{}: check failed: {}\n", example_, what);
}

void Run::check_close(const std::vector<float>& got, const std::vector<double>& expected,
                      const std::vector<double>& bound, std::string_view what) {
  if (got.size() != expected.size() || got.size() != bound.size()) {
    return check(false, fmt::format("{}: wrong number of elements", what));
  }
  double largest = 0.0, share = 0.0;  // the largest error, and the largest as a share of its bound
  for (size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(double{got[i]} - expected[i]);
    if (!(error <= bound[i])) {
      return check(false, fmt::format("{}[{}] is {:.9g}, expected {:.9g}, off by {:.3g} where {:.3g} is allowed", what,
                                      i, got[i], expected[i], error, bound[i]));
    }
    largest = std::max(largest, error);
    if (bound[i] > 0.0) share = std::max(share, error / bound[i]);
  }
  check(true, std::string(what));
  fmt::print("{}: {}: largest error {:.2e}, at most {:.1f} % of its bound\n", example_, what, largest, share * 100.0);
}

void Run::add(const driver::LaunchStatistics& launch) {
  total_.cycles += launch.cycles;
  total_.warp_instrs += launch.warp_instrs;
  total_.lane_instrs += launch.lane_instrs;
  total_.host_seconds += launch.host_seconds;
  total_.processor_seconds += launch.processor_seconds;
  for (size_t i = 0; i < launch.warp_cycles.size(); ++i) total_.warp_cycles[i] += launch.warp_cycles[i];
}

int run_example(int argc, char** argv, const Example& example, const std::function<void(CLI::App&)>& options,
                const std::function<void(Run&)>& body) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto split = std::find(words.begin(), words.end(), "--");
  Settings settings;
  CLI::App run_app(example.summary, example.name);
  add_run_options(run_app, settings);
  CLI::App own_app(example.summary, example.name);
  options(own_app);
  if (auto status = parse(run_app, {words.begin(), split},
                          "Options of the example itself go after '--'; '-- --help' lists them.\n")) {
    return *status;
  }
  if (split != words.end()) {
    if (auto status =
            parse(own_app, {split + 1, words.end()}, "Options of the run go before '--'; '--help' lists them.\n")) {
      return *status;
    }
  }

  if (const std::string problem = contradiction(settings); !problem.empty()) {
    fmt::print(stderr, "{}: {}\n", example.name, problem);
    return 2;
  }
  if (settings.check_options) return 0;

  std::signal(SIGINT, interrupted);
  int failure = 1;
  driver::RunReport report;
  report.subject = example.name;
  report.config = settings.config;
  report.backend = settings.backend;
  if (!settings.json.empty() && !std::ofstream(settings.json)) {  // before minutes of simulation
    fmt::print(stderr, "{}: {}: cannot be written\n", example.name, settings.json);
    return 2;
  }
  try {
    report.config = Configuration::parse(settings.config).canonical();
    driver::DeviceOptions opened = device_options(settings, example, words);
    opened.configuration = report.config;
    driver::Device device = driver::Device::open(opened);
    report.shape = device.shape();
    report.config = device.configuration();
    Run run(device, example.name, opened);
    run.set_timeout(settings.timeout);
    try {
      device.load(settings.elf.empty() ? fs::path(executable().string() + ".elf") : fs::path(settings.elf));
      body(run);
      report.pass = run.passed();
    } catch (const driver::DeviceError& error) {
      report.error = error.what();
      report.fault = error.fault();
      fmt::print(stderr, "{}: {}\n", example.name, error.what());
      if (!error.report().empty()) fmt::print(stderr, "{}\n", error.report());
    }
    report.rows = run.rows();
    report.total = run.total();
    report.lockstep = device.lockstep();
    report.stack = device.backend().stack_reference();
    report.values = device.backend().value_patterns();
    fmt::print("{}", summary(report));
    if (settings.stalls) fmt::print("{}", stalls(report));
    fmt::print("{}", value_patterns(report));
    if (!settings.trace.empty()) {
      fmt::print("  waveform: {0}; gtkwave -a verif/harness/waves/heddle.gtkw {0}\n",
                 settings.waveform(example.name).string());
    }
  } catch (const ConfigurationError& error) {
    fmt::print(stderr, "{}: {}\n", example.name, error.what());
    report.error = error.what();
    failure = 2;
  } catch (const std::exception& error) {
    report.pass = false;
    report.error = error.what();
    fmt::print(stderr, "{}: {}\n", example.name, error.what());
  }
  try {
    if (!settings.json.empty()) driver::write_json(settings.json, driver::to_json(report));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", example.name, error.what());
    return 1;
  }
  return report.pass ? 0 : failure;
}

}  // namespace heddle::examples
