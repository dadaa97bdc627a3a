// Launches as host and management core see them, and the dispatchers: docs/spec/registers.yaml, docs/architecture.md
// (section 8).
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "port_fixture.h"

namespace heddle::port_test {
namespace {

class Launches : public Port {
 protected:
  // Everything of a slot but the sizes.
  void write_words(uint32_t base) {
    for (const uint32_t offset : {regs::kEntry, regs::kKernel, regs::kArgs, regs::kPrivateBase}) {
      side_.set(base + offset, side_.any());
    }
  }
  // Sizes that may be wrong; why they are refused, 0 if they are not, and the work-items.
  std::pair<uint32_t, uint32_t> write_sizes(uint32_t base);
  void end_launch(unsigned slot, bool aborted, bool faulted);
  void expect_fault(uint32_t base);
};

std::pair<uint32_t, uint32_t> Launches::write_sizes(uint32_t base) {
  const uint32_t threads = side_.warps() * side_.lanes(), scratchpad = side_.get(regs::kScratchpadBytes);
  const uint32_t buffers = regs::engines::kMatrixDim.get(side_.get(regs::kEngines)) != 0 ? 2 : 0;
  const auto wrong = [&] { return side_.chance(8); };
  // Just above, far above, or a single bit.
  const auto far = [&](uint32_t limit) {
    const uint32_t bit = 1U << side_.pick(0, 30);
    return side_.chance(30) ? limit + 1 : bit > limit && side_.chance(50) ? bit : limit + 1 + bit;
  };
  uint32_t left = threads;
  std::array<uint32_t, 3> local{}, groups{};
  for (uint32_t& size : local) {
    size = wrong() ? (side_.chance(30) ? 0 : far(left)) : side_.pick(1, left);
    left = std::max(1U, size == 0 ? left : left / size);
  }
  std::shuffle(local.begin(), local.end(), side_.random());
  for (uint32_t& size : groups) size = wrong() ? 0 : 1U << side_.pick(0, 31);
  const uint32_t scratch = wrong() ? far(scratchpad) : side_.chance(30) ? scratchpad : side_.any() % (scratchpad + 1);
  const uint32_t privates = wrong() ? side_.any() : side_.any() & ~3U;
  const uint32_t accumulators = wrong() ? far(buffers) : side_.pick(0, buffers);
  for (uint32_t i = 0; i < 3; ++i) {
    side_.set(base + regs::kNumGroups + 4 * i, groups[i]);
    side_.set(base + regs::kLocalSize + 4 * i, local[i]);
  }
  side_.set(base + regs::kScratchSize, scratch);
  side_.set(base + regs::kPrivateSize, privates);
  side_.set(base + regs::kAccumulators, accumulators);
  uint64_t items = 1;
  for (const uint32_t size : local)
    items = size > threads ? uint64_t{threads} + 1 : std::min<uint64_t>(items * size, threads + 1);
  uint32_t reason = 0;
  if (accumulators > buffers) reason = 5;
  if (privates % 4 != 0) reason = 4;
  if (scratch > scratchpad) reason = 3;
  if (std::ranges::count(groups, 0U) != 0) reason = 2;
  if (items > threads || std::ranges::count(local, 0U) != 0) reason = 1;
  return {reason, static_cast<uint32_t>(items)};
}

// The dispatcher says that it is over.
void Launches::end_launch(unsigned slot, bool aborted, bool faulted) {
  Vport_bench& top = side_.top();
  top.done_i = static_cast<uint8_t>(1U << slot);
  top.aborted_i = aborted;
  top.faulted_i = faulted;
  side_.clock();
  top.done_i = 0;
  top.aborted_i = top.faulted_i = side_.any() & 1;
  busy_[slot] = false;
}

void Launches::expect_fault(uint32_t base) {
  const Vport_bench& top = side_.top();
  const std::array<uint32_t, 7> offsets{regs::kFaultCause,    regs::kFaultPc,        regs::kFaultValue,
                                        regs::kFaultDetail,   regs::kFaultGroup + 0, regs::kFaultGroup + 4,
                                        regs::kFaultGroup + 8};
  for (unsigned i = 0; i < offsets.size(); ++i) EXPECT_EQ(side_.get(base + offsets[i]), top.fault_i[i]) << i;
  EXPECT_EQ(side_.get(base + regs::kFaultLocal), top.fault_local_i);
  EXPECT_EQ(side_.get(base + regs::kFaultPlace), top.fault_place_i);
}

// Launches of any slot, good and bad, that end in every way: status, fault registers, counters, interrupt, and what the
// dispatcher is told.
TEST_P(Launches, EndInEveryWay) {
  Vport_bench& top = side_.top();
  const unsigned warp_slots = side_.warps() * side_.cores();
  unsigned refused = 0, early = 0;
  std::vector<bool> done(side_.launches()), fault(side_.launches()), enabled(side_.launches());
  const auto expect_levels = [&] {
    bool irq = false, ended = false, ended_fault = false;
    for (unsigned s = 0; s < side_.launches(); ++s) {
      irq |= done[s] && enabled[s];
      ended |= done[s];
      ended_fault |= done[s] && fault[s];
    }
    EXPECT_EQ(top.irq_o != 0, irq);
    EXPECT_EQ(top.ended_o != 0, ended);
    EXPECT_EQ(top.ended_fault_o != 0, ended_fault);
  };
  for (unsigned round = 0; round < 300 && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const unsigned slot = side_.pick(0, side_.launches() - 1);
    const uint32_t base = kSlotBytes * slot;
    write_words(base);
    const auto [reason, items] = write_sizes(base);
    enabled[slot] = side_.chance(50);
    side_.set(base + regs::kInterruptEnable, enabled[slot]);
    side_.set(base + regs::kControl, regs::control::kAbort.mask());  // while idle: nothing
    expect_levels();
    own(slot, side_.any() & ((1U << side_.cores()) - 1));
    starts_ = aborts_ = started_ = aborted_ = 0;
    warp_instructions_ = lane_instructions_ = 0;
    reasons_ = {};
    pinned_ = true;
    shown_slot_ = slot;
    side_.clock();
    busy_[slot] = true;
    const bool abort_early = side_.chance(20);
    const Answer start =
        side_.host({.address = base + regs::kControl, .write = true, .data = regs::control::kStart.mask()});
    EXPECT_FALSE(start.error);
    if (abort_early) side_.set(base + regs::kControl, regs::control::kAbort.mask());
    for (unsigned i = 0; i < 200 && started_ == 0; ++i) side_.clock();
    if (reason != 0 || started_ == 0) {
      busy_[slot] = false;
      EXPECT_TRUE(reason != 0 || abort_early);
      EXPECT_EQ(starts_ | aborts_, 0U);
      EXPECT_EQ(side_.get(base + regs::kStatus),
                reason != 0
                    ? regs::status::kDone.mask() | regs::status::kRejected.mask() | regs::status::kReason.set(reason)
                    : regs::status::kDone.mask() | regs::status::kAborted.mask());
      done[slot] = true;
      fault[slot] = false;
      refused += reason != 0;
      early += reason == 0;
      expect_levels();
      if (reason != 0) side_.set(base + regs::kInterruptClear, 1);
      side_.clocks(2);
      if (reason != 0) done[slot] = false;
      expect_levels();
      continue;
    }
    EXPECT_EQ(starts_, 1U << slot);
    side_.clock();
    EXPECT_EQ(top.words_o[7], items);
    done[slot] = false;
    EXPECT_EQ(side_.get(base + regs::kStatus), regs::status::kBusy.mask());
    expect_levels();
    // While it runs: a second start is refused, and so is what it was launched with; the other slots' is not.
    EXPECT_TRUE(
        side_.host({.address = base + regs::kControl, .write = true, .data = regs::control::kStart.mask()}).error);
    EXPECT_TRUE(side_.hart({.address = base + regs::kEntry, .write = true, .data = side_.any()}).error);
    if (side_.launches() > 1) side_.set(kSlotBytes * ((slot + 1) % side_.launches()) + regs::kEntry, side_.any());
    work_ = true;
    side_.clocks(side_.pick(1, 200));
    work_ = false;
    bool abort = abort_early;
    if (!abort && side_.chance(30)) {
      side_.set(base + regs::kControl, regs::control::kAbort.mask());
      abort = true;
    }
    side_.clocks(6);
    EXPECT_EQ(aborts_, abort ? 1U << slot : 0U);
    EXPECT_EQ(aborted_, abort ? 1U : 0U);
    const bool faulted = side_.chance(40);
    for (unsigned i = 0; i < 7; ++i) top.fault_i[i] = side_.any();
    top.fault_local_i = side_.any() % (side_.warps() * side_.lanes());
    top.fault_place_i =
        side_.any() % side_.lanes() | side_.any() % side_.warps() << 8 | side_.any() % side_.cores() << 16;
    end_launch(slot, abort, faulted);
    done[slot] = true;
    fault[slot] = faulted;
    side_.clock();
    expect_levels();
    EXPECT_EQ(side_.get(base + regs::kStatus),
              regs::status::kDone.mask() | regs::status::kAborted.set(abort) | regs::status::kFault.set(faulted));
    expect_fault(base);
    EXPECT_EQ(started_, 1U);
    const uint64_t cycles = counter(base + regs::kCyclesLo);
    // Those behind the one in which the start is taken, to that in which the dispatcher has ended.
    EXPECT_EQ(cycles, ended_at_ - start.cycle);
    EXPECT_EQ(counter(base + regs::kWarpInstrsLo), warp_instructions_);
    EXPECT_EQ(counter(base + regs::kLaneInstrsLo), lane_instructions_);
    for (unsigned r = 0; r < kIdle; ++r) EXPECT_EQ(counter(base + regs::kWarpCyclesIssuedLo + 8 * r), reasons_[r]) << r;
    const uint64_t others = std::accumulate(reasons_.begin(), reasons_.begin() + kIdle, uint64_t{0});
    EXPECT_EQ(counter(base + regs::kWarpCyclesIdleLo), cycles * warp_slots - others);
    if (side_.chance(50)) {
      side_.set(base + regs::kInterruptClear, 1);
      side_.clocks(2);
      done[slot] = false;
      expect_levels();
      EXPECT_EQ(side_.get(base + regs::kStatus), regs::status::kAborted.set(abort) | regs::status::kFault.set(faulted));
    }
    pinned_ = false;
  }
  EXPECT_GT(refused, 20U);
  EXPECT_GT(early, 3U);
}

// A launch of which one number has one bit too much, each in turn.
TEST_P(Launches, EveryBitThatIsTooMuch) {
  const uint32_t threads = side_.warps() * side_.lanes(), scratchpad = side_.get(regs::kScratchpadBytes);
  const uint32_t buffers = regs::engines::kMatrixDim.get(side_.get(regs::kEngines)) != 0 ? 2 : 0;
  struct Number {
    uint32_t offset, usual, limit, reason;
  };
  const std::vector<Number> numbers{{regs::kLocalSize, 1, threads, 1},
                                    {regs::kLocalSize + 4, 1, threads, 1},
                                    {regs::kLocalSize + 8, 1, threads, 1},
                                    {regs::kScratchSize, 0, scratchpad, 3},
                                    {regs::kAccumulators, 0, buffers, 5}};
  for (uint32_t i = 0; i < 3; ++i) side_.set(regs::kNumGroups + 4 * i, 1);
  side_.set(regs::kPrivateSize, 0);
  for (const Number& number : numbers) side_.set(number.offset, number.usual);
  for (const Number& number : numbers) {
    for (unsigned bit = 0; bit < 32; ++bit) {
      if (1U << bit <= number.limit) continue;
      side_.set(number.offset, 1U << bit);
      side_.set(regs::kControl, regs::control::kStart.mask());
      side_.clocks(60);
      EXPECT_EQ(side_.get(regs::kStatus),
                regs::status::kDone.mask() | regs::status::kRejected.mask() | regs::status::kReason.set(number.reason))
          << std::hex << number.offset << " bit " << std::dec << bit;
    }
    side_.set(number.offset, number.usual);
  }
  EXPECT_EQ(started_, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Launches, testing::Range(1U, 4U));

}  // namespace
}  // namespace heddle::port_test
