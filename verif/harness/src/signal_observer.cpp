#include "signal_observer.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cstring>

namespace heddle::harness {

SignalObserver::SignalObserver(void* design) : bytes_(static_cast<uint8_t*>(design)) {
  size_t end = 0;
  begin_ = kSignals[0].offset;
  for (size_t i = 0; i < kSignalCount; ++i) {
    begin_ = std::min(begin_, kSignals[i].offset);
    end = std::max(end, kSignals[i].offset + kSignals[i].bytes);
  }
  // The struct goes on behind its signals.
  begin_ &= ~(sizeof(uint64_t) - 1);
  words_ = (end - begin_ + sizeof(uint64_t) - 1) / sizeof(uint64_t);
  before_.resize(words_);
  risen_.resize(words_);
  fallen_.resize(words_);
}

void SignalObserver::restart() { std::memcpy(before_.data(), bytes_ + begin_, words_ * sizeof(uint64_t)); }

void SignalObserver::sample() {
  for (size_t i = 0; i < words_; ++i) {
    uint64_t now = 0;
    std::memcpy(&now, bytes_ + begin_ + i * sizeof now, sizeof now);
    risen_[i] |= now & ~before_[i];
    fallen_[i] |= before_[i] & ~now;
    before_[i] = now;
  }
}

void SignalObserver::write(std::ostream& out) const {
  const auto bytes_of = [this](const std::vector<uint64_t>& bits, const SignalPlace& place) {
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(bits.data()) + (place.offset - begin_);
    return fmt::format("{:02x}", fmt::join(bytes, bytes + place.bytes, ""));
  };
  for (size_t i = 0; i < kSignalCount; ++i) {
    fmt::print(out, "T {} {}\n", bytes_of(risen_, kSignals[i]), bytes_of(fallen_, kSignals[i]));
  }
}

bool flip_bit(void* design, size_t signal, unsigned bit) {
  if (signal >= kSignalCount) return false;
  const SignalPlace& place = kSignals[signal];
  const unsigned elements = std::max(1U, place.depth);
  if (bit >= place.width * elements) return false;
  const size_t byte = place.offset + place.bytes / elements * (bit / place.width) + bit % place.width / 8;
  static_cast<uint8_t*>(design)[byte] ^= static_cast<uint8_t>(1U << (bit % place.width % 8));
  return true;
}

}  // namespace heddle::harness
