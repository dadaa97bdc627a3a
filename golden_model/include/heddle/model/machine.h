// A whole device behind its BAR0 registers (docs/spec/registers.yaml), run by the fast simulator.
//
// Time: a core issues one slot per cycle whenever it has a runnable warp; the cycle counters (BAR0 and CSRs) count
// those. They say nothing about the RTL's time. Warps of a core take turns of kTurnSlots slots; cores run side by side:
// in turn, or on threads of the host.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "heddle/model/dispatch.h"
#include "heddle/model/memory.h"
#include "heddle/model/step.h"
#include "heddle/model/types.h"
#include "heddle/model/warp.h"
#include "heddle/model/workgroup.h"

namespace heddle::model {

class Engines;
class ThreadTeam;

// Another way to run the warps of a Machine, for studies: which lanes issue together, and what is written down about
// it. Without one the Machine runs section 2's rule with the fast simulator.
class WarpRunner {
 public:
  virtual ~WarpRunner() = default;
  // `warp`, at `slot` (core * shape.warps + slot of the core), has just been dispatched.
  virtual void dispatched(unsigned slot, const Warp& warp) = 0;
  // As model::run. No slots although lanes are runnable: the warp cannot go on, until another one has changed it.
  virtual RunResult run(unsigned slot, Warp& warp, Memory& memory, std::uint64_t max_slots) = 0;
};

class Machine {
 public:
  static constexpr std::uint64_t kTurnSlots = 64;
  static constexpr std::uint64_t kRoundCycles = 256;      // cores are at most this far apart
  static constexpr std::uint64_t kApartCycles = 1 << 20;  // the same on threads of the host

  // Throws ModelError when a size is out of range.
  explicit Machine(const Shape& shape);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const Shape& shape() const { return memory_.shape(); }

  // BAR0. Nothing / false is SLVERR on the bus.
  std::optional<std::uint32_t> read_register(std::uint32_t offset) const;
  [[nodiscard]] bool write_register(std::uint32_t offset, std::uint32_t value);

  // Device memory, by physical address; never checked against regions.
  void read_memory(std::uint32_t address, std::span<std::uint8_t> out) const { memory_.device().read(address, out); }
  void write_memory(std::uint32_t address, std::span<const std::uint8_t> in) { memory_.device().write(address, in); }

  // Used from the next start on, null for none; not owned.
  void set_runner(WarpRunner* runner) { runner_ = runner; }

  // Cores run on so many threads of the host, from 1; more than there are cores make no difference. On several, which
  // core takes which workgroup and who wins a race between cores differ each time. A WarpRunner has one thread.
  void set_host_threads(unsigned threads);

  // Random delays of the engines from the next start on; seed 0, as at first: commands are performed as they are taken.
  // Warps then take turns of random length, too.
  void set_engine_delays(std::uint64_t seed);

  // Runs for at most `cycles` cycles and stops when the launch ends. Returns the cycles used, 0 when idle. Stops early
  // as well when no warp can go on, which only a WarpRunner can bring about.
  std::uint64_t advance(std::uint64_t cycles);

  // Of any launch slot: it is busy; status.done; that and status.fault; that and interrupt_enable.
  bool busy() const { return busy_launches_ != 0; }
  bool done() const;
  bool faulted() const;
  bool interrupt() const;

  // The launch registers of the first slot, as the next start would use them.
  const Launch& launch_registers() const;

  Memory& memory() { return memory_; }
  const Memory& memory() const { return memory_; }
  // Warps by core * shape.warps + slot; those of no workgroup have no live lane.
  std::span<const Warp> warps() const { return warps_; }

 private:
  struct Group;
  struct LaunchSlot;

  void start(LaunchSlot& launch);
  void begin(LaunchSlot& launch);
  void finish(LaunchSlot& launch);
  void place_groups();
  bool place_next_group(LaunchSlot& launch, std::optional<unsigned> core);
  unsigned cores_of(const LaunchSlot& launch) const;
  bool may_place(const LaunchSlot& launch, unsigned core) const;
  std::optional<unsigned> emptiest_core(const LaunchSlot& launch) const;
  bool place_group(LaunchSlot& launch, unsigned core);
  void release_group(Group& group);
  Warp* next_warp(unsigned core, unsigned& index);
  std::uint64_t run_core(unsigned core, std::uint64_t budget);
  void settle(unsigned index, const RunResult& result);
  void settle_group(Group& group);
  void settle_engines();
  void end_launch_if_over(LaunchSlot& launch);
  bool engines_go_on();
  std::uint64_t turn_slots();
  struct CoreRound;
  void run_core_apart(unsigned core, CoreRound& round);
  bool replace_group(Group& group, unsigned core);
  void go_on_alone(CoreRound& round);
  std::uint64_t advance_round(std::uint64_t budget);
  std::uint64_t advance_round_apart(std::uint64_t budget);
  LaunchSlot* slot_at(std::uint32_t offset) const;

  Memory memory_;
  std::unique_ptr<Engines> engines_;  // null: the shape has none
  std::uint64_t delay_seed_ = 0;
  std::minstd_rand turns_;  // lengths of turns, with delays
  WarpRunner* runner_ = nullptr;
  std::unique_ptr<ThreadTeam> team_;  // null: one thread
  std::mutex placing_;                // of workgroups, on several threads
  // All threads are to stop at the end of their warp's turn.
  alignas(64) std::atomic<bool> halt_ = false;
  std::vector<std::unique_ptr<LaunchSlot>> launches_;
  unsigned busy_launches_ = 0;
  std::uint64_t starts_ = 0;

  std::uint64_t clock_ = 0;  // cycles since reset

  std::vector<Warp> warps_;
  std::vector<Group*> group_of_warp_;  // null: the slot is free
  struct alignas(64) Core {            // on different threads they share no line of the host's cache
    unsigned turn = 0;                 // the warp whose turn it is
    LaunchSlot* launch = nullptr;      // whose registers the Memory has for it
    unsigned groups = 0;               // that run on it; with none it is free
  };
  std::vector<Core> cores_;
  LaunchSlot* scratch_owner_ = nullptr;  // who has scratchpad, accumulators and engines
  std::vector<bool> scratch_in_use_;     // per allocation of that launch's size
  std::array<bool, 2> buffer_in_use_{};  // of accumulators
};

}  // namespace heddle::model
