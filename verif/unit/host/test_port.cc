// The registers of the launch slots as host and management core see them, the way to the management core's bus, and
// launches as the dispatchers see them: docs/spec/registers.yaml, docs/architecture.md (section 8), docs/host_port.md,
// docs/management.md (section 7).
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "heddle/generated/registers.h"
#include "port_side.h"

namespace heddle::port_test {
namespace {

constexpr uint32_t kSlotBytes = 0x400, kBlock = 0x1000, kBlockEnd = 0x2000, kBus = 0x1'0000;
constexpr unsigned kReasons = 10, kIdle = 9;  // why a warp slot does not issue, in the order of the registers

uint32_t merged(uint32_t old, uint32_t data, unsigned strobe) {
  for (unsigned byte = 0; byte < 4; ++byte) {
    if ((strobe >> byte & 1) != 0) old = (old & ~(0xFFU << 8 * byte)) | (data & 0xFFU << 8 * byte);
  }
  return old;
}

class Port : public testing::TestWithParam<unsigned> {
 protected:
  Port() : side_(GetParam()) {
    side_.expect = [this](const Access& access, bool by_hart) { return expected(access, by_hart); };
    side_.prepare = [this] { prepare(); };
    side_.watch = [this] { watch(); };
    side_.bus = [this](const Access& access) { return on_bus(access); };
    busy_.resize(side_.launches());
    for (unsigned c = 0; c < side_.cores(); ++c) cores_idle(c);
  }

  // ---- registers: what each holds, by address ----
  const regs::RegisterInfo* register_at(uint32_t address) const {
    if (address >= kSlotBytes * side_.launches()) return nullptr;
    return regs::find_register(address % kSlotBytes);
  }
  bool there(uint32_t address) {
    const uint32_t offset = address % kSlotBytes;
    return offset < regs::kRegionBase || (offset - regs::kRegionBase) / 16 < side_.top().regions_o;
  }
  std::optional<Answer> expected(const Access& access, bool by_hart) {
    Vport_bench& top = side_.top();
    const bool part = by_hart && access.strobe != 15;
    if (access.address >= kBlock && access.address < kBlockEnd) {
      if (!access.write) {
        EXPECT_EQ(top.block_read_address_o, access.address - kBlock);
        return Answer{.error = part || top.block_read_error_i != 0, .data = top.block_read_data_i};
      }
      EXPECT_EQ(top.block_valid_o != 0, !part);
      block_ = !part;
      if (part) return Answer{.error = true};
      EXPECT_EQ(top.block_address_o, access.address - kBlock);
      EXPECT_EQ(top.block_data_o, access.data);
      EXPECT_EQ(top.block_strobe_o, access.strobe);
      EXPECT_EQ(top.block_hart_o != 0, by_hart);
      return Answer{.error = top.block_write_error_i != 0};
    }
    const regs::RegisterInfo* info = register_at(access.address);
    if (part || info == nullptr) return Answer{.error = true};
    if (info->access == regs::Access::ReadOnly) return access.write ? std::optional(Answer{}) : std::nullopt;
    if (info->access == regs::Access::WriteOnly) return access.write ? std::nullopt : std::optional(Answer{});
    if (!access.write) return Answer{.data = held_[access.address]};
    if (busy_[access.address / kSlotBytes] && info->locked_mask != 0) return Answer{.error = true};
    const uint32_t mask = there(access.address) ? info->mask : 0;
    changes_.emplace_back(access.address, merged(held_[access.address], access.data, access.strobe) & mask);
    return Answer{};
  }

