// Several launches at once through launch_control: cores that run warps for random times, an L2 cache that takes random
// times to come to rest, launches that end, fault, are aborted or refused write-backs at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "Vcontrol_bench.h"

namespace heddle::verif {
namespace {

constexpr unsigned kSlots = 3, kCores = 3, kWarps = 3, kLanes = 2, kScratchpadBytes = 1024;
constexpr unsigned kMostCycles = 20'000;  // of a launch

struct Launch {
  uint32_t name = 0, groups = 0, items = 0, scratch = 0;
  unsigned warps() const { return (items + kLanes - 1) / kLanes; }
};

struct Warp {
  uint32_t name = 0, group = 0, scratch_base = 0;
  unsigned left = 0;  // cycles
};

struct Core {
  std::array<std::optional<Warp>, kWarps> warps;
  unsigned settling = 0;  // cycles for which stores and prefetches of warps that have ended are under way
  uint32_t owner = 0;     // whose launch's caches it has
  bool vacant() const {
    return std::ranges::none_of(warps, [](const auto& warp) { return warp.has_value(); });
  }
};

struct Slot {
  bool running = false, placing = false, ending = false, fresh = false;
  Launch launch;
  uint32_t next_group = 0;
  unsigned warps_started = 0, warps_ended = 0;
  unsigned since = 0;
  bool abort_asked = false, fault_made = false;
  unsigned fault_core = 0;
  bool refused = false, surely_refused = false;  // a write-back; the launch had begun
  std::set<uint32_t> refused_lines;
  unsigned launches = 0, completed = 0;
};

class ControlTest : public testing::Test {
 protected:
  ControlTest() {
    top_.rst_ni = 0;
    for (unsigned i = 0; i < 4; ++i) tick();
    top_.rst_ni = 1;
  }
  ~ControlTest() override { top_.final(); }

  unsigned pick(unsigned first, unsigned last) { return std::uniform_int_distribution(first, last)(random_); }
  bool one_in(unsigned n) { return pick(1, n) == 1; }

  void tick() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
  }

  Slot* running(uint32_t name) {
    for (Slot& slot : slots_) {
      if (slot.running && slot.launch.name == name) return &slot;
    }
    return nullptr;
  }

  void drive_launches(unsigned rate) {
    top_.start_i = 0;
    top_.abort_i = 0;
    for (unsigned s = 0; s < kSlots; ++s) {
      Slot& slot = slots_[s];
      if (!slot.running && one_in(rate)) {
        slot = Slot{.launches = slot.launches, .completed = slot.completed};
        slot.launch = {.name = ++names_,
                       .groups = pick(1, 12),
                       .items = pick(1, kWarps * kLanes),
                       .scratch = one_in(2) ? 0 : pick(1, kScratchpadBytes)};
        slot.running = slot.fresh = true;
        ++slot.launches;
        top_.name_i[s] = slot.launch.name;
        top_.groups_i[s] = slot.launch.groups;
        top_.items_i[s] = slot.launch.items;
        top_.scratch_i[s] = slot.launch.scratch;
        top_.start_i |= 1U << s;
      }
      if (slot.running && hard_ && one_in(1500)) {
        slot.abort_asked = true;
        top_.abort_i |= 1U << s;
      }
    }
  }

  void drive_cores() {
    top_.dispatch_ready_i = 0;
    top_.warp_done_valid_i = 0;
    top_.fault_valid_i = 0;
    for (unsigned c = 0; c < kCores; ++c) {
      Core& core = cores_[c];
      if (one_in(2)) top_.dispatch_ready_i |= 1U << c;
      bool reported = false;
      for (unsigned w = 0; w < kWarps; ++w) {
        std::optional<Warp>& warp = core.warps[w];
        if (!warp) continue;
        if ((top_.kill_o >> c & 1) != 0) warp->left = std::min(warp->left, 2U);
        if (warp->left > 0) --warp->left;
        Slot* const slot = running(warp->name);
        if (hard_ && warp->left > 0 && !reported && slot != nullptr && one_in(4000)) {
          if (!slot->fault_made) slot->fault_core = c;
          reported = slot->fault_made = true;
          top_.fault_valid_i |= 1U << c;
          top_.fault_cause_i[c] = warp->name;  // whose it is
        } else if (warp->left == 0 && (top_.warp_done_valid_i >> c & 1) == 0 && !reported) {
          top_.warp_done_valid_i |= 1U << c;
          top_.warp_done_i = (top_.warp_done_i & ~(0xFFU << 8 * c)) | w << 8 * c;
          core.settling = pick(0, 12);
          if (slot != nullptr) ++slot->warps_ended;
          warp.reset();
        }
      }
      const bool settled = core.vacant() && core.settling == 0;
      if (core.vacant() && core.settling > 0) --core.settling;
      top_.stored_i = (top_.stored_i & ~(1U << c)) | unsigned{settled} << c;
      top_.cache_idle_i = (top_.cache_idle_i & ~(1U << c)) | unsigned{settled} << c;
    }
  }

