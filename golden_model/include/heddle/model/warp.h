// The architectural state of one warp: registers, control state and CSRs of its lanes, and the fairness state of
// docs/architecture.md, section 2. Everything is public, so that a checker can read (and a test can set up) any of it.
#pragma once

#include <cstdint>
#include <optional>

#include "heddle/model/types.h"

namespace heddle::model {

enum class LaneState : std::uint8_t { kDead, kRun, kBarrier, kSync, kWait };

// The selection state machine of section 2; initial values are those at dispatch.
struct Fairness {
  enum class Mode : std::uint8_t { kGreedy, kServe };
  static constexpr std::uint32_t kLimitRelaxed = 65536;
  static constexpr std::uint32_t kLimitSynchronising = 512;
  static constexpr std::uint32_t kQuantum = 64;
  static constexpr std::uint32_t kHoldSlots = 16;

  Mode mode = Mode::kGreedy;
  std::uint32_t count = 0;
  LaneMask served = 0;
  std::uint32_t limit = kLimitRelaxed;
  std::uint32_t hold = 0;  // 0..kHoldSlots
  unsigned hold_lane = 0;
  unsigned quantum_lane = 0;

  // Rule 4: what holds while the warp has one path. The hold goes on.
  void reset() {
    mode = Mode::kGreedy;
    count = 0;
    served = 0;
    limit = kLimitRelaxed;
  }

  bool operator==(const Fairness&) const = default;
};

// What a dispatch sets (docs/architecture.md, sections 1 and 8). Constant while the warp lives.
struct WarpIdentity {          // NOLINT(clang-analyzer-optin.performance.Padding): ordered for the reader
  unsigned core = 0;           // counted over all clusters
  unsigned slot = 0;           // warp slot within the core
  unsigned warp_in_group = 0;  // hd_warp
  unsigned group_warps = 0;    // hd_num_warps
  LaneMask mask = 0;           // lanes that exist
  Vector3 group_id{};
  std::array<LaneRow, 3> local_id{};  // x, y, z per lane
  std::uint32_t local_base = 0;       // linear local id of lane 0
  std::uint32_t scratch_base = 0;     // physical scratchpad byte address of the workgroup's allocation
  unsigned first_buffer = 0;          // of accumulators, of those that the workgroup has been given
};

// An SC whose outcome is not known yet (deferred memory only): its slot's fairness update is still to be made.
struct PendingSc {
  LaneMask issued = 0;
  LaneMask trapped = 0;
  bool several_paths = false;
};

struct Warp {  // NOLINT(clang-analyzer-optin.performance.Padding): ordered for the reader
  // Row of `reg` that swallows writes to x0, so that reg[0] always reads zero.
  static constexpr unsigned kSinkRow = kRegisters;

  // Shape, from construction.
  unsigned lanes = 1;
  unsigned core_warps = 1;  // warps per core: for mhartid and the private window

  WarpIdentity identity;
  const Launch* launch = nullptr;  // not owned; outlives the warp's run

  // Per lane.
  std::array<LaneRow, kRegisters + 1> reg{};  // x0..x31, f0..f31
  LaneRow pc;
  LaneRow depth;
  LaneRow mscratch, mepc, mcause, mtval;
  LaneRow fflags, frm;  // fcsr is frm << 5 | fflags

  // Disjoint masks of the lanes in each state; `live` is their union. Lanes in none are dead (or never existed).
  LaneMask run = 0;
  LaneMask barrier = 0;
  LaneMask sync = 0;
  LaneMask wait = 0;        // for mbarriers (docs/copy.md)
  LaneMask wait_again = 0;  // of `wait`: their pc is that of the hd.mbar.wait, which they perform when they run again
  struct Wait {             // what the others of `wait` wait for
    std::uint32_t pc = 0;
    std::uint32_t address = 0;  // physical, in the scratchpad
    unsigned phase = 0;
  } waits_for;

  // Per warp.
  std::uint32_t mtvec = 0;
  std::uint64_t cycle = 0;    // what the cycle CSRs read; the owner of the warp keeps it current
  std::uint64_t retired = 0;  // minstret
  std::uint64_t slots = 0;    // issue slots since dispatch: the `order` of the next one
  bool retired_since_release = false;
  Fairness fairness;
  std::optional<PendingSc> pending_sc;

  // Known to have at most one path. A hint that may be false for a converged warp, never true for a diverged one.
  bool converged = true;

  Warp() = default;
  explicit Warp(const Shape& shape) : lanes(shape.lanes), core_warps(shape.warps) {}

  // Puts the warp into the state of section 1 at dispatch. `launch` must outlive the run.
  void dispatch(const Launch& new_launch, const WarpIdentity& new_identity);

  LaneMask live() const { return run | barrier | sync | wait; }
  LaneState state(unsigned lane) const;
  bool ended() const { return live() == 0; }
  // Hardware warp slot counted over all cores: names reservations and private memory.
  unsigned global_slot() const { return identity.core * core_warps + identity.slot; }
  std::uint32_t hart_id(unsigned lane) const { return global_slot() * lanes + lane; }

  std::uint32_t read_register(unsigned number, unsigned lane) const { return reg[number][lane]; }
  // Writes to x0 are dropped.
  void write_register(unsigned number, unsigned lane, std::uint32_t value) {
    reg[number != 0 ? number : kSinkRow][lane] = value;
  }
};

}  // namespace heddle::model
