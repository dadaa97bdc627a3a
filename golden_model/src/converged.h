// The fast simulator's way through stretches in which all lanes of a warp go together: one pc, no masks, whole rows.
//
// The rules are those of operations.h; this is another executor for them, without what such a stretch cannot need. It
// keeps pc, depth and counters aside and leaves at the first slot that it does not know (a branch that lanes disagree
// about, a trap, atomics, CSRs, barriers, collectives, a rounding that the host is not sure of, ...), with nothing of
// that slot done: Executor takes over. test/equivalence_test.cpp holds both against recorded slots.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "exact_result.h"
#include "executor_control.h"
#include "heddle/fp/format.h"
#include "heddle/fp/host.h"
#include "heddle/model/mbarrier.h"
#include "heddle/model/memory.h"
#include "heddle/model/warp.h"
#include "host_access.h"
#include "kinds.h"
#include "lane_loop.h"
#include "operations.h"

namespace heddle::model {

// What a stretch needs.
inline bool goes_together(const Warp& warp, unsigned width) {
  return warp.converged && warp.lanes == width && warp.run == all_lanes(width) && warp.fairness.hold == 0;
}

// kWidth: the warp's lane count. kFusedOnHost: std::fma is an instruction of the processor that this is compiled for.
template <unsigned kWidth, bool kFusedOnHost>
class ConvergedExecutor {
 public:
  ConvergedExecutor(Warp& warp, HostWindows& windows) : warp_(warp), windows_(windows) {
    std::uint32_t modes = 0;
    for (unsigned l = 0; l < kWidth; ++l) modes |= warp.frm.lane[l];
    nearest_ = modes == 0;
    update_all_inexact();
  }

  // Returns the slots done: all lanes have completed them.
  std::uint64_t run(std::uint64_t max_slots) {
    pc_ = warp_.pc[0];
    depth_ = warp_.depth[0];
    const std::uint32_t first_depth = depth_;
    std::uint64_t slots = 0;
    while (slots < max_slots) {
      d_ = windows_.fetch(pc_);
      if (d_ == nullptr) break;
      next_ = pc_ + 4;
      left_ = false;
      perform(*this);
      if (left_) break;
      pc_ = next_;
      ++slots;
    }
    if (slots == 0) return 0;
    std::fill_n(warp_.pc.lane.begin(), kWidth, pc_);
    if (depth_ != first_depth) std::fill_n(warp_.depth.lane.begin(), kWidth, depth_);
    warp_.slots += slots;
    warp_.retired += slots;
    warp_.cycle += slots;
    warp_.retired_since_release = true;
    warp_.fairness.reset();  // rule 4
    return slots;
  }

 private:
  template <typename E>
  friend void perform(E& e);

  using Row = std::uint32_t*;
  using ConstRow = const std::uint32_t*;
  struct alignas(64) Lanes : std::array<std::uint32_t, kWidth> {};

  const DecodedInstruction& instruction() const { return *d_; }
  std::uint32_t pc() const { return pc_; }
  // Of this slot nothing has been done.
  void leave() { left_ = true; }

