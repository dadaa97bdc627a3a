#include "store_watch.h"

namespace heddle::driver {

void StoreWatch::after(const model::Warp& warp, const model::StepResult& step) {
  const bool exits = step.instruction.op == isa::Op::HdExit;
  const bool stores = step.is_memory && step.kind == model::AccessKind::kStore;
  if (!exits && !stores) return;
  const uint32_t mask = step.size == 4 ? ~0U : (1U << (8 * step.size)) - 1;
  const model::LaneMask lanes = exits ? step.completed : step.access;
  for (unsigned lane = 0; lane < warp.lanes; ++lane) {
    if ((lanes >> lane & 1) == 0 || (stores && step.address[lane] != address_)) continue;
    events_.push_back({warp.identity.core, warp.identity.slot, lane, exits, exits ? 0 : step.data[lane] & mask});
  }
}

}  // namespace heddle::driver
