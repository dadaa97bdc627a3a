// Each field of each record is corrupted in turn: the checker must catch it and name the field.
#include <gtest/gtest.h>

#include <functional>

#include "heddle/model/types.h"
#include "programs.h"

namespace heddle::lockstep::test {
namespace {

const Playback& good_run() {
  static const Playback run = run_program(test_launch(2, 7, 256), everything());
  return run;
}

TEST(Uncorrupted, PassesAndCounts) {
  std::string report;
  CheckerStatistics statistics;
  EXPECT_EQ(check(good_run(), &report, &statistics), "") << report;
  // 2 workgroups of 2 warps; the branch makes the warps issue a few slots more than the 29 instructions.
  EXPECT_GE(statistics.compared, 4U * 29);
  EXPECT_EQ(statistics.copied_cycle, 2U * 7);
  EXPECT_EQ(statistics.copied_bus_error, 0U);
}

struct Corruption {
  const char* name;
  const char* field;                     // that the checker has to name
  std::function<bool(Record&)> corrupt;  // true once it has changed the record
};

// The first record of type R for which `change` says so.
template <typename R>
std::function<bool(Record&)> on(std::function<bool(R&)> change) {
  return [change](Record& record) {
    R* typed = std::get_if<R>(&record);
    return typed != nullptr && change(*typed);
  };
}

template <typename R, typename Change>
std::function<bool(Record&)> always(Change change) {
  return on<R>([change](R& record) {
    change(record);
    return true;
  });
}

bool is_memory(const CommitRecord& r) {
  return (r.instr & 0x7F) == 0x03 || (r.instr & 0x7F) == 0x23 || (r.instr & 0x7F) == 0x2F;
}
bool is_store(const CommitRecord& r) { return (r.instr & 0x7F) == 0x23; }
bool reads_cycle(const CommitRecord& r) { return (r.instr & 0x7F) == 0x73 && r.instr >> 20 == 0xC00; }

std::vector<Corruption> corruptions() {
  using C = CommitRecord;
  using W = WritebackRecord;
  using M = MemoryRecord;
  using S = ScratchRecord;
  using D = DispatchRecord;
  const auto memory_kind = [](MemoryOp op, std::function<void(M&)> change) {
    return on<M>([=](M& r) {
      if (r.op != op) return false;
      change(r);
      return true;
    });
  };
  const auto scratch_kind = [](ScratchOp op, std::function<void(S&)> change) {
    return on<S>([=](S& r) {
      if (r.op != op) return false;
      change(r);
      return true;
    });
  };
  return {
      // commit
      {"commit_core", "commit.tag", always<C>([](C& r) { r.tag.core = 1; })},
      {"commit_warp", "commit.tag", always<C>([](C& r) { r.tag.warp = 3; })},
      {"commit_order", "commit.tag", always<C>([](C& r) { r.tag.order += 1; })},
      {"commit_pc", "commit.pc", always<C>([](C& r) { r.pc += 4; })},
      {"commit_instr", "commit.instr", always<C>([](C& r) { r.instr ^= 1U << 31; })},
      {"commit_mask", "commit.mask", always<C>([](C& r) { r.mask &= ~1U; })},
      {"commit_retire", "commit.retire", always<C>([](C& r) { r.retire = false; })},
      {"commit_taken", "commit.taken", on<C>([](C& r) {
         if (r.taken == 0) return false;
         r.taken = r.mask;
         return true;
       })},
      {"commit_target", "commit.target", on<C>([](C& r) {
         r.target ^= 4;
         return r.taken != 0;
       })},
      {"commit_trap", "commit.trap", always<C>([](C& r) { r.trap = 1; })},
      {"commit_address", "commit.address", on<C>([](C& r) {
         r.address[1] ^= 4;
         return is_memory(r);
       })},
      {"commit_data", "commit.data", on<C>([](C& r) {
         r.data[2] ^= 1;
         return is_store(r);
       })},
      // write-back
      {"writeback_core", "writeback.tag", always<W>([](W& r) { r.tag.core = 1; })},
      {"writeback_warp", "writeback.tag", always<W>([](W& r) { r.tag.warp = 3; })},
      {"writeback_order", "writeback.tag", always<W>([](W& r) { r.tag.order += 1; })},
      {"writeback_rd", "writeback.rd", always<W>([](W& r) { r.rd ^= 1; })},
      {"writeback_file", "writeback.rd", always<W>([](W& r) { r.rd |= 32; })},
      {"writeback_mask", "writeback.mask", always<W>([](W& r) { r.mask = 0; })},
      {"writeback_mask_more", "writeback.mask", always<W>([](W& r) { r.mask |= 0x10; })},
      {"writeback_data", "writeback.data", always<W>([](W& r) { r.data[3] ^= 0x8000'0000; })},
      {"writeback_load_data", "writeback.data", on<W>([](W& r) {
         r.data[0] += 1;
         return r.rd == 8;
       })},
      {"writeback_atomic_data", "writeback.data", on<W>([](W& r) {
         r.data[0] += 1;
         return r.rd == 12;
       })},
      {"writeback_sc_data", "writeback.data", on<W>([](W& r) {
         r.data[0] ^= 1;
         return r.rd == 14;
       })},
      // device memory
      {"memory_core", "memory.tag", always<M>([](M& r) { r.tag.core = 1; })},
      {"memory_warp", "memory.tag", always<M>([](M& r) { r.tag.warp = 3; })},
      {"memory_order", "memory.tag", always<M>([](M& r) { r.tag.order += 1; })},
      {"memory_op", "memory.op", always<M>([](M& r) { r.op = MemoryOp::kAmo; })},
      {"memory_address", "memory.strobe", memory_kind(MemoryOp::kWrite, [](M& r) { r.address += 64; })},
      {"memory_strobe", "memory.strobe", memory_kind(MemoryOp::kWrite, [](M& r) { r.strobe[0] <<= 16; })},
      {"memory_data", "memory.data", memory_kind(MemoryOp::kWrite, [](M& r) { r.data[0] ^= 1; })},
      {"memory_amo", "memory.amo", memory_kind(MemoryOp::kAmo, [](M& r) { r.amo ^= 1; })},
      {"memory_amo_lane", "memory.lane_order",
       memory_kind(MemoryOp::kAmo,
                   [](M& r) {
                     r.lane = 1;
                     for (uint32_t& word : r.data) word = 1;
                   })},
      {"memory_amo_address", "memory.address",
       memory_kind(MemoryOp::kAmo,
                   [](M& r) {
                     r.address += 4;
                     std::swap(r.data[0], r.data[1]);
                     r.strobe[0] <<= 4;
                   })},
      {"memory_amo_operand", "memory.data", memory_kind(MemoryOp::kAmo, [](M& r) { r.data[0] += 1; })},
      {"memory_amo_strobe", "memory.strobe", memory_kind(MemoryOp::kAmo, [](M& r) { r.strobe[0] &= ~1U; })},
      {"memory_old_word", "memory.old_word", memory_kind(MemoryOp::kAmo, [](M& r) { r.old_word += 1; })},
      {"memory_lr_old_word", "memory.old_word", memory_kind(MemoryOp::kLr, [](M& r) { r.old_word += 1; })},
      {"memory_sc_success", "memory.sc_success", memory_kind(MemoryOp::kSc, [](M& r) { r.sc_success ^= true; })},
      // scratchpad
      {"scratch_core", "scratch.tag", always<S>([](S& r) { r.tag.core = 1; })},
      {"scratch_warp", "scratch.tag", always<S>([](S& r) { r.tag.warp = 3; })},
      {"scratch_order", "scratch.tag", always<S>([](S& r) { r.tag.order += 1; })},
      {"scratch_op", "scratch.op", always<S>([](S& r) { r.op = ScratchOp::kAmo; })},
      {"scratch_mask", "scratch.mask", always<S>([](S& r) { r.mask = 0; })},
      {"scratch_address", "scratch.address", always<S>([](S& r) { r.address[0] += 4; })},
      {"scratch_strobe", "scratch.strobe", always<S>([](S& r) { r.strobe[0] = 7; })},
      {"scratch_data", "scratch.data", always<S>([](S& r) { r.data[0] ^= 1; })},
      {"scratch_amo", "memory.amo", scratch_kind(ScratchOp::kAmo, [](S& r) { r.amo ^= 1; })},
      {"scratch_old", "memory.old_word", scratch_kind(ScratchOp::kAmo, [](S& r) { r.old[0] ^= 1; })},
      {"scratch_sc_success", "memory.sc_success", scratch_kind(ScratchOp::kSc, [](S& r) { r.sc_success ^= 1; })},
      // dispatch
      {"dispatch_core", "dispatch.warp", always<D>([](D& r) { r.core = 1; })},
      {"dispatch_warp", "dispatch.warp", always<D>([](D& r) { r.warp = 4; })},
      {"dispatch_group_slot", "dispatch.group_id", on<D>([](D& r) {
         r.group_slot = 1;
         return r.warp_in_group == 1;
       })},
      {"dispatch_group_warps", "dispatch.group_warps", always<D>([](D& r) { r.group_warps = 1; })},
      {"dispatch_warp_in_group", "dispatch.warp_in_group", always<D>([](D& r) { r.warp_in_group = 2; })},
      {"dispatch_mask", "dispatch.mask", always<D>([](D& r) { r.mask ^= 1; })},
      {"dispatch_group_id", "dispatch.group_id", always<D>([](D& r) { r.group_id[0] = 1; })},
      {"dispatch_group_id_outside", "dispatch.group_id", always<D>([](D& r) { r.group_id[1] = 1; })},
      {"dispatch_scratch_base", "dispatch.scratch_base", on<D>([](D& r) {
         r.scratch_base = 16;
         return r.warp_in_group == 1;
       })},
      {"dispatch_scratch_base_outside", "dispatch.scratch_base", always<D>([](D& r) { r.scratch_base = 4000; })},
      {"dispatch_local_base", "dispatch.local_base", always<D>([](D& r) { r.local_base += 1; })},
      {"dispatch_local_id_x", "dispatch.local_id", always<D>([](D& r) { r.local_id[0][2] += 1; })},
      {"dispatch_local_id_y", "dispatch.local_id", always<D>([](D& r) { r.local_id[1][0] += 1; })},
      {"dispatch_local_id_z", "dispatch.local_id", always<D>([](D& r) { r.local_id[2][1] += 1; })},
      // ends
      {"done_core", "done", always<WarpDoneRecord>([](WarpDoneRecord& r) { r.core = 1; })},
      {"done_warp", "done", always<WarpDoneRecord>([](WarpDoneRecord& r) { r.warp = 3; })},
  };
}

class Corrupted : public ::testing::TestWithParam<Corruption> {};

TEST_P(Corrupted, IsCaughtAndNamed) {
  Playback run = good_run();
  bool changed = false;
  for (Event& event : run.events) {
    const Record before = event.record;
    if (GetParam().corrupt(event.record)) {
      changed = true;
      break;
    }
    event.record = before;
  }
  ASSERT_TRUE(changed) << "the program has no such record";
  std::string report;
  EXPECT_EQ(check(run, &report), GetParam().field) << report;
  EXPECT_NE(report.find(std::string("field: ") + GetParam().field), std::string::npos) << report;
  EXPECT_NE(report.find("seed 7"), std::string::npos) << report;
  EXPECT_NE(report.find("replay: heddle run test --seed 7"), std::string::npos) << report;
}

INSTANTIATE_TEST_SUITE_P(EveryField, Corrupted, ::testing::ValuesIn(corruptions()),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- the cycle counter is copied, within bounds
// ----------------------------------------------------------------------

std::string check_with_cycle(std::function<uint32_t(uint64_t now)> value) {
  Playback run = good_run();
  uint32_t order = ~0U;
  for (Event& event : run.events) {
    if (const auto* commit = std::get_if<CommitRecord>(&event.record); commit != nullptr && reads_cycle(*commit)) {
      order = commit->tag.order;
    }
    auto* writeback = std::get_if<WritebackRecord>(&event.record);
    if (writeback == nullptr || writeback->tag.order != order) continue;
    writeback->data.fill(value(event.cycle));
    break;
  }
  return check(run);
}

TEST(CycleCounter, InBoundsIsCopied) {
  EXPECT_EQ(check_with_cycle([](uint64_t now) { return static_cast<uint32_t>(now); }), "");
  EXPECT_EQ(check_with_cycle([](uint64_t now) { return static_cast<uint32_t>(now - 20); }), "");
}

TEST(CycleCounter, OutOfBoundsIsCaught) {
  EXPECT_EQ(check_with_cycle([](uint64_t now) { return static_cast<uint32_t>(now + 1); }), "writeback.cycle");
  EXPECT_EQ(check_with_cycle([](uint64_t now) { return static_cast<uint32_t>(now - 500); }), "writeback.cycle");
}

// ---- faults
// ------------------------------------------------------------------------------------------------------------

struct FaultCorruption {
  const char* field;
  std::function<void(FaultRecord&)> change;
};

TEST(Fault, PassesUncorrupted) {
  std::string report;
  EXPECT_EQ(check(run_program(test_launch(1, 4, 0), misaligned_load()), &report), "") << report;
}

TEST(Fault, EveryFieldIsChecked) {
  const std::vector<FaultCorruption> corruptions = {
      {"fault.cause", [](FaultRecord& r) { r.cause = 6; }},
      {"fault.pc", [](FaultRecord& r) { r.pc += 4; }},
      {"fault.value", [](FaultRecord& r) { r.value ^= 2; }},
      {"fault.lane", [](FaultRecord& r) { r.lane = 1; }},
      {"fault.local_id", [](FaultRecord& r) { r.local_id = 1; }},
      {"fault.group_id", [](FaultRecord& r) { r.group_id[2] = 1; }},
      {"fault", [](FaultRecord& r) { r.warp = 3; }},
      {"fault", [](FaultRecord& r) { r.core = 3; }},
  };
  for (const FaultCorruption& corruption : corruptions) {
    Playback run = run_program(test_launch(1, 4, 0), misaligned_load());
    for (Event& event : run.events) {
      if (auto* fault = std::get_if<FaultRecord>(&event.record)) corruption.change(*fault);
    }
    EXPECT_EQ(check(run), corruption.field);
  }
}

TEST(Fault, TrapMaskAndCauseAreChecked) {
  for (const bool mask : {true, false}) {
    Playback run = run_program(test_launch(1, 4, 0), misaligned_load());
    for (Event& event : run.events) {
      auto* commit = std::get_if<CommitRecord>(&event.record);
      if (commit == nullptr || commit->trap == 0) continue;
      if (mask) {
        commit->trap = 3;
      } else {
        commit->cause[2] = 5;
      }
    }
    EXPECT_EQ(check(run), mask ? "commit.trap" : "commit.cause");
  }
}

TEST(Fault, NotReportedIsCaught) {
  Playback run = run_program(test_launch(1, 4, 0), misaligned_load());
  std::erase_if(run.events, [](const Event& event) { return std::holds_alternative<FaultRecord>(event.record); });
  EXPECT_EQ(check(run), "done");
}

TEST(Fault, RegistersAreCompared) {
  Playback run = run_program(test_launch(1, 4, 0), misaligned_load());
  run.outcome.fault_record.value += 4;
  EXPECT_EQ(check(run), "fault_registers");
  run.outcome.fault = false;
  EXPECT_EQ(check(run), "status.fault");
}

}  // namespace
}  // namespace heddle::lockstep::test
