// The program of `heddle bench --suite queues`: kernels through queues and firmware on the RTL of the management core.
// All times are the device's: signals' time stamps (mtime), and cycles of the simulation up to a store that is watched.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>

#include "heddle/driver/backend.h"
#include "heddle/driver/error.h"
#include "heddle/driver/management.h"
#include "heddle/generated/registers.h"

namespace heddle::bench {
namespace {

using driver::Backend;
using driver::Management;

constexpr uint32_t kProgram = 0x8000'0000, kObjects = 0x8001'0000, kRings = 0x8002'0000, kSignals = 0x8003'0000;
constexpr uint32_t kArguments = 0x8004'0000, kResults = 0x8010'0000, kPrivate = 0x8020'0000, kEnd = 0x802F'FFFF;
constexpr uint32_t kFirstStore = kArguments - 64;  // of the kernel whose first instruction stores
constexpr uint32_t kPackets = 256, kItems = 8, kGroup = 4, kPrivateBytes = 64, kContextBytes = 0x8'0000;
constexpr uint32_t kWarmUp = 4;  // kernels that do not count
constexpr uint64_t kIdleCycles = 2'000, kMostCycles = 100'000;
enum Kernel : uint32_t { kAdd, kStore, kLong, kKernels };

std::vector<std::byte> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<std::byte> bytes;
  for (auto at = std::istreambuf_iterator<char>(file); at != std::istreambuf_iterator<char>(); ++at) {
    bytes.push_back(static_cast<std::byte>(*at));
  }
  return bytes;
}

struct Row {
  std::string name;
  double cycles = 0.0;
  double limit = 0.0;  // 0: none
};

class Queues {
 public:
  Queues(Backend& backend, const std::vector<std::byte>& firmware, const std::vector<std::byte>& kernels)
      : backend_(backend), management_(backend, firmware) {
    backend_.write_memory(kProgram, kernels);
    for (uint32_t kernel = 0; kernel < kKernels; ++kernel) {
      write(kObjects + 16 * kernel, hd_kernel_object{HD_KERNEL_MAGIC, kProgram + 64 * kernel, 0, 0});
    }
    management_.set_context(0, {{{kProgram, kEnd, 7}}, kPrivate, kContextBytes});
    for (uint32_t q = 0; q < 2; ++q) {
      management_.open(q, {.ring = kRings + kPackets * HD_PACKET_BYTES * q, .packets = kPackets});
      if (management_.status(q).state != HD_QUEUE_OPENED) throw std::runtime_error("a queue cannot be opened");
    }
  }

  // Cycles from the answer to the doorbell to the store of the kernel's first instruction; the device sleeps before.
  double doorbell_to_store() {
    backend_.advance(kIdleCycles);
    (void)backend_.take_watch_events();
    const uint64_t index = management_.submit(0, packet(kStore, kFirstStore, 0));
    uint64_t cycles = 0;
    while (backend_.take_watch_events().empty()) {
      cycles += backend_.advance(1);
      if (cycles > kMostCycles) throw std::runtime_error("a kernel does not start");
    }
    wait(0, index);
    return static_cast<double>(cycles);
  }

  // Of the last launch, by the device's own counter.
  double launch_cycles() { return static_cast<double>(backend_.read_register(regs::kCyclesLo)); }

  struct Times {
    double period = 0.0, kernel = 0.0;
  };
  // Kernels of so many work-items one behind the other, in turn on so many queues.
  Times back_to_back(uint32_t queues, uint32_t count, Kernel kernel = kAdd, uint32_t items = kItems) {
    std::vector<std::pair<uint32_t, uint64_t>> sent;
    for (uint32_t i = 0; i < count; ++i) {
      write(kArguments + 64 * i, std::array<uint32_t, 2>{kResults + 64 * i, 100 * i});
      write(kSignals + 64 * i,
            hd_signal{.kind = 1, .value = 1, .reserved0 = {}, .start = 0, .end = 0, .reserved1 = {}});
    }
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t q = i % queues;
      sent.emplace_back(q, management_.submit(q, packet(kernel, kArguments + 64 * i, kSignals + 64 * i, items)));
    }
    for (const auto& [q, index] : sent) wait(q, index);
    std::vector<hd_signal> signals;
    for (uint32_t i = 0; i < count; ++i) {
      signals.push_back(read<hd_signal>(kSignals + 64 * i));
      const auto results = read<std::array<uint32_t, kItems>>(kResults + 64 * i);
      for (uint32_t item = 0; item < items; ++item) {
        if (results[item] != 100 * i + item) throw std::runtime_error(fmt::format("kernel {} has a wrong result", i));
      }
    }
    // Kernels of several queues need not start in the order in which they were sent.
    std::ranges::sort(signals, {}, &hd_signal::start);
    const auto measured = std::span(signals).subspan(kWarmUp);
    Times times;
    times.period =
        static_cast<double>(measured.back().start - measured.front().start) / static_cast<double>(measured.size() - 1);
    for (const hd_signal& signal : measured) {
      times.kernel += static_cast<double>(signal.end - signal.start) / static_cast<double>(measured.size());
    }
    return times;
  }

