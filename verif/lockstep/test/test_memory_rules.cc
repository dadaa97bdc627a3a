// What a load may return while others write, and in which order writes may become visible.
#include <gtest/gtest.h>

#include <algorithm>

#include "heddle/generated/memory_map.h"
#include "programs.h"

namespace heddle::lockstep::test {
namespace {

using isa::Op;

// One workgroup of two warps of one lane. Warp 0 loads the word at kData into x8 (slot 3), warp 1 stores 1, 2 and 3 to
// it (slots 3, 5, 7). Events are replayed in an order of the test's choosing.
class RacingLoad : public ::testing::Test {
 protected:
  void SetUp() override {
    Program program;
    program.words = {
        op_csrr(5, static_cast<unsigned>(isa::Csr::HdWarp)),  // 0
        op_u(Op::Lui, 7, kData),
        op_b(Op::Bne, 5, 0, 12),  // warp 1 goes to the stores
        op_i(Op::Lw, 8, 7, 0),    // 3
        op_plain(Op::HdExit),
        op_i(Op::Addi, 6, 0, 1),  // 5 (slot 3)
        op_s(Op::Sw, 6, 7, 0),
        op_i(Op::Addi, 6, 0, 2),
        op_s(Op::Sw, 6, 7, 0),
        op_plain(Op::HdExit),
    };
    program.data[kData] = 0x77;
    model::Launch launch = test_launch(1, 5, 0);  // 2 warps, 4 and 1 lanes
    run_ = run_program(launch, program);
    // The load of warp 0 (all four lanes load the same word) and its write-back are taken out and placed by the tests.
    for (const Event& event : run_.events) {
      const auto* commit = std::get_if<CommitRecord>(&event.record);
      const auto* writeback = std::get_if<WritebackRecord>(&event.record);
      const auto* memory = std::get_if<MemoryRecord>(&event.record);
      const auto* done = std::get_if<WarpDoneRecord>(&event.record);
      if (commit != nullptr && commit->tag.warp == 0 && commit->tag.order == 3) {
        load_ = *commit;
      } else if (commit != nullptr && commit->tag.warp == 0 && commit->tag.order == 4) {
        exit_ = *commit;
      } else if (writeback != nullptr && writeback->rd == 8) {
        value_ = *writeback;
      } else if (done != nullptr && done->warp == 0) {
        done_ = *done;
      } else if (memory != nullptr) {
        stores_.push_back(*memory);
      } else if (commit != nullptr && commit->tag.warp == 1 && commit->tag.order >= 3) {
        warp1_.push_back(event.record);
      } else if (writeback != nullptr && writeback->tag.warp == 1 && writeback->tag.order >= 3) {
        warp1_.push_back(event.record);
      } else if (done == nullptr) {
        first_.push_back(event.record);
      }
    }
    ASSERT_EQ(stores_.size(), 2U);
    ASSERT_EQ(warp1_.size(), 7U);  // addi, its write-back, sw, addi, write-back, sw, exit
  }

  // Plays: start, load, [store 1], [store 2], write-back of the load with this value. Returns the field.
  std::string play(int stores_before_load, int stores_before_value, uint32_t value) {
    std::vector<Record> order = first_;
    order.insert(order.end(), warp1_.begin(), warp1_.end());
    for (int i = 0; i < stores_before_load; ++i) order.push_back(stores_[i]);
    order.push_back(load_);
    for (int i = stores_before_load; i < stores_before_value; ++i) order.push_back(stores_[i]);
    WritebackRecord writeback = value_;
    writeback.data.fill(value);
    order.push_back(writeback);
    for (int i = stores_before_value; i < 2; ++i) order.push_back(stores_[i]);
    order.push_back(exit_);
    order.push_back(done_);
    order.push_back(WarpDoneRecord{0, 1, false});
    Playback run = run_;
    run.events.clear();
    for (const Record& record : order) run.events.push_back({1000 + run.events.size(), record});
    return check(run);
  }

