// LR/SC reservations of one memory (docs/architecture.md, section 5): one per hardware warp slot, on one word, held by
// one lane.
#pragma once

#include <cstdint>
#include <vector>

namespace heddle::model {

class Reservations {
 public:
  struct Entry {
    bool valid = false;
    unsigned lane = 0;
    std::uint32_t word = 0;  // physical address of the word
  };

  explicit Reservations(unsigned warp_slots) : entries_(warp_slots) {}

  void reserve(unsigned warp_slot, unsigned lane, std::uint32_t address);
  bool holds(unsigned warp_slot, unsigned lane, std::uint32_t address) const;
  void clear(unsigned warp_slot);
  void clear_all();
  // A write to any byte of [address, address + size).
  void written(std::uint32_t address, std::uint32_t size) {
    if (valid_count_ != 0) drop(address, size);
  }
  bool any() const { return valid_count_ != 0; }
  const Entry& entry(unsigned warp_slot) const { return entries_.at(warp_slot); }

 private:
  void drop(std::uint32_t address, std::uint32_t size);

  std::vector<Entry> entries_;
  unsigned valid_count_ = 0;
};

}  // namespace heddle::model
