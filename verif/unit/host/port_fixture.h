// What the tests of the registers and launches share: a table of what the registers hold, the dispatchers' and the
// cores' side.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "heddle/generated/registers.h"
#include "port_side.h"

namespace heddle::port_test {

inline constexpr uint32_t kSlotBytes = 0x400, kBlock = 0x1000, kBlockEnd = 0x2000, kBus = 0x1'0000;
inline constexpr unsigned kReasons = 10, kIdle = 9;  // why a warp slot does not issue, in the order of the registers

inline uint32_t merged(uint32_t old, uint32_t data, unsigned strobe) {
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
  PortSide side_;
  std::map<uint32_t, uint32_t> held_, words_;
  std::vector<std::pair<uint32_t, uint32_t>> changes_;  // of this cycle
  std::vector<bool> busy_;
  bool block_ = false, work_ = false, pinned_ = false;
  unsigned shown_slot_ = 0, shown_region_ = 0, owned_ = 0, starts_ = 0, aborts_ = 0, started_ = 0, aborted_ = 0;
  uint64_t warp_instructions_ = 0, lane_instructions_ = 0, ended_at_ = 0;
  std::array<uint64_t, kReasons> reasons_{};
};

}  // namespace heddle::port_test