  Playback run_;
  std::vector<Record> first_, warp1_;
  std::vector<MemoryRecord> stores_;
  CommitRecord load_, exit_;
  WritebackRecord value_;
  WarpDoneRecord done_;
};

TEST_F(RacingLoad, ValuesHeldInTheWindowAreAccepted) {
  EXPECT_EQ(play(0, 2, 0x77), "");  // at commit
  EXPECT_EQ(play(0, 2, 1), "");     // in between
  EXPECT_EQ(play(0, 2, 2), "");     // at the write-back
  EXPECT_EQ(play(1, 2, 1), "");
}

TEST_F(RacingLoad, ValuesFromOutsideTheWindowAreCaught) {
  EXPECT_EQ(play(1, 2, 0x77), "writeback.data");  // overwritten before the load
  EXPECT_EQ(play(2, 2, 1), "writeback.data");
  EXPECT_EQ(play(0, 0, 1), "writeback.data");  // not yet there
  EXPECT_EQ(play(0, 1, 2), "writeback.data");
  EXPECT_EQ(play(0, 2, 3), "writeback.data");  // never there
}

TEST_F(RacingLoad, BytesOfTwoMomentsAreCaught) {
  // 0x77 and 1 were there, their mixture never.
  EXPECT_EQ(play(0, 2, 0x0177), "writeback.data");
}

// One lane: store, store, load of its own word, then a later store.
class OwnStore : public ::testing::Test {
 protected:
  void SetUp() override {
    Program program;
    program.words = {
        op_u(Op::Lui, 7, kData),  // 0
        op_i(Op::Addi, 5, 0, 1),  // 1
        op_i(Op::Addi, 6, 0, 2),  // 2
        op_s(Op::Sw, 5, 7, 0),    // 3
        op_s(Op::Sb, 6, 7, 1),    // 4
        op_i(Op::Lw, 8, 7, 0),    // 5
        op_s(Op::Sw, 6, 7, 0),    // 6
        op_plain(Op::HdExit),     // 7
    };
    program.data[kData] = 0xAAAA'AAAA;
    run_ = run_program(test_launch(1, 1, 0), program);
  }

  // Plays all commits and other write-backs, with the three stores and the load's value at the given places: `order` is
  // a text of c (commits up to the load), s (next commits), 1 2 3 (stores become visible), l (load returns).
  std::string play(const std::string& order, uint32_t value) {
    Playback run = run_;
    run.events.clear();
    std::vector<MemoryRecord> stores;
    std::vector<Record> before, after;
    WritebackRecord load;
    for (const Event& event : run_.events) {
      if (const auto* memory = std::get_if<MemoryRecord>(&event.record)) {
        stores.push_back(*memory);
      } else if (const auto* writeback = std::get_if<WritebackRecord>(&event.record);
                 writeback != nullptr && writeback->rd == 8) {
        load = *writeback;
      } else if (const auto* commit = std::get_if<CommitRecord>(&event.record);
                 (commit != nullptr && commit->tag.order > 5) || std::holds_alternative<WarpDoneRecord>(event.record)) {
        if (commit != nullptr) after.push_back(event.record);
      } else {
        before.push_back(event.record);
      }
    }
    load.data[0] = value;
    uint64_t cycle = 1000;
    const auto put = [&](const Record& record) { run.events.push_back({cycle++, record}); };
    for (const char what : order) {
      if (what == 'c') std::for_each(before.begin(), before.end(), put);
      if (what == 's') std::for_each(after.begin(), after.end(), put);
      if (what >= '1' && what <= '3') put(stores[static_cast<size_t>(what - '1')]);
      if (what == 'l') put(load);
    }
    put(WarpDoneRecord{0, 0, false});
    return check(run);
  }

