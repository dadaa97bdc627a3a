// Events of the engines: a run with every kind of them passes; each field of each, corrupted in turn, is caught.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "heddle/model/engines.h"
#include "programs.h"

namespace heddle::lockstep::test {
namespace {

using isa::Op;

constexpr uint32_t kDescriptors = 256;  // in scratchpad: load, store, matrix, one after the other
constexpr uint32_t kBox = 1024;
constexpr uint32_t kSource = kData + 0x400;
constexpr uint32_t kTarget = kData + 0x800;

model::Shape engine_shape() {
  model::Shape shape = test_shape();
  shape.copy_engine = true;
  shape.matrix_dim = 4;
  return shape;
}

model::Launch engine_launch() {
  model::Launch launch = test_launch(1, 8, 2048);
  launch.accumulators = 1;
  return launch;
}

std::map<uint32_t, uint32_t> initial_data() {
  std::map<uint32_t, uint32_t> data;
  model::CopyDescriptor load{};
  load[0] = 1 | 2 << 3 | 1 << 12 | 0x11u << 16;
  load[1] = kSource;
  load[2] = 14;  // the last two words of the box are outside
  load[11] = 16;
  load[21] = kBox;
  model::CopyDescriptor store{};
  store[0] = 1 | 2 << 3 | 1 << 6 | 0x22u << 16;
  store[1] = kTarget;
  store[2] = store[11] = 16;
  store[21] = kBox;
  model::MatrixDescriptor matrix{};
  matrix[0] = 1 << 12 | 0x33u << 16;  // INT8
  matrix[1] = 4 | 4 << 16;
  matrix[2] = 1;
  matrix[4] = kBox;  // one group for all rows, and all columns
  matrix[8] = kBox + 32;
  matrix[12] = 8;
  uint32_t at = kData;
  for (const uint32_t word : load) data[at] = word, at += 4;
  for (const uint32_t word : store) data[at] = word, at += 4;
  for (const uint32_t word : matrix) data[at] = word, at += 4;
  for (uint32_t i = 0; i < 16; ++i) data[kSource + 4 * i] = 0x0102'0301 * (i + 1);
  return data;
}

// `behind_matrix`, `behind_copy`: instructions behind the matrix command or the last copy, of the work-item that gives
// it. x5 local id, x10 scratchpad (mbarriers at 0 and 8), x12, x13, x14 the descriptors, x15 the second mbarrier.
Program all_engines(const std::vector<uint32_t>& behind_matrix = {}, const std::vector<uint32_t>& behind_copy = {}) {
  Program program;
  std::vector<uint32_t>& w = program.words;
  w = {op_csrr(5, static_cast<unsigned>(isa::Csr::HdLocalIdX)), op_u(Op::Lui, 10, memory_map::kScratchpadBase),
       op_i(Op::Addi, 12, 10, kDescriptors), op_i(Op::Addi, 13, 12, 128), op_i(Op::Addi, 14, 13, 128),
       op_i(Op::Addi, 15, 10, 8),
       // Ten words of the descriptors by each work-item.
       op_i(Op::Addi, 20, 0, 40), op_r(Op::Mul, 20, 20, 5), op_u(Op::Lui, 7, kData), op_r(Op::Add, 21, 20, 7),
       op_r(Op::Add, 22, 20, 12)};
  for (int32_t i = 0; i < 10; ++i) {
    w.push_back(op_i(Op::Lw, 23, 21, 4 * i));
    w.push_back(op_s(Op::Sw, 23, 22, 4 * i));
  }
  w.push_back(op_plain(Op::HdBarrier));
  w.push_back(op_i(Op::Addi, 11, 0, 1));
  w.push_back(op_i(Op::Addi, 16, 0, 2));
  w.push_back(op_i(Op::Addi, 17, 0, 64));
  w.push_back(op_b(Op::Bne, 5, 0, 4 * 5));
  w.push_back(op_r(Op::HdMbarInit, 0, 10, 11));
  w.push_back(op_r(Op::HdMbarInit, 0, 15, 16));
  w.push_back(op_r(Op::HdMbarArrive, 18, 10, 17));
  w.push_back(op_r(Op::HdCopy, 0, 12, 0));
  w.push_back(op_plain(Op::HdBarrier));
  w.push_back(op_r(Op::HdMbarWait, 0, 10, 0));  // over already
  w.push_back(op_i(Op::Lw, 24, 10, kBox));
  w.push_back(op_b(Op::Bne, 5, 0, 4 * (7 + static_cast<int32_t>(behind_matrix.size()))));
  for (int i = 0; i < 4; ++i) w.push_back(op_i(Op::Addi, 25, 25, 1));  // the others wait by now
  w.push_back(op_r(Op::HdMatrix, 0, 14, 0));
  w.insert(w.end(), behind_matrix.begin(), behind_matrix.end());
  w.push_back(op_r(Op::HdMbarArrive, 19, 15, 0));
  w.push_back(op_r(Op::HdMbarWait, 0, 15, 0));
  w.push_back(op_r(Op::HdMbarTest, 26, 15, 0));
  w.push_back(op_u(Op::Lui, 27, memory_map::kAccumulatorBase));
  w.push_back(op_i(Op::Andi, 28, 5, 3));
  w.push_back(op_i(Op::Slli, 28, 28, 2));
  w.push_back(op_r(Op::Add, 27, 27, 28));
  w.push_back(op_i(Op::Lw, 29, 27, 0));
  w.push_back(op_s(Op::Sw, 5, 27, 64));
  w.push_back(op_b(Op::Bne, 5, 0, 8 + 4 * static_cast<int32_t>(behind_copy.size())));
  w.push_back(op_r(Op::HdCopy, 0, 13, 0));
  w.insert(w.end(), behind_copy.begin(), behind_copy.end());
  w.push_back(op_plain(Op::HdExit));
  program.data = initial_data();
  return program;
}

const Playback& good_run() {
  static const Playback run = run_program(engine_launch(), all_engines(), engine_shape());
  return run;
}

template <typename R>
size_t count(const Playback& run) {
  return static_cast<size_t>(
      std::ranges::count_if(run.events, [](const Event& event) { return std::holds_alternative<R>(event.record); }));
}

TEST(Engines, AGoodRunHasEveryKindOfEvent) {
  std::string report;
  EXPECT_EQ(check(good_run(), &report), "") << report;
  EXPECT_EQ(count<CommandRecord>(good_run()), 3u);
  EXPECT_EQ(count<CommandEndRecord>(good_run()), 3u);
  EXPECT_EQ(count<CopyWriteRecord>(good_run()), 32u);
  EXPECT_GE(count<BarrierRecord>(good_run()), 10u);
  EXPECT_GE(count<WakeRecord>(good_run()), 4u);
  EXPECT_GE(count<AccumulatorRecord>(good_run()), 16u);
}

struct Corruption {
  const char* field;                     // that the checker has to name
  std::function<bool(Record&)> corrupt;  // true once it has changed the record
};

// The first record of type R that `which` selects.
template <typename R>
Corruption on(const char* field, std::function<bool(const R&)> which, std::function<void(R&)> change) {
  return {field, [=](Record& record) {
            R* const typed = std::get_if<R>(&record);
            if (typed == nullptr || !which(*typed)) return false;
            change(*typed);
            return true;
          }};
}
template <typename R>
Corruption any(const char* field, std::function<void(R&)> change) {
  return on<R>(field, [](const R&) { return true; }, std::move(change));
}

std::vector<Corruption> corruptions() {
  using C = CommandRecord;
  using E = CommandEndRecord;
  using W = CopyWriteRecord;
  using B = BarrierRecord;
  using A = AccumulatorRecord;
  const auto copy_ends = [](const E& e) { return e.engine == Engine::kCopy; };
  const auto by_engine = [](const B& b) { return b.source == BarrierSource::kCopy; };
  const auto arrives = [](const B& b) { return b.source == BarrierSource::kLane && b.op == BarrierOp::kArrive; };
  const auto waits = [](const B& b) { return b.op == BarrierOp::kWait; };
  const auto tests = [](const B& b) { return b.op == BarrierOp::kTest; };
  const auto stores = [](const W& w) { return w.device; };
  const auto loads = [](const W& w) { return !w.device; };
  return {
      any<C>("command.tag", [](C& r) { r.tag.order += 1; }),
      any<C>("command.tag", [](C& r) { r.tag.warp = 3; }),
      any<C>("command.lane", [](C& r) { r.lane = 1; }),
      any<C>("command.engine", [](C& r) { r.engine = Engine::kMatrix; }),
      any<C>("command.descriptor", [](C& r) { r.descriptor[11] ^= 1; }),
      any<E>("command.number", [](E& r) { r.number += 7; }),
      any<E>("command.number", [](E& r) { r.engine = Engine::kMatrix; }),
      any<E>("command.identifier", [](E& r) { r.identifier ^= 1; }),
      on<E>("command.bytes", copy_ends, [](E& r) { r.bytes += 4; }),
      any<E>("command.end", [](E& r) { r.end = CommandEnd::kStopped; }),
      any<E>("command.cause",
             [](E& r) {
               r.end = CommandEnd::kFault;
               r.cause = 6;
             }),
      any<W>("copy_write.number", [](W& r) { r.number += 1; }),
      on<W>("copy_write.device", loads, [](W& r) { r.device = true; }),
      on<W>("copy_write.address", loads, [](W& r) { r.address -= 4; }),
      on<W>("copy_write.address", stores, [](W& r) { r.address -= 4; }),
      on<W>("copy_write.data", loads, [](W& r) { r.data[0] ^= 0x100; }),
      on<W>("copy_write.data", stores, [](W& r) { r.data[0] ^= 0x100; }),
      on<W>("command.bytes_missing", loads, [](W& r) { r.strobe[0] = 0x7; }),
      on<B>("barrier.op", arrives, [](B& r) { r.op = BarrierOp::kExpect; }),
      on<B>("barrier.lane", arrives, [](B& r) { r.lane = 2; }),
      on<B>("barrier.tag", arrives, [](B& r) { r.tag.order += 1; }),
      on<B>("barrier.address", arrives, [](B& r) { r.address += 8; }),
      on<B>("barrier.operand", arrives, [](B& r) { r.operand += 1; }),
      on<B>("barrier.error", arrives, [](B& r) { r.error = 4; }),
      on<B>("barrier.phase", arrives, [](B& r) { r.phase ^= 1; }),
      on<B>("barrier.over", waits, [](B& r) { r.over = !r.over; }),
      on<B>("barrier.over", tests, [](B& r) { r.over = !r.over; }),
      on<B>("barrier.number", by_engine, [](B& r) { r.number += 1; }),
      on<B>("barrier.number", by_engine, [](B& r) { r.source = BarrierSource::kMatrix; }),
      on<B>("barrier.op", by_engine, [](B& r) { r.op = BarrierOp::kExpect; }),
      on<B>("barrier.address", by_engine, [](B& r) { r.address += 8; }),
      on<B>("barrier.operand", by_engine, [](B& r) { r.operand -= 4; }),
      any<WakeRecord>("wake.warp", [](WakeRecord& r) { r.warp ^= 1; }),
      any<WakeRecord>("wake.order", [](WakeRecord& r) { r.order -= 1; }),
      any<WakeRecord>("commit.path", [](WakeRecord& r) { r.order += 1; }),
      any<A>("accumulators.tag", [](A& r) { r.tag.order += 1; }),
      any<A>("accumulators.store", [](A& r) { r.store = !r.store; }),
      any<A>("accumulators.mask", [](A& r) { r.mask = 0; }),
      any<A>("accumulators.address", [](A& r) { r.address[model::first_lane(r.mask)] += 4; }),
      any<A>("accumulators.data", [](A& r) { r.data[model::first_lane(r.mask)] ^= 1; }),
      on<A>(
          "accumulators.data", [](const A& r) { return r.store; },
          [](A& r) { r.data[model::first_lane(r.mask)] ^= 1; }),
      any<DispatchRecord>("dispatch.first_buffer", [](DispatchRecord& r) { r.first_buffer = 2; }),
  };
}

TEST(Engines, EveryCorruptedFieldIsCaught) {
  for (const Corruption& corruption : corruptions()) {
    Playback run = good_run();
    bool done = false;
    for (Event& event : run.events) {
      done = corruption.corrupt(event.record);
      if (done) break;
    }
    ASSERT_TRUE(done) << corruption.field;
    EXPECT_EQ(check(run), corruption.field);
  }
}

// Nothing may be left out.
template <typename R>
std::string without(std::function<bool(const R&)> which) {
  Playback run = good_run();
  const auto found = std::ranges::find_if(run.events, [&](const Event& event) {
    const R* const typed = std::get_if<R>(&event.record);
    return typed != nullptr && which(*typed);
  });
  run.events.erase(found);
  return check(run);
}

TEST(Engines, LeftOutIsCaught) {
  EXPECT_EQ(without<CommandRecord>([](const auto&) { return true; }), "copy_write.number");
  EXPECT_EQ(without<CommandEndRecord>([](const auto& e) { return e.identifier == 0x22; }), "command.missing");
  EXPECT_EQ(without<BarrierRecord>([](const auto& b) { return b.source == BarrierSource::kMatrix; }), "wake");
  EXPECT_EQ(without<WakeRecord>([](const auto&) { return true; }), "commit.path");
  EXPECT_EQ(without<AccumulatorRecord>([](const auto& a) { return a.store; }), "store.visible");
}

// Work-item 0 does something behind a command, and the command takes longer: what is reported of it comes after the
// first event that `then` selects.
Playback slow_command(uint32_t identifier, const std::vector<uint32_t>& behind,
                      const std::function<bool(const Record&)>& then) {
  const bool matrix = identifier == 0x33;
  using Words = std::vector<uint32_t>;
  Playback run =
      run_program(engine_launch(), all_engines(matrix ? behind : Words{}, matrix ? Words{} : behind), engine_shape());
  const auto last = std::ranges::find_if(run.events, [&](const Event& event) { return then(event.record); });
  const auto of_command = [&](const Event& event) {
    if (const auto* r = std::get_if<CommandEndRecord>(&event.record)) return r->identifier == identifier;
    if (const auto* r = std::get_if<BarrierRecord>(&event.record)) return matrix && r->source == BarrierSource::kMatrix;
    const auto* r = std::get_if<CopyWriteRecord>(&event.record);
    return r != nullptr && !matrix && r->device;
  };
  std::stable_partition(run.events.begin(), last + 1, [&](const Event& event) { return !of_command(event); });
  for (size_t i = 0; i < run.events.size(); ++i) run.events[i].cycle = 1000 + i;
  return run;
}

// With a store to what the command uses.
Playback race(uint32_t identifier) {
  return slow_command(identifier, {op_s(Op::Sw, 12, 10, kBox)}, [](const Record& record) {
    const auto* r = std::get_if<ScratchRecord>(&record);
    return r != nullptr && r->address[0] == kBox && r->op == ScratchOp::kStore;
  });
}

TEST(Races, ACopyBringsWhatItsSourceHasHeld) {
  Playback run = race(0x22);
  CheckerStatistics statistics;
  std::string report;
  EXPECT_EQ(check(run, &report, &statistics), "") << report;
  EXPECT_GE(statistics.copied_copy_race, 3U);  // bytes of the word: what it held before
  for (Event& event : run.events) {
    auto* r = std::get_if<CopyWriteRecord>(&event.record);
    if (r == nullptr || r->address != kTarget) continue;
    r->data[0] ^= 0x80;  // and nothing else
  }
  EXPECT_EQ(check(run), "copy_write.data");
}

// Results are written before the completion is taken, and lanes wait for results alone.
TEST(Races, LanesReachAccumulatorsBeforeACompletion) {
  const Playback run =
      slow_command(0x33, {op_u(Op::Lui, 27, memory_map::kAccumulatorBase), op_s(Op::Sw, 12, 27, 4)},
                   [](const Record& record) { return std::holds_alternative<AccumulatorRecord>(record); });
  std::string report;
  EXPECT_EQ(check(run, &report), "") << report;
}

// What ends with the launch may end in the cycle in which the launch is told to end, and not before.
TEST(Engines, StoppedInTheCycleOfTheAbort) {
  Playback run = good_run();
  const auto last = std::find_if(run.events.rbegin(), run.events.rend(), [](const Event& event) {
    return std::holds_alternative<CommandEndRecord>(event.record);
  });
  std::get<CommandEndRecord>(last->record).end = CommandEnd::kStopped;
  const uint64_t cycle = last->cycle;
  const auto place = run.events.insert(last.base(), {cycle, AbortRecord{}});
  run.abort_asked = true;
  run.outcome.aborted = true;
  std::string report;
  EXPECT_EQ(check(run, &report), "") << report;
  run.events.erase(place);
  EXPECT_EQ(check(run), "command.end");
}

// Nothing of them is written back; they are performed all the same, each lane once.
TEST(Engines, LoadsOfAccumulatorsIntoX0) {
  const Playback run = run_program(
      engine_launch(), all_engines({}, {op_u(Op::Lui, 27, memory_map::kAccumulatorBase), op_i(Op::Lw, 0, 27, 8)}),
      engine_shape());
  std::string report;
  EXPECT_EQ(check(run, &report), "") << report;
  const auto place = [](Playback& of) {
    const auto last = std::find_if(of.events.rbegin(), of.events.rend(), [](const Event& event) {
      return std::holds_alternative<AccumulatorRecord>(event.record);
    });
    return std::prev(last.base());
  };
  const auto with = [&](const std::function<void(AccumulatorRecord&)>& change) {
    Playback changed = run;
    change(std::get<AccumulatorRecord>(place(changed)->record));
    return check(changed);
  };
  EXPECT_EQ(with([](auto& r) { r.tag.order += 1; }), "accumulators.tag");
  EXPECT_EQ(with([](auto& r) { r.store = true; }), "accumulators.tag");
  EXPECT_EQ(with([](auto& r) { r.mask = 0; }), "accumulators.mask");
  EXPECT_EQ(with([](auto& r) { r.mask = 2; }), "accumulators.mask");
  EXPECT_EQ(with([](auto& r) { r.address[0] += 4; }), "accumulators.address");
  EXPECT_EQ(with([](auto& r) { r.data[0] ^= 1; }), "accumulators.data");
  Playback twice = run;
  const auto again = place(twice);
  twice.events.insert(again, *again);
  EXPECT_EQ(check(twice), "accumulators.tag");
  Playback missing = run;
  missing.events.erase(place(missing));
  EXPECT_EQ(check(missing), "accumulators.missing");
}

TEST(Races, WhatAMatrixCommandReadsStays) { EXPECT_EQ(check(race(0x33)), "command.operand_changed"); }

// A command with a fault: what the RTL says about it, in both records.
Playback faulty_run() {
  Program program = all_engines();
  program.data[kData + 4 * 13] = 1;  // word 13 means nothing
  return run_program(engine_launch(), program, engine_shape());
}

TEST(Engines, FaultsAreCompared) {
  std::string report;
  EXPECT_EQ(check(faulty_run(), &report), "") << report;
  const std::vector<std::pair<const char*, std::function<void(CommandEndRecord&)>>> ends = {
      {"command.cause", [](CommandEndRecord& r) { r.cause = 3; }},
      {"command.operand", [](CommandEndRecord& r) { r.operand = 1; }},
      {"command.value", [](CommandEndRecord& r) { r.value = 12; }},
      {"command.end", [](CommandEndRecord& r) { r.end = CommandEnd::kComplete; }},
  };
  const std::vector<std::pair<const char*, std::function<void(FaultRecord&)>>> faults = {
      {"fault.cause", [](FaultRecord& r) { r.cause = 27; }},
      {"fault.pc", [](FaultRecord& r) { r.pc += 4; }},
      {"fault.value", [](FaultRecord& r) { r.value ^= 1; }},
      {"fault.detail", [](FaultRecord& r) { r.detail ^= 1; }},
      {"fault.lane", [](FaultRecord& r) { r.lane = 1; }},
      {"fault.warp", [](FaultRecord& r) { r.warp = 1; }},
      {"fault.local_id", [](FaultRecord& r) { r.local_id = 1; }},
      {"fault.group_id", [](FaultRecord& r) { r.group_id[1] = 1; }},
  };
  for (const auto& [field, change] : ends) {
    Playback run = faulty_run();
    for (Event& event : run.events) {
      if (auto* const typed = std::get_if<CommandEndRecord>(&event.record)) change(*typed);
    }
    EXPECT_EQ(check(run), field);
  }
  for (const auto& [field, change] : faults) {
    Playback run = faulty_run();
    for (Event& event : run.events) {
      if (auto* const typed = std::get_if<FaultRecord>(&event.record)) change(*typed);
    }
    EXPECT_EQ(check(run), field);
  }
}

}  // namespace
}  // namespace heddle::lockstep::test
