#include "summary.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "platform.h"

namespace heddle::opencl {

void print_summary(const _cl_platform_id& platform) {
  const char* asked = std::getenv("HEDDLE_CL_SUMMARY");
  if (!asked || !*asked) return;
  for (const auto& device : platform.devices) {
    const auto totals = device->worker.totals();
    LaunchTotals sum;
    for (const auto& [kernel, total] : totals) {
      sum.launches += total.launches;
      sum.cycles += total.cycles;
      sum.warp_instrs += total.warp_instrs;
      sum.seconds += total.seconds;
    }
    const bool model = device->worker.options().backend == driver::BackendKind::kModel;
    fmt::print(stderr, "{}: {} launches\n", device->name, sum.launches);
    if (totals.empty()) continue;
    fmt::print(stderr, "  {:<32} {:>9} {:>15} {:>15} {:>9}\n", "kernel", "launches", model ? "issue slots" : "cycles",
               "instructions", "seconds");
    const auto row = [](const std::string& name, const LaunchTotals& total) {
      fmt::print(stderr, "  {:<32} {:>9} {:>15} {:>15} {:>9.3f}\n", name, total.launches, total.cycles,
                 total.warp_instrs, total.seconds);
    };
    for (const auto& [kernel, total] : totals) row(kernel, total);
    if (totals.size() > 1) row("all", sum);
    if (const auto lockstep = device->worker.lockstep(); lockstep.enabled) {
      fmt::print(stderr, "  lock-step: {} issue slots compared, no difference\n", lockstep.compared);
    }
  }
}

}  // namespace heddle::opencl
