// One issue slot of one path: the instruction semantics of the model.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "heddle/model/decoded.h"
#include "heddle/model/memory.h"
#include "heddle/model/path.h"
#include "heddle/model/types.h"
#include "heddle/model/warp.h"

namespace heddle::model {

// The fault of docs/architecture.md, section 7: what the device's fault registers will say.
struct Fault {
  Cause cause = Cause::kIllegalInstruction;
  std::uint32_t pc = 0;
  std::uint32_t value = 0;
  std::uint32_t detail = 0;  // causes 26 to 28
  Vector3 group_id{};
  std::uint32_t local_id = 0;  // linear
  unsigned lane = 0;
  unsigned warp = 0;  // slot within the core
  unsigned core = 0;

  bool operator==(const Fault&) const = default;
};

// Everything a slot did. Rows are meaningful only in the lanes of the mask that goes with them; other entries keep
// whatever an earlier slot left there.
struct StepResult {  // NOLINT(clang-analyzer-optin.performance.Padding): ordered for the reader
  std::uint32_t pc = 0;
  std::uint32_t depth = 0;         // of the path, before the slot
  DecodedInstruction instruction;  // raw is 0 and op Illegal when the fetch faulted
  LaneMask mask = 0;               // lanes that issued, traps included, after the reductions for jumps and .sync
  bool waits = false;              // a .sync that went to SYNC, an hd.mbar.wait to be performed again: nothing retired
  std::uint64_t order = 0;         // slots of the warp before this one

  LaneMask completed = 0;  // mask without the trapping lanes; empty when `waits`

  // Destination register, numbered over both files: 32 + n is f register n (types.h). 0: none, or x0.
  unsigned rd = 0;
  LaneMask written = 0;   // lanes whose rd got its value in this slot; empty for rd = x0
  LaneMask deferred = 0;  // lanes whose rd is to be supplied with complete_access / finish_sc
  LaneRow value;          // of `written`
  // Floating-point flags (NV 16, DZ 8, OF 4, UF 2, NX 1) that the slot raised: `flags` of the lanes `flagged`, those
  // that completed an instruction which can raise flags, with or without a destination register. That is every
  // operation of F, Zfh and the special functions except loads, stores, moves, sign injection and fclass.
  LaneMask flagged = 0;
  std::array<std::uint8_t, kMaxLanes> flags{};
  bool reads_counter = false;  // rd comes from cycle, time or their high halves: Warp::cycle

  // Control transfer: branches, jumps, mret.
  LaneMask taken = 0;  // lanes that go to `target`; completed lanes outside it go to pc + 4
  std::uint32_t target = 0;

  // Traps.
  LaneMask trap = 0;
  std::array<std::uint8_t, kMaxLanes> cause{};
  LaneRow tval;
  std::optional<Fault> fault;  // the trap stops the launch: no handler

  // Memory. All lanes of the mask have an address and data; `access` has those that do not trap.
  bool is_memory = false;  // load, store, AMO, LR, SC
  AccessKind kind = AccessKind::kLoad;
  AmoKind amo = AmoKind::kSwap;
  unsigned size = 0;  // bytes
  LaneMask access = 0;
  LaneRow address;                             // virtual
  LaneRow data;                                // store data or AMO/SC operand, the whole register
  std::array<Location, kMaxLanes> location{};  // of `access`
  LaneMask sc_failed = 0;                      // immediate memory only
  bool needs_sc_result = false;                // call finish_sc before the warp's next slot
  bool is_fence = false;
  // hd.copy, hd.matrix, hd.mbar.*: address, data (rs2), access and location as above; of a wait the lanes are one
  // operation.
  bool is_engine = false;
};

// Executes one slot for `path` (as select_path gave it, with no change to the warp in between). Updates registers,
// CSRs, pcs, depths, states, counters and fairness. Does not make releases: see Workgroup. When `result.fault` is set
// the trapped lanes have not moved and the warp must not be stepped any more.
// Throws ModelError for an empty path or while an SC is pending.
void step(Warp& warp, const Path& path, Memory& memory, StepResult& result);
void step(Warp& warp, const Path& path, DeferredMemory memory, StepResult& result);

// Supplies the value of a deferred lane: `raw` is the accessed bytes in the low bits for loads (extended here as the
// instruction says), the old word for AMO and LR, and 0/1 for SC.
void complete_access(Warp& warp, const StepResult& slot, unsigned lane, std::uint32_t raw);

// Ends a deferred SC: writes rd (0/1) and makes the slot's fairness update. `failed` is a subset of slot.access.
void finish_sc(Warp& warp, const StepResult& slot, LaneMask failed);

// The register value a load gives for the accessed bytes in the low bits of `raw`.
std::uint32_t load_result(isa::Op op, std::uint32_t raw);

// Whether other threads run other cores of the same memory meanwhile. In company a run stops before a slot that the
// others must not overlap with: atomics, fences, faulting accesses, stores to code or while a reservation is held, the
// first use of an instruction or a page. Loads and stores may overlap: a race between lanes is the program's.
enum class Company : std::uint8_t { kAlone, kOthers };

// As step, with immediate memory and nothing recorded but the fault: the fast simulator. Runs up to `max_slots`
// slots and stops early when the warp has no runnable lane or faults.
struct RunResult {
  std::uint64_t slots = 0;        // issue slots used
  std::uint64_t warp_instrs = 0;  // of those, the ones in which at least one lane completed
  std::uint64_t lane_instrs = 0;  // completed lanes, summed
  bool declined = false;          // in company: the next slot must be done alone
  std::optional<Fault> fault;
};
RunResult run(Warp& warp, Memory& memory, std::uint64_t max_slots, Company company = Company::kAlone);

}  // namespace heddle::model
