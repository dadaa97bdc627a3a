#include "aperture_copy.h"

#include <algorithm>
#include <array>

#include "heddle/generated/host_dma.h"

namespace heddle::harness {

namespace {

constexpr uint32_t kAperture = host_dma::kBase + host_dma::kAperture;
// Device memory begins at this value of the register's field (docs/host_port.md, section 4).
constexpr uint32_t kFirstBase = 0x80;

}  // namespace

ApertureCopy::ApertureCopy(RtlDevice& device) : device_(device) {
  std::array<std::byte, 4> word{};
  const auto refused = [&](uint32_t setting, auto access) {
    device_.write_register(kAperture, setting);
    try {
      (device_.*access)(0, word);
    } catch (const ApertureError&) {
      return true;
    }
    return false;
  };
  using namespace host_dma::aperture;
  for (const uint32_t setting : {kBase.set(kFirstBase), kEnable.set(1) | kBase.set(kFirstBase - 1)}) {
    if (!refused(setting, &RtlDevice::read_aperture) || !refused(setting, &RtlDevice::write_aperture)) {
      throw RtlError("BAR2 does not refuse accesses that its register does not allow");
    }
  }
}

size_t ApertureCopy::show(uint32_t address, size_t bytes) {
  using namespace host_dma::aperture;
  device_.write_register(kAperture, kEnable.set(1) | kBase.set(address / RtlDevice::kApertureBytes));
  return std::min<size_t>(bytes, RtlDevice::kApertureBytes - address % RtlDevice::kApertureBytes);
}

void ApertureCopy::to_device(uint32_t address, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const size_t part = show(address, bytes.size());
    device_.write_aperture(address % RtlDevice::kApertureBytes, bytes.first(part));
    address += static_cast<uint32_t>(part);
    bytes = bytes.subspan(part);
  }
}

void ApertureCopy::from_device(uint32_t address, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const size_t part = show(address, bytes.size());
    device_.read_aperture(address % RtlDevice::kApertureBytes, bytes.first(part));
    address += static_cast<uint32_t>(part);
    bytes = bytes.subspan(part);
  }
}

}  // namespace heddle::harness
