// Results on their way to the register banks, what becomes free, who waits too long; then barriers, faults and the
// counter of what retires.
#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <tuple>
#include <vector>

#include "Vresults_bench.h"
#include "pipeline_fixture.h"

namespace heddle::core_test {
namespace {

using Clear = std::tuple<unsigned, unsigned, bool>;  // warp, register, valid

class Results : public Pipeline<Vresults_bench> {
 protected:
  const unsigned results = dut.shape_o[5], retire_ports = dut.shape_o[6];
  // The ports: execute stages, then these.
  unsigned multiply() const { return ports; }
  unsigned pipe() const { return ports + 1; }
  unsigned load() const { return ports + 2; }
  unsigned divide() const { return ports + 3; }
  unsigned other() const { return ports + 4; }

  struct Write {
    bool valid = false;
    unsigned warp = 0, rd = 0;
    uint32_t order = 0, mask = 0;
    std::vector<uint32_t> data;
  };
  Write random_write() {
    Write write{
        true, below(warps), below(64), static_cast<uint32_t>(random()), static_cast<uint32_t>(random()) & all_lanes,
        {}};
    if (chance(5)) write.rd = 0;
    if (chance(5)) write.mask = 0;
    for (unsigned l = 0; l < lanes; ++l) write.data.push_back(random());
    return write;
  }
  void drive(unsigned port, const Write& write) {
    if (write.valid) dut.result_valid_i |= 1U << port;
    dut.result_warp_i[port] = write.warp;
    dut.result_rd_i[port] = write.rd;
    dut.result_order_i[port] = write.order;
    dut.result_mask_i[port] = write.mask;
    for (unsigned l = 0; l < lanes && write.valid; ++l) dut.result_data_i[port][l] = write.data[l];
  }
  static bool nowhere(const Write& write) { return write.rd == 0 || write.mask == 0; }
};

TEST_F(Results, Random) {
  std::vector<Write> now(results),
      later(ports);  // what wants to be written; results of execute stages come a cycle before
  bool last = false, early = false, early_waits = false;
  unsigned waited = 0, starved = 0, refused = 0, early_count = 0;
  unsigned busy_percent = 50;
  for (unsigned i = 0; i < 60'000; ++i) {
    if (i % 100 == 0) busy_percent = chance(30) ? 100 : below(100);
    dut.result_valid_i = 0;
    // Those that come at a time that is known have reserved their banks.
    uint32_t taken = 0;
    const auto reserved = [&](Write& write, unsigned percent) {
      write = random_write();
      const unsigned bank = bank_of(write.warp, write.rd);
      write.valid = chance(percent) && (nowhere(write) || (taken >> bank & 1) == 0);
      if (write.valid && !nowhere(write)) taken |= 1U << bank;
    };
    for (unsigned p = 0; p < ports; ++p) {
      now[p] = later[p];
      if (now[p].valid && !nowhere(now[p])) taken |= 1U << bank_of(now[p].warp, now[p].rd);
    }
    reserved(now[multiply()], busy_percent);
    reserved(now[pipe()], busy_percent);
    // While a load was announced its bank has room in time: here, in this cycle.
    if (early_waits && (taken >> bank_of(now[load()].warp, now[load()].rd) & 1) != 0) {
      now[multiply()].valid = now[pipe()].valid = false;
    }
    uint32_t next_taken = 0;
    for (unsigned p = 0; p < ports; ++p) {
      later[p] = random_write();
      const unsigned bank = bank_of(later[p].warp, later[p].rd);
      later[p].valid = chance(70) && (nowhere(later[p]) || (next_taken >> bank & 1) == 0);
      // Nor does the next cycle's take the bank of a load that was announced.
      if (early_waits && bank == bank_of(now[load()].warp, now[load()].rd)) later[p].valid = false;
      if (later[p].valid && !nowhere(later[p])) next_taken |= 1U << bank;
      drive(p, later[p]);
    }
    drive(multiply(), now[multiply()]);
    drive(pipe(), now[pipe()]);
    // The others stay until they are taken.
    if (early) early_waits = true;
    if (!now[load()].valid && !early_waits && chance(40)) {
      now[load()] = random_write();
      last = chance(60);
    }
    for (unsigned port : {divide(), other()}) {
      if (!now[port].valid && chance(40)) now[port] = random_write();
    }
    for (unsigned port : {load(), divide(), other()}) drive(port, now[port]);
    dut.load_last_i = last;
    // The LSU announces what it offers in the next cycle.
    Write announced = random_write();
    dut.load_early_valid_i = 0;
    for (unsigned b = 0; b < banks; ++b)
      dut.results_free_i[b] = chance(50) ? 0x3ff : chance(50) ? 0x3ff & ~0xeU : random() & 0x3ff;
    early = !now[load()].valid && !early_waits && chance(40);
    if (announced.mask == 0) announced.mask = all_lanes;
    const bool announces = early;
    if (announces) {
      dut.load_early_valid_i = 1;
      dut.load_early_warp_i = announced.warp;
      dut.load_early_number_i = announced.rd;
    }
    const bool frees =
        announces && announced.rd != 0 && (dut.results_free_i[bank_of(announced.warp, announced.rd)] & 0xe) != 0;
    dut.float_done_i = chance(30);
    dut.float_waits_i = chance(10);
    dut.event_waits_i = chance(10);
    if (i % 1000 < 30) dut.float_waits_i = 1;
    if (i % 1000 >= 100 && i % 1000 < 130) dut.event_waits_i = 1;
    dut.known_valid_i = random() & ((1U << (ports + 4)) - 1);
    for (unsigned k = 0; k < ports + 4; ++k) {
      dut.known_warp_i[k] = below(warps);
      dut.known_number_i[k] = below(64);
    }
    dut.eval();

    // Who gets its bank: the lower port first; what is for no register or no lane goes nowhere.
    std::vector<int> owner(banks, -1);
    std::vector<bool> ready(results);
    for (unsigned p = 0; p < results; ++p) {
      const Write& write = now[p];
      const unsigned bank = bank_of(write.warp, write.rd);
      if (!write.valid) continue;
      ready[p] = nowhere(write) || owner[bank] < 0;
      if (!nowhere(write) && owner[bank] < 0) owner[bank] = static_cast<int>(p);
    }
    bool waiting = dut.float_waits_i || dut.event_waits_i;
    for (unsigned p = 0; p < results; ++p) waiting = waiting || (now[p].valid && !ready[p]);
    for (unsigned b = 0; b < banks; ++b) {
      ASSERT_EQ(dut.bank_valid_o >> b & 1, owner[b] >= 0) << "bank " << b;
      if (owner[b] < 0) continue;
      const Write& write = now[owner[b]];
      ASSERT_EQ(dut.bank_warp_o[b], write.warp);
      ASSERT_EQ(dut.bank_rd_o[b], write.rd);
      ASSERT_EQ(dut.bank_order_o[b], write.order);
      ASSERT_EQ(dut.bank_mask_o[b], write.mask);
      for (unsigned l = 0; l < lanes; ++l) ASSERT_EQ(dut.bank_data_o[b][l], write.data[l]);
    }
    const unsigned others[] = {load(), divide(), other()};
    for (unsigned k = 0; k < 3; ++k) {
      if (!now[others[k]].valid) continue;
      refused += !ready[others[k]];
      ASSERT_EQ(dut.result_ready_o >> k & 1, ready[others[k]]) << "port " << others[k];
    }
    ASSERT_EQ(dut.starved_o, waited >= 8);
    starved += dut.starved_o;
    for (unsigned p = 0; p < ports; ++p) {
      ASSERT_EQ(dut.pending_o >> p & 1, now[p].valid);
      if (now[p].valid) {
        ASSERT_EQ(dut.pending_warp_o[p], now[p].warp);
      }
    }
    // The records of what is written: also what goes nowhere but to some lanes.
    for (unsigned p = 0; p < results; ++p) {
      const bool written = now[p].mask != 0 && (p == other()  ? dut.float_done_i != 0
                                                : p == load() ? now[p].valid && now[p].rd != 0 && ready[p]
                                                              : now[p].valid && ready[p]);
      ASSERT_EQ(dut.written_o >> p & 1, written) << "port " << p;
    }
    // What becomes free.
    std::vector<Clear> expected(clears, Clear{0, 0, false});
    const auto known = [&](unsigned place, unsigned k) {
      expected[place] = {dut.known_warp_i[k], dut.known_number_i[k], (dut.known_valid_i >> k & 1) != 0};
    };
    for (unsigned p = 0; p < ports; ++p) known(p, p);
    known(ports, ports);
    known(ports + 1, ports + 1);
    const Write& loaded = now[load()];
    expected[load()] = {loaded.warp, loaded.rd,
                        loaded.valid && loaded.rd != 0 && ready[load()] && last && !early_waits};
    expected[divide()] = {now[divide()].warp, now[divide()].rd, now[divide()].valid && ready[divide()]};
    expected[other()] = {now[other()].warp, now[other()].rd, dut.float_done_i && now[other()].rd != 0};
    known(ports + 5, ports + 2);
    known(ports + 6, ports + 3);
    expected[ports + 7] = {announced.warp, announced.rd, frees};
    for (unsigned c = 0; c < clears; ++c) {
      const auto& [warp, number, valid] = expected[c];
      ASSERT_EQ(dut.clear_valid_o >> c & 1, valid) << "clear " << c;
      if (!valid) continue;
      ASSERT_EQ(dut.clear_warp_o[c], warp) << "clear " << c;
      ASSERT_EQ(dut.clear_number_o[c], number) << "clear " << c;
    }

    waited = waiting ? std::min(waited + 1, 8U) : 0;
    if (loaded.valid && ready[load()]) early_waits = false;
    for (unsigned port : {load(), divide(), other()}) {
      if (now[port].valid && ready[port]) now[port].valid = false;
    }
    early = false;
    if (announces) {
      // It is offered from the next cycle on; it has become free already if it could.
      now[load()] = announced;
      last = true;
      early_waits = frees;
      early_count += frees;
    }
    clock();
  }
  EXPECT_GT(starved, 200U);
  EXPECT_GT(refused, 2000U);
  EXPECT_GT(early_count, 2000U);
}

// Workgroups come and go; a barrier opens when all their warps have arrived or ended, for those that have arrived.
TEST_F(Results, Barriers) {
  struct Group {
    unsigned size = 0;
    std::vector<unsigned> members;
  };
  std::vector<std::optional<Group>> groups(warps);
  std::vector<int> group_of(warps, -1);
  std::vector<bool> waiting(warps), ended(warps);
  uint32_t releases = 0, opened = 0;
  std::deque<std::array<unsigned, 4>> starting;  // warp, group, warps, place
  for (unsigned i = 0; i < 60'000; ++i) {
    dut.barrier_start_i = dut.arrived_i = dut.ended_i = 0;
    dut.barrier_warp_i = below(warps);
    dut.start_warp_i = below(warps);
    dut.group_slot_i = below(warps);
    dut.group_warps_i = below(warps + 1);
    dut.warp_in_group_i = below(warps);
    // A workgroup needs slots; sometimes everything is killed and begins anew.
    if (starting.empty() && chance(20)) {
      if (releases == 0 && chance(5)) {
        for (unsigned w = 0; w < warps; ++w) {
          groups[w].reset();
          group_of[w] = -1;
        }
      }
      std::vector<unsigned> free;
      for (unsigned w = 0; w < warps; ++w) {
        if (group_of[w] < 0) free.push_back(w);
      }
      std::shuffle(free.begin(), free.end(), random);
      if (!free.empty()) {
        const unsigned size = 1 + below(free.size());
        for (unsigned k = 0; k < size; ++k) starting.push_back({free[k], free[0], size, k});
      }
    }
    uint32_t expected = 0;
    if (!starting.empty() && chance(60)) {
      const auto [warp, group, size, place] = starting.front();
      starting.pop_front();
      dut.barrier_start_i = 1;
      dut.start_warp_i = warp;
      dut.group_slot_i = group;
      dut.group_warps_i = size;
      dut.warp_in_group_i = place;
      if (place == 0) groups[group] = Group{size, {}};
      groups[group]->members.push_back(warp);
      group_of[warp] = static_cast<int>(group);
      waiting[warp] = ended[warp] = false;
    }
    // One warp arrives or ends; not one that is just starting.
    const unsigned w = below(warps);
    if (group_of[w] >= 0 && !waiting[w] && !ended[w] && !(dut.barrier_start_i && dut.start_warp_i == w) && chance(80)) {
      const unsigned g = group_of[w];
      dut.barrier_warp_i = w;
      (chance(70) ? dut.arrived_i : dut.ended_i) = 1;
      (dut.arrived_i ? waiting : ended)[w] = true;
      unsigned arrived = 0, gone = 0;
      for (unsigned member : groups[g]->members) {
        arrived += waiting[member];
        gone += ended[member];
      }
      if (arrived != 0 && arrived + gone == groups[g]->size) {
        for (unsigned member : groups[g]->members) {
          if (waiting[member]) expected |= 1U << member;
          waiting[member] = false;
        }
      }
      if (gone == groups[g]->size) {
        for (unsigned member : groups[g]->members) group_of[member] = -1;
        groups[g].reset();
      }
    }
    dut.eval();
    // Nobody else: of what a killed workgroup left behind nothing is released, whoever has its name now.
    ASSERT_EQ(dut.release_o, releases) << "cycle " << cycle;
    opened += releases != 0;
    releases = expected;
    clock();
  }
  EXPECT_GT(opened, 2000U);
}

// One report a cycle, a cycle after its cause; an error of the memory that meets another cause waits, and others
// meanwhile are dropped.
TEST_F(Results, Faults) {
  struct Fault {
    uint32_t cause = 0, pc = 0, value = 0, detail = 0;
    unsigned lane = 0, warp = 0;
  };
  std::optional<Fault> report, error;
  unsigned reports = 0;
  for (unsigned i = 0; i < 30'000; ++i) {
    const unsigned busy = i % 1000 < 500 ? 40 : 5;
    dut.trap_i = chance(busy);
    dut.deadlock_i = !dut.trap_i && chance(busy);
    do dut.trapping_i = random() & all_lanes;
    while (dut.trapping_i == 0);
    do dut.deadlock_lanes_i = random() & all_lanes;
    while (dut.deadlock_lanes_i == 0);
    dut.cause_plus_one_i = random() & all_lanes;
    dut.cause_i = below(32);
    dut.event_warp_i = below(warps);
    dut.event_pc_i = random() & -4U;
    dut.value_i = random();
    dut.value_per_lane_i = chance(50);
    for (unsigned l = 0; l < lanes; ++l) dut.lane_value_i[l] = random();
    dut.deadlock_pc_i = random() & -4U;
    dut.deadlock_operand_i = random();
    dut.error_valid_i = chance(busy / 2);
    dut.error_warp_i = below(warps);
    dut.error_pc_i = random() & -4U;
    dut.error_lane_i = below(lanes);
    dut.error_address_i = random();
    dut.error_write_i = chance(50);
    dut.engine_valid_i = chance(busy / 2);
    dut.engine_warp_i = below(warps);
    dut.engine_pc_i = random() & -4U;
    dut.engine_lane_i = below(lanes);
    dut.engine_cause_i = random();
    dut.engine_value_i = random();
    dut.engine_detail_i = random();
    for (unsigned k = 0; k < 3; ++k) dut.identity_group_i[k] = random();
    dut.identity_local_base_i = below(warps) * lanes;
    dut.eval();

    ASSERT_EQ(dut.fault_valid_o, report.has_value());
    ASSERT_EQ(dut.fault_pending_o, report || error || dut.error_valid_i || dut.engine_valid_i);
    if (report) {
      ++reports;
      ASSERT_EQ(dut.identity_warp_o, report->warp);
      ASSERT_EQ(dut.fault_cause_o, report->cause);
      ASSERT_EQ(dut.fault_pc_o, report->pc);
      ASSERT_EQ(dut.fault_value_o, report->value);
      ASSERT_EQ(dut.fault_detail_o, report->detail);
      ASSERT_EQ(dut.fault_lane_o, report->lane);
      ASSERT_EQ(dut.fault_warp_o, report->warp);
      ASSERT_EQ(dut.fault_local_o, dut.identity_local_base_i + report->lane);
      for (unsigned k = 0; k < 3; ++k) ASSERT_EQ(dut.fault_group_o[k], dut.identity_group_i[k]);
    }
    std::optional<Fault> arrived;
    if (dut.error_valid_i)
      arrived = Fault{
          dut.error_write_i ? 7U : 5U, dut.error_pc_i, dut.error_address_i, 0, dut.error_lane_i, dut.error_warp_i};
    else if (dut.engine_valid_i)
      arrived = Fault{dut.engine_cause_i,  dut.engine_pc_i,   dut.engine_value_i,
                      dut.engine_detail_i, dut.engine_lane_i, dut.engine_warp_i};
    const bool waits = error.has_value();
    report.reset();
    if (dut.trap_i) {
      const unsigned lane = __builtin_ctz(dut.trapping_i);
      report = Fault{dut.cause_i + (dut.cause_plus_one_i >> lane & 1),
                     dut.event_pc_i,
                     dut.value_per_lane_i ? dut.lane_value_i[lane] : dut.value_i,
                     0,
                     lane,
                     dut.event_warp_i};
    } else if (dut.deadlock_i) {
      report = Fault{24,
                     dut.deadlock_pc_i,
                     dut.deadlock_operand_i,
                     0,
                     static_cast<unsigned>(__builtin_ctz(dut.deadlock_lanes_i)),
                     dut.event_warp_i};
    } else if (error) {
      report = error;
      error.reset();
    }
    if (!waits) error = arrived;
    clock();
  }
  EXPECT_GT(reports, 5000U);
}

TEST_F(Results, WhatRetires) {
  unsigned slots = 0, lane_count = 0;
  for (unsigned i = 0; i < 5000; ++i) {
    dut.retire_valid_i = random() & ((1U << retire_ports) - 1);
    for (unsigned p = 0; p < retire_ports; ++p) dut.retire_lanes_i[p] = random() & all_lanes;
    dut.eval();
    if (i != 0) {
      ASSERT_EQ(dut.retire_slots_o, slots);
      ASSERT_EQ(dut.retired_lanes_o, lane_count);
    }
    slots = lane_count = 0;
    for (unsigned p = 0; p < retire_ports; ++p) {
      if ((dut.retire_valid_i >> p & 1) == 0) continue;
      ++slots;
      lane_count += __builtin_popcount(dut.retire_lanes_i[p]);
    }
    clock();
  }
}

}  // namespace
}  // namespace heddle::core_test
