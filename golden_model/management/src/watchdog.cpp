#include "heddle/management/watchdog.h"

#include "heddle/generated/management.h"

namespace heddle::management {

using namespace mgmt::watchdog;

namespace {

constexpr std::uint32_t kKickWord = 0x4B49'434B;

}  // namespace

std::uint64_t Watchdog::next_event() const {
  if ((control_ & kControlEnable) == 0) return ~std::uint64_t{0};
  const std::uint32_t limit = warned_ ? grace_ : timeout_;
  return count_ >= limit ? 0 : limit - count_;
}

bool Watchdog::advance(std::uint64_t cycles) {
  if ((control_ & kControlEnable) == 0) return true;
  for (std::uint64_t left = cycles; left >= next_event();) {
    left -= next_event();
    if (warned_) return false;
    warned_ = true;
    count_ = 0;
    cycles = left;
  }
  count_ += static_cast<std::uint32_t>(cycles);
  return true;
}

std::uint32_t Watchdog::load(std::uint32_t address) const {
  switch (address) {
    case kControl: return control_;
    case kTimeout: return timeout_;
    case kGrace: return grace_;
    case kCount: return count_;
    case kStatus: return warned_ ? kStatusWarned : 0;
    default: return 0;
  }
}

bool Watchdog::store(std::uint32_t address, std::uint32_t data) {
  if (address == kKick) {
    if (data != kKickWord) return false;
    kick();
    return true;
  }
  if ((control_ & kControlLock) != 0) return false;
  switch (address) {
    case kControl:
      if (((control_ ^ data) & kControlEnable) != 0) kick();
      control_ = data & (kControlEnable | kControlLock);
      return true;
    case kTimeout: timeout_ = data; return true;
    case kGrace: grace_ = data; return true;
    default: return false;
  }
}

}  // namespace heddle::management
