#include "dma_reference.h"

#include <algorithm>

#include "heddle/generated/host_dma.h"

namespace heddle::bridge_test {

using host_dma::Cause;

bool Environment::pinned(std::uint64_t page, bool write) const {
  return std::any_of(pins.begin(), pins.end(), [&](const Pin& pin) {
    return (write ? pin.w : pin.r) && page >= pin.first >> 12 && page <= pin.last >> 12;
  });
}

std::set<unsigned> causes_of(const Descriptor& descriptor, const Environment& environment) {
  const auto one = [](Cause cause) { return std::set<unsigned>{static_cast<unsigned>(cause)}; };
  if ((descriptor.flags & 3) > 1 || (descriptor.flags & ~0x33U) != 0 || descriptor.bytes == 0) {
    return one(Cause::Descriptor);
  }
  const std::uint64_t device_last = std::uint64_t{descriptor.device} + descriptor.bytes - 1;
  if (descriptor.device < 0x8000'0000U || device_last > 0xFFFF'FFFFU) return one(Cause::Device);
  std::set<unsigned> causes;
  const std::uint64_t host_last = descriptor.host + descriptor.bytes - 1;
  for (std::uint64_t page = descriptor.host >> 12;; page = (page + 1) & 0xF'FFFF'FFFF'FFFF) {
    const bool write = descriptor.to_host();
    if (!environment.pinned(page, write)) causes.insert(static_cast<unsigned>(Cause::Pin));
    if (!write && environment.host_read_errors.contains(page)) causes.insert(static_cast<unsigned>(Cause::Read));
    if (write && environment.host_write_errors.contains(page)) causes.insert(static_cast<unsigned>(Cause::Write));
    if (page == host_last >> 12) break;
  }
  for (std::uint64_t page = descriptor.device >> 12; page <= device_last >> 12; ++page) {
    const bool write = !descriptor.to_host();
    if (!write && environment.device_read_errors.contains(page)) causes.insert(static_cast<unsigned>(Cause::Read));
    if (write && environment.device_write_errors.contains(page)) causes.insert(static_cast<unsigned>(Cause::Write));
  }
  return causes;
}

void carry_out(const Descriptor& descriptor, Pages& host, Pages& device) {
  for (std::uint64_t i = 0; i < descriptor.bytes; ++i) {
    const std::uint64_t host_address = descriptor.host + i;
    const std::uint64_t device_address = descriptor.device + i;
    std::uint8_t& host_byte = host.at(host_address >> 12)[host_address & 0xFFF];
    std::uint8_t& device_byte = device.at(device_address >> 12)[device_address & 0xFFF];
    (descriptor.to_host() ? host_byte : device_byte) = descriptor.to_host() ? device_byte : host_byte;
  }
}

}  // namespace heddle::bridge_test