  void drive_cache() {
    const bool paused = top_.pause_o != 0;
    if (!paused) rest_ = pick(0, 30);
    const bool at_rest = paused && rest_ == 0;
    if (paused && rest_ > 0) --rest_;
    top_.idle_i = at_rest;
    top_.flushed_i = at_rest;
    if (hard_ && one_in(6000) && top_.error_i == 0) {
      top_.error_i = 1;
      top_.error_line_i = 0x80000000 | random_();
    }
    if (top_.error_i == 0) top_.error_line_i = random_();
    if (top_.error_i != 0) {
      for (Slot& slot : slots_) {
        slot.refused = slot.refused || slot.running;
        if (slot.running) slot.refused_lines.insert(top_.error_line_i);
        slot.surely_refused = slot.surely_refused || (slot.running && slot.warps_started > 0);
      }
    }
  }

  // What the RTL does in this cycle, before the edge.
  void look() {
    if (top_.invalidate_o != 0) {
      EXPECT_TRUE(top_.pause_o && top_.idle_i && top_.flushed_i) << "the L2 cache is not at rest";
      for (Slot& slot : slots_) slot.fresh = false;  // those that are not waiting have begun long ago
    }
    for (unsigned c = 0; c < kCores; ++c) look_at_core(c);
    for (unsigned s = 0; s < kSlots; ++s) {
      if ((top_.done_o >> s & 1) != 0) look_at_end(s);
      if (slots_[s].running) {
        EXPECT_LT(++slots_[s].since, kMostCycles) << "a launch does not end";
      }
    }
  }

  void look_at_core(unsigned c) {
    Core& core = cores_[c];
    EXPECT_EQ(top_.invalidate_data_o >> c & 1, top_.invalidate_fetch_o >> c & 1);
    if ((top_.invalidate_data_o >> c & 1) != 0) {
      EXPECT_TRUE(core.vacant() && core.settling == 0) << "core " << c << " has something under way";
      core.owner = 0;
    }
    if ((top_.kill_o >> c & 1) != 0 && !core.vacant()) {
      const Slot* const slot = running(core.owner);
      ASSERT_NE(slot, nullptr);
      EXPECT_TRUE(slot->abort_asked || slot->fault_made || slot->refused)
          << "core " << c << " is stopped for another's launch";
    }
    if ((top_.dispatch_valid_o >> c & 1) == 0 || (top_.dispatch_ready_i >> c & 1) == 0) return;
    const uint32_t name = top_.core_name_o[c];
    Slot* const slot = running(name);
    ASSERT_NE(slot, nullptr) << "a warp of no launch";
    EXPECT_FALSE(slot->fresh) << "a warp starts before its launch has";
    EXPECT_TRUE(core.owner == 0 || core.owner == name) << "core " << c << " is another launch's";
    core.owner = name;
    EXPECT_TRUE(top_.core_launch_whole_o >> c & 1) << "core " << c << " sees another launch in part";
    EXPECT_TRUE(top_.dispatch_whole_o >> c & 1) << "a warp is told another place";
    const unsigned w = top_.warp_o >> 8 * c & 0xFF;
    const unsigned in_group = top_.warp_in_group_o >> 8 * c & 0xFF;
    ASSERT_LT(w, kWarps);
    EXPECT_FALSE(core.warps[w]) << "the warp slot is taken";
    const uint32_t group = top_.group_o[c], base = top_.scratch_base_o[c];
    if (in_group == 0) {
      EXPECT_EQ(group, slot->next_group++) << "workgroups in linear order";
      EXPECT_LT(group, slot->launch.groups);
    } else {
      EXPECT_EQ(group + 1, slot->next_group);
    }
    ++slot->warps_started;
    core.warps[w] = Warp{.name = name, .group = group, .scratch_base = base, .left = pick(1, 60)};
    if (slot->launch.scratch != 0) look_at_scratchpad(*slot, group, base);
    started_beside_ +=
        std::ranges::any_of(cores_, [&](const Core& other) { return !other.vacant() && other.owner != name; });
  }

