// heddle-daemon: what `heddle daemon` becomes. Serves one device to other processes (docs/driver.md).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "heddle/driver/provider.h"
#include "heddle/driver/run_options.h"
#include "heddle/driver/server.h"
#include "heddle/generated/configuration.h"

namespace {

using namespace heddle::driver;

Server* serving = nullptr;

void stop(int /*signal*/) { serving->stop(); }

int run(int argc, char** argv) {
  RunOptions settings;
  settings.config = "nano:management=1";
  std::string socket;
  bool check_options = false;
  uint64_t memory = DeviceOptions{}.memory_bytes >> 20;
  CLI::App app("Serves a device to other processes through a Unix socket", "heddle daemon");
  settings.add_to(app, "daemon", "daemon");
  app.add_option("--socket", socket,
                 "Default: HEDDLE_SOCKET of the environment, or heddle-UID.socket in the "
                 "directory for temporary files");
  app.add_option("--memory-mib", memory, "Device memory, in MiB")->check(CLI::Range(1, 2048))->capture_default_str();
  app.add_flag("--check-options", check_options, "Only check the command line");
  CLI11_PARSE(app, argc, argv);
  if (const std::string problem = settings.contradiction(); !problem.empty()) {
    fmt::print(stderr, "heddle daemon: {}\n", problem);
    return 2;
  }
  try {
    const heddle::Configuration configuration = heddle::Configuration::parse(settings.config);
    if (configuration.management == 0) {
      fmt::print(stderr, "heddle daemon: '{}' has no management core, which clients need: add management=1\n",
                 settings.config);
      return 2;
    }
    if (settings.remote()) {
      fmt::print(stderr, "heddle daemon: --backend remote is for its clients; a daemon has the rtl or the model\n");
      return 2;
    }
    if (check_options) return 0;
    DeviceOptions options;
    settings.apply(options, "daemon");
    options.backend = settings.on_rtl() ? BackendKind::kRtl : BackendKind::kModel;
    options.memory_bytes = memory << 20;
    const std::filesystem::path path = socket.empty() ? default_socket() : std::filesystem::path(socket);
    const auto provider = open_provider(options);
    Server server(*provider, path);
    serving = &server;
    std::signal(SIGINT, stop);
    std::signal(SIGTERM, stop);
    fmt::print("heddle daemon: {} on the {}, at {}\n", configuration.canonical(), settings.backend, path.string());
    std::fflush(stdout);
    server.run();
    fmt::print("heddle daemon: ended\n");
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "heddle daemon: {}\n", error.what());
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv); }
