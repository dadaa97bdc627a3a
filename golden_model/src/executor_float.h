// F, Zfh and the special functions (docs/architecture.md, section 9). The rules are heddle::fp's; here are operands,
// rounding modes and flags.
#pragma once

#include <type_traits>

#include "exact_result.h"
#include "executor.h"
#include "heddle/fp/host.h"

namespace heddle::model {

// The lanes that execute an instruction with a rounding mode: those with a reserved frm trap where it is asked.
template <unsigned kWidth, bool kRecord, bool kDeferred>
LaneMask Executor<kWidth, kRecord, kDeferred>::rounding_lanes() {
  if (d_->rounding != DecodedInstruction::kDynamic) return mask_;
  const ConstRow frm = warp_.frm.lane.data();
  const LaneMask reserved = mask_ & lanes_where<kWidth>([frm](unsigned l) { return frm[l] >= fp::kRoundingCount; });
  if (reserved != 0) raise_value(reserved, Cause::kIllegalInstruction, d_->raw);
  return mask_ & ~reserved;
}

// Writes rd and accrues the flags: every instruction that may raise one ends here.
template <unsigned kWidth, bool kRecord, bool kDeferred>
void Executor<kWidth, kRecord, kDeferred>::write_float_result(LaneMask lanes, const LaneRow& value,
                                                              const LaneRow& flags) {
  write_rd(lanes, [&value](unsigned l) { return value.lane[l]; });
  const Row fflags = warp_.fflags.lane.data();
  write_row(fflags, lanes, [&flags, fflags](unsigned l) { return fflags[l] | flags.lane[l]; });
  if constexpr (kRecord) {
    result_->flagged = lanes;
    for_each_lane(lanes, [&](unsigned l) { result_->flags[l] = static_cast<fp::Flags>(flags[l]); });
  }
}

// Tries the host's FPU for lanes that all round to nearest even; returns those that it is not sure of.
template <unsigned kWidth, bool kRecord, bool kDeferred>
LaneMask Executor<kWidth, kRecord, kDeferred>::round_on_host(fp::host::RowFunction rows, LaneMask lanes, LaneRow& value,
                                                             LaneRow& flags) const {
  if (d_->rounding != 0) {
    if (d_->rounding != DecodedInstruction::kDynamic) return lanes;
    const ConstRow frm = warp_.frm.lane.data();
    if ((lanes & lanes_where<kWidth>([frm](unsigned l) { return frm[l] != 0; })) != 0) return lanes;
  }
  LaneRow sure;
  rows(kWidth, {.a = source1(),
                .b = source2(),
                .c = source3(),
                .bits = value.lane.data(),
                .flags = flags.lane.data(),
                .sure = sure.lane.data()});
  return lanes & ~lanes_where<kWidth>([&sure](unsigned l) { return sure.lane[l] != 0; });
}

// `rule` has one to three operands of format kFrom and a rounding mode, and gives a kTo. `Host`, if not None, is the
// fast simulator's short cut; recorded slots do not depend on it.
template <unsigned kWidth, bool kRecord, bool kDeferred>
template <fp::Format kFrom, fp::Format kTo, typename Rule, typename Host>
void Executor<kWidth, kRecord, kDeferred>::rounded(Rule&& rule, Host) {
  const LaneMask lanes = rounding_lanes();
  LaneRow value;
  LaneRow flags;
  LaneMask exact = lanes;
  if constexpr (!kRecord && !std::is_same_v<Host, fp::host::None>) {
    exact = round_on_host(Host::kRows, lanes, value, flags);
  }
  for_each_lane(exact, [&](unsigned l) {
    const auto mode =
        static_cast<fp::Rounding>(d_->rounding != DecodedInstruction::kDynamic ? d_->rounding : warp_.frm[l]);
    const fp::Result result = exact_result<kFrom, kTo>(rule, source1()[l], source2()[l], source3()[l], mode);
    value[l] = result.bits;
    flags[l] = result.flags;
  });
  write_float_result(lanes, value, flags);
}

// The same without a rounding mode, for one or two operands.
template <unsigned kWidth, bool kRecord, bool kDeferred>
template <fp::Format kFrom, fp::Format kTo, typename Rule>
void Executor<kWidth, kRecord, kDeferred>::unrounded(Rule&& rule) {
  LaneRow value;
  LaneRow flags;
  for_each_lane(mask_, [&](unsigned l) {
    const fp::Result result = exact_result<kFrom, kTo>(rule, source1()[l], source2()[l], 0);
    value[l] = result.bits;
    flags[l] = result.flags;
  });
  write_float_result(mask_, value, flags);
}

// Sign injection: quiet, and nothing to round.
template <unsigned kWidth, bool kRecord, bool kDeferred>
template <fp::Format F, typename Rule>
void Executor<kWidth, kRecord, kDeferred>::inject_sign(Rule&& rule) {
  binary([rule](std::uint32_t a, std::uint32_t b) {
    return fp::register_value<F>(rule(fp::operand<F>(a), fp::operand<F>(b)));
  });
}

}  // namespace heddle::model