  ConstRow source1() const { return warp_.reg[d_->rs1].lane.data(); }
  ConstRow source2() const { return warp_.reg[d_->rs2].lane.data(); }
  ConstRow source3() const { return warp_.reg[d_->rs3].lane.data(); }
  Row destination() { return warp_.reg[d_->rd != 0 ? d_->rd : Warp::kSinkRow].lane.data(); }
  template <typename Value>
  void write_rd(Value&& value) {
    const Row row = destination();
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) row[l] = static_cast<std::uint32_t>(value(l));
  }
  template <typename Value>
  static std::uint32_t any_bits(Value&& value) {
    std::uint32_t bits = 0;
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) bits |= value(l);
    return bits;
  }

  // ---- integers ----
  template <typename Rule>
  void binary(Rule&& rule) {
    const ConstRow a = source1();
    const ConstRow b = source2();
    write_rd([&](unsigned l) { return rule(a[l], b[l]); });
  }
  template <typename Rule>
  void immediate(Rule&& rule) {
    const ConstRow a = source1();
    const auto b = static_cast<std::uint32_t>(d_->immediate);
    write_rd([&](unsigned l) { return rule(a[l], b); });
  }
  template <typename Rule>
  void unary(Rule&& rule) {
    const ConstRow a = source1();
    write_rd([&](unsigned l) { return rule(a[l]); });
  }

  // ---- control ----
  template <typename Condition>
  void branch(Condition&& condition) {
    const ConstRow a = source1();
    const ConstRow b = source2();
    const bool taken = condition(a[0], b[0]);
    if (any_bits([&](unsigned l) { return condition(a[l], b[l]) != taken ? 1u : 0u; }) != 0) return leave();
    if (taken) go_to(pc_ + static_cast<std::uint32_t>(d_->immediate), 0);
  }
  void jal() {
    if (!go_to(pc_ + static_cast<std::uint32_t>(d_->immediate), is_link(d_->rd) ? +1 : 0)) return;
    write_rd([link = pc_ + 4](unsigned) { return link; });
  }
  void jalr() {
    const ConstRow base = source1();
    const auto offset = static_cast<std::uint32_t>(d_->immediate);
    const std::uint32_t target = (base[0] + offset) & ~1u;
    if (any_bits([&](unsigned l) { return ((base[l] + offset) & ~1u) ^ target; }) != 0) return leave();
    if (!go_to(target, jalr_depth_change(d_->rd, d_->rs1))) return;
    write_rd([link = pc_ + 4](unsigned) { return link; });
  }
  bool go_to(std::uint32_t target, int depth_change) {
    if ((target & 2) != 0) {
      leave();
      return false;
    }
    next_ = target;
    depth_ = changed_depth(depth_, depth_change);
    return true;
  }

  // ---- memory ----
  void addresses(Lanes& out) const {
    const ConstRow base = source1();
    const auto offset = static_cast<std::uint32_t>(d_->immediate);
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) out[l] = base[l] + offset;
  }
  void load(unsigned size, Extension extension) {
    Lanes address;
    addresses(address);
    if (!host_load<kWidth, true>(windows_, all_lanes(kWidth), size, extension, address.data(), destination())) leave();
  }
  void store(unsigned size) {
    Lanes address;
    addresses(address);
    if (!host_store<kWidth, true>(windows_, all_lanes(kWidth), size, address.data(), source2())) leave();
  }

  // ---- floating point ----
  // Flags that are set already need not be computed again.
  void update_all_inexact() {
    std::uint32_t common = fp::kInexact;
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) common &= warp_.fflags.lane[l];
    all_inexact_ = common != 0;
  }
  void write_float(const Lanes& value, const Lanes& flags) {
    write_rd([&value](unsigned l) { return value[l]; });
    const Row fflags = warp_.fflags.lane.data();
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) fflags[l] |= flags[l];
    if (!all_inexact_) update_all_inexact();
  }
  template <typename Host>
  static constexpr bool kIsFused = requires { Host::kIsFused; };

  // The host's own instruction, where only its result is wanted. False if that may not be all.
  template <typename Host>
  bool value_on_host() {
    const ConstRow a = source1();
    const ConstRow b = source2();
    const ConstRow c = source3();
    Lanes value;
    std::uint32_t others = 0;
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) {
      const auto bits = std::bit_cast<std::uint32_t>(
          Host::value(std::bit_cast<float>(a[l]), std::bit_cast<float>(b[l]), std::bit_cast<float>(c[l])));
      value[l] = bits;
      others |= fp::host::is_ordinary(bits) ^ 1;
    }
    if (others != 0) return false;
    write_rd([&value](unsigned l) { return value[l]; });
    return true;
  }
  template <typename Host>
  void guess_on_host() {
    const ConstRow a = source1();
    const ConstRow b = source2();
    const ConstRow c = source3();
    Lanes value;
    Lanes flags;
    std::uint32_t unsure = 0;
    HEDDLE_LANES_APART
    for (unsigned l = 0; l < kWidth; ++l) {
      const fp::host::Guess guess = Host::guess(a[l], b[l], c[l]);
      value[l] = guess.bits;
      flags[l] = guess.inexact;
      unsure |= guess.sure ^ 1;
    }
    if (unsure != 0) return leave();
    write_float(value, flags);
  }
  template <fp::Format kFrom, fp::Format kTo, typename Rule, typename... Mode>
  void exactly(Rule&& rule, Mode... mode) {
    Lanes value;
    Lanes flags;
    exact_rows<kWidth, kFrom, kTo>(rule, source1(), source2(), source3(), value.data(), flags.data(), mode...);
    write_float(value, flags);
  }
  template <fp::Format kFrom, fp::Format kTo, typename Rule, typename Host = fp::host::None>
  void rounded(Rule&& rule, Host = {}) {
    const bool dynamic = d_->rounding == DecodedInstruction::kDynamic;
    if (dynamic && !nearest_) return leave();
    const auto mode = dynamic ? fp::Rounding::kNearestEven : static_cast<fp::Rounding>(d_->rounding);
    if constexpr (std::is_same_v<Host, fp::host::None>) {
      exactly<kFrom, kTo>(rule, mode);
    } else {
      if (mode != fp::Rounding::kNearestEven) return leave();
      if constexpr (kFusedOnHost || !kIsFused<Host>) {
        if (all_inexact_ && value_on_host<Host>()) return;
      }
      guess_on_host<Host>();
    }
  }
  template <fp::Format kFrom, fp::Format kTo, typename Rule>
  void unrounded(Rule&& rule) {
    exactly<kFrom, kTo>(rule);
  }
  template <fp::Format F, typename Rule>
  void inject_sign(Rule&& rule) {
    binary([rule](std::uint32_t a, std::uint32_t b) {
      return fp::register_value<F>(rule(fp::operand<F>(a), fp::operand<F>(b)));
    });
  }

  // ---- what is left to Executor ----
  void mret() { leave(); }
  void exit_lanes() { leave(); }
  void barrier() { leave(); }
  void pause() { leave(); }
  void nothing() { leave(); }
  void fence() { leave(); }
  void trap(Cause, std::uint32_t) { leave(); }
  void amo(AmoKind) { leave(); }
  void load_reserved() { leave(); }
  void store_conditional() { leave(); }
  void csr(CsrUpdate, bool) { leave(); }
  void command(bool) { leave(); }
  void barrier_operation(BarrierOp) { leave(); }
  void barrier_wait() { leave(); }
  void vote(Vote, bool) { leave(); }
  template <typename Source>
  void shuffle(Source&&, bool) {
    leave();
  }

  Warp& warp_;
  HostWindows& windows_;
  const DecodedInstruction* d_ = nullptr;
  std::uint32_t pc_ = 0;
  std::uint32_t next_ = 0;
  std::uint32_t depth_ = 0;
  bool left_ = false;
  bool nearest_ = false;      // frm of all lanes
  bool all_inexact_ = false;  // set in fflags of all lanes
};

}  // namespace heddle::model
