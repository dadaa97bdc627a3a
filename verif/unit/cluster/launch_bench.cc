#include "launch_bench.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "heddle/generated/registers.h"

namespace heddle::verif {

LaunchBench::LaunchBench(unsigned seed) : random_(seed) {
  top_.rst_ni = 0;
  clock(2);
  top_.rst_ni = 1;
  clock();
  const uint32_t shape = get(regs::kShape);
  cores_ = regs::shape::kCores.get(shape);
  warps_ = regs::shape::kWarps.get(shape);
  lanes_ = regs::shape::kLanes.get(shape);
  scratchpad_bytes_ = get(regs::kScratchpadBytes);
  EXPECT_EQ(top_rows_, scratchpad_bytes_ / 4 / lanes_) << "rows that are cleared after reset";
}

LaunchBench::Access LaunchBench::write(uint32_t offset, uint32_t data, unsigned strobe) {
  top_.aw_addr_i = offset;
  top_.aw_valid_i = 1;
  clock(pick(0, 1));  // the address may come before the data
  top_.w_data_i = data;
  top_.w_strb_i = strobe;
  top_.w_valid_i = 1;
  for (;;) {
    top_.eval();
    const bool taken = top_.aw_ready_o && top_.w_ready_o;
    clock();
    if (taken) break;
  }
  top_.aw_valid_i = 0;
  top_.w_valid_i = 0;
  clock(pick(0, 2));
  EXPECT_TRUE(top_.b_valid_o);
  const Access access{.error = top_.b_resp_o != 0};
  EXPECT_TRUE(top_.b_resp_o == 0 || top_.b_resp_o == 2);
  top_.b_ready_i = 1;
  clock();
  top_.b_ready_i = 0;
  top_.eval();
  EXPECT_FALSE(top_.b_valid_o);
  return access;
}

LaunchBench::Access LaunchBench::read(uint32_t offset) {
  top_.ar_addr_i = offset;
  top_.ar_valid_i = 1;
  for (;;) {
    top_.eval();
    const bool taken = top_.ar_ready_o;
    clock();
    if (taken) break;
  }
  top_.ar_valid_i = 0;
  clock(pick(0, 2));
  EXPECT_TRUE(top_.r_valid_o);
  const Access access{.data = top_.r_data_o, .error = top_.r_resp_o != 0};
  EXPECT_TRUE(top_.r_resp_o == 0 || top_.r_resp_o == 2);
  top_.r_ready_i = 1;
  clock();
  top_.r_ready_i = 0;
  top_.eval();
  EXPECT_FALSE(top_.r_valid_o);
  return access;
}

uint32_t LaunchBench::get(uint32_t offset) {
  const Access access = read(offset);
  EXPECT_FALSE(access.error) << "read of offset " << offset;
  return access.data;
}

void LaunchBench::set(uint32_t offset, uint32_t data) {
  EXPECT_FALSE(write(offset, data).error) << "write to offset " << offset;
}

void LaunchBench::write_launch(const Launch& launch) {
  for (unsigned i = 0; i < 3; ++i) {
    set(regs::kNumGroups + i * regs::kNumGroupsStride, launch.num_groups[i]);
    set(regs::kLocalSize + i * regs::kLocalSizeStride, launch.local_size[i]);
  }
  set(regs::kScratchSize, launch.scratch_size);
  set(regs::kPrivateSize, launch.private_size);
}

void LaunchBench::start(const Launch& launch, const Behaviour& behaviour) {
  write_launch(launch);
  launch_ = launch;
  behaviour_ = behaviour;
  EXPECT_TRUE(groups_.empty());
  groups_started_ = groups_completed_ = 0;
  most_groups_ = 0;
  start_cycles_.clear();
  start_cores_.clear();
  retired_warps_ = retired_lanes_ = 0;
  fault_cause_.reset();
  killed_ = aborted_ = launched_ = false;
  set(regs::kControl, regs::control::kStart.set(1));
}

uint32_t LaunchBench::wait(uint64_t max_cycles) {
  for (uint64_t i = 0; i < max_cycles; ++i) {
    const uint32_t status = get(regs::kStatus);
    EXPECT_NE(regs::status::kBusy.get(status), regs::status::kDone.get(status));
    if (regs::status::kDone.get(status)) return status;
  }
  ADD_FAILURE() << "the launch did not end";
  return 0;
}

uint32_t LaunchBench::scratch_slot() const {
  const uint32_t unit = lanes_ * 4;
  return (launch_.scratch_size + unit - 1) / unit * unit;
}

void LaunchBench::clock(unsigned cycles) {
  for (unsigned i = 0; i < cycles; ++i) {
    drive_cores();
    top_.clk_i = 0;
    top_.eval();
    for (unsigned c = 0; c < cores_; ++c) {
      if ((top_.dispatch_valid_o & top_.dispatch_ready_i) >> c & 1) check_dispatch(c);
    }
    if (top_.kill_o) {
      EXPECT_EQ(top_.dispatch_valid_o, 0);
      killed_ = true;
    }
    if (top_.invalidate_o) {
      EXPECT_TRUE(groups_.empty());
      cycle_ = 0;
      running_ = launched_ = true;
    }
    note_abort();
    check_scrubbing();
    check_progress();
    if (top_.done_o) {
      for (const auto& running : warps_running_) EXPECT_TRUE(running.empty());
      if (!killed_) {
        EXPECT_TRUE(groups_.empty());
      }
      groups_.clear();
      running_ = false;
    }
    observe_port();
    ++cycle_;
    top_.clk_i = 1;
    top_.eval();
  }
}

void LaunchBench::observe_port() {
  harness::HostRequest host;
  host.aw_valid = top_.aw_valid_i;
  host.aw_address = top_.aw_addr_i;
  host.w_valid = top_.w_valid_i;
  host.w_data = top_.w_data_i;
  host.b_ready = top_.b_ready_i;
  host.ar_valid = top_.ar_valid_i;
  host.ar_address = top_.ar_addr_i;
  host.r_ready = top_.r_ready_i;
  harness::HostResponse device;
  device.aw_ready = top_.aw_ready_o;
  device.w_ready = top_.w_ready_o;
  device.b_valid = top_.b_valid_o;
  device.b_resp = top_.b_resp_o;
  device.ar_ready = top_.ar_ready_o;
  device.r_valid = top_.r_valid_o;
  device.r_data = top_.r_data_o;
  device.r_resp = top_.r_resp_o;
  if (top_.rst_ni) return port_.observe(host, device);
  if (reset_edges_++ > 0) port_.observe_reset(host, device);
}

void LaunchBench::check_dispatch(unsigned core) {
  Group& group = group_of_dispatch(core);
  const unsigned slot = top_.warp_o;
  ASSERT_LT(slot, warps_);
  EXPECT_EQ(warps_running_[core].count(slot), 0u) << "slot " << slot << " of core " << core << " is taken";
  EXPECT_EQ(top_.warp_in_group_o, group.started) << "warps of a workgroup start in order";
  if (group.started == 0) {
    group.name = slot;
    for (const auto& [index, other] : groups_) {
      EXPECT_FALSE(index != group.index && other.core == core && other.name == slot) << "two workgroups of one name";
    }
  }
  EXPECT_EQ(top_.group_slot_o, group.name);
  EXPECT_EQ(top_.scratch_base_o, group.scratch_base);
  check_identity(group);
  ++group.started;

  unsigned lanes = 0;
  for (unsigned l = 0; l < lanes_; ++l) lanes += top_.mask_o >> l & 1;
  warps_running_[core][slot] = {group.index, cycle_ + pick(behaviour_.min_life, behaviour_.max_life), lanes};
  start_cycles_.push_back(cycle_);
  start_cores_.push_back(core);
}

LaunchBench::Group& LaunchBench::group_of_dispatch(unsigned core) {
  const uint64_t index =
      top_.group_id_o[0] +
      uint64_t{launch_.num_groups[0]} * (top_.group_id_o[1] + uint64_t{launch_.num_groups[1]} * top_.group_id_o[2]);
  for (unsigned i = 0; i < 3; ++i) EXPECT_LT(top_.group_id_o[i], launch_.num_groups[i]);
  const unsigned group_warps = (launch_.items() + lanes_ - 1) / lanes_;
  EXPECT_EQ(top_.group_warps_o, group_warps);

  if (const auto found = groups_.find(index); found != groups_.end()) {
    EXPECT_EQ(found->second.core, core) << "a workgroup stays on its core";
    return found->second;
  }
  EXPECT_EQ(index, groups_started_) << "workgroups start once each, in order";
  ++groups_started_;
  // All warps of the workgroups on this core must fit, whether they have started or not.
  unsigned on_core = 1;
  const uint32_t base = top_.scratch_base_o, size = scratch_slot();
  if (size != 0) {
    EXPECT_EQ(base % (lanes_ * 4), 0u);
    EXPECT_LE(base + size, scratchpad_bytes_);
  }
  for (const auto& [other_index, other] : groups_) {
    on_core += other.core == core;
    EXPECT_TRUE(size == 0 || base + size <= other.scratch_base || other.scratch_base + size <= base)
        << "workgroups " << index << " and " << other_index << " share scratchpad";
  }
  EXPECT_LE(on_core * group_warps, warps_);
  if (size != 0 && groups_started_ == 1) {
    EXPECT_EQ(used_rows_.size(), 0u) << "rows of the scratchpad hold what an earlier launch has left";
  }
  const uint32_t row_bytes = lanes_ * 4;
  for (uint32_t row = base / row_bytes; row < (base + size) / row_bytes; ++row) used_rows_.insert(row);
  Group& group = groups_[index];
  group = {.index = index, .core = core, .name = 0, .scratch_base = base};
  most_groups_ = std::max<unsigned>(most_groups_, groups_.size());
  return group;
}

void LaunchBench::check_identity(const Group& group) {
  EXPECT_EQ(top_.local_base_o, group.started * lanes_);
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(top_.group_base_o[i], top_.group_id_o[i] * launch_.local_size[i]) << i;
  for (unsigned l = 0; l < lanes_; ++l) {
    const uint32_t item = group.started * lanes_ + l;
    const bool exists = item < launch_.items();
    ASSERT_EQ(top_.mask_o >> l & 1, exists) << "lane " << l;
    if (!exists) continue;
    const std::array<uint32_t, 3> id{item % launch_.local_size[0], item / launch_.local_size[0] % launch_.local_size[1],
                                     item / launch_.local_size[0] / launch_.local_size[1]};
    for (unsigned i = 0; i < 3; ++i) {
      const unsigned half = l * 3 + i;
      ASSERT_EQ(top_.local_id_o[half / 2] >> (half % 2 * 16) & 0xFFFF, id[i]) << "lane " << l << " dimension " << i;
    }
  }
}

void LaunchBench::drive_cores() {
  const bool kill = top_.kill_o;
  top_.dispatch_ready_i = 0;
  top_.warp_done_valid_i = 0;
  top_.warp_done_i = 0;
  top_.retire_slots_i = 0;
  top_.retire_lanes_i = 0;
  top_.fault_valid_i = 0;
  for (unsigned c = 0; c < cores_; ++c) {
    if (std::bernoulli_distribution(behaviour_.ready)(random_)) top_.dispatch_ready_i |= 1 << c;
    auto& running = warps_running_[c];
    if (running.empty()) continue;
    // One warp of the core issues, and one that is due ends.
    const auto issues = std::next(running.begin(), pick(0, running.size() - 1));
    if (pick(0, 1) == 1) {
      const unsigned slots = pick(1, 2), lanes = slots * pick(1, issues->second.lanes);
      top_.retire_slots_i |= slots << (8 * c);
      top_.retire_lanes_i |= lanes << (8 * c);
      retired_warps_ += slots;
      retired_lanes_ += lanes;
    }
    if (kill) {
      for (auto& [slot, warp] : running)
        warp.end_cycle = std::min(warp.end_cycle, cycle_ + pick(0, behaviour_.kill_life));
    }
  }
  drive_faults();
  for (unsigned c = 0; c < cores_; ++c) {
    for (const auto& [slot, warp] : warps_running_[c]) {
      if (warp.end_cycle > cycle_) continue;
      end_warp(c, slot);
      break;
    }
  }
}

void LaunchBench::drive_faults() {
  if (!running_ || !behaviour_.fault_cycle || cycle_ < *behaviour_.fault_cycle) return;
  for (unsigned c = 0; c < cores_; ++c) {
    // Cores go on reporting: only the first report counts.
    if (!(behaviour_.fault_cores >> c & 1) || warps_running_[c].empty()) continue;
    top_.fault_valid_i |= 1 << c;
    const uint32_t cause = random_();
    top_.fault_cause_i[c] = cause;
    if (!fault_cause_ && !top_.kill_o) {
      fault_cause_ = cause;
      fault_core_ = c;
    }
  }
}

// An abort ends a launch that runs and is not yet being stopped. A fault in the same cycle goes before it.
void LaunchBench::note_abort() {
  if (!running_ || top_.kill_o || top_.done_o || !top_.abort_o) return;
  if (top_.fault_valid_i != 0) {
    ++meetings_;
  } else {
    aborted_ = true;
  }
}

// Rows become zero while no workgroup is there, and are when it comes.
void LaunchBench::check_scrubbing() {
  if (!top_.rst_ni || !top_.clear_o) return;
  // The first one cleared after reset is the last one that there is: all are to be.
  if (top_rows_ == 0) {
    for (uint32_t row = 0; row <= top_.clear_row_o; ++row) used_rows_.insert(row);
    top_rows_ = top_.clear_row_o + 1;
  }
  EXPECT_TRUE(groups_.empty() || launch_.scratch_size == 0) << "a row is cleared under a workgroup";
  used_rows_.erase(top_.clear_row_o);
}

// A workgroup that has room is started soon: what an earlier one took has come back.
void LaunchBench::check_progress() {
  if (!running_) return;
  const unsigned group_warps = (launch_.items() + lanes_ - 1) / lanes_;
  unsigned most_room = 0;
  for (unsigned c = 0; c < cores_; ++c) {
    const auto here = std::count_if(groups_.begin(), groups_.end(), [&](const auto& g) { return g.second.core == c; });
    most_room = std::max<unsigned>(most_room, warps_ - static_cast<unsigned>(here) * group_warps);
  }
  const bool room =
      most_room >= group_warps && uint64_t{groups_.size() + 1} * scratch_slot() <= uint64_t{scratchpad_bytes_};
  const bool waits = !top_.kill_o && (launch_.scratch_size == 0 || top_.clean_o || groups_started_ != 0) &&
                     groups_started_ < launch_.groups() && room;
  idle_ = waits && top_.dispatch_valid_o == 0 ? idle_ + 1 : 0;
  EXPECT_LT(idle_, 2 * lanes_ + 32) << "room for a workgroup, and none starts";
}

void LaunchBench::end_warp(unsigned core, unsigned slot) {
  const auto warp = warps_running_[core].find(slot);
  top_.warp_done_valid_i |= 1 << core;
  top_.warp_done_i |= slot << (8 * core);
  Group& group = groups_.at(warp->second.group);
  warps_running_[core].erase(warp);
  if (++group.ended == (launch_.items() + lanes_ - 1) / lanes_) {
    groups_.erase(group.index);
    ++groups_completed_;
  }
}

}  // namespace heddle::verif