  // ---- each cycle ----
  void prepare() {
    Vport_bench& top = side_.top();
    if (!pinned_) {
      shown_slot_ = side_.any() % side_.launches();
      shown_region_ = side_.any() % top.regions_o;
    }
    top.slot_i = static_cast<uint8_t>(shown_slot_);
    top.region_i = static_cast<uint8_t>(shown_region_);
    top.block_read_data_i = side_.any();
    top.block_read_error_i = side_.any() & 1;
    top.block_write_error_i = side_.any() & 1;
    for (unsigned c = 0; c < side_.cores(); ++c) work_ ? core_works(c) : cores_idle(c);
  }
  // Before the edge.
  void watch() {
    Vport_bench& top = side_.top();
    EXPECT_EQ(top.block_valid_o != 0, block_);
    block_ = false;
    const uint32_t base = kSlotBytes * shown_slot_, region = base + 16 * shown_region_;
    const auto held = [&](uint32_t address) { return held_[address]; };
    const std::array<uint32_t, 7> words{
        regs::kEntry, regs::kKernel, regs::kArgs, regs::kPrivateBase, regs::kPrivateSize, regs::kScratchSize, 0};
    for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(top.words_o[i], held(base + words[i])) << i;
    EXPECT_EQ(top.words_o[6], held(base + regs::kAccumulators) & 3);
    for (unsigned i = 0; i < 3; ++i) {
      EXPECT_EQ(top.sizes_o[i], held(base + regs::kNumGroups + 4 * i));
      EXPECT_EQ(top.sizes_o[3 + i], held(base + regs::kLocalSize + 4 * i));
    }
    EXPECT_EQ(top.region_o[0], held(region + regs::kRegionBase));
    EXPECT_EQ(top.region_o[1], held(region + regs::kRegionLast));
    EXPECT_EQ(top.region_o[2], held(region + regs::kRegionAttr));
    for (const auto& [address, value] : changes_) held_[address] = value;
    changes_.clear();
    starts_ |= top.start_o;
    aborts_ |= top.abort_o;
    started_ += top.start_o != 0;
    aborted_ += top.abort_o != 0;
    if (top.done_i != 0) ended_at_ = side_.cycle();
  }

  // ---- the bus: memory, of which some words are refused ----
  Answer on_bus(const Access& access) {
    if (access.address % 64 == 60) return {.error = true, .data = 0};
    if (access.write) words_[access.address] = access.data;
    return {.data = words_[access.address]};
  }

  // ---- cores: one instruction at most, the warp slots anyhow ----
  void cores_idle(unsigned core) {
    Vport_bench& top = side_.top();
    put(top.retire_slots_i, core, 0);
    put(top.retire_lanes_i, core, 0);
    for (unsigned r = 0; r < kReasons; ++r) stall(core, r, r == kIdle ? side_.warps() : 0);
  }
  void core_works(unsigned core) {
    Vport_bench& top = side_.top();
    const unsigned slots = side_.pick(0, 1), lanes = slots == 0 ? 0 : side_.pick(1, side_.lanes());
    std::array<unsigned, kReasons> reasons{};
    for (unsigned w = 0; w < side_.warps(); ++w) ++reasons[side_.pick(0, kReasons - 1)];
    put(top.retire_slots_i, core, slots);
    put(top.retire_lanes_i, core, lanes);
    for (unsigned r = 0; r < kReasons; ++r) stall(core, r, reasons[r]);
    if ((owned_ >> core & 1) == 0) return;
    warp_instructions_ += slots;
    lane_instructions_ += lanes;
    for (unsigned r = 0; r < kIdle; ++r) reasons_[r] += reasons[r];
  }
  static void put(uint32_t& bytes, unsigned index, unsigned value) {
    bytes = (bytes & ~(0xFFU << 8 * index)) | value << 8 * index;
  }
  void stall(unsigned core, unsigned reason, unsigned value) {
    const unsigned byte = core * kReasons + reason;
    put(side_.top().stalls_i[byte / 4], byte % 4, value);
  }
  void own(unsigned slot, unsigned cores) {
    side_.top().owned_i = static_cast<uint16_t>(cores << 4 * slot);
    owned_ = cores;
  }

  uint64_t counter(uint32_t address) { return side_.get(address) | uint64_t{side_.get(address + 4)} << 32; }
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

