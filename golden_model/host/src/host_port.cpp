#include "heddle/host/host_port.h"

#include "heddle/generated/memory_map.h"

namespace heddle::host {
namespace {

using host_dma::Message;

std::uint32_t bit(Message source, bool high) { return std::uint32_t{high} << static_cast<unsigned>(source); }

}  // namespace

std::optional<std::uint32_t> HostPort::load(std::uint32_t address) const {
  const std::uint32_t offset = address - host_dma::kBase;
  const host_dma::RegisterInfo* info = host_dma::find_register(offset);
  if (info == nullptr) return std::nullopt;
  if (info->access == host_dma::Access::WriteOnly) return 0;
  if (offset == host_dma::kId) return host_dma::kIdValue;
  if (offset == host_dma::kCapability) return host_dma::capability::kPins.set(pins_.count());
  if (offset < host_dma::kAperture) return dma_.load(offset);
  if (offset == host_dma::kAperture) return aperture_;
  return offset < host_dma::kPinFirstLo ? messages_.load(offset) : pins_.load(offset);
}

bool HostPort::store(Side side, std::uint32_t address, std::uint32_t value) {
  const std::uint32_t offset = address - host_dma::kBase;
  const host_dma::RegisterInfo* info = host_dma::find_register(offset);
  if (info == nullptr || (side == Side::kHart && offset >= host_dma::kAperture)) return false;
  if (info->access == host_dma::Access::ReadOnly) return true;
  if (offset < host_dma::kAperture) return dma_.store(offset, value);
  if (offset == host_dma::kAperture) {
    aperture_ = value & info->mask;
  } else if (offset < host_dma::kPinFirstLo) {
    messages_.store(offset, value);
  } else {
    pins_.store(offset, value);
  }
  return true;
}

std::optional<std::uint32_t> HostPort::aperture_address(std::uint32_t offset) const {
  constexpr std::uint32_t kLowBits = (1U << host_dma::aperture::kBase.lsb) - 1;
  const std::uint32_t base = aperture_ & ~kLowBits;
  if (host_dma::aperture::kEnable.get(aperture_) == 0 || base < memory_map::kDeviceBase) return std::nullopt;
  return base | (offset & kLowBits);
}

bool HostPort::aperture_read(std::uint32_t offset, std::span<std::uint8_t> out) const {
  const auto address = aperture_address(offset);
  if (!address) return false;
  device_.read(*address, out);
  return true;
}

bool HostPort::aperture_write(std::uint32_t offset, std::span<const std::uint8_t> in) {
  const auto address = aperture_address(offset);
  if (!address) return false;
  device_.write(*address, in);
  return true;
}

void HostPort::update(bool launch, bool management) {
  messages_.update(bit(Message::Launch, launch) | bit(Message::Management, management) |
                   bit(Message::DmaDone, dma_.done_enabled()) | bit(Message::DmaError, dma_.error_enabled()));
}

}  // namespace heddle::host
