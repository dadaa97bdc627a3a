#include <nlohmann/json.hpp>

#include "engine_context.h"
#include "heddle/generated/registers.h"

namespace heddle::driver {
namespace {

nlohmann::ordered_json to_json(const DeviceInfo& info) {
  return {{"backend", info.backend},
          {"config", info.configuration},
          {"cores", info.shape.cores},
          {"warps", info.shape.warps},
          {"lanes", info.shape.lanes},
          {"regions", info.shape.regions},
          {"scratchpad_bytes", info.shape.scratchpad_bytes},
          {"line_bytes", info.shape.line_bytes},
          {"memory_bytes", info.memory_bytes},
          {"contexts", info.contexts},
          {"queues", info.queues}};
}

nlohmann::ordered_json to_json(const QueueCounters& counters) {
  return {{"packets", counters.packets}, {"errors", counters.errors}};
}

}  // namespace

void Engine::read_console() {
  console_ += management_->take_console();
  if (console_.size() > kConsoleBytes) console_.erase(0, console_.size() - kConsoleBytes);
}

std::string Engine::status() {
  const DeviceInfo device = info();
  const auto held = lock();
  if (lost_.empty()) read_console();
  nlohmann::ordered_json all;
  all["device"] = to_json(device);
  all["state"] = lost_.empty() ? "ready" : lost_;
  all["cycle"] = now();
  uint64_t given = 0, used = 0;
  auto& contexts = all["contexts"] = nlohmann::ordered_json::array();
  for (const auto& context : contexts_) {
    if (!context) continue;
    given += context->bytes;
    used += context->used.bytes();
    contexts.push_back({{"context", context->number},
                        {"owner", context->owner},
                        {"memory_bytes", context->bytes},
                        {"used_bytes", context->used.bytes()},
                        {"commands", context->open.size()}});
  }
  all["memory"] = {{"bytes", device.memory_bytes}, {"in_contexts", given}, {"used", used}};
  auto& queues = all["queues"] = nlohmann::ordered_json::array();
  auto& kernels = all["kernels"] = nlohmann::ordered_json::array();
  for (uint32_t q = 0; q < kSystemQueue; ++q) {
    if (!queues_[q]) continue;
    const CommandQueue& queue = *queues_[q];
    queues.push_back({{"queue", q},
                      {"context", queue.context()},
                      {"state", queue.failed() ? "failed" : "open"},
                      {"waiting", queue.waiting().size()},
                      {"in_ring", queue.ring().size()},
                      {"completed", queue.completed()},
                      {"kernels", queue.kernels()},
                      {"busy_cycles", queue.busy_cycles()}});
    if (lost_.empty()) queues.back()["firmware"] = to_json(management_->counters(q));
    if (queue.ring().empty() || !queue.ring().front().dispatch()) continue;
    const CommandQueue::Entry& front = queue.ring().front();
    kernels.push_back({{"kernel", front.command.label},
                       {"queue", q},
                       {"owner", context(queue.context()).owner},
                       {"cycles_since_submitted", now() - front.submitted}});
  }
  all["activity"] = {{"kernels", activity_.launches},          {"other_commands", activity_.copies},
                     {"kernel_cycles", activity_.busy_cycles}, {"kernels_counted", activity_.counted},
                     {"warp_instrs", activity_.warp_instrs},   {"lane_instrs", activity_.lane_instrs}};
  if (const auto port = backend_->memory()) {
    all["activity"]["lines_read"] = port->lines_read;
    all["activity"]["lines_written"] = port->lines_written;
  }
  auto& faults = all["faults"] = nlohmann::ordered_json::array();
  for (const FaultRecord& fault : faults_) {
    faults.push_back({{"cycle", fault.cycle}, {"owner", fault.owner}, {"kernel", fault.label}, {"text", fault.text}});
  }
  all["console"] = console_;
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace heddle::driver
