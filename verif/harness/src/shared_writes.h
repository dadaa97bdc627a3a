// With several launch slots: device memory as the checkers of launches that run at the same time see it. Each checker
// has a memory of its own; what a launch writes becomes known to the others' at the end of the cycle (a load of theirs
// that is in flight just then is not told: launches that race with each other are not followed). What a running launch
// has written need not be in the RTL's memory when another one ends.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "heddle/lockstep/checker.h"

namespace heddle::harness {

class SharedWrites {
 public:
  explicit SharedWrites(unsigned launches) : written_(launches) {}

  // In this cycle: the bytes of the line at `address` that `strobe` has a bit for, the first word's lowest byte first.
  void wrote(unsigned slot, uint32_t address, const uint32_t* strobe, unsigned line_bytes);
  // The checkers have taken the cycle's events: what is written becomes known to all.
  void share(std::span<lockstep::Checker* const> checkers);
  // The launch of the slot begins, or has ended: nothing of it is outstanding.
  void clear(unsigned slot) { written_[slot].clear(); }
  void clear();

  // The RTL's memory at the end of the launch of `slot`: bytes that other running launches have written are as in the
  // checker's memory.
  class View final : public lockstep::RtlMemoryView {
   public:
    View(const RtlMemoryView& memory, const SharedWrites& writes, unsigned slot, lockstep::Checker& checker)
        : memory_(memory), writes_(writes), slot_(slot), checker_(checker) {}
    std::vector<uint32_t> pages() const override { return memory_.pages(); }
    // Good until the next call.
    std::span<const std::byte> page(uint32_t address) const override;

   private:
    const RtlMemoryView& memory_;
    const SharedWrites& writes_;
    const unsigned slot_;
    lockstep::Checker& checker_;
    mutable std::vector<std::byte> bytes_;
  };

 private:
  struct Write {
    unsigned slot;
    uint32_t address;  // of a word
    unsigned strobe;   // its bytes
  };

  // By launch slot: the bytes of words, by address, that it has written.
  std::vector<std::unordered_map<uint32_t, unsigned>> written_;
  std::vector<Write> now_;
};

}  // namespace heddle::harness
