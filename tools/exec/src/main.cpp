// heddle-exec: what `heddle exec` becomes. Runs a bare-metal RISC-V program on the lanes or on the management core
// (docs/exec.md).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>

#include "bare_metal.h"
#include "heddle/driver/run_options.h"
#include "heddle/driver/run_report.h"
#include "heddle/generated/configuration.h"
#include "lanes.h"
#include "management_core.h"
#include "management_rtl.h"
#include "program.h"
#include "signature.h"

namespace heddle::exec {
namespace {

namespace fs = std::filesystem;

struct Settings : driver::RunOptions {
  std::string elf, core = "simt", lanes = "all";
  std::string tohost = "tohost", signature, begin_signature = "begin_signature", end_signature = "end_signature";
  unsigned granularity = 4;
  uint64_t max_cycles = 10'000'000;
  std::optional<uint16_t> gdb;
  bool check_options = false;

  bool on_management() const { return core == "mgmt"; }
  // What the program is called, without folder and extension.
  std::string name() const { return fs::path(elf).stem().string(); }
};

// A call that cannot be carried out.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void add_options(CLI::App& app, Settings& settings) {
  app.add_option("elf", settings.elf, "Bare-metal RV32 program, linked to 0x80000000")->required();
  settings.add_to(app, "exec", "PROGRAM");
  app.add_option("--core", settings.core, "simt: the lanes of a warp; mgmt: the management core")
      ->check(CLI::IsMember({"simt", "mgmt"}))
      ->capture_default_str();
  app.add_option("--lanes", settings.lanes, "Lanes that run the program: all, or a mask such as 0x5")
      ->capture_default_str();
  app.add_option("--tohost", settings.tohost, "Symbol that the program's verdict is stored to")->capture_default_str();
  app.add_option("--signature", settings.signature, "Write the signature to this file");
  app.add_option("--signature-granularity", settings.granularity, "Bytes a line of the signature")
      ->check(CLI::IsMember({1, 2, 4, 8, 16}))
      ->capture_default_str();
  app.add_option("--begin-signature", settings.begin_signature, "Symbol of its first byte")->capture_default_str();
  app.add_option("--end-signature", settings.end_signature, "Symbol behind its last byte")->capture_default_str();
  app.add_option("--max-cycles", settings.max_cycles, "Cycles (model: issue slots) after which the program is stopped")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--gdb", settings.gdb,
                 "Wait for gdb-multiarch at this port of 127.0.0.1, 0 for any, before the first instruction (--core "
                 "mgmt)");
  app.add_flag("--check-options", settings.check_options, "Only check the command line and the program");
}

driver::BackendOptions backend_options(const Settings& settings, const Program& program, const std::string& replay) {
  driver::BackendOptions options;
  settings.apply(options, settings.name());
  options.watch_address = program.tohost();
  options.replay = replay;
  return options;
}

void require_writable(const std::string& file) {
  if (!file.empty() && !std::ofstream(file, std::ios::app)) {
    throw UsageError(fmt::format("{}: cannot be written", file));
  }
}

// What the command line asks for, checked as far as that goes without a device.
struct Request {
  Program program;
  LaneMask lanes;
  uint32_t management_sram_bytes;
};

Request check(Settings& settings) {
  if (settings.remote()) throw UsageError("a bare-metal program needs the device for itself: --backend rtl or model");
  if (settings.gdb && (!settings.on_management() || settings.on_rtl())) {
    throw UsageError("--gdb is for --core mgmt --backend model");
  }
  if (const std::string problem = settings.contradiction(); !problem.empty()) throw UsageError(problem);
  const Configuration configuration = Configuration::parse(settings.config);
  settings.config = configuration.canonical();
  if (settings.on_management() && settings.on_rtl() && configuration.management == 0) {
    throw UsageError(fmt::format("'{0}' has no management core: --config {0}{1}management=1", settings.config,
                                 settings.config.find(':') == std::string::npos ? ':' : ','));
  }
  LaneMask lanes = 0;
  try {
    lanes = parse_lanes(settings.lanes, settings.on_management() ? 1 : configuration.lanes);
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("--lanes: {}", error.what()));
  }
  require_writable(settings.signature);
  require_writable(settings.json);
  ProgramSymbols symbols{.tohost = settings.tohost, .begin_signature = {}, .end_signature = {}};
  if (!settings.signature.empty()) {
    symbols.begin_signature = settings.begin_signature;
    symbols.end_signature = settings.end_signature;
  }
  return {Program(settings.elf, symbols), lanes, configuration.mgmt_sram_bytes};
}

using Signatures = std::map<unsigned, std::vector<std::byte>>;

// Writes what the lanes left; returns what is wrong with it, or nothing.
std::string write_signatures(const Settings& settings, const Signatures& signatures) {
  const std::vector<std::byte>& first = signatures.begin()->second;
  const auto differs = [&](const auto& entry) { return entry.second != first; };
  const auto other = std::ranges::find_if(signatures, differs);
  if (other == signatures.end()) {
    write_signature(settings.signature, first, settings.granularity);
    return {};
  }
  for (const auto& [lane, bytes] : signatures) {
    write_signature(fmt::format("{}.{}", settings.signature, lane), bytes, settings.granularity);
  }
  const auto at = std::ranges::mismatch(first, other->second).in1 - first.begin();
  return fmt::format("the signatures of lanes {} and {} differ, first at byte {}; each lane's is in {}.LANE",
                     signatures.begin()->first, other->first, at, settings.signature);
}

