// Picks the stores to one address, and the ends of lanes, out of what the monitors report.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "heddle/generated/isa.h"
#include "heddle/harness/rtl_device.h"
#include "heddle/lockstep/records.h"

namespace heddle::harness {

class StoreWatch {
 public:
  explicit StoreWatch(uint32_t address) : address_(address) {}

  // A commit of `lanes` that do not trap. Addresses and data as the record has them.
  void commit(uint32_t core, uint32_t warp, uint32_t instr, uint32_t lanes, const lockstep::Row& addresses,
              const lockstep::Row& data) {
    const uint32_t opcode = instr & 0x7F;
    const bool exits = instr == isa::info(isa::Op::HdExit).match;
    if (!exits && opcode != kStore && opcode != kStoreFloat) return;
    for (unsigned lane = 0; lane < model::kMaxLanes; ++lane) {
      if ((lanes >> lane & 1) == 0 || (!exits && addresses[lane] != address_)) continue;
      events_.push_back({core, warp, lane, exits, exits ? 0 : data[lane] & size_mask(instr)});
    }
  }

  bool empty() const { return events_.empty(); }
  std::vector<WatchEvent> take() { return std::exchange(events_, {}); }

 private:
  static constexpr uint32_t kStore = 0x23;
  static constexpr uint32_t kStoreFloat = 0x27;

  // Bits of the operand that a store writes: funct3 is 0, 1, 2 for 1, 2, 4 bytes.
  static uint32_t size_mask(uint32_t instr) {
    const unsigned bits = 8U << (instr >> 12 & 3);
    return bits == 32 ? ~0U : (1U << bits) - 1;
  }

  uint32_t address_;
  std::vector<WatchEvent> events_;
};

}  // namespace heddle::harness