  // Of the launches that need the scratchpad one runs, and its workgroups have their own.
  void look_at_scratchpad(const Slot& slot, uint32_t group, uint32_t base) {
    EXPECT_LE(base + slot.launch.scratch, kScratchpadBytes);
    for (const Core& core : cores_) {
      for (const auto& warp : core.warps) {
        if (!warp || (warp->name == slot.launch.name && warp->group == group)) continue;
        const Slot* const other = running(warp->name);
        if (other == nullptr || other->launch.scratch == 0) continue;
        EXPECT_EQ(other, &slot) << "two launches have the scratchpad";
        EXPECT_TRUE(base + slot.launch.scratch <= warp->scratch_base ||
                    warp->scratch_base + slot.launch.scratch <= base);
      }
    }
  }

  void look_at_end(unsigned s) {
    Slot& slot = slots_[s];
    ASSERT_TRUE(slot.running);
    for (const Core& core : cores_) {
      EXPECT_TRUE(core.owner != slot.launch.name || (core.vacant() && core.settling == 0))
          << "something of the launch is under way";
    }
    EXPECT_TRUE(top_.pause_o && top_.flush_o && top_.flushed_i) << "what it wrote is not in memory";
    EXPECT_EQ(slot.warps_started, slot.warps_ended);
    const bool aborted = (top_.aborted_o >> s & 1) != 0, faulted = (top_.faulted_o >> s & 1) != 0;
    if (!slot.refused) {
      EXPECT_TRUE(!aborted || slot.abort_asked);
      EXPECT_TRUE(!faulted || slot.fault_made);
    }
    if (faulted) {
      EXPECT_TRUE(top_.fault_cause_o[s] == slot.launch.name || (slot.refused && top_.fault_cause_o[s] == 25))
          << "another launch's fault";
      if (top_.fault_cause_o[s] == slot.launch.name) {
        EXPECT_TRUE(top_.fault_whole_o >> s & 1) << "another fault in part";
        EXPECT_EQ(top_.fault_core_o >> 8 * s & 0xFF, slot.fault_core);
      } else {
        EXPECT_TRUE(top_.fault_refused_o >> s & 1);
        EXPECT_TRUE(slot.refused_lines.contains(top_.fault_value_o[s])) << "another line was refused";
      }
    } else {
      EXPECT_FALSE(slot.surely_refused && !aborted) << "a write-back was refused";
    }
    if (!aborted && !faulted) {
      EXPECT_EQ(slot.next_group, slot.launch.groups);
      EXPECT_EQ(slot.warps_ended, slot.launch.groups * slot.launch.warps());
      ++slot.completed;
    }
    slot.running = false;
  }

  void run(unsigned cycles, unsigned rate) {
    for (unsigned i = 0; i < cycles && !HasFailure(); ++i) {
      drive_launches(rate);
      top_.clk_i = 0;
      top_.eval();
      drive_cores();
      drive_cache();
      top_.eval();
      const bool invalidates = top_.invalidate_o != 0;
      look();
      tick();
      if (invalidates) top_.error_i = 0;
    }
  }

  Vcontrol_bench top_;
  std::mt19937 random_{1};
  std::array<Slot, kSlots> slots_;
  std::array<Core, kCores> cores_;
  uint32_t names_ = 100;  // no cause is as large as a name
  unsigned rest_ = 0;
  uint64_t started_beside_ = 0;
  bool hard_ = false;
};

TEST_F(ControlTest, LaunchesRunBesideEachOther) {
  run(60'000, 100);
  for (const Slot& slot : slots_) {
    EXPECT_GT(slot.completed, 50U);
    EXPECT_GE(slot.completed + slot.running, slot.launches);
  }
  EXPECT_GT(started_beside_, 1000U);
}

TEST_F(ControlTest, FaultsAndAbortsEndTheirLaunchAlone) {
  hard_ = true;
  run(150'000, 60);
  for (const Slot& slot : slots_) {
    EXPECT_GT(slot.completed, 50U);
    EXPECT_GT(slot.launches - slot.completed, 10U);
  }
}

}  // namespace
}  // namespace heddle::verif