nlohmann::json to_json(const driver::RunReport& report, LaneMask lanes, const std::optional<Verdicts>& verdicts) {
  nlohmann::json json = driver::to_json(report);
  json["lanes"] = lanes;
  if (!verdicts) return json;
  json["verdicts"] = nlohmann::json::array();
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((verdicts->lanes() >> lane & 1) == 0) continue;
    const std::optional<uint32_t> value = verdicts->value(lane);
    json["verdicts"].push_back({{"lane", lane},
                                {"tohost", value ? nlohmann::json(*value) : nlohmann::json()},
                                {"pass", verdicts->outcome(lane) == Outcome::kPass}});
  }
  return json;
}

driver::RunReport empty_report(const Settings& settings) {
  driver::RunReport report;
  report.tool = "exec";
  report.subject = fs::path(settings.elf).filename().string();
  report.config = settings.config;
  report.backend = settings.backend;
  return report;
}

// A call that is refused leaves its object all the same, where that is asked for and can be.
void write_refusal(const Settings& settings, const std::string& error) {
  if (settings.json.empty()) return;
  driver::RunReport report = empty_report(settings);
  report.error = error;
  std::ofstream(settings.json) << to_json(report, 0, std::nullopt).dump(2) << '\n';
}

// Returns the exit status.
int execute(const Settings& settings, const Request& request, const std::string& replay) {
  driver::RunReport report = empty_report(settings);
  std::optional<Verdicts> verdicts;
  int status = 1;
  const auto say = [&](const std::string& text) { fmt::print(stderr, "{}: {}\n", settings.elf, text); };
  std::unique_ptr<driver::Backend> device;
  try {
    RunResult result{.verdicts = Verdicts(request.lanes), .statistics = {}, .error = {}, .fault = std::nullopt};
    Signatures signatures;
    if (settings.on_management()) report.shape.cores = report.shape.warps = report.shape.lanes = 1;
    if (settings.on_management() && settings.on_rtl()) {
      device = driver::open_rtl(backend_options(settings, request.program, replay));
      ManagementRtl core(*device, request.program);
      result = core.run(settings.max_cycles);
      signatures[0] = core.signature();
    } else if (settings.on_management()) {
      ManagementCore core(request.program, request.management_sram_bytes);
      result = !settings.gdb ? core.run(settings.max_cycles)
                             : core.debug(settings.max_cycles, *settings.gdb, [&](uint16_t port) {
                                 fmt::print("waiting for a debugger: gdb-multiarch {} -ex 'target remote :{}'\n",
                                            settings.elf, port);
                                 std::fflush(stdout);
                               });
      signatures[0] = core.signature();
    } else {
      const driver::BackendOptions options = backend_options(settings, request.program, replay);
      device = settings.on_rtl() ? driver::open_rtl(options) : driver::open_model(options);
      report.shape = driver::identify(*device);
      BareMetal bare_metal(*device, request.program, request.lanes);
      result = bare_metal.run(settings.max_cycles);
      signatures = bare_metal.signatures();
    }
    verdicts = result.verdicts;
    report.total = result.statistics;
    report.fault = result.fault;
    report.error = result.error;
    if (report.error.empty() && !verdicts->all_pass()) report.error = verdicts->text();
    std::string differing;
    if (result.error.empty() && request.program.signature()) differing = write_signatures(settings, signatures);
    if (report.error.empty()) report.error = differing;
    report.pass = report.error.empty();
    status = report.pass ? 0 : std::max(1, verdicts->exit_status());
    if (!report.pass) say(report.error);
    // With another error, what the lanes that got so far have said.
    if (!result.error.empty() && verdicts->missing() != verdicts->lanes()) say(verdicts->text());
  } catch (const std::exception& error) {
    report.error = error.what();
    say(report.error);
    const auto* device_error = dynamic_cast<const driver::DeviceError*>(&error);
    if (device_error != nullptr && !device_error->report().empty()) fmt::print(stderr, "{}\n", device_error->report());
  }
  if (device) report.lockstep = device->lockstep();
  fmt::print("{}{}", settings.on_management() ? "management core: " : lanes_text(request.lanes) + " of ",
             driver::summary(report));
  if (!settings.trace.empty() && device) {
    fmt::print("  waveform: {0}; gtkwave -a verif/harness/waves/heddle.gtkw {0}\n",
               settings.waveform(settings.name()).string());
  }
  if (!settings.json.empty()) driver::write_json(settings.json, to_json(report, request.lanes, verdicts));
  return status;
}

int run(int argc, char** argv) {
  Settings settings;
  CLI::App app("Runs a bare-metal RISC-V program on the lanes of a warp, or on the management core", "heddle exec");
  add_options(app, settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "heddle exec: {}\n  see heddle exec --help\n", error.what());
    return 2;
  }
  std::string replay = "./heddle exec";
  for (int i = 1; i < argc; ++i) replay += fmt::format(" {}", argv[i]);
  try {
    const Request request = check(settings);
    if (settings.check_options) return 0;
    return execute(settings, request, replay);
  } catch (const std::exception& error) {
    fmt::print(stderr, "heddle exec: {}\n", error.what());
    write_refusal(settings, error.what());
    return 2;
  }
}

}  // namespace
}  // namespace heddle::exec

int main(int argc, char** argv) { return heddle::exec::run(argc, argv); }
