#include "heddle/model/step_runner.h"

namespace heddle::model {

RunResult StepRunner::run(unsigned, Warp& warp, Memory& memory, std::uint64_t max_slots) {
  RunResult result;
  while (result.slots < max_slots) {
    const Path path = select_path(warp);
    if (!path) break;
    before(warp, path, memory);
    step(warp, path, memory, result_);
    ++result.slots;
    ++warp.cycle;
    if (result_.completed != 0) {
      ++result.warp_instrs;
      result.lane_instrs += lane_count(result_.completed);
    }
    after(warp, result_);
    if (result_.fault) {
      result.fault = result_.fault;
      break;
    }
  }
  return result;
}

}  // namespace heddle::model
