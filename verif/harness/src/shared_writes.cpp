#include "shared_writes.h"

#include <cstring>

namespace heddle::harness {

void SharedWrites::wrote(unsigned slot, uint32_t address, const uint32_t* strobe, unsigned line_bytes) {
  if (written_.size() == 1) return;
  const uint32_t line = address & ~(line_bytes - 1);
  for (unsigned word = 0; word < line_bytes / 4; ++word) {
    const unsigned bytes = strobe[word / 8] >> (4 * (word % 8)) & 0xF;
    if (bytes == 0) continue;
    now_.push_back({.slot = slot, .address = line + 4 * word, .strobe = bytes});
    written_[slot][line + 4 * word] |= bytes;
  }
}

void SharedWrites::share(std::span<lockstep::Checker* const> checkers) {
  for (const Write& write : now_) {
    const model::Location place{.space = model::Space::kDevice, .address = write.address};
    const uint32_t word = checkers[write.slot]->memory().read_word(place);
    for (unsigned other = 0; other < checkers.size(); ++other) {
      if (other != write.slot) checkers[other]->memory().write_word(place, word, write.strobe);
    }
  }
  now_.clear();
}

void SharedWrites::clear() {
  for (auto& written : written_) written.clear();
  now_.clear();
}

std::span<const std::byte> SharedWrites::View::page(uint32_t address) const {
  const std::span<const std::byte> own = memory_.page(address);
  bytes_.assign(own.begin(), own.end());
  for (unsigned other = 0; other < writes_.written_.size(); ++other) {
    if (other == slot_) continue;
    for (const auto& [word, strobe] : writes_.written_[other]) {
      if (word - address >= kPageBytes) continue;
      const uint32_t value = checker_.memory().read_word({.space = model::Space::kDevice, .address = word});
      for (unsigned byte = 0; byte < 4; ++byte) {
        if ((strobe >> byte & 1) != 0) bytes_[word - address + byte] = static_cast<std::byte>(value >> (8 * byte));
      }
    }
  }
  return bytes_;
}

}  // namespace heddle::harness
