// What the checker keeps of the engines (docs/copy.md, "What lock-step compares").
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "heddle/lockstep/records.h"
#include "heddle/model/engines.h"

namespace heddle::lockstep {

// A byte that a copy command writes: what it may become.
struct CopiedByte {
  std::optional<uint32_t> source;  // device address (load) or scratchpad address (store); none: `value`
  uint8_t value = 0;               // of a fill or outside the tensor; else what the source held when it was taken
  std::vector<uint8_t> later;      // what the source has held since
  bool written = false;
};

// A command under way.
struct EngineCommand {
  Tag tag;
  unsigned lane = 0;
  uint32_t pc = 0;
  model::WarpIdentity giver;
  uint64_t group = 0;  // linear id of the workgroup
  uint32_t identifier = 0;
  std::optional<model::EngineFault> fault;  // that its checks find
  model::CopyCommand copy;
  model::MatrixCommand matrix;
  bool performed = false;                          // the matrix command; its end may still be to come
  std::unordered_map<uint32_t, CopiedByte> bytes;  // by address in scratchpad (load, fill) or device memory (store)
};

// The operation on an mbarrier that has to follow a completion.
struct CompletionOperation {
  BarrierOp op = BarrierOp::kComplete;
  uint32_t address = 0;
  uint32_t operand = 0;
  EngineCommand command;
};

using EngineEvent = std::variant<CommandEndRecord, CopyWriteRecord, BarrierRecord, WakeRecord, AccumulatorRecord>;
using CommandKey = std::pair<Engine, uint32_t>;

struct EngineState {
  std::map<CommandKey, EngineCommand> commands;
  std::map<CommandKey, CompletionOperation> completions;
  std::array<uint32_t, 2> taken{};               // of this launch, by engine
  std::array<std::vector<uint64_t>, 2> faulted;  // workgroups, by engine
  std::vector<model::Fault> faults;              // that the RTL has to report
  bool any_fault = false;                        // in this launch
  std::vector<EngineEvent> events;               // of this cycle
  std::vector<CommandRecord> takes;              // likewise
};

}  // namespace heddle::lockstep
