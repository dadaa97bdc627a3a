#include "heddle/model/machine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "heddle/model/engines.h"
#include "machine_launch.h"
#include "thread_team.h"

namespace heddle::model {

Machine::Machine(const Shape& shape)
    : memory_(shape),
      warps_(shape.warp_slots(), Warp(shape)),
      group_of_warp_(shape.warp_slots(), nullptr),
      cores_(shape.cores) {
  if (shape.cores == 0 || shape.warps == 0 || !std::has_single_bit(shape.lanes) || shape.lanes > kMaxLanes) {
    throw ModelError("Machine: " + std::to_string(shape.cores) + " cores of " + std::to_string(shape.warps) +
                     " warps of " + std::to_string(shape.lanes) + " lanes is no possible shape");
  }
  if (shape.launches == 0) throw ModelError("Machine: no launch slots");
  for (unsigned i = 0; i < shape.launches; ++i) {
    launches_.push_back(std::make_unique<LaunchSlot>());
    launches_.back()->launch.regions.resize(shape.regions);
  }
  if (shape.copy_engine) {
    std::vector<Warp*> warps;
    for (Warp& warp : warps_) warps.push_back(&warp);
    engines_ = std::make_unique<Engines>(memory_, std::move(warps));
    memory_.set_engines(engines_.get());
  }
}

Machine::~Machine() = default;

bool Machine::done() const {
  return std::ranges::any_of(launches_, [](const auto& launch) { return launch->done; });
}

bool Machine::faulted() const {
  return std::ranges::any_of(launches_, [](const auto& launch) { return launch->done && launch->fault; });
}

bool Machine::interrupt() const {
  return std::ranges::any_of(launches_, [](const auto& launch) { return launch->done && launch->interrupt_enable; });
}

const Launch& Machine::launch_registers() const { return launches_.front()->launch; }

void Machine::start(LaunchSlot& launch) {
  launch.done = launch.aborted = launch.begun = false;
  launch.fault.reset();
  launch.cycles = launch.warp_instrs = launch.lane_instrs = 0;
  launch.rejected = check_launch(shape(), launch.launch);
  if (launch.rejected) {
    launch.done = true;
    return;
  }
  launch.busy = true;
  launch.order = starts_++;
  if (busy_launches_++ == 0) std::ranges::fill(cores_, Core{});
  if (!launch.needs_scratchpad() || scratch_owner_ == nullptr) begin(launch);
}

// Its workgroups may be placed from now on.
void Machine::begin(LaunchSlot& launch) {
  launch.begun = true;
  launch.next_group = {};
  for (Core& core : cores_) {
    if (core.launch == &launch) core.launch = nullptr;  // other registers
  }
  if (launch.needs_scratchpad()) {
    scratch_owner_ = &launch;
    memory_.clear_scratchpad();
    const std::uint32_t allocation = scratch_allocation(shape(), launch.launch);
    scratch_in_use_.assign(allocation == 0 ? 0 : shape().scratchpad_bytes / allocation, false);
    buffer_in_use_ = {};
  }
  if (engines_ != nullptr && (launch.needs_scratchpad() || busy_launches_ == 1)) {
    engines_->set_delays(delay_seed_);
    engines_->begin_launch();
    turns_.seed(static_cast<std::uint32_t>(delay_seed_));
  }
  place_groups();
}

void Machine::finish(LaunchSlot& launch) {
  launch.busy = false;
  launch.done = true;
  --busy_launches_;
  for (const auto& group : launch.groups) {
    --cores_[group->core].groups;
    for (const unsigned index : group->slots) {
      Warp& warp = warps_[index];
      warp.run = warp.barrier = warp.sync = warp.wait = warp.wait_again = 0;
      group_of_warp_[index] = nullptr;
    }
  }
  launch.groups.clear();
  if (scratch_owner_ == &launch) {
    scratch_owner_ = nullptr;
    if (engines_ != nullptr) engines_->begin_launch();
    LaunchSlot* next = nullptr;
    for (const auto& other : launches_) {
      if (other->busy && !other->begun && (next == nullptr || other->order < next->order)) next = other.get();
    }
    if (next != nullptr) begin(*next);
  }
  place_groups();
}

void Machine::set_engine_delays(std::uint64_t seed) { delay_seed_ = seed; }

// In linear order, x fastest, as long as a core has room; of several launches one after the other.
void Machine::place_groups() {
  for (bool placed = true; placed;) {
    placed = false;
    for (const auto& launch : launches_) {
      if (launch->groups_left()) placed = place_next_group(*launch, {}) || placed;
    }
  }
}

// On that core, or on the emptiest. False if there is no group left, or no room.
bool Machine::place_next_group(LaunchSlot& launch, std::optional<unsigned> core) {
  if (!launch.groups_left()) return false;
  if (!core) core = emptiest_core(launch);
  if (!core || !place_group(launch, *core)) return false;
  for (unsigned axis = 0; axis < 3; ++axis) {
    if (++launch.next_group[axis] != launch.launch.num_groups[axis] || axis == 2) break;
    launch.next_group[axis] = 0;
  }
  return true;
}

unsigned Machine::cores_of(const LaunchSlot& launch) const {
  return static_cast<unsigned>(
      std::ranges::count_if(cores_, [&](const Core& core) { return core.groups != 0 && core.launch == &launch; }));
}

// A core belongs to one launch while workgroups of it are there. One without any core gets the next one that is free,
// and who has several makes one free for it.
bool Machine::may_place(const LaunchSlot& launch, unsigned core) const {
  const bool own = cores_[core].groups != 0;
  if (own && cores_[core].launch != &launch) return false;
  if (busy_launches_ == 1) return true;
  const bool awaited = std::ranges::any_of(launches_, [&](const auto& other) {
    return other.get() != &launch && other->groups_left() && cores_of(*other) == 0;
  });
  const unsigned cores = cores_of(launch);
  if (!awaited || cores == 0) return true;
  if (!own) return false;
  const auto last =
      std::find_if(cores_.rbegin(), cores_.rend(), [&](const Core& c) { return c.groups != 0 && c.launch == &launch; });
  return cores == 1 || &*last != &cores_[core];
}

std::optional<unsigned> Machine::emptiest_core(const LaunchSlot& launch) const {
  std::optional<unsigned> emptiest;
  std::ptrdiff_t most_free = -1;
  for (unsigned core = 0; core < shape().cores; ++core) {
    if (!may_place(launch, core)) continue;
    const auto slots = std::span(group_of_warp_).subspan(std::size_t{core} * shape().warps, shape().warps);
    const std::ptrdiff_t free = std::ranges::count(slots, nullptr);
    if (free > most_free) {
      most_free = free;
      emptiest = core;
    }
  }
  return emptiest;
}

// The launch's next one.
bool Machine::place_group(LaunchSlot& launch, unsigned core) {
  const Launch& registers = launch.launch;
  const unsigned needed = group_warps(shape(), registers);
  const auto core_slots = std::span(group_of_warp_).subspan(std::size_t{core} * shape().warps, shape().warps);
  if (std::ranges::count(core_slots, nullptr) < static_cast<std::ptrdiff_t>(needed)) return false;

  auto group = std::make_unique<Group>();
  group->launch = &launch;
  group->core = core;
  const std::uint32_t buffers = registers.accumulators;
  if (buffers == 2 && (buffer_in_use_[0] || buffer_in_use_[1])) return false;
  if (buffers == 1) {
    if (buffer_in_use_[0] && buffer_in_use_[1]) return false;
    group->first_buffer = buffer_in_use_[0] ? 1 : 0;
  }
  std::uint32_t scratch_base = 0;
  if (registers.scratch_size != 0) {
    const auto slot = std::ranges::find(scratch_in_use_, false);
    if (slot == scratch_in_use_.end()) return false;
    *slot = true;
    group->scratch_slot = static_cast<unsigned>(slot - scratch_in_use_.begin());
    scratch_base = group->scratch_slot * scratch_allocation(shape(), registers);
  }
  for (unsigned b = 0; b < buffers; ++b) buffer_in_use_[group->first_buffer + b] = true;
  if (cores_[core].launch != &launch) {
    cores_[core].launch = &launch;
    memory_.set_launch(core, registers);
  }
  ++cores_[core].groups;
  std::vector<Warp*> members;
  for (unsigned slot = 0; slot < shape().warps && members.size() < needed; ++slot) {
    const unsigned index = core * shape().warps + slot;
    if (group_of_warp_[index] != nullptr) continue;
    group_of_warp_[index] = group.get();
    Warp& warp = warps_[index];
    memory_.reservations(Space::kDevice).clear(index);
    memory_.reservations(Space::kScratchpad).clear(index);
    WarpIdentity identity = make_identity(shape(), registers, launch.next_group, static_cast<unsigned>(members.size()),
                                          core, slot, scratch_base);
    identity.first_buffer = group->first_buffer;
    warp.dispatch(memory_.launch(core), identity);
    if (runner_ != nullptr) runner_->dispatched(index, warp);
    members.push_back(&warp);
    group->slots.push_back(index);
  }
  group->workgroup = Workgroup(std::move(members));
  launch.groups.push_back(std::move(group));
  return true;
}

void Machine::release_group(Group& group) {
  for (const unsigned index : group.slots) group_of_warp_[index] = nullptr;
  LaunchSlot& launch = *group.launch;
  --cores_[group.core].groups;
  if (launch.launch.scratch_size != 0) scratch_in_use_[group.scratch_slot] = false;
  for (unsigned b = 0; b < launch.launch.accumulators; ++b) buffer_in_use_[group.first_buffer + b] = false;
  std::erase_if(launch.groups, [&](const std::unique_ptr<Group>& g) { return g.get() == &group; });
}

void Machine::set_host_threads(unsigned threads) {
  if (threads == 0) throw ModelError("Machine: no host threads");
  threads = std::min(threads, shape().cores);
  team_ = threads > 1 ? std::make_unique<ThreadTeam>(threads) : nullptr;
}

// The warp whose turn it is, and its number; null if it has nothing to run.
Warp* Machine::next_warp(unsigned core, unsigned& index) {
  unsigned& turn = cores_[core].turn;
  index = core * shape().warps + turn;
  turn = turn + 1 == shape().warps ? 0 : turn + 1;
  return warps_[index].run != 0 ? &warps_[index] : nullptr;
}

// What a stretch of a warp means for its workgroup and the launch.
void Machine::settle(unsigned index, const RunResult& result) {
  Group& group = *group_of_warp_[index];
  LaunchSlot& launch = *group.launch;
  launch.warp_instrs += result.warp_instrs;
  launch.lane_instrs += result.lane_instrs;
  launch.fault = result.fault;
  if (!launch.fault) {
    const Workgroup::Event event = group.workgroup.after_slot(warps_[index], memory_);
    launch.fault = event.fault;
    group.ended = event.ended;
    if (!launch.fault) settle_group(group);
  }
  if (engines_ != nullptr && engines_->busy() && !(launch.fault && scratch_owner_ == &launch)) {
    engines_->advance(result.slots);
    settle_engines();
  }
  end_launch_if_over(launch);
}

// Its end, once no command of it is under way, or that it can never go on.
void Machine::settle_group(Group& group) {
  if (!group.ended && !group.workgroup.stuck()) return;
  LaunchSlot& launch = *group.launch;
  if (scratch_owner_ == &launch && engines_ != nullptr &&
      engines_->busy(group.workgroup.warps().front()->identity.group_id)) {
    return;
  }
  if (group.ended) {
    release_group(group);
    place_groups();
  } else {
    launch.fault = never_goes_on(group.workgroup.warps(), memory_);
  }
}

// What completions of the engines mean for the workgroups of the launch that has them.
void Machine::settle_engines() {
  engines_->apply_wakes();
  LaunchSlot& launch = *scratch_owner_;
  launch.fault = engines_->fault();
  for (std::size_t i = 0; i < launch.groups.size() && !launch.fault;) {
    const Group* const group = launch.groups[i].get();
    settle_group(*launch.groups[i]);
    if (i < launch.groups.size() && launch.groups[i].get() == group) ++i;
  }
  end_launch_if_over(launch);
}

void Machine::end_launch_if_over(LaunchSlot& launch) {
  if (launch.busy && (launch.fault || launch.groups.empty())) finish(launch);
}

// When no warp can run: the engines go on alone. False if they have nothing to do.
bool Machine::engines_go_on() {
  if (engines_ == nullptr || !engines_->advance_to_event()) return false;
  settle_engines();
  return true;
}

std::uint64_t Machine::turn_slots() {
  return engines_ != nullptr && engines_->delays() ? 1 + turns_() % kTurnSlots : kTurnSlots;
}

// Runs the core's warps in turn until it has used the budget, none is runnable or the launch has ended.
std::uint64_t Machine::run_core(unsigned core, std::uint64_t budget) {
  std::uint64_t used = 0;
  for (unsigned idle = 0; used < budget && idle < shape().warps && busy();) {
    unsigned index = 0;
    Warp* const warp = next_warp(core, index);
    if (warp == nullptr) {
      ++idle;
      continue;
    }
    warp->cycle = clock_ + used;
    const std::uint64_t most = std::min(turn_slots(), budget - used);
    const RunResult result = runner_ != nullptr ? runner_->run(index, *warp, memory_, most) : run(*warp, memory_, most);
    if (result.slots == 0) {
      ++idle;
      continue;
    }
    idle = 0;
    used += result.slots;
    settle(index, result);
  }
  return used;
}

std::uint64_t Machine::advance_round(std::uint64_t budget) {
  std::uint64_t longest = 0;
  for (unsigned core = 0; core < shape().cores && busy(); ++core) longest = std::max(longest, run_core(core, budget));
  return longest;
}

// A core's part of a round on threads of the host.
struct alignas(64) Machine::CoreRound {
  std::uint64_t budget = 0;
  std::uint64_t used = 0;
  std::uint64_t warp_instrs = 0;
  std::uint64_t lane_instrs = 0;
  // What all cores have to stand still for: a warp's next slot, its fault, or the end of its workgroup.
  struct Halt {
    unsigned index = 0;
    RunResult result;
  };
  std::optional<Halt> halt;
};

// Puts the next workgroups where one has ended, if that is the core's own affair: not for the last one, nor while a
// reservation is held, which other cores look at. False with nothing done.
bool Machine::replace_group(Group& group, unsigned core) {
  const std::lock_guard lock(placing_);
  if (group.launch->groups.size() == 1 || memory_.reservations(Space::kDevice).any() ||
      memory_.reservations(Space::kScratchpad).any()) {
    return false;
  }
  LaunchSlot& launch = *group.launch;
  release_group(group);
  while (place_next_group(launch, core)) {
  }
  return true;
}

// As run_core, in company of other cores: until one of them has something to do alone.
void Machine::run_core_apart(unsigned core, CoreRound& round) {
  for (unsigned idle = 0;
       round.used < round.budget && idle < shape().warps && !halt_.load(std::memory_order_relaxed);) {
    unsigned index = 0;
    Warp* const warp = next_warp(core, index);
    if (warp == nullptr) {
      ++idle;
      continue;
    }
    idle = 0;
    warp->cycle = clock_ + round.used;
    RunResult result = run(*warp, memory_, std::min(kTurnSlots, round.budget - round.used), Company::kOthers);
    round.used += result.slots;
    round.warp_instrs += std::exchange(result.warp_instrs, 0);
    round.lane_instrs += std::exchange(result.lane_instrs, 0);
    bool alone = result.declined || result.fault;
    if (!alone && warp->run == 0) {
      // A barrier is the core's own affair.
      Group& group = *group_of_warp_[index];
      alone = warp->sync != 0 || warp->wait != 0 ||
              (group.workgroup.after_slot(*warp, memory_).ended && !replace_group(group, core));
    }
    if (alone) {
      round.halt = CoreRound::Halt{.index = index, .result = result};
      halt_.store(true, std::memory_order_relaxed);
      return;
    }
  }
}

// Does what a core has halted for. A warp that has to be alone has a turn of its own: it may have to be again soon.
void Machine::go_on_alone(CoreRound& round) {
  CoreRound::Halt halt = *round.halt;
  round.halt.reset();
  if (halt.result.declined) {
    if (round.used == round.budget) return;  // in the next round
    Warp& warp = warps_[halt.index];
    warp.cycle = clock_ + round.used;
    halt.result = run(warp, memory_, std::min(kTurnSlots, round.budget - round.used));
    round.used += halt.result.slots;
  }
  settle(halt.index, halt.result);
}

// With one launch alone.
std::uint64_t Machine::advance_round_apart(std::uint64_t budget) {
  LaunchSlot& launch = **std::ranges::find_if(launches_, [](const auto& l) { return l->busy; });
  std::vector<CoreRound> rounds(shape().cores, CoreRound{.budget = budget, .halt = {}});
  bool halted = true;
  while (halted && busy()) {
    halt_ = false;
    team_->run(shape().cores, [&](unsigned core) { run_core_apart(core, rounds[core]); });
    halted = halt_;
    for (CoreRound& round : rounds) {
      if (round.halt && busy()) go_on_alone(round);
    }
  }
  std::uint64_t longest = 0;
  for (const CoreRound& round : rounds) {
    launch.warp_instrs += round.warp_instrs;
    launch.lane_instrs += round.lane_instrs;
    longest = std::max(longest, round.used);
  }
  return longest;
}

std::uint64_t Machine::advance(std::uint64_t cycles) {
  const bool threads = team_ != nullptr && runner_ == nullptr && (engines_ == nullptr || !engines_->delays());
  std::uint64_t used = 0;
  std::vector<LaunchSlot*> running;
  while (busy() && used < cycles) {
    const bool apart = threads && busy_launches_ == 1;
    const std::uint64_t budget = std::min(apart ? kApartCycles : kRoundCycles, cycles - used);
    running.clear();
    for (const auto& launch : launches_) {
      if (launch->busy) running.push_back(launch.get());
    }
    const std::uint64_t longest = apart ? advance_round_apart(budget) : advance_round(budget);
    if (longest == 0) {
      if (!engines_go_on()) break;
      continue;
    }
    clock_ += longest;
    for (LaunchSlot* launch : running) launch->cycles += longest;
    used += longest;
  }
  return used;
}

}  // namespace heddle::model
