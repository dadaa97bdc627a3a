#include "heddle/host/messages.h"

#include <array>

namespace heddle::host {
namespace {

constexpr unsigned kSources = 4;

}  // namespace

std::uint32_t Messages::load(std::uint32_t offset) const {
  switch (offset) {
    case host_dma::kMsiAddressLo: return address_lo_;
    case host_dma::kMsiAddressHi: return address_hi_;
    case host_dma::kMsiData: return data_;
    case host_dma::kMsiControl: return control_;
    case host_dma::kMsiMask: return mask_;
    case host_dma::kMsiStatus:
      return host_dma::msi_status::kPending.set(pending_) | host_dma::msi_status::kError.set(error_);
    default: return 0;  // write-only
  }
}

void Messages::store(std::uint32_t offset, std::uint32_t value) {
  const std::uint32_t kept = value & host_dma::find_register(offset)->mask;
  switch (offset) {
    case host_dma::kMsiAddressLo: address_lo_ = kept; break;
    case host_dma::kMsiAddressHi: address_hi_ = kept; break;
    case host_dma::kMsiData: data_ = kept; break;
    case host_dma::kMsiControl:
      if (kept == 0) pending_ = 0;
      if (kept != 0 && !enabled()) pending_ = levels_;
      control_ = kept;
      break;
    case host_dma::kMsiMask: mask_ = kept; break;
    case host_dma::kMsiRearm:
      if (enabled()) pending_ |= levels_ & host_dma::msi_rearm::kSources.get(value);
      if (host_dma::msi_rearm::kError.get(value) != 0) error_ = false;
      break;
    default: break;  // read-only
  }
  send();
}

void Messages::update(std::uint32_t levels) {
  if (enabled()) pending_ |= levels & ~levels_;
  levels_ = levels;
  send();
}

void Messages::send() {
  for (unsigned source = 0; source < kSources; ++source) {
    if (((pending_ & ~mask_) >> source & 1) == 0) continue;
    pending_ &= ~(1U << source);
    const std::uint32_t data = (data_ & ~3U) | source;
    std::array<std::uint8_t, 4> bytes{};
    for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(data >> 8 * i);
    if (!host_.write(std::uint64_t{address_hi_} << 32 | address_lo_, bytes)) error_ = true;
  }
}

}  // namespace heddle::host