  PortSide side_;
  std::map<uint32_t, uint32_t> held_, words_;
  std::vector<std::pair<uint32_t, uint32_t>> changes_;  // of this cycle
  std::vector<bool> busy_;
  bool block_ = false, work_ = false, pinned_ = false;
  unsigned shown_slot_ = 0, shown_region_ = 0, owned_ = 0, starts_ = 0, aborts_ = 0, started_ = 0, aborted_ = 0;
  uint64_t warp_instructions_ = 0, lane_instructions_ = 0, ended_at_ = 0;
  std::array<uint64_t, kReasons> reasons_{};
};

// Host and management core, registers, those behind them and the bus, all at once and at random.
TEST_P(Port, EveryAccessIsAnsweredAsTheRegistersSay) {
  const uint32_t slots = kSlotBytes * side_.launches();
  std::vector<uint32_t> held;
  for (const regs::RegisterInfo& info : regs::kRegisters) {
    for (uint32_t i = 0; i < info.count && info.access == regs::Access::ReadWrite; ++i)
      held.push_back(info.offset + i * info.stride);
  }
  const auto draw_register = [&](bool write) {
    Access access{
        .address = 0, .write = write, .data = side_.any(), .strobe = side_.chance(60) ? 15 : side_.any() & 15};
    const unsigned kind = side_.pick(0, 9);
    if (kind < 6) {
      access.address = kSlotBytes * side_.pick(0, side_.launches() - 1) + held[side_.any() % held.size()];
    } else if (kind < 8) {
      access.address = kBlock + side_.any() % 0x1000;
    } else if (kind == 8) {
      access.address = side_.any() % slots;
    } else {
      access.address = side_.chance(50) ? slots + side_.any() % 0x400 : side_.any() % kBus;
    }
    // What starts something has tests of its own.
    const regs::RegisterInfo* info = register_at(access.address);
    if (write && info != nullptr && info->access == regs::Access::WriteOnly) access.address += 1;
    return access;
  };
  const auto draw_bus = [&](bool write) {
    const uint32_t address =
        side_.chance(70) ? 0x0010'0000 + 4 * (side_.any() % 32) : kBus << side_.pick(0, 15) | (side_.any() & 0xFFFC);
    return Access{.address = address, .write = write, .data = side_.any(), .strobe = side_.any() & 15};
  };
  unsigned busy = 30;
  const auto host = [&](bool write) -> std::optional<Access> {
    if (!side_.chance(busy)) return std::nullopt;
    return side_.chance(40) ? draw_bus(write) : draw_register(write);
  };
  side_.draw_host_write = [&] { return host(true); };
  side_.draw_host_read = [&] { return host(false); };
  side_.draw_hart = [&]() -> std::optional<Access> {
    return side_.chance(busy) ? std::optional(draw_register(side_.chance(50))) : std::nullopt;
  };
  for (unsigned round = 0; round < 20 && !HasFailure(); ++round) {
    busy = round % 2 == 0 ? 30 : 100;
    side_.clocks(1000);
  }
  busy = 0;
  side_.clocks(50);
  EXPECT_TRUE(side_.idle());
  EXPECT_GT(side_.host_accesses, 3000U);
  EXPECT_GT(side_.hart_accesses, 2000U);
  EXPECT_GT(side_.bus_accesses, 500U);
  EXPECT_GT(side_.turns, 50U);
  EXPECT_EQ(starts_ | aborts_, 0U);
}

// What is fixed, and what is zero before the first launch.
TEST_P(Port, WhatIsFixed) {
  for (uint32_t base = 0; base < kSlotBytes * side_.launches(); base += kSlotBytes) {
    EXPECT_EQ(side_.get(base + regs::kId), regs::kIdValue);
    EXPECT_EQ(side_.get(base + regs::kVersion), regs::kVersionValue);
    EXPECT_EQ(side_.get(base + regs::kShape),
              side_.lanes() | side_.warps() << 8 | side_.cores() << 16 | side_.top().regions_o << 24);
    EXPECT_EQ(side_.get(base + regs::kLaunches), side_.launches() | kSlotBytes << 16);
    EXPECT_EQ(side_.get(base + regs::kStatus), 0U);
    for (const regs::RegisterInfo& info : regs::kRegisters) {
      if (info.access == regs::Access::ReadOnly && info.offset >= regs::kCyclesLo) {
        EXPECT_EQ(side_.get(base + info.offset), 0U) << info.name;
      }
    }
  }
}

std::pair<uint32_t, uint32_t> Port::write_sizes(uint32_t base) {
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
void Port::end_launch(unsigned slot, bool aborted, bool faulted) {
  Vport_bench& top = side_.top();
  top.done_i = static_cast<uint8_t>(1U << slot);
  top.aborted_i = aborted;
  top.faulted_i = faulted;
  side_.clock();
  top.done_i = 0;
  top.aborted_i = top.faulted_i = side_.any() & 1;
  busy_[slot] = false;
}

void Port::expect_fault(uint32_t base) {
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
TEST_P(Port, Launches) {
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
TEST_P(Port, EveryBitThatIsTooMuch) {
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

INSTANTIATE_TEST_SUITE_P(Seeds, Port, testing::Range(1U, 4U));

}  // namespace
}  // namespace heddle::port_test
