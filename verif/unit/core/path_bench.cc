#include "path_bench.h"

#include <gtest/gtest.h>

namespace heddle::core_test {

// Chooses what the slot does. `control` says whether the core would mark the instruction as one that has an event.
PathBench::Event PathBench::make(unsigned w, const Path& path, const Mix& mix, bool* control) {
  const WarpReference& warp = reference_[w];
  Event event;
  event.path = path;
  event.executed = path.mask;
  event.rest = path.pc + 4;
  event.target = path.pc;
  event.target_depth = path.depth;
  event.predicted_pc = path.pc + 4;
  event.vector = chance(99) ? base_[w] + 4 * below(8) + 4 : 0;
  *control = true;
  if (mix.apart) {
    const bool together = warp.paths() == 1;
    event.vector = 4;
    if ((path.pc & 0x3c) == 0x3c || together) {
      event.moved = together ? some(path.mask) : path.mask;
      event.target = together ? base_[w] + 0x100 * (1 + below(16)) : path.pc & ~0x3fu;
      event.predicted_pc = event.target;
    } else {
      *control = chance(5);
    }
    return event;
  }
  unsigned pick = below(1000);
  auto is = [&](unsigned weight) {
    const bool hit = pick < weight;
    if (!hit) pick -= weight;
    return hit;
  };
  if (is(mix.branch)) {
    event.target = some_pc(w, mix);
    event.moved = chance(20) ? 0 : some(path.mask);
    if (chance(50)) event.predicted_pc = event.target;
    event.speculative = chance(50);
  } else if (is(mix.jump)) {
    event.target = some_pc(w, mix);
    event.moved = path.mask;
    event.speculative = chance(50);
    if (chance(50) && !event.speculative) event.target_depth = std::min(63u, path.depth + 1);
    if (chance(5) && !event.speculative) event.target_depth = below(64);
    if (chance(70)) event.predicted_pc = event.target;
  } else if (is(mix.indirect)) {
    event.target = some_pc(w, mix);
    event.moved = event.executed = some(path.mask) | (1u << std::countr_zero(path.mask));
    event.target_depth = chance(60) ? (path.depth == 0 ? 0 : path.depth - 1) : std::min(63u, path.depth + 1);
    event.rest = path.pc;
    event.predicted = false;
  } else if (is(mix.exit)) {
    event.moved = path.mask;
    event.leave = 1;
  } else if (is(mix.barrier)) {
    event.moved = path.mask;
    event.leave = 2;
    event.target = path.pc + 4;
  } else if (is(mix.sync)) {
    event.moved = event.executed = some(path.mask) | (1u << std::countr_zero(path.mask));
    event.rest = path.pc;
    event.sync_operand = random();
    if (chance(50)) {
      event.target = path.pc + 4;
    } else {
      event.leave = 3;
      event.retired = false;
    }
  } else if (is(mix.memory)) {
    event.speculative = chance(50);
    if (chance(10)) event.trapping = event.moved = some(path.mask);
  } else if (is(mix.ordering)) {
    event.kind.ordering = true;
    const unsigned which = below(4);
    event.kind.load_reserved = which == 1;
    event.kind.store_conditional = which == 2;
    event.kind.failed = which == 2 && chance(50);
    if (chance(10)) event.trapping = event.moved = some(path.mask);
  } else if (is(mix.pause)) {
    event.kind.pause = true;
  } else if (is(mix.trap)) {
    event.trapping = event.moved = path.mask;
    event.predicted = false;
  } else {
    *control = false;
  }
  // (Until something has retired a trap has no handler, and after a .sync release lanes are at a .sync: neither is
  // speculative.)
  event.speculative = event.speculative && retired_[w];
  if (event.speculative) *control = false;
  if ((event.executed & ~event.trapping) == 0) event.retired = false;
  return event;
}

// The slot's effect on the reference, up to and including SYNC releases.
void PathBench::apply(unsigned w, Event* event) {
  WarpReference& warp = reference_[w];
  for (unsigned l = 0; l < lanes_; ++l) {
    if (!(event->path.mask >> l & 1)) continue;
    Lane& lane = warp.lanes[l];
    if (event->trapping >> l & 1) {
      lane.pc = event->vector;
      lane.depth = std::min(63u, event->path.depth + 1);
    } else if (event->moved >> l & 1) {
      lane.pc = event->target;
      lane.depth = event->target_depth;
      if (event->leave == 1) lane.state = LaneState::kEnded;
      if (event->leave == 2) lane.state = LaneState::kBarrier;
      if (event->leave == 3) {
        lane.state = LaneState::kSync;
        sync_pc_[w][l] = event->path.pc;
        sync_operand_[w][l] = event->sync_operand;
      }
    } else {
      lane.pc = event->rest;
    }
  }
  if (event->trapping != 0 && event->vector == 0) {
    event->fault = true;
    return;
  }
  warp.finish_slot(event->executed, event->trapping, event->kind);
  if (event->retired) retired_[w] = true;
  const uint32_t run = warp.in_state(LaneState::kRun), sync = warp.in_state(LaneState::kSync);
  if (run == 0 && sync != 0) {
    if (retired_[w]) {
      for (Lane& lane : warp.lanes) {
        if (lane.state == LaneState::kSync) lane.state = LaneState::kRun;
      }
      retired_[w] = false;
      ++sync_releases;
    } else {
      event->deadlock = true;
      event->deadlock_lanes = sync;
      event->deadlock_pc = sync_pc_[w][std::countr_zero(sync)];
      event->deadlock_operand = sync_operand_[w][std::countr_zero(sync)];
    }
  } else if (run == 0 && warp.in_state(LaneState::kBarrier) != 0) {
    event->arrived = true;
  } else if (run == 0) {
    event->ended = true;
  }
}

void PathBench::drive_event(unsigned w, const Event& event) {
  dut.event_valid_i = 1;
  dut.event_warp_i = w;
  dut.event_pc_i = event.path.pc;
  dut.event_depth_i = event.path.depth;
  dut.event_path_i = event.path.mask;
  dut.event_executed_i = event.executed;
  dut.event_moved_i = event.moved;
  dut.event_leave_i = event.leave;
  dut.event_trapping_i = event.trapping;
  dut.event_target_i = event.target;
  dut.event_target_depth_i = event.target_depth;
  dut.event_rest_i = event.rest;
  dut.event_retired_i = event.retired;
  dut.event_ordering_i = event.kind.ordering;
  dut.event_load_reserved_i = event.kind.load_reserved;
  dut.event_store_conditional_i = event.kind.store_conditional;
  dut.event_yield_i = event.kind.pause || (event.kind.store_conditional && event.kind.failed);
  dut.event_sync_operand_i = event.sync_operand;
  dut.event_predicted_i = event.predicted;
  dut.event_predicted_pc_i = event.predicted_pc;
  dut.event_vector_i = event.vector;
}

// A slot after one that went astray: on the path that was predicted, and without any effect in the end.
void PathBench::issue_void(unsigned w, bool squashed_now) {
  Astray& astray = *astray_[w];
  dut.issue_warp_i = w;
  dut.issue_control_i = chance(20);
  dut.issue_speculative_i = chance(50);
  dut.issue_next_i = astray.next + 4;
  dut.eval();
  ASSERT_EQ(dut.issue_mask_o, astray.event.path.mask);
  ASSERT_EQ(dut.issue_pc_o, astray.next);
  dut.issue_valid_i = 1;
  dut.eval();
  astray.next += 4;
  ++void_slots;
  astray.blocked = dut.issue_resolve_o;
  // In the cycle of the squash it does not count: the squash wins.
  if (!dut.issue_resolve_o && !squashed_now) ++astray.advanced;
}

// What the core sees of each warp: it may issue, or something of it is on its way, or it waits, or it has ended.
void PathBench::look_at_flags() {
  for (unsigned w = 0; w < warps_; ++w) {
    const bool ready = dut.ready_o >> w & 1, transit = dut.transit_o >> w & 1;
    ASSERT_EQ(dut.ended_o >> w & 1, ended_[w]) << "warp " << w;
    if (halted_[w]) ASSERT_FALSE(ready) << "warp " << w;
    if (pending_[w]) {
      ASSERT_TRUE(transit && !ready) << "warp " << w;
    } else if (astray_[w]) {
      ASSERT_TRUE(transit == astray_[w]->blocked && ready == !(transit || halted_[w])) << "warp " << w;
    } else if (done_[w]) {
      ASSERT_TRUE(!transit && !ready) << "warp " << w;
    } else {
      const bool waits = reference_[w].in_state(LaneState::kRun) == 0;
      ASSERT_EQ(dut.waiting_o >> w & 1, waits) << "warp " << w;
      ASSERT_TRUE(waits ? !transit && !ready : halted_[w] || transit != ready) << "warp " << w;
    }
  }
}

void PathBench::one_cycle(const Mix& mix) {
  SCOPED_TRACE(testing::Message() << "cycle " << cycle);
  dut.start_valid_i = dut.issue_valid_i = dut.event_valid_i = dut.squash_valid_i = dut.halt_valid_i = 0;
  dut.issue_port_i = below(2);
  dut.issue_speculative_i = 0;
  dut.release_i = 0;
  dut.eval();
  ASSERT_NO_FATAL_FAILURE(look_at_flags());

  // One event that is due.
  const unsigned first = below(warps_);
  std::optional<unsigned> event_warp;
  for (unsigned i = 0; i < warps_ && !event_warp; ++i) {
    const unsigned w = (first + i) % warps_;
    if (pending_[w] && pending_[w]->due <= cycle) event_warp = w;
  }
  if (event_warp) drive_event(*event_warp, *pending_[*event_warp]);

  // One squash.
  std::optional<unsigned> squash_warp;
  for (unsigned w = 0; w < warps_ && !squash_warp; ++w) {
    if (astray_[w] && astray_[w]->due <= cycle) squash_warp = w;
  }

  // One issue.
  std::optional<unsigned> issue_warp;
  for (unsigned i = 0; i < warps_ && !issue_warp; ++i) {
    const unsigned w = (first + i) % warps_;
    if (dut.ready_o >> w & 1 && chance(80)) issue_warp = w;
  }
  if (issue_warp && astray_[*issue_warp]) {
    issue_void(*issue_warp, issue_warp == squash_warp);
  } else if (issue_warp) {
    const unsigned w = *issue_warp;
    const Path expected = reference_[w].select();
    dut.issue_warp_i = w;
    dut.eval();
    ASSERT_EQ(dut.issue_mask_o, expected.mask)
        << "warp " << w << " pc " << std::hex << dut.issue_pc_o << " for " << expected.pc;
    ASSERT_EQ(dut.issue_pc_o, expected.pc) << "warp " << w;
    ASSERT_EQ(dut.issue_depth_o, expected.depth) << "warp " << w;
    ASSERT_TRUE(stream_[w].has_value()) << "warp " << w << " had no redirect";
    ASSERT_EQ(*stream_[w], expected.pc) << "warp " << w << ": fetch is elsewhere";
    uint32_t live = 0;
    for (unsigned l = 0; l < lanes_; ++l) live |= uint32_t(reference_[w].lanes[l].state != LaneState::kEnded) << l;
    ASSERT_EQ(dut.live_o, live);
    bool control = false;
    Event event = make(w, expected, mix, &control);
    dut.issue_valid_i = 1;
    dut.issue_control_i = control;
    dut.issue_speculative_i = event.speculative;
    dut.issue_next_i = event.speculative ? event.predicted_pc : expected.pc + 4;
    dut.eval();
    const bool resolve = dut.issue_resolve_o;
    ASSERT_TRUE(resolve || !control);
    ASSERT_EQ(dut.issue_speculative_o, event.speculative && !resolve);
    apply(w, &event);
    ++slots_;
    unresolved += !resolve;
    if (resolve) {
      event.due = cycle + 2 + below(6);
      pending_[w] = event;
      stream_[w].reset();
    } else if (event.speculative && !event.as_predicted()) {
      stream_[w].reset();
      event.predicted = false;
      astray_[w] = Astray{.event = event, .next = event.predicted_pc, .due = cycle + 1 + below(4)};
    } else {
      stream_[w] = event.speculative ? event.predicted_pc : expected.pc + 4;
    }
  }

  if (squash_warp) {
    const unsigned w = *squash_warp;
    dut.squash_valid_i = 1;
    dut.squash_port_i = below(2);
    dut.squash_warp_i = w;
    dut.squash_advanced_i = astray_[w]->advanced;
    pending_[w] = astray_[w]->event;
    pending_[w]->due = cycle + 1 + below(6);
    astray_[w].reset();
    ++squashes;
  }

  // Barrier releases and starts.
  for (unsigned w = 0; w < warps_; ++w) {
    if (release_due_[w] && *release_due_[w] <= cycle) {
      dut.release_i |= 1u << w;
      release_due_[w].reset();
      for (Lane& lane : reference_[w].lanes) {
        if (lane.state == LaneState::kBarrier) lane.state = LaneState::kRun;
      }
    }
  }
  // A memory error stops a warp; what it has under way still comes in, then its slot is free.
  const unsigned stopped = below(warps_);
  if (!mix.apart && below(1000) == 0 && !done_[stopped]) {
    dut.halt_valid_i = 1;
    dut.halt_warp_i = stopped;
    ++halts;
  }
  const unsigned starter = below(warps_);
  if (halted_[starter] && !pending_[starter] && !astray_[starter] && !(dut.transit_o >> starter & 1) &&
      !(dut.release_i >> starter & 1)) {
    done_[starter] = true;
    release_due_[starter].reset();
  }
  const bool starts = done_[starter] && chance(50);
  if (starts) {
    ASSERT_FALSE(dut.transit_o >> starter & 1);
    ASSERT_FALSE(astray_[starter].has_value());
    dut.start_valid_i = 1;
    dut.start_warp_i = starter;
    base_[starter] = some_base();
    dut.start_pc_i = base_[starter] + 4 * below(8);
    dut.start_mask_i = chance(70) ? all_ : some(all_);
  }

  dut.eval();
  if (event_warp) {
    const Event& event = *pending_[*event_warp];
    const unsigned w = *event_warp;
    ASSERT_EQ(dut.event_fault_o, event.fault);
    ASSERT_EQ(dut.event_deadlock_o, event.deadlock);
    if (!event.fault) {
      ASSERT_EQ(dut.event_arrived_o, event.arrived);
      ASSERT_EQ(dut.event_ended_o, event.ended);
    }
    if (event.deadlock) {
      ASSERT_EQ(dut.deadlock_lanes_o, event.deadlock_lanes);
      ASSERT_EQ(dut.deadlock_pc_o, event.deadlock_pc);
      ASSERT_EQ(dut.deadlock_operand_o, event.deadlock_operand);
    }
    deadlocks += event.deadlock;
    faults += event.fault;
    arrivals += event.arrived;
    if (event.arrived) release_due_[w] = cycle + 1 + below(8);
    if (event.ended || event.deadlock || event.fault) done_[w] = true;
    ended_[w] = event.ended;
    if (event.predicted) stream_[w] = event.predicted_pc;
    pending_[w].reset();
  }
  for (unsigned r = 0; r < 2; ++r) {
    if (!(dut.redirect_valid_o >> r & 1)) continue;
    stream_[r ? dut.redirect_warp_1_o : dut.redirect_warp_0_o] = r ? dut.redirect_pc_1_o : dut.redirect_pc_0_o;
  }
  if (dut.halt_valid_i) halted_[stopped] = true;
  if (starts) {
    done_[starter] = ended_[starter] = halted_[starter] = false;
    retired_[starter] = false;
    reference_[starter].start(dut.start_pc_i, dut.start_mask_i, lanes_);
    stream_[starter] = dut.start_pc_i;
  }
  clock();
}

}  // namespace heddle::core_test
