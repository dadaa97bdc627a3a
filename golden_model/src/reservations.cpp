#include "heddle/model/reservations.h"

namespace heddle::model {

void Reservations::reserve(unsigned warp_slot, unsigned lane, std::uint32_t address) {
  Entry& entry = entries_.at(warp_slot);
  if (!entry.valid) ++valid_count_;
  entry = {.valid = true, .lane = lane, .word = address & ~std::uint32_t{3}};
}

bool Reservations::holds(unsigned warp_slot, unsigned lane, std::uint32_t address) const {
  const Entry& entry = entries_.at(warp_slot);
  return entry.valid && entry.lane == lane && entry.word == (address & ~std::uint32_t{3});
}

void Reservations::clear(unsigned warp_slot) {
  Entry& entry = entries_.at(warp_slot);
  if (entry.valid) --valid_count_;
  entry.valid = false;
}

void Reservations::clear_all() {
  for (Entry& entry : entries_) entry.valid = false;
  valid_count_ = 0;
}

void Reservations::drop(std::uint32_t address, std::uint32_t size) {
  const std::uint32_t first_word = address & ~std::uint32_t{3};
  const std::uint32_t words = ((address & 3) + size + 3) / 4;
  for (Entry& entry : entries_) {
    if (entry.valid && (entry.word - first_word) / 4 < words) {
      entry.valid = false;
      --valid_count_;
    }
  }
}

}  // namespace heddle::model
