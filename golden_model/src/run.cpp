// The fast simulator's inner loop.
#include "executor_dispatch.h"
#include "heddle/model/step.h"

namespace heddle::model {

namespace {

template <unsigned kWidth>
RunResult run_width(Warp& warp, Memory& memory, std::uint64_t max_slots) {
  RunResult result;
  Executor<kWidth, false, false> executor(warp, memory, nullptr);
  LaneMask counted = 0;  // counting bits is slow on the oldest processors that this is built for
  unsigned lanes = 0;
  while (result.slots < max_slots) {
    const Path path = detail::select_path<kWidth>(warp);
    if (!path) break;
    executor.slot(path);
    ++result.slots;
    ++warp.cycle;
    if (const LaneMask completed = executor.completed(); completed != 0) {
      if (completed != counted) {
        counted = completed;
        lanes = lane_count(completed);
      }
      ++result.warp_instrs;
      result.lane_instrs += lanes;
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