 private:
  template <typename Type>
  void write(uint32_t address, const Type& value) {
    backend_.write_memory(address, std::as_bytes(std::span(&value, 1)));
  }
  template <typename Type>
  Type read(uint32_t address) {
    Type value;
    backend_.read_memory(address, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  static hd_packet packet(Kernel kernel, uint32_t arguments, uint32_t signal, uint32_t items = kItems) {
    hd_packet result{};
    result.dispatch.header = HD_PACKET_DISPATCH;
    result.dispatch.setup = 1;
    result.dispatch.workgroup_size[0] = kGroup;
    result.dispatch.workgroup_size[1] = result.dispatch.workgroup_size[2] = 1;
    result.dispatch.grid_size[0] = items;
    result.dispatch.grid_size[1] = result.dispatch.grid_size[2] = 1;
    result.dispatch.private_segment_size = kPrivateBytes;
    result.dispatch.kernel_object = kObjects + 16 * kernel;
    result.dispatch.kernarg_address = arguments;
    result.dispatch.completion_signal = signal;
    return result;
  }
  // Looks seldom: the host's reads of SRAM cost the firmware cycles.
  void wait(uint32_t q, uint64_t index) {
    for (uint64_t cycles = 0;; cycles += kIdleCycles) {
      const driver::QueueStatus status = management_.status(q);
      if (status.state != HD_QUEUE_OPENED) throw std::runtime_error(status.error_text());
      if (status.complete > index) return;
      if (cycles > kMostCycles) throw std::runtime_error("a kernel does not end");
      for (uint64_t done = 0; done < kIdleCycles;) done += backend_.advance(kIdleCycles - done);
    }
  }

  Backend& backend_;
  Management management_;
};

std::vector<Row> measure(Backend& backend, const std::vector<std::byte>& firmware,
                         const std::vector<std::byte>& kernels, uint32_t count) {
  Queues queues(backend, firmware, kernels);
  std::vector<Row> rows;
  rows.push_back({"doorbell to first instruction, new context", queues.doorbell_to_store(), 1500});
  rows.push_back({"doorbell to first instruction", queues.doorbell_to_store(), 1500});
  const Queues::Times one = queues.back_to_back(1, count);
  rows.push_back({"one queue: start to start", one.period, 600});
  rows.push_back({"one queue: start to end", one.kernel, 0});
  rows.push_back({"one queue: the launch itself", queues.launch_cycles(), 0});
  rows.push_back({"one queue: end to next start", one.period - one.kernel, 0});
  const Queues::Times two = queues.back_to_back(2, count);
  rows.push_back({"two queues: start to start", two.period, 0});
  // One workgroup each: kernels of two queues run at once where there are launch slots and cores for both.
  rows.push_back({"one queue, long kernels: start to start", queues.back_to_back(1, count, kLong, kGroup).period, 0});
  rows.push_back({"two queues, long kernels: start to start", queues.back_to_back(2, count, kLong, kGroup).period, 0});
  if (const auto problem = backend.mismatch()) throw std::runtime_error(*problem);
  return rows;
}

int run(int argc, char** argv) {
  driver::BackendOptions options;
  options.configuration = "edge";
  options.watch_address = kFirstStore;
  std::string firmware, kernels, json, lockstep = "off";
  uint32_t count = 32;
  CLI::App app{"Measures kernels through queues and firmware."};
  app.add_option("--config", options.configuration, "Configuration, with a management core")->capture_default_str();
  app.add_option("--rtl-library", options.rtl_library, "Directory of its RTL library")->required();
  app.add_option("--firmware", firmware, "Image of the firmware")->required()->check(CLI::ExistingFile);
  app.add_option("--kernels", kernels, "The flat program of kernels.S")->required()->check(CLI::ExistingFile);
  app.add_option("--mem-latency", options.memory_latency, "Cycles of the memory")->capture_default_str();
  app.add_option("--count", count, "Kernels behind each other")->check(CLI::Range(8U, kPackets))->capture_default_str();
  app.add_option("--lockstep", lockstep, "on: check against the model meanwhile")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  app.add_option("--json", json, "Write the rows to this file");
  CLI11_PARSE(app, argc, argv);
  options.lockstep = lockstep == "on";
  try {
    const std::unique_ptr<Backend> backend = open_rtl(options);
    nlohmann::json rows = nlohmann::json::array();
    for (const Row& row : measure(*backend, contents(firmware), contents(kernels), count)) {
      fmt::print("{:<45} {:>8.0f} cycles{}\n", row.name, row.cycles,
                 row.limit == 0.0 ? "" : fmt::format(", at most {:.0f}", row.limit));
      rows.push_back({{"name", row.name},
                      {"args", fmt::format("mem_latency={} count={}", options.memory_latency, count)},
                      {"config", options.configuration},
                      {"value", row.cycles},
                      {"unit", "cycles"}});
      if (row.limit != 0.0) {
        rows.back()["peak"] = row.limit;
        rows.back()["of_peak"] = row.cycles / row.limit;
      }
    }
    if (!json.empty() && !(std::ofstream(json) << nlohmann::json{{"rows", rows}})) {
      throw std::runtime_error("cannot write " + json);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_queues: {}\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) { return heddle::bench::run(argc, argv); }
