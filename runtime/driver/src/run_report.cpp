#include "heddle/driver/run_report.h"

#include <fmt/format.h>

namespace heddle::driver {
namespace {

double ratio(double a, double b) { return b > 0.0 ? a / b : 0.0; }

/// Slots of the stack over ours: above 1 the stack needs more.
double stack_ratio(const StackReference& stack) {
  return ratio(static_cast<double>(stack.stack_slots), static_cast<double>(stack.heddle_slots));
}

/// 1234567 as "1,234,567".
std::string grouped(uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

uint64_t copied_total(const LockstepStatistics& lockstep) {
  uint64_t total = 0;
  for (const auto& [kind, count] : lockstep.copied) total += count;
  return total;
}

}  // namespace

double RunReport::ipc() const {
  return ratio(static_cast<double>(total.warp_instrs), static_cast<double>(total.cycles) * shape.cores);
}

double RunReport::simd_efficiency() const {
  return ratio(static_cast<double>(total.lane_instrs), static_cast<double>(total.warp_instrs) * shape.lanes);
}

double RunReport::khz() const { return ratio(static_cast<double>(total.cycles), total.host_seconds * 1000.0); }

std::string summary(const RunReport& report) {
  std::string text =
      fmt::format("{} on {} ({}{}): {}\n", report.subject, report.config, report.backend,
                  report.lockstep.enabled ? ", lock-step with the model" : "", report.pass ? "PASS" : "FAIL");
  const LaunchStatistics& total = report.total;
  if (total.cycles == 0) return text;  // nothing was launched
  text += fmt::format("  {} {}, {} warp instructions (IPC {:.2f}), {} lane instructions, SIMD efficiency {:.1f} %\n",
                      grouped(total.cycles), report.backend == "rtl" ? "cycles" : "steps", grouped(total.warp_instrs),
                      report.ipc(), grouped(total.lane_instrs), report.simd_efficiency() * 100.0);
  if (report.lockstep.enabled) {
    text += fmt::format("  lock-step: {} slots compared, {} values copied", grouped(report.lockstep.compared),
                        grouped(copied_total(report.lockstep)));
    for (const auto& [kind, count] : report.lockstep.copied) {
      if (count != 0) text += fmt::format(" ({}: {})", kind, grouped(count));
    }
    if (report.lockstep.management != 0) {
      text += fmt::format("; management core: {} instructions, {} values", grouped(report.lockstep.management),
                          grouped(report.lockstep.management_copied));
    }
    text += '\n';
  }
  if (report.stack && report.stack->problem.empty()) {
    text += fmt::format("  issue slots: {}, an exact post-dominator stack needs {} ({:.2f} of ours)\n",
                        grouped(report.stack->heddle_slots), grouped(report.stack->stack_slots),
                        stack_ratio(*report.stack));
  } else if (report.stack) {
    text += fmt::format("  an exact post-dominator stack gives no figure: {}\n", report.stack->problem);
  }
  text += fmt::format("  {:.2f} s of simulation, {:.1f} kHz\n", total.host_seconds, report.khz());
  return text;
}

std::string stalls(const RunReport& report) {
  const double all = static_cast<double>(report.total.cycles) * report.shape.cores * report.shape.warps;
  if (report.backend != "rtl" || all == 0.0) return {};
  std::string text = fmt::format("  cycles of the {} warp slots:", report.shape.cores * report.shape.warps);
  for (size_t i = 0; i < report.total.warp_cycles.size(); ++i) {
    text += fmt::format(" {} {:.1f} %{}", kWarpCycleReasons[i],
                        100.0 * static_cast<double>(report.total.warp_cycles[i]) / all,
                        i + 1 < report.total.warp_cycles.size() ? "," : "\n");
  }
  return text;
}

std::string value_patterns(const RunReport& report) {
  ValuePatterns all{.kind = "all"};
  for (const ValuePatterns& row : report.values) {
    all.instructions += row.instructions;
    all.uniform += row.uniform;
    all.affine += row.affine;
  }
  if (all.instructions == 0) return {};
  const auto percent = [&](uint64_t count) {
    return 100.0 * ratio(static_cast<double>(count), static_cast<double>(all.instructions));
  };
  std::string text = fmt::format("  of {} warp instructions, {:.1f} % on uniform and {:.1f} % on affine values\n",
                                 grouped(all.instructions), percent(all.uniform), percent(all.affine));
  for (const ValuePatterns& row : report.values) {
    text += fmt::format("    {:8} {:5.1f} %: uniform {:5.1f} %, affine {:5.1f} %\n", row.kind,
                        percent(row.instructions), percent(row.uniform), percent(row.affine));
  }
  return text;
}

nlohmann::json to_json(const RunReport& report) {
  nlohmann::json json{
      {"tool", report.tool},
      {"pass", report.pass},
      {report.tool == "run" ? "example" : "program", report.subject},
      {"config", report.config},
      {"backend", report.backend},
      {"cycles", report.total.cycles},
      {"warp_instrs", report.total.warp_instrs},
      {"lane_instrs", report.total.lane_instrs},
      {"ipc", report.ipc()},
      {"simd_efficiency", report.simd_efficiency()},
      {"lockstep", {{"compared", report.lockstep.compared}, {"copied", copied_total(report.lockstep)}}},
      {"host_seconds", report.total.host_seconds},
      {"processor_seconds", report.total.processor_seconds},
      {"khz", report.khz()},
  };
  if (!report.rows.empty()) json["rows"] = report.rows;
  if (report.backend == "rtl") {
    for (size_t i = 0; i < report.total.warp_cycles.size(); ++i) {
      json["warp_cycles"][driver::kWarpCycleReasons[i]] = report.total.warp_cycles[i];
    }
  }
  if (report.lockstep.management != 0) {
    json["lockstep"]["management"] = {{"compared", report.lockstep.management},
                                      {"copied", report.lockstep.management_copied}};
  }
  for (const auto& [kind, count] : report.lockstep.copied) json["lockstep"]["copied_by_kind"][kind] = count;
  if (report.stack && report.stack->problem.empty()) {
    json["stack_reference"] = {{"heddle_slots", report.stack->heddle_slots},
                               {"stack_slots", report.stack->stack_slots},
                               {"stack_over_heddle", stack_ratio(*report.stack)}};
  } else if (report.stack) {
    json["stack_reference"] = {{"problem", report.stack->problem}};
  }
  for (const ValuePatterns& row : report.values) {
    json["value_patterns"][row.kind] = {
        {"instructions", row.instructions}, {"uniform", row.uniform}, {"affine", row.affine}};
  }
  if (report.fault) {
    const FaultReport& fault = *report.fault;
    json["error"] = {
        {"cause", fault.cause_text}, {"pc", fault.pc},
        {"symbol", fault.symbol},    {"file", fault.file},
        {"line", fault.line},        {"address", fault.address ? nlohmann::json(*fault.address) : nlohmann::json()},
        {"workgroup", fault.group},  {"lane", fault.lane}};
  } else if (!report.error.empty()) {
    // No lane is to blame: the same keys, with nothing in them.
    json["error"] = {{"cause", report.error}, {"pc", nullptr},      {"symbol", nullptr},    {"file", nullptr},
                     {"line", nullptr},       {"address", nullptr}, {"workgroup", nullptr}, {"lane", nullptr}};
  }
  return json;
}

}  // namespace heddle::driver
