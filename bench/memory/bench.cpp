#include "bench.h"

#include <algorithm>

namespace heddle::bench {

double Bench::port_bytes() {
  const driver::MemoryStatistics memory = device().backend().memory().value_or(driver::MemoryStatistics{});
  return memory.peak_lines * configuration_.line_bytes;
}

std::optional<double> Bench::memory_latency() const {
  const driver::DeviceOptions& options = run_.options();
  const bool fixed = options.backend == driver::BackendKind::kRtl && options.memory_kind == "fixed";
  return fixed && !options.random_stalls ? std::optional<double>(options.memory_latency) : std::nullopt;
}

uint32_t Bench::elapsed(const std::vector<span>& spans) {
  uint32_t begin = spans.front().begin, end = spans.front().end;
  for (const span& one : spans) {
    // The counter may have wrapped: differences count.
    if (static_cast<int32_t>(one.begin - begin) < 0) begin = one.begin;
    if (static_cast<int32_t>(one.end - end) > 0) end = one.end;
  }
  return end - begin;
}

void Bench::add(const Row& row, const Launch& launch) {
  const driver::LaunchStatistics& statistics = launch.statistics;
  nlohmann::json json{
      {"name", row.name},
      {"args", row.args},
      {"config", configuration_.canonical()},
      {"cycles", statistics.cycles},
      {"warp_instrs", statistics.warp_instrs},
      {"lane_instrs", statistics.lane_instrs},
      {"value", row.value},
      {"unit", row.unit},
      {"peak", nullptr},
      {"of_peak", nullptr},
      {"bound", row.bound},
      {"lines_read", launch.lines_read},
      {"lines_written", launch.lines_written},
      {"host_seconds", statistics.host_seconds},
      {"khz", static_cast<double>(statistics.cycles) / std::max(statistics.host_seconds, 1e-9) / 1000.0},
  };
  if (row.peak) {
    json["peak"] = *row.peak;
    json["of_peak"] = row.lower_is_better ? *row.peak / row.value : row.value / *row.peak;
  }
  run_.add_row(std::move(json));
}

}  // namespace heddle::bench
