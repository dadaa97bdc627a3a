// The semantics of one issue slot, written once for every user of the model:
//   kWidth     lanes that the loops run over: the warp's lane count or more (rows have padding)
//   kRecord    fill a StepResult
//   kDeferred  record memory accesses instead of performing them
// The rules of the instructions are in executor_*.h, by kind.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "heddle/fp/format.h"
#include "heddle/fp/host.h"
#include "heddle/generated/csrs.h"
#include "heddle/model/mbarrier.h"
#include "heddle/model/memory.h"
#include "heddle/model/path.h"
#include "heddle/model/step.h"
#include "heddle/model/warp.h"
#include "host_access.h"
#include "kinds.h"
#include "lane_loop.h"
#include "selection.h"

namespace heddle::model {

template <unsigned kWidth, bool kRecord, bool kDeferred>
class Executor {
 public:
  // `result` if kRecord, `windows` otherwise.
  Executor(Warp& warp, Memory& memory, StepResult* result, HostWindows* windows)
      : warp_(warp), memory_(memory), result_(result), windows_(windows) {}

  // Executes one slot. The path is not empty and no SC is pending.
  void slot(const Path& path);

  // Of the last slot.
  LaneMask completed() const { return completed_; }
  // The whole path went on to the next instruction, and no other lane has changed.
  bool straight() const { return flow_ == Flow::kNext && trap_ == 0 && !split_; }
  const std::optional<Fault>& fault() const { return fault_; }
  // Nothing of it has been done: see Company.
  bool declined() const { return declined_; }

 private:
  using Row = std::uint32_t*;
  using ConstRow = const std::uint32_t*;

  // How the slot's lanes leave the instruction.
  enum class Flow : std::uint8_t {
    kNext,   // completed lanes go to pc + 4
    kMoved,  // the rule has set pc, depth and state of every lane of the mask that does not trap
    kWaits,  // a .sync or an hd.mbar.wait that stays
  };

  template <typename E>
  friend void perform(E& e);
  void finish();
  // True if the slot must not be done now.
  bool decline() {
    if constexpr (!kRecord) declined_ = !windows_->alone();
    return declined_;
  }
  void record_end(bool waits);

  const DecodedInstruction& instruction() const { return *d_; }
  std::uint32_t pc() const { return pc_; }

  // ---- operands and results ----
  ConstRow source1() const { return warp_.reg[d_->rs1].lane.data(); }
  ConstRow source2() const { return warp_.reg[d_->rs2].lane.data(); }
  ConstRow source3() const { return warp_.reg[d_->rs3].lane.data(); }
  // Every lane of the warp: rows may be written without a mask.
  bool full(LaneMask lanes) const { return lanes == all_lanes_; }
  template <typename Value>
  void write_row(Row row, LaneMask lanes, Value&& value);
  template <typename Value>
  void write_rd(LaneMask lanes, Value&& value);
  template <typename Rule>
  void binary(Rule&& rule);
  template <typename Rule>
  void immediate(Rule&& rule);
  template <typename Rule>
  void unary(Rule&& rule);

  // ---- traps: `lanes` become part of the slot's trapping lanes ----
  template <typename Tval>
  void raise(LaneMask lanes, Cause cause, Tval&& tval);
  void raise_value(LaneMask lanes, Cause cause, std::uint32_t tval) {
    raise(lanes, cause, [tval](unsigned) { return tval; });
  }
  void trap(Cause cause, std::uint32_t tval) { raise_value(mask_, cause, tval); }
  void deliver_traps();

  // ---- control ----
  void transfer(LaneMask lanes, std::uint32_t target, int depth_change);
  void move(LaneMask lanes, std::uint32_t pc, int depth_change);
  template <typename Condition>
  void branch(Condition&& condition);
  void jal();
  void jalr();
  void mret();
  void exit_lanes();
  void barrier();
  void pause() {}    // yields: see finish()
  void nothing() {}  // of what a lane could see
  // Accesses are performed in program order here: only a checker has something to do.
  void fence() {
    if (decline()) return;
    if constexpr (kRecord) result_->is_fence = true;
  }

  // ---- memory ----
  void load(unsigned size, Extension extension);
  void store(unsigned size);
  void amo(AmoKind kind);
  void load_reserved();
  void store_conditional();
  void addresses(LaneRow& out, std::int32_t offset) const;
  LaneMask translate(AccessKind kind, unsigned size, const LaneRow& address);
  void record_access(AccessKind kind, unsigned size, const LaneRow& address, LaneMask access);
  // False, with nothing done: the general way must be taken.
  bool load_from_host(unsigned size, Extension extension, const LaneRow& address);
  bool store_to_host(unsigned size, const LaneRow& address);

  // ---- floating point ----
  LaneMask rounding_lanes();
  void write_float_result(LaneMask lanes, const LaneRow& value, const LaneRow& flags);
  template <fp::Format kFrom, fp::Format kTo, typename Rule>
  void rounded(Rule&& rule) {
    rounded<kFrom, kTo>(rule, fp::host::None{});
  }
  template <fp::Format kFrom, fp::Format kTo, typename Rule, typename Host>
  void rounded(Rule&& rule, Host host);
  LaneMask round_on_host(fp::host::RowFunction rows, LaneMask lanes, LaneRow& value, LaneRow& flags) const;
  template <fp::Format kFrom, fp::Format kTo, typename Rule>
  void unrounded(Rule&& rule);
  template <fp::Format F, typename Rule>
  void inject_sign(Rule&& rule);

  // ---- CSRs ----
  void csr(CsrUpdate update, bool immediate_form);
  std::uint32_t read_csr(isa::Csr number, unsigned lane) const;
  void write_csr(isa::Csr number, LaneMask lanes, const LaneRow& value);

  // ---- engines ----
  Engines& engines() const;
  bool engine_exists();
  LaneMask translate_for_engine(unsigned bytes, unsigned alignment);
  void command(bool matrix);
  void barrier_operation(BarrierOp op);
  void barrier_wait();
  void engines_done();
  void apply_wakes();
  void settle_accumulators(LaneMask access);

  // ---- collectives ----
  bool gather_sync(ConstRow masks);
  void vote(Vote kind, bool sync);
  template <typename Source>
  void shuffle(Source&& source_lane, bool sync);

  Warp& warp_;
  const LaneMask all_lanes_ = all_lanes(warp_.lanes);
  Memory& memory_;
  StepResult* result_;
  HostWindows* windows_;

  // The slot.
  const DecodedInstruction* d_ = nullptr;
  std::uint32_t pc_ = 0;
  bool several_ = false;
  LaneMask path_ = 0;  // as selected
  LaneMask mask_ = 0;  // after the reductions of jumps and .sync
  LaneMask trap_ = 0;
  LaneMask completed_ = 0;
  Flow flow_ = Flow::kNext;
  bool split_ = false;  // the path may have come apart
  bool declined_ = false;
  LaneMask sc_failed_ = 0;
  bool sc_deferred_ = false;
  bool wakes_ = false;                  // WAIT lanes of some warps become RUN after the slot
  std::array<Cause, kMaxLanes> cause_;  // of trap_
  LaneRow tval_;
  std::array<Location, kMaxLanes> location_;  // of translate()'s result
  std::optional<Fault> fault_;
};

}  // namespace heddle::model
