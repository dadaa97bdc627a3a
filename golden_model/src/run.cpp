// The fast simulator's inner loop.
#include "executor_dispatch.h"
#include "heddle/model/step.h"

namespace heddle::model {

namespace {

template <unsigned kWidth>
RunResult run_width(Warp& warp, Memory& memory, std::uint64_t max_slots) {
  RunResult result;
  Executor<kWidth, false, false> executor(warp, memory, nullptr);
  while (result.slots < max_slots) {
    const Path path = detail::select_path<kWidth>(warp);
    if (!path) break;
    executor.slot(path);
    ++result.slots;
    ++warp.cycle;
    if (const LaneMask completed = executor.completed(); completed != 0) {
      ++result.warp_instrs;
      result.lane_instrs += lane_count(completed);
    }
    if (executor.fault()) {
      result.fault = executor.fault();
      break;
    }
  }
  return result;
}

}  // namespace

RunResult run(Warp& warp, Memory& memory, std::uint64_t max_slots) {
  if (warp.lanes <= 4) return run_width<4>(warp, memory, max_slots);
  if (warp.lanes <= 8) return run_width<8>(warp, memory, max_slots);
  if (warp.lanes <= 16) return run_width<16>(warp, memory, max_slots);
  return run_width<32>(warp, memory, max_slots);
}

}  // namespace heddle::model
