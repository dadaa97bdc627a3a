#include "heddle/model/machine.h"

#include <algorithm>
#include <string>

#include "machine_group.h"

namespace heddle::model {

Machine::Machine(const Shape& shape)
    : memory_(shape),
      warps_(shape.warp_slots(), Warp(shape)),
      group_of_warp_(shape.warp_slots(), nullptr),
      next_warp_(shape.cores, 0) {
  if (shape.cores == 0 || shape.warps == 0 || !std::has_single_bit(shape.lanes) || shape.lanes > kMaxLanes) {
    throw ModelError("Machine: " + std::to_string(shape.cores) + " cores of " + std::to_string(shape.warps) +
                     " warps of " + std::to_string(shape.lanes) + " lanes is no possible shape");
  }
  launch_.regions.resize(shape.regions);
}

Machine::~Machine() = default;

void Machine::start() {
  done_ = aborted_ = false;
  fault_.reset();
  cycles_ = warp_instrs_ = lane_instrs_ = 0;
  rejected_ = check_launch(shape(), launch_);
  if (rejected_) {
    done_ = true;
    return;
  }
  busy_ = true;
  memory_.set_launch(launch_);
  next_group_ = {};
  const std::uint32_t allocation = scratch_allocation(shape(), launch_);
  scratch_in_use_.assign(allocation == 0 ? 0 : shape().scratchpad_bytes / allocation, false);
  std::ranges::fill(next_warp_, 0);
  place_groups();
}

void Machine::finish() {
  busy_ = false;
  done_ = true;
  for (Warp& warp : warps_) warp.run = warp.barrier = warp.sync = 0;
  std::ranges::fill(group_of_warp_, nullptr);
  groups_.clear();
}

// In linear order, x fastest, as long as a core has room.
void Machine::place_groups() {
  while (next_group_[2] != launch_.num_groups[2] && place_group(next_group_)) {
    for (unsigned axis = 0; axis < 3; ++axis) {
      if (++next_group_[axis] != launch_.num_groups[axis] || axis == 2) break;
      next_group_[axis] = 0;
    }
  }
}

bool Machine::place_group(const Vector3& group_id) {
  const unsigned needed = group_warps(shape(), launch_);
  // The emptiest core.
  unsigned core = 0;
  std::ptrdiff_t most_free = -1;
  for (unsigned c = 0; c < shape().cores; ++c) {
    const std::span<Group* const> slots =
        std::span(group_of_warp_).subspan(std::size_t{c} * shape().warps, shape().warps);
    const std::ptrdiff_t free = std::ranges::count(slots, nullptr);
    if (free > most_free) {
      most_free = free;
      core = c;
    }
  }
  if (most_free < static_cast<std::ptrdiff_t>(needed)) return false;

  auto group = std::make_unique<Group>();
  std::uint32_t scratch_base = 0;
  if (!scratch_in_use_.empty()) {
    const auto slot = std::ranges::find(scratch_in_use_, false);
    if (slot == scratch_in_use_.end()) return false;
    *slot = true;
    group->scratch_slot = static_cast<unsigned>(slot - scratch_in_use_.begin());
    scratch_base = group->scratch_slot * scratch_allocation(shape(), launch_);
  }
  std::vector<Warp*> members;
  for (unsigned slot = 0; slot < shape().warps && members.size() < needed; ++slot) {
    const unsigned index = core * shape().warps + slot;
    if (group_of_warp_[index] != nullptr) continue;
    group_of_warp_[index] = group.get();
    Warp& warp = warps_[index];
    memory_.reservations(Space::kDevice).clear(index);
    memory_.reservations(Space::kScratchpad).clear(index);
    warp.dispatch(memory_.launch(), make_identity(shape(), launch_, group_id, static_cast<unsigned>(members.size()),
                                                  core, slot, scratch_base));
    if (runner_ != nullptr) runner_->dispatched(index, warp);
    members.push_back(&warp);
    group->slots.push_back(index);
  }
  group->workgroup = Workgroup(std::move(members));
  groups_.push_back(std::move(group));
  return true;
}

void Machine::release_group(Group& group) {
  for (const unsigned index : group.slots) group_of_warp_[index] = nullptr;
  if (!scratch_in_use_.empty()) scratch_in_use_[group.scratch_slot] = false;
  std::erase_if(groups_, [&](const std::unique_ptr<Group>& g) { return g.get() == &group; });
}

// Runs the core's warps in turn until it has used the budget, none is runnable or the launch has ended.
std::uint64_t Machine::run_core(unsigned core, std::uint64_t budget) {
  std::uint64_t used = 0;
  for (unsigned idle = 0; used < budget && idle < shape().warps && busy_;) {
    unsigned& turn = next_warp_[core];
    const unsigned index = core * shape().warps + turn;
    turn = turn + 1 == shape().warps ? 0 : turn + 1;
    Warp& warp = warps_[index];
    if (warp.run == 0) {
      ++idle;
      continue;
    }
    warp.cycle = clock_ + used;
    const std::uint64_t most = std::min(kTurnSlots, budget - used);
    const RunResult result = runner_ != nullptr ? runner_->run(index, warp, memory_, most) : run(warp, memory_, most);
    if (result.slots == 0) {
      ++idle;
      continue;
    }
    idle = 0;
    used += result.slots;
    warp_instrs_ += result.warp_instrs;
    lane_instrs_ += result.lane_instrs;
    fault_ = result.fault;
    if (!fault_) {
      Group& group = *group_of_warp_[index];
      const Workgroup::Event event = group.workgroup.after_slot(warp, memory_);
      fault_ = event.fault;
      if (event.ended) {
        release_group(group);
        place_groups();
      }
    }
    if (fault_ || groups_.empty()) finish();
  }
  return used;
}

std::uint64_t Machine::advance(std::uint64_t cycles) {
  std::uint64_t used = 0;
  while (busy_ && used < cycles) {
    const std::uint64_t budget = std::min(kRoundCycles, cycles - used);
    std::uint64_t longest = 0;
    for (unsigned core = 0; core < shape().cores && busy_; ++core) longest = std::max(longest, run_core(core, budget));
    if (longest == 0) break;
    clock_ += longest;
    cycles_ += longest;
    used += longest;
  }
  return used;
}

}  // namespace heddle::model
