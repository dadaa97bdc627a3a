#include "heddle/management/devices.h"

#include <algorithm>
#include <bit>

#include "heddle/generated/management.h"
#include "heddle/management/hart.h"

namespace heddle::management {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB8'8320;

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
std::uint64_t with_low(std::uint64_t value, std::uint32_t half) { return value >> 32 << 32 | half; }
std::uint64_t with_high(std::uint64_t value, std::uint32_t half) { return std::uint64_t{half} << 32 | low(value); }

std::uint32_t checksum_step(std::uint32_t state, std::uint32_t word) {
  state ^= word;  // the lowest byte first: bit by bit from bit 0
  for (int bit = 0; bit < 32; ++bit) state = state >> 1 ^ ((state & 1) != 0 ? kPolynomial : 0);
  return state;
}

}  // namespace

void Devices::reset(Mailbox::Cause cause) {
  mtime_ = 0;
  mtimecmp_ = ~std::uint64_t{0};
  enable_ = 0;
  checksum_ = ~0u;
  watchdog_.reset();
  mailbox_.hart_reset(cause);
}

bool Devices::advance(std::uint64_t cycles) {
  mtime_ += cycles;
  return watchdog_.advance(cycles);
}

std::uint64_t Devices::next_event() const {
  const std::uint64_t timer =
      mtime_ >= mtimecmp_ || mtimecmp_ == ~std::uint64_t{0} ? ~std::uint64_t{0} : mtimecmp_ - mtime_;
  return std::min(timer, watchdog_.next_event());
}

std::uint32_t Devices::pending() const {
  std::uint32_t lines = sources_;
  const auto line = [&](unsigned source, bool level) {
    lines = (lines & ~(1u << source)) | std::uint32_t{level} << source;
  };
  line(mgmt::source::kWatchdog, watchdog_.warned());
  line(mgmt::source::kHostDoorbell, mailbox_.host_doorbell());
  return lines & mgmt::kSources;
}

std::uint32_t Devices::mip() const {
  return std::uint32_t{mailbox_.software_interrupt()} << Hart::kSoftware |
         std::uint32_t{mtime_ >= mtimecmp_} << Hart::kTimer |
         std::uint32_t{(pending() & enable_) != 0} << Hart::kExternal;
}

std::optional<std::uint32_t> Devices::load(std::uint32_t address) const {
  switch (mgmt::find_window(address)->base) {
    case mgmt::kWatchdogBase: return watchdog_.load(address);
    case mgmt::kMailboxBase: return mailbox_.load(Mailbox::Side::kHart, address);
    default: break;
  }
  switch (address) {
    case mgmt::timer::kMtimeLo: return low(mtime_);
    case mgmt::timer::kMtimeHi: return high(mtime_);
    case mgmt::timer::kMtimecmpLo: return low(mtimecmp_);
    case mgmt::timer::kMtimecmpHi: return high(mtimecmp_);
    case mgmt::interrupts::kPending: return pending();
    case mgmt::interrupts::kEnable: return enable_;
    case mgmt::interrupts::kHighest: {
      const std::uint32_t asking = pending() & enable_;
      return asking == 0 ? 0 : static_cast<std::uint32_t>(std::countr_zero(asking));
    }
    case mgmt::checksum::kState: return checksum_;
    case mgmt::checksum::kResult: return ~checksum_;
    default: return std::nullopt;
  }
}

bool Devices::store(std::uint32_t address, std::uint32_t data) {
  switch (mgmt::find_window(address)->base) {
    case mgmt::kWatchdogBase: return watchdog_.store(address, data);
    case mgmt::kMailboxBase: return mailbox_.store(Mailbox::Side::kHart, address, data);
    default: break;
  }
  switch (address) {
    case mgmt::timer::kMtimeLo: mtime_ = with_low(mtime_, data); return true;
    case mgmt::timer::kMtimeHi: mtime_ = with_high(mtime_, data); return true;
    case mgmt::timer::kMtimecmpLo: mtimecmp_ = with_low(mtimecmp_, data); return true;
    case mgmt::timer::kMtimecmpHi: mtimecmp_ = with_high(mtimecmp_, data); return true;
    case mgmt::interrupts::kEnable: enable_ = data & mgmt::kSources; return true;
    case mgmt::checksum::kState: checksum_ = data; return true;
    case mgmt::checksum::kData: checksum_ = checksum_step(checksum_, data); return true;
    default: return false;
  }
}

}  // namespace heddle::management
