#include "store_watch.h"

#include "heddle/model/path.h"
#include "heddle/model/step.h"

namespace heddle::driver {

model::RunResult StoreWatch::run(unsigned /*slot*/, model::Warp& warp, model::Memory& memory, uint64_t max_slots) {
  model::RunResult result;
  while (result.slots < max_slots) {
    const model::Path path = model::select_path(warp);
    if (!path) break;
    model::step(warp, path, memory, step_);
    ++result.slots;
    ++warp.cycle;
    if (step_.completed != 0) {
      ++result.warp_instrs;
      result.lane_instrs += model::lane_count(step_.completed);
    }
    collect(warp);
    if (step_.fault) {
      result.fault = step_.fault;
      break;
    }
  }
  return result;
}

void StoreWatch::collect(const model::Warp& warp) {
  const bool exits = step_.instruction.op == isa::Op::HdExit;
  const bool stores = step_.is_memory && step_.kind == model::AccessKind::kStore;
  if (!exits && !stores) return;
  const uint32_t mask = step_.size == 4 ? ~0U : (1U << (8 * step_.size)) - 1;
  const model::LaneMask lanes = exits ? step_.completed : step_.access;
  for (unsigned lane = 0; lane < warp.lanes; ++lane) {
    if ((lanes >> lane & 1) == 0 || (stores && step_.address[lane] != address_)) continue;
    events_.push_back({warp.identity.core, warp.identity.slot, lane, exits, exits ? 0 : step_.data[lane] & mask});
  }
}

}  // namespace heddle::driver
