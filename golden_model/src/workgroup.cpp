#include "heddle/model/workgroup.h"

#include <algorithm>

namespace heddle::model {

namespace {

// The mask operand of a .sync is its last source register.
std::uint32_t sync_operand(const Warp& warp, const DecodedInstruction* instruction, unsigned lane) {
  if (instruction == nullptr) return 0;
  const isa::InstructionInfo& info = isa::info(instruction->op);
  return warp.reg[info.reads_rs3 ? instruction->rs3 : instruction->rs2][lane];
}

}  // namespace

Workgroup::Event Workgroup::after_slot(Warp& warp, Memory& memory) {
  Event event;
  if (warp.run != 0) return event;
  if (warp.sync != 0 && warp.wait == 0) {
    if (warp.retired_since_release) {
      warp.retired_since_release = false;
      warp.run = warp.sync;
      warp.sync = 0;
      refresh_converged(warp);
      event.sync_released = true;
    } else {
      const unsigned lane = first_lane(warp.sync);
      const WarpIdentity& id = warp.identity;
      event.fault = Fault{.cause = Cause::kCollectiveDeadlock,
                          .pc = warp.pc[lane],
                          .value = sync_operand(warp, memory.fetch(id.core, warp.pc[lane]), lane),
                          .group_id = id.group_id,
                          .local_id = id.local_base + lane,
                          .lane = lane,
                          .warp = id.slot,
                          .core = id.core};
    }
    return event;
  }
  if (!std::all_of(warps_.begin(), warps_.end(), [](const Warp* w) { return arrived(*w); })) return event;
  for (Warp* w : warps_) {
    if (w->barrier == 0) continue;
    event.barrier_released = true;
    w->run = w->barrier;
    w->barrier = 0;
    refresh_converged(*w);
  }
  event.ended = !event.barrier_released;
  return event;
}

bool Workgroup::stuck() const {
  const auto has = [this](auto&& test) { return std::any_of(warps_.begin(), warps_.end(), test); };
  return has([](const Warp* w) { return w->wait != 0; }) &&
         !has([](const Warp* w) { return w->run != 0 || (w->sync != 0 && w->wait == 0); });
}

bool Workgroup::ended() const {
  return std::all_of(warps_.begin(), warps_.end(), [](const Warp* warp) { return warp->ended(); });
}

}  // namespace heddle::model
