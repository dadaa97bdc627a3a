#pragma once
// Drives warp_paths slot by slot and compares it with the reference: random slots of every kind on all warps at once,
// events after random delays, barrier releases at random times. Differences are GoogleTest failures of the running
// test.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "Vpath_bench.h"
#include "clocked.h"
#include "path_reference.h"

namespace heddle::core_test {

// How often what happens, in parts of 1000.
struct Mix {
  const char* name;
  unsigned advance, branch, jump, indirect, exit, barrier, sync, memory, ordering, pause, trap;
  unsigned loop;  // chance that a jump goes back to a place where others are
  uint64_t cycles;
  bool apart = false;  // the lanes part once and loop at places of their own: nobody merges, no slot yields
};

class PathBench : Clocked<Vpath_bench> {
 public:
  explicit PathBench(uint64_t seed) : Clocked(seed) {
    reset();
    warps_ = dut.warps_o;
    lanes_ = dut.lanes_o;
    all_ = ones(lanes_);
    reference_.resize(warps_);
    pending_.resize(warps_);
    astray_.resize(warps_);
    stream_.resize(warps_);
    release_due_.resize(warps_);
    retired_.assign(warps_, false);
    sync_pc_.assign(warps_, std::vector<uint32_t>(lanes_));
    sync_operand_.assign(warps_, std::vector<uint32_t>(lanes_));
    done_.assign(warps_, true);
    ended_.assign(warps_, true);
    halted_.assign(warps_, false);
    base_.assign(warps_, 0x80000000u);
  }

  void run(const Mix& mix) {
    const uint64_t end = cycle + mix.cycles;
    while (cycle < end && !testing::Test::HasFatalFailure()) one_cycle(mix);
  }

  uint64_t slots() const { return slots_; }
  uint64_t total(uint64_t WarpReference::* member) const {
    uint64_t sum = 0;
    for (const WarpReference& warp : reference_) sum += warp.*member;
    return sum;
  }
  uint64_t most_paths() const {
    uint64_t most = 0;
    for (const WarpReference& warp : reference_) most = std::max(most, warp.most_paths);
    return most;
  }
  unsigned lanes() const { return lanes_; }
  uint64_t deadlocks = 0, arrivals = 0, sync_releases = 0, faults = 0, halts = 0, unresolved = 0, squashes = 0,
           void_slots = 0;

 private:
  struct Event {
    Path path;
    uint32_t executed = 0, moved = 0, trapping = 0, target = 0, rest = 0, sync_operand = 0, vector = 0,
             predicted_pc = 0;
    unsigned leave = 0, target_depth = 0;
    bool retired = true, predicted = true;
    bool speculative = false;  // the core lets the warp go on at predicted_pc
    SlotKind kind;
    // Whether the warp went on rightly.
    bool as_predicted() const {
      if (trapping != 0) return false;
      return moved == 0 ? predicted_pc == rest : moved == path.mask && predicted_pc == target;
    }
    // What the reference says about the state after it.
    bool arrived = false, ended = false, deadlock = false, fault = false;
    uint32_t deadlock_lanes = 0, deadlock_pc = 0, deadlock_operand = 0;
    uint64_t due = 0;
  };

  // A speculative slot that went astray, until the core notices; what the warp issues meanwhile is void.
  struct Astray {
    Event event;
    uint32_t next = 0;  // pc of the next void slot
    unsigned advanced = 0;
    bool blocked = false;
    uint64_t due = 0;
  };

  uint32_t some(uint32_t mask) {  // random non-empty subset
    const uint32_t kind = below(4);
    uint32_t subset = kind == 0 ? mask : mask & random();
    if (kind == 1) subset &= random();
    if (subset == 0) subset = 1u << std::countr_zero(mask);
    return subset;
  }

  // A pc near the others of the warp, so that paths meet; seldom one far away.
  uint32_t some_pc(unsigned w, const Mix& mix) {
    if (below(1000) < mix.loop) return reference_[w].lanes[below(lanes_)].pc & ~3u;
    return chance(3) ? random() & ~3u : base_[w] + 4 * below(24);
  }
  // Where a warp's code lies: anywhere, and across a place where any number of bits carry.
  uint32_t some_base() { return (uint32_t(random()) & (~0u << (7 + below(22)))) - 0x40; }

  void one_cycle(const Mix& mix);
  void look_at_flags();
  void drive_event(unsigned warp, const Event& event);
  void issue_void(unsigned warp, bool squashed_now);
  Event make(unsigned warp, const Path& path, const Mix& mix, bool* control);
  void apply(unsigned warp, Event* event);

  unsigned warps_ = 0, lanes_ = 0;
  uint32_t all_ = 0;
  uint64_t slots_ = 0;
  std::vector<WarpReference> reference_;
  std::vector<std::optional<Event>> pending_;
  std::vector<std::optional<Astray>> astray_;
  std::vector<std::optional<uint32_t>> stream_;  // where fetch is; nothing: it waits for a redirect
  std::vector<std::optional<uint64_t>> release_due_;
  std::vector<bool> retired_, done_, ended_, halted_;
  std::vector<uint32_t> base_;
  std::vector<std::vector<uint32_t>> sync_pc_, sync_operand_;
};

}  // namespace heddle::core_test
