// Launches: everything dispatched once, everything done, counters, memory at the end; lost and repeated events.
#include <gtest/gtest.h>

#include <algorithm>

#include "programs.h"

namespace heddle::lockstep::test {
namespace {

Playback good_run() { return run_program(test_launch(2, 7, 256), everything()); }

// Removes (or repeats) the n-th event of type R.
template <typename R>
void remove(Playback& run, size_t n = 0) {
  for (auto event = run.events.begin(); event != run.events.end(); ++event) {
    if (!std::holds_alternative<R>(event->record) || n-- != 0) continue;
    run.events.erase(event);
    return;
  }
  FAIL() << "no such event";
}

template <typename R>
void repeat(Playback& run, size_t n = 0) {
  for (auto event = run.events.begin(); event != run.events.end(); ++event) {
    if (!std::holds_alternative<R>(event->record) || n-- != 0) continue;
    run.events.insert(event, *event);
    return;
  }
  FAIL() << "no such event";
}

TEST(Lost, WritebackOfAnAluInstruction) {
  Playback run = good_run();
  remove<WritebackRecord>(run);
  // The register is written again by nobody, so that only the end of the warp shows it.
  EXPECT_EQ(check(run), "writeback.missing");
}

TEST(Lost, WritebackOfALoadThatIsUsed) {
  Playback run = good_run();
  std::erase_if(run.events, [](const Event& event) {
    const auto* r = std::get_if<WritebackRecord>(&event.record);
    return r != nullptr && r->rd == 8;
  });
  EXPECT_EQ(check(run), "memory.order");  // the AMO goes ahead of the load
}

TEST(Lost, StoreBeforeAFence) {
  Playback run = good_run();
  remove<MemoryRecord>(run);
  EXPECT_EQ(check(run), "store.order");  // the byte store to the same word goes ahead of it
}

TEST(Lost, LastStoreBeforeAFence) {
  Playback run = good_run();
  remove<MemoryRecord>(run, 7);  // warp 0: lane 3's byte
  EXPECT_EQ(check(run), "fence");
}

TEST(Lost, StoreAtTheEnd) {
  Program program;
  program.words = {op_u(isa::Op::Lui, 7, kData), op_s(isa::Op::Sw, 7, 7, 0), op_plain(isa::Op::HdExit)};
  Playback run = run_program(test_launch(1, 1, 0), program);
  EXPECT_EQ(check(run), "");
  remove<MemoryRecord>(run);
  EXPECT_EQ(check(run), "store.visible");
}

// One store by every lane of two workgroups, which run in one warp slot after another.
Playback last_stores(uint32_t base, uint32_t scratch_bytes) {
  Program program;
  program.words = {op_u(isa::Op::Lui, 7, base), op_s(isa::Op::Sw, 7, 7, 0), op_plain(isa::Op::HdExit)};
  return run_program(test_launch(2, 1, scratch_bytes), program);
}

// Moves the first event of type R behind all others.
template <typename R>
void delay(Playback& run) {
  const auto first = std::find_if(run.events.begin(), run.events.end(),
                                  [](const Event& event) { return std::holds_alternative<R>(event.record); });
  ASSERT_NE(first, run.events.end());
  Event event = *first;
  event.cycle = run.events.back().cycle + 1;
  run.events.erase(first);
  run.events.push_back(std::move(event));
}

TEST(Late, StoreToDeviceMemory) {
  Playback run = last_stores(kData, 0);
  delay<MemoryRecord>(run);
  // Both workgroups store the same, with the same slot number of the same warp slot.
  EXPECT_EQ(check(run), "");
}

TEST(Late, StoreToDeviceMemoryOfWrongData) {
  Playback run = last_stores(kData, 0);
  delay<MemoryRecord>(run);
  std::get<MemoryRecord>(run.events.back().record).data[0] ^= 1;
  EXPECT_EQ(check(run), "memory.data");
}

TEST(Late, StoreToDeviceMemoryTwice) {
  Playback run = last_stores(kData, 0);
  delay<MemoryRecord>(run);
  run.events.push_back(run.events.back());
  EXPECT_EQ(check(run), "memory.tag");
}

TEST(Late, StoreToTheScratchpad) {
  Playback run = last_stores(memory_map::kScratchpadBase, 256);
  EXPECT_EQ(check(run), "");
  delay<ScratchRecord>(run);
  EXPECT_EQ(check(run), "store.visible");
}

TEST(Lost, Commit) {
  Playback run = good_run();
  remove<CommitRecord>(run, 3);
  EXPECT_EQ(check(run), "writeback.tag");
}

TEST(Lost, DispatchOfAWarp) {
  Playback run = good_run();
  remove<DispatchRecord>(run, 1);
  EXPECT_EQ(check(run), "commit.tag");
}

TEST(Lost, WholeWorkgroup) {
  Playback run = good_run();
  const Playback one = run_program(test_launch(1, 7, 256), everything());
  run.events = one.events;
  run.outcome = one.outcome;
  EXPECT_EQ(check(run), "dispatch.missing (workgroups done)");
}

TEST(Lost, EndOfAWarp) {
  Playback run = good_run();
  for (size_t i = run.events.size(); i-- > 0;) {
    if (!std::holds_alternative<WarpDoneRecord>(run.events[i].record)) continue;
    run.events.erase(run.events.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  EXPECT_EQ(check(run), "status.done");
}

TEST(Repeated, Writeback) {
  Playback run = good_run();
  repeat<WritebackRecord>(run);
  EXPECT_EQ(check(run), "writeback.tag");  // nothing is outstanding any more
}

TEST(Repeated, Store) {
  Playback run = good_run();
  repeat<MemoryRecord>(run);
  EXPECT_EQ(check(run), "memory.strobe");
}

TEST(Repeated, Commit) {
  Playback run = good_run();
  repeat<CommitRecord>(run);
  EXPECT_EQ(check(run), "commit.tag");
}

TEST(Repeated, Dispatch) {
  Playback run = good_run();
  repeat<DispatchRecord>(run);
  EXPECT_EQ(check(run), "dispatch.warp");
}

TEST(Repeated, EndOfAWarp) {
  Playback run = good_run();
  repeat<WarpDoneRecord>(run);
  EXPECT_EQ(check(run), "done");
}

TEST(Early, EndOfAWarp) {
  Playback run = good_run();
  for (size_t i = 0; i < run.events.size(); ++i) {
    const auto* done = std::get_if<WarpDoneRecord>(&run.events[i].record);
    if (done == nullptr) continue;
    const Event event = run.events[i];
    run.events.erase(run.events.begin() + static_cast<std::ptrdiff_t>(i));
    run.events.insert(run.events.begin() + static_cast<std::ptrdiff_t>(i) - 8, event);
    break;
  }
  for (size_t i = 0; i < run.events.size(); ++i) run.events[i].cycle = 1000 + i;  // in the new order
  EXPECT_EQ(check(run), "done");
}

TEST(Early, KillWithoutFaultOrAbort) {
  Playback run = good_run();
  run.events.resize(20);
  run.events.push_back({2000, WarpDoneRecord{0, 0, true}});
  EXPECT_EQ(check(run), "done");
}

TEST(Outcome, CountersAreCompared) {
  Playback run = good_run();
  ++run.outcome.warp_instrs;
  EXPECT_EQ(check(run), "counter.warp_instrs");
  --run.outcome.warp_instrs;
  --run.outcome.lane_instrs;
  EXPECT_EQ(check(run), "counter.lane_instrs");
}

TEST(Outcome, StatusIsCompared) {
  Playback run = good_run();
  run.outcome.fault = true;
  EXPECT_EQ(check(run), "status.fault");
  run.outcome.fault = false;
  run.outcome.aborted = true;
  EXPECT_EQ(check(run), "status.aborted");
  run.outcome.aborted = false;
  run.outcome.rejected = true;
  EXPECT_EQ(check(run), "status.rejected");
}

// A trap without a handler, of which the host is told nothing: the launch was aborted before.
Playback fault_after_abort() {
  Playback run = run_program(test_launch(1, 4, 0), misaligned_load());
  const auto fault = std::find_if(run.events.begin(), run.events.end(),
                                  [](const Event& event) { return std::holds_alternative<FaultRecord>(event.record); });
  run.events.insert(fault, {fault->cycle, AbortRecord{}});
  run.abort_asked = true;
  run.outcome.fault = false;
  run.outcome.aborted = true;
  return run;
}

TEST(Abort, FaultThatComesTooLate) {
  Playback run = fault_after_abort();
  EXPECT_EQ(check(run), "");
  run.outcome.fault = true;
  EXPECT_EQ(check(run), "status.fault");
  run.outcome.fault = false;
  run.outcome.aborted = false;
  EXPECT_EQ(check(run), "status.aborted");
}

TEST(Abort, FaultThatComesFirst) {
  Playback run = fault_after_abort();
  remove<AbortRecord>(run);
  EXPECT_EQ(check(run), "status.fault");
  run.outcome.fault = true;
  EXPECT_EQ(check(run), "status.aborted");
  run.outcome.aborted = false;
  EXPECT_EQ(check(run), "");
  run.events.push_back({run.events.back().cycle + 1, AbortRecord{}});
  EXPECT_EQ(check(run), "abort");
}

TEST(Abort, NobodyHasAsked) {
  Playback run = fault_after_abort();
  run.abort_asked = false;
  EXPECT_EQ(check(run), "abort");
}

TEST(Abort, ComesTooLate) {
  Playback run = good_run();
  run.abort_asked = true;
  EXPECT_EQ(check(run), "");
  run.outcome.aborted = true;
  EXPECT_EQ(check(run), "status.aborted");
}

TEST(Abort, BeforeAnythingIsDispatched) {
  Playback run{test_shape(), test_launch(1, 4, 0), everything(), {}, {}, {}};
  run.abort_asked = true;
  run.outcome.aborted = true;
  EXPECT_EQ(check(run), "");
  run.outcome.aborted = false;
  EXPECT_EQ(check(run), "dispatch.missing (workgroups done)");
}

TEST(Outcome, RejectedLaunch) {
  model::Launch launch = test_launch(2, 7, 256);
  launch.local_size[0] = 17;  // over 4 warps of 4 lanes
  Playback run{test_shape(), launch, everything(), {}, {}, {}};
  run.outcome.rejected = true;
  run.outcome.reason = 1;
  EXPECT_EQ(check(run), "");
  run.outcome.reason = 2;
  EXPECT_EQ(check(run), "status.reason");
  run.events.push_back({5, DispatchRecord{}});
  EXPECT_EQ(check(run), "dispatch");
}

TEST(Outcome, MemoryIsCompared) {
  Playback run = good_run();
  run.final_memory[kData + 0x404] = 1;  // changed behind the checker's back
  EXPECT_EQ(check(run), "memory.final");
}

TEST(Report, FitsOneScreenAndShowsHistory) {
  Playback run = good_run();
  for (Event& event : run.events) {
    auto* r = std::get_if<WritebackRecord>(&event.record);
    if (r == nullptr || r->rd != 21) continue;
    r->data[0] ^= 0x100;
    r->data[2] ^= 0x100;
    r->data[1] ^= 0x100;
    break;
  }
  std::string report;
  EXPECT_EQ(check(run, &report), "writeback.data");
  EXPECT_NE(report.find("mul s5, s4, t0"), std::string::npos) << report;
  EXPECT_NE(report.find("paths of the warp"), std::string::npos) << report;
  EXPECT_NE(report.find("lanes that differ"), std::string::npos) << report;
  EXPECT_LE(std::count(report.begin(), report.end(), '\n'), 46) << report;
}

}  // namespace
}  // namespace heddle::lockstep::test
