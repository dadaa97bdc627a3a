// What the RTL reports to the checker, one struct per kind of event. Filled by the harness from the monitors, or by a
// test. Masks have bit l for lane l; rows have an entry per lane, of which only the active ones mean anything.
#pragma once

#include <array>
#include <cstdint>

#include "heddle/model/types.h"

namespace heddle::lockstep {

inline constexpr unsigned kMaxLineBytes = 128;
using Row = std::array<uint32_t, model::kMaxLanes>;

// One issue slot of one warp; `order` counts the slots of the warp since its dispatch, from 0.
struct Tag {
  uint32_t core = 0;
  uint32_t warp = 0;
  uint32_t order = 0;
};

// A warp comes to life.
struct DispatchRecord {
  uint32_t core = 0;
  uint32_t warp = 0;
  uint32_t group_slot = 0;  // the slot of the workgroup's warp 0
  uint32_t group_warps = 0;
  uint32_t warp_in_group = 0;
  uint32_t mask = 0;
  model::Vector3 group_id{};
  uint32_t scratch_base = 0;
  uint32_t first_buffer = 0;  // of accumulators, of those that the workgroup has been given
  uint32_t local_base = 0;
  std::array<Row, 3> local_id{};  // x, y, z
};

// One per slot, in slot order per warp: at execute, for memory instructions when the LSU has checked them.
struct CommitRecord {
  Tag tag;
  uint32_t pc = 0;
  uint32_t instr = 0;
  uint32_t mask = 0;   // lanes that execute
  bool retire = true;  // false: a .sync that goes to wait, an hd.mbar.wait that will be performed again
  uint32_t taken = 0;  // lanes that go to target
  uint32_t target = 0;
  uint32_t trap = 0;
  Row cause{};    // lanes of trap
  Row address{};  // memory instructions, commands, operations on mbarriers: virtual
  Row data{};     // stores, AMO, SC: operand in the low bits; mbarriers: rs2
};

// A register write, loads in parts. An instruction that can raise floating-point flags has one also when its result
// goes to x0 (rd 0, no data).
struct WritebackRecord {
  Tag tag;
  uint32_t rd = 0;  // over both files: 32 + n is f register n
  uint32_t mask = 0;
  Row data{};
  Row flags{};  // raised by this instruction: NV 16, DZ 8, OF 4, UF 2, NX 1
};

enum class MemoryOp : uint8_t { kRead, kWrite, kAmo, kLr, kSc };  // mem_op_e

// A write, AMO, LR or SC takes its place in the order of device memory.
struct MemoryRecord {
  Tag tag;
  uint32_t lane = 0;  // of AMO, LR, SC
  MemoryOp op = MemoryOp::kWrite;
  uint32_t amo = 0;      // amo_op_e
  uint32_t address = 0;  // of the line for writes, of the word otherwise
  std::array<uint32_t, kMaxLineBytes / 32> strobe{};
  std::array<uint32_t, kMaxLineBytes / 4> data{};  // the line
  uint32_t old_word = 0;                           // AMO, LR: the word before
  bool sc_success = false;
};

enum class ScratchOp : uint8_t { kLoad, kStore, kAmo, kLr, kSc };  // lsu_op_e

// Stores, AMOs, LRs or SCs of some lanes are performed on the scratchpad.
struct ScratchRecord {
  Tag tag;
  ScratchOp op = ScratchOp::kStore;
  uint32_t amo = 0;
  uint32_t mask = 0;  // lanes performed
  Row address{};      // physical byte address in the scratchpad
  Row strobe{};       // bytes of the word
  Row data{};         // in word position
  Row old{};          // AMO, LR: the word before
  uint32_t sc_success = 0;
};

struct FaultRecord {
  uint32_t core = 0;
  uint32_t warp = 0;
  uint32_t lane = 0;
  uint32_t cause = 0;
  uint32_t pc = 0;
  uint32_t value = 0;
  uint32_t detail = 0;  // causes 26 to 28
  model::Vector3 group_id{};
  uint32_t local_id = 0;
  bool operator==(const FaultRecord&) const = default;
};

// A warp has ended and its accesses are complete, but for stores to device memory.
struct WarpDoneRecord {
  uint32_t core = 0;
  uint32_t warp = 0;
  bool kill = false;  // the core was told to stop
  Row fcsr{};         // of all lanes that the warp had
};

// ---- engines (docs/copy.md, "What lock-step compares") -------------------------------------------------------------
// Scratchpad addresses are physical bytes. Commands of an engine are numbered as they are taken, from 0 at the start of
// a launch: that number names a command from then on.

enum class Engine : uint8_t { kCopy, kMatrix };

inline constexpr unsigned kCopyWords = 32;
inline constexpr unsigned kMatrixWords = 16;

// An engine has taken a lane's command. Lanes of a slot come in ascending order.
struct CommandRecord {
  Tag tag;  // of hd.copy, hd.matrix
  uint32_t lane = 0;
  Engine engine = Engine::kCopy;
  std::array<uint32_t, kCopyWords> descriptor{};  // as the engine read it; of hd.matrix the first 16 words
};

enum class CommandEnd : uint8_t {
  kComplete,  // all it writes can be seen
  kFault,
  kStopped  // its workgroup was stopped: ended early, or performed without giving anything back
};

// A command is no longer under way.
struct CommandEndRecord {
  Engine engine = Engine::kCopy;
  uint32_t number = 0;
  CommandEnd end = CommandEnd::kComplete;
  uint32_t identifier = 0;
  uint32_t bytes = 0;  // of a copy that is complete: of the whole box
  uint32_t cause = 0;  // of a fault: code, operand and value of the tables
  uint32_t operand = 0;
  uint32_t value = 0;
};

// Bytes that a copy writes take their place: in scratchpad (load, fill), or in the order of device memory (store),
// there beside the records of lanes.
struct CopyWriteRecord {
  uint32_t number = 0;
  bool device = false;
  uint32_t address = 0;  // of data[0], a multiple of 4
  uint32_t words = 0;
  std::array<uint32_t, kMaxLineBytes / 32> strobe{};  // a bit per byte
  std::array<uint32_t, kMaxLineBytes / 4> data{};
};

enum class BarrierSource : uint8_t { kLane, kCopy, kMatrix };
enum class BarrierOp : uint8_t { kInit, kArrive, kExpect, kComplete, kTest, kWait };  // barrier_op_e

// An operation on an mbarrier is performed.
struct BarrierRecord {
  BarrierSource source = BarrierSource::kLane;
  Tag tag;              // kLane
  uint32_t lane = 0;    // kLane; of a wait the lowest of the path
  uint32_t number = 0;  // kCopy, kMatrix: the command that completes, after its CommandEndRecord
  BarrierOp op = BarrierOp::kInit;
  uint32_t address = 0;
  uint32_t operand = 0;
  uint32_t error = 0;  // barrier_error_e
  uint32_t phase = 0;  // before
  bool over = false;   // test, wait
};

// The WAIT lanes of a warp become RUN.
struct WakeRecord {
  uint32_t core = 0;
  uint32_t warp = 0;
  uint32_t order = 0;  // the first slot of the warp whose selection sees them RUN
};

// Loads or stores of some lanes are performed on the accumulators.
struct AccumulatorRecord {
  Tag tag;
  bool store = false;
  uint32_t mask = 0;
  Row address{};  // byte in the window that counts from buffer 0 of the engine
  Row data{};     // stored, or loaded
};

// What the host reads after a launch.
struct LaunchOutcome {
  bool fault = false;
  bool aborted = false;
  bool rejected = false;
  uint32_t reason = 0;
  FaultRecord fault_record;  // when `fault`
  uint64_t warp_instrs = 0;
  uint64_t lane_instrs = 0;
};

}  // namespace heddle::lockstep
