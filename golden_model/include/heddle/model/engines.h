// Copy engine, matrix engine and mbarriers of a cluster as the stand-alone model has them (docs/copy.md,
// docs/matrix.md).
//
// Time is the model's to choose: a command is performed when it is taken, or, with delays, at a random later time and
// completed at another one, so that programs that do not wait as they must are found. Copy commands overtake each other
// then, matrix commands do not.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "heddle/model/copy_command.h"
#include "heddle/model/matrix_command.h"
#include "heddle/model/mbarrier.h"
#include "heddle/model/memory.h"
#include "heddle/model/step.h"

namespace heddle::model {

enum class EngineKind : std::uint8_t { kCopy, kMatrix };

// All WAIT lanes of a warp become RUN.
void wake(Warp& warp);
// Waiting lanes of a workgroup that can never go on: the fault of docs/copy.md, of the first of `warps` with WAIT
// lanes. `instruction`: what a lane of Warp::wait_again is to perform again.
Fault never_goes_on(std::span<Warp* const> warps, Memory& memory);
// The fault of an engine (cause 26 or 27) or an mbarrier (28), of the instruction at `pc` of that lane.
Fault engine_fault(Cause cause, const EngineFault& fault, std::uint32_t identifier, const WarpIdentity& warp,
                   unsigned lane, std::uint32_t pc);

class Engines {
 public:
  // `warps`: those that may wait. Neither is owned.
  Engines(Memory& memory, std::vector<Warp*> warps);

  // Random delays of at most 2 * `most` cycles each from now on; seed 0: none.
  void set_delays(std::uint64_t seed, std::uint32_t most = 4096);
  bool delays() const { return seed_ != 0; }

  // Forgets all commands and faults.
  void begin_launch();

  // ---- as instructions are performed ----
  // The command whose descriptor is at that place of the scratchpad.
  void take(EngineKind kind, const Warp& warp, unsigned lane, std::uint32_t pc, std::uint32_t descriptor);
  BarrierAnswer barrier(const Warp& warp, unsigned lane, std::uint32_t pc, BarrierOp op, std::uint32_t address,
                        std::uint32_t operand);
  // A lane is about to reach for the accumulators: no command for that buffer may be under way.
  void settle_buffer(unsigned buffer);

  // ---- as time goes by ----
  void advance(std::uint64_t cycles);
  // To the next thing that happens; false if no command is under way.
  bool advance_to_event();
  bool busy() const { return !commands_.empty(); }
  bool busy(const Vector3& group_id) const;
  // Lets the warps run whose phase is over. Not while one of them is within a slot.
  void apply_wakes();
  // Whether there are any, and one more.
  bool wakes() const { return !woken_.empty(); }
  void wake_later(Warp& warp) { woken_.push_back(&warp); }
  // The first fault since the launch began; it stays.
  const std::optional<Fault>& fault() const { return fault_; }

 private:
  struct Command {
    EngineKind kind = EngineKind::kCopy;
    WarpIdentity giver;  // without its local ids
    unsigned lane = 0;
    std::uint32_t pc = 0;
    CopyCommand copy;
    MatrixCommand matrix;
    bool performed = false;
    std::uint64_t perform_at = 0;
    std::uint64_t complete_at = 0;
  };
  using Place = std::deque<Command>::iterator;

  void fail(Cause cause, const EngineFault& fault, std::uint32_t identifier, const WarpIdentity& giver, unsigned lane,
            std::uint32_t pc);
  void perform_command(Command& command);
  void complete(const Place& place);
  BarrierAnswer operate_barrier(BarrierOp op, std::uint32_t address, std::uint32_t operand, const WarpIdentity& giver,
                                unsigned lane, std::uint32_t pc, std::uint32_t identifier);
  std::uint64_t delay();
  void run_due();
  std::uint64_t next_event() const;

  Memory& memory_;
  std::vector<Warp*> warps_;
  std::uint64_t seed_ = 0;
  std::uint32_t most_ = 0;
  std::mt19937_64 random_;
  std::uint64_t now_ = 0;
  std::deque<Command> commands_;  // under way, as they were taken
  std::vector<Warp*> woken_;
  std::optional<Fault> fault_;
};

}  // namespace heddle::model