  Playback run_;
};

TEST_F(OwnStore, IsSeenByTheLaneBeforeOthersSeeIt) {
  EXPECT_EQ(play("c12ls3", 0x0201), "");
  EXPECT_EQ(play("cl12s3", 0x0201), "");  // forwarded
  EXPECT_EQ(play("c1l2s3", 0x0201), "");
  EXPECT_EQ(play("c12sl3", 0x0201), "");
}

TEST_F(OwnStore, IsNotOverlooked) {
  EXPECT_EQ(play("cl12s3", 0xAAAA'AAAA), "writeback.data");
  EXPECT_EQ(play("c1l2s3", 0x0001), "writeback.data");
  EXPECT_EQ(play("cl12s3", 0xAAAA'02AA), "writeback.data");
}

TEST_F(OwnStore, LaterOneIsNotSeen) {
  EXPECT_EQ(play("c12s3l", 0x0201), "");
  EXPECT_EQ(play("c12s3l", 0x0002), "writeback.data");
}

TEST_F(OwnStore, BecomeVisibleInProgramOrder) {
  EXPECT_EQ(play("c21ls3", 0x0201), "store.order");
  EXPECT_EQ(play("cls3", 0x0201), "store.order");
}

// Registers that memory has not supplied yet.
TEST(Hazard, ReadingALoadedRegisterTooEarly) {
  Program program;
  program.words = {op_u(Op::Lui, 7, kData), op_i(Op::Lw, 8, 7, 0), op_i(Op::Addi, 9, 8, 1), op_plain(Op::HdExit)};
  Playback run = run_program(test_launch(1, 1, 0), program);
  // The load's write-back is moved behind the addition.
  for (size_t i = 0; i + 2 < run.events.size(); ++i) {
    const auto* writeback = std::get_if<WritebackRecord>(&run.events[i].record);
    if (writeback == nullptr || writeback->rd != 8) continue;
    std::swap(run.events[i].record, run.events[i + 1].record);
    break;
  }
  EXPECT_EQ(check(run), "hazard.read");
}

TEST(Hazard, WritingALoadedRegisterTooEarly) {
  Program program;
  program.words = {op_u(Op::Lui, 7, kData), op_i(Op::Lw, 8, 7, 0), op_i(Op::Addi, 8, 0, 1), op_plain(Op::HdExit)};
  Playback run = run_program(test_launch(1, 1, 0), program);
  for (size_t i = 0; i + 2 < run.events.size(); ++i) {
    const auto* writeback = std::get_if<WritebackRecord>(&run.events[i].record);
    if (writeback == nullptr || writeback->rd != 8) continue;
    std::swap(run.events[i].record, run.events[i + 1].record);
    break;
  }
  EXPECT_EQ(check(run), "hazard.write");
}

// What is illegal reads and writes nothing: it need not wait.
TEST(Hazard, AnIllegalInstructionHasNoOperands) {
  Program program;
  const auto read_only = static_cast<uint32_t>(isa::Csr::HdLane);
  program.words = {op_u(Op::Lui, 7, kData), op_i(Op::Lw, 8, 7, 0), op_csrr(8, read_only) | 8U << 15,
                   op_plain(Op::HdExit)};
  Playback run = run_program(test_launch(1, 1, 0), program);
  ASSERT_TRUE(run.outcome.fault);
  for (size_t i = 0; i + 1 < run.events.size(); ++i) {
    const auto* writeback = std::get_if<WritebackRecord>(&run.events[i].record);
    if (writeback == nullptr || writeback->rd != 8) continue;
    std::swap(run.events[i].record, run.events[i + 1].record);
    break;
  }
  EXPECT_EQ(check(run), "");
}

// Several lanes at one word: the highest lane's value remains, whatever the lanes.
TEST(SameWord, HighestLaneRemains) {
  Program program;
  program.words = {op_csrr(5, static_cast<unsigned>(isa::Csr::HdLocalIdX)), op_u(Op::Lui, 7, kData),
                   op_s(Op::Sw, 5, 7, 0), op_plain(Op::HdExit)};
  Playback run = run_program(test_launch(1, 4, 0), program);
  // The stand-in performs lane by lane; the RTL merges them into one write.
  std::vector<size_t> stores;
  for (size_t i = 0; i < run.events.size(); ++i) {
    if (std::holds_alternative<MemoryRecord>(run.events[i].record)) stores.push_back(i);
  }
  ASSERT_EQ(stores.size(), 4U);
  const auto merged = [&](uint32_t value) {
    Playback changed = run;
    std::get<MemoryRecord>(changed.events[stores[0]].record).data[0] = value;
    changed.events.erase(changed.events.begin() + static_cast<std::ptrdiff_t>(stores[1]),
                         changed.events.begin() + static_cast<std::ptrdiff_t>(stores[3]) + 1);
    changed.final_memory[kData] = value;
    return check(changed);
  };
  EXPECT_EQ(merged(3), "");
  EXPECT_EQ(merged(0), "memory.data");
  EXPECT_EQ(merged(2), "memory.data");
}

// Scratchpad that no workgroup of the launch has written is zero.
TEST(ScratchInitial, IsZero) {
  Program program;
  program.words = {op_u(Op::Lui, 7, memory_map::kScratchpadBase), op_i(Op::Lhu, 8, 7, 0), op_i(Op::Lw, 9, 7, 0),
                   op_plain(Op::HdExit)};
  Playback run = run_program(test_launch(1, 1, 64), program);
  const auto play = [&](uint32_t half, uint32_t word) {
    for (Event& event : run.events) {
      auto* writeback = std::get_if<WritebackRecord>(&event.record);
      if (writeback != nullptr && writeback->rd == 8) writeback->data[0] = half;
      if (writeback != nullptr && writeback->rd == 9) writeback->data[0] = word;
    }
    return check(run);
  };
  EXPECT_EQ(play(0, 0), "");
  EXPECT_EQ(play(0x1234, 0), "writeback.data");
  EXPECT_EQ(play(0, 0x5678'0000), "writeback.data");
}

// ... also where an earlier launch has.
TEST(ScratchInitial, IsZeroInTheNextLaunch) {
  Program program;
  program.words = {op_u(Op::Lui, 7, memory_map::kScratchpadBase), op_i(Op::Lw, 9, 7, 0), op_s(Op::Sw, 7, 7, 0),
                   op_plain(Op::HdExit)};
  const Playback run = run_program(test_launch(1, 1, 64), program);
  EXPECT_EQ(check(run, nullptr, nullptr, 2), "");
}

TEST(Outside, MemoryMayNotChangeAfterALaunch) {
  const Playback run = run_program(test_launch(1, 1, 0), misaligned_load());
  Checker checker(run.shape, {});
  feed(checker, MemoryRecord{});
  EXPECT_FALSE(checker.end_cycle(1));
  EXPECT_EQ(checker.divergence()->field, "memory");
}

}  // namespace
}  // namespace heddle::lockstep::test
