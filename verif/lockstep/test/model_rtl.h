// A stand-in for the RTL: runs a program on the golden model, with a memory of its own, and writes down the events that
// the monitors would report. Tests then change single events and feed them to the checker.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "heddle/lockstep/checker.h"
#include "heddle/model/types.h"

namespace heddle::lockstep::test {

struct AbortRecord {};  // Checker::aborted()

using Record = std::variant<DispatchRecord, CommitRecord, WritebackRecord, MemoryRecord, ScratchRecord, FaultRecord,
                            AbortRecord, WarpDoneRecord, CommandRecord, CommandEndRecord, CopyWriteRecord,
                            BarrierRecord, WakeRecord, AccumulatorRecord>;

struct Event {
  uint64_t cycle = 0;
  Record record;
};

inline constexpr uint32_t kCode = 0x8000'0000;
inline constexpr uint32_t kData = 0x8001'0000;

struct Program {
  std::vector<uint32_t> words;
  std::map<uint32_t, uint32_t> data;  // initial memory
};

struct Playback {
  model::Shape shape;
  model::Launch launch;
  Program program;
  std::vector<Event> events;
  LaunchOutcome outcome;
  std::map<uint32_t, uint32_t> final_memory{};  // every word of device memory that the program wrote
  bool abort_asked = false;                     // by the host, before the first event
};

// Shape and launch of the tests: 1 core, 4 warps of 4 lanes; regions for code (RX) and data (RW).
model::Shape test_shape();
model::Launch test_launch(uint32_t groups, uint32_t local_size, uint32_t scratch_size);

// Runs all workgroups one after another on core 0; within a workgroup the warps take turns of one slot.
Playback run_program(const model::Launch& launch, const Program& program, const model::Shape& shape = test_shape());

// Feeds the run and returns the field of the divergence, "" for none. `checker_out` gets the checker's report.
std::string check(const Playback& run, std::string* report = nullptr, CheckerStatistics* statistics = nullptr,
                  unsigned launches = 1);

// A checker with the run's program loaded and the launch begun.
std::unique_ptr<Checker> open_checker(const Playback& run);
void feed(Checker& checker, const Record& record);

}  // namespace heddle::lockstep::test
