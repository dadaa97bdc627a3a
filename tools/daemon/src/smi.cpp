// heddle-smi: what `heddle smi` becomes. What goes on in a daemon's device, or the shape of a configuration.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "heddle/driver/provider.h"
#include "heddle/driver/remote.h"
#include "heddle/driver/run_options.h"
#include "heddle/generated/configuration.h"

namespace {

using nlohmann::ordered_json;

std::string mib(const ordered_json& bytes) { return fmt::format("{:.1f} MiB", bytes.get<double>() / (1 << 20)); }

uint64_t number(const ordered_json& object, const char* key) { return object.at(key).get<uint64_t>(); }

std::string words(const ordered_json& object, const char* key) { return object.at(key).get<std::string>(); }

void print_status(const ordered_json& status) {
  const auto& device = status.at("device");
  fmt::print("{} ({}): {} core(s), {} warps of {} lanes, scratchpad {} KiB, {} regions\n", words(device, "config"),
             words(device, "backend"), number(device, "cores"), number(device, "warps"), number(device, "lanes"),
             number(device, "scratchpad_bytes") >> 10, number(device, "regions"));
  fmt::print("state     {}, cycle {}\n", words(status, "state"), number(status, "cycle"));
  const auto& memory = status.at("memory");
  fmt::print("memory    {}, {} given to contexts, {} of it used\n", mib(memory.at("bytes")),
             mib(memory.at("in_contexts")), mib(memory.at("used")));
  const auto& activity = status.at("activity");
  const uint64_t cycles = number(status, "cycle"), busy = number(activity, "kernel_cycles");
  fmt::print("activity  {} kernels in {} cycles ({:.1f} % of the time), {} other commands\n",
             number(activity, "kernels"), busy,
             cycles == 0 ? 0.0 : 100.0 * static_cast<double>(busy) / static_cast<double>(cycles),
             number(activity, "other_commands"));
  fmt::print("          {} warp and {} lane instructions in {} of the kernels\n", number(activity, "warp_instrs"),
             number(activity, "lane_instrs"), number(activity, "kernels_counted"));
  if (activity.contains("lines_read")) {
    fmt::print("          memory port: {} lines read, {} written\n", number(activity, "lines_read"),
               number(activity, "lines_written"));
  }
  fmt::print("contexts  {} of {}\n", status.at("contexts").size(), number(device, "contexts"));
  for (const auto& context : status.at("contexts")) {
    fmt::print("  {}  {}: {}, {} used, {} commands\n", number(context, "context"), words(context, "owner"),
               mib(context.at("memory_bytes")), mib(context.at("used_bytes")), number(context, "commands"));
  }
  fmt::print("queues    {} of {}\n", status.at("queues").size(), number(device, "queues"));
  for (const auto& queue : status.at("queues")) {
    fmt::print("  {}  context {}: {}, {} waiting, {} in the ring, {} completed\n", number(queue, "queue"),
               number(queue, "context"), words(queue, "state"), number(queue, "waiting"), number(queue, "in_ring"),
               number(queue, "completed"));
    fmt::print("     {} kernels in {} cycles", number(queue, "kernels"), number(queue, "busy_cycles"));
    if (queue.contains("firmware")) {
      const auto& counted = queue.at("firmware");
      fmt::print("; firmware: {} packets, {} errors", number(counted, "packets"), number(counted, "errors"));
    }
    fmt::print("\n");
  }
  fmt::print("kernels   {} first in their queues\n", status.at("kernels").size());
  for (const auto& kernel : status.at("kernels")) {
    fmt::print("  {} of {}, queue {}, for {} cycles\n", words(kernel, "kernel"), words(kernel, "owner"),
               number(kernel, "queue"), number(kernel, "cycles_since_submitted"));
  }
  fmt::print("faults    the last {}\n", status.at("faults").size());
  for (const auto& fault : status.at("faults")) {
    fmt::print("  cycle {}: {} of {}: {}\n", number(fault, "cycle"), words(fault, "kernel"), words(fault, "owner"),
               words(fault, "text"));
  }
}

/// What a configuration has, without a device.
ordered_json shape_of(const std::string& text) {
  const heddle::Configuration shape = heddle::Configuration::parse(text);
  return {{"config", shape.canonical()},
          {"cores", shape.cores},
          {"warps", shape.warps},
          {"lanes", shape.lanes},
          {"threads", shape.cores * shape.warps * shape.lanes},
          {"regions", shape.regions},
          {"scratchpad_bytes", shape.scratchpad_bytes},
          {"line_bytes", shape.line_bytes},
          {"management", shape.management},
          {"mgmt_sram_bytes", shape.management != 0 ? shape.mgmt_sram_bytes : 0}};
}

int run(int argc, char** argv) {
  std::string socket, config, json;
  bool console = false;
  CLI::App app("Shows what goes on in the device of a daemon, or the shape of a configuration", "heddle smi");
  auto* const socket_option =
      app.add_option("--socket", socket,
                     "Of the daemon; default: HEDDLE_SOCKET of the environment, or heddle-UID.socket "
                     "in the directory for temporary files");
  app.add_option("--config", config, "Only the shape of this configuration; no daemon is needed")
      ->excludes(socket_option);
  app.add_flag("--console", console, "What the firmware has written on its console")->excludes("--config");
  app.add_option("--json", json, "Write it to a file as one JSON object");
  CLI11_PARSE(app, argc, argv);
  try {
    ordered_json all{{"tool", "smi"}, {"pass", true}};
    if (!config.empty()) {
      const ordered_json shape = shape_of(config);
      for (const auto& [key, value] : shape.items()) fmt::print("{:17} {}\n", key, value.dump());
      all["device"] = shape;
    } else {
      heddle::driver::RemoteProvider provider(socket.empty() ? heddle::driver::default_socket()
                                                             : std::filesystem::path(socket));
      const ordered_json status = ordered_json::parse(provider.status());
      if (console) {
        fmt::print("{}", words(status, "console"));
      } else {
        print_status(status);
      }
      all.update(status);
    }
    if (!json.empty()) heddle::driver::write_json(json, all);
    return 0;
  } catch (const heddle::ConfigurationError& error) {
    fmt::print(stderr, "heddle smi: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "heddle smi: {}\n", error.what());
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv); }
