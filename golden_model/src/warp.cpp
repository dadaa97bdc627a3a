#include "heddle/model/warp.h"

#include "heddle/generated/memory_map.h"

namespace heddle::model {

void Warp::dispatch(const Launch& new_launch, const WarpIdentity& new_identity) {
  identity = new_identity;
  launch = &new_launch;
  for (LaneRow& row : reg) row.fill(0);
  reg[2].fill(memory_map::kPrivateBase + new_launch.private_size);
  reg[10].fill(new_launch.args);
  pc.fill(new_launch.entry & ~std::uint32_t{3});
  depth.fill(0);
  for (LaneRow* row : {&mscratch, &mepc, &mcause, &mtval, &fflags, &frm}) row->fill(0);
  run = new_identity.mask;
  barrier = 0;
  sync = 0;
  wait = wait_again = 0;
  mtvec = 0;
  retired = 0;
  slots = 0;
  retired_since_release = false;
  fairness = Fairness{};
  pending_sc.reset();
  converged = true;
}

LaneState Warp::state(unsigned lane) const {
  const LaneMask bit = lane_bit(lane);
  if ((run & bit) != 0) return LaneState::kRun;
  if ((barrier & bit) != 0) return LaneState::kBarrier;
  if ((sync & bit) != 0) return LaneState::kSync;
  if ((wait & bit) != 0) return LaneState::kWait;
  return LaneState::kDead;
}

}  // namespace heddle::model
