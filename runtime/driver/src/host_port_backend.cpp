#include "host_port_backend.h"

#include <fmt/format.h>

#include <algorithm>

#include "dma.h"
#include "heddle/driver/error.h"
#include "heddle/generated/host_dma.h"
#include "heddle/generated/memory_map.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kWindow = 1U << host_dma::aperture::kBase.lsb;
/// Up to here through BAR2: an estimate of where its bursts, one after the other, take as long as a descriptor, its
/// record, its message and the writes of registers.
constexpr size_t kApertureBytes = 512;

void check_range(uint32_t address, size_t bytes) {
  if (address >= memory_map::kDeviceBase && address - memory_map::kDeviceBase <= memory_map::kDeviceSize &&
      bytes <= memory_map::kDeviceSize - (address - memory_map::kDeviceBase)) {
    return;
  }
  throw DeviceError(ErrorKind::kInvalidArgument,
                    fmt::format("{} bytes at {:#010x} are not device memory", bytes, address));
}

}  // namespace

HostPortBackend::HostPortBackend() = default;
HostPortBackend::~HostPortBackend() = default;

void HostPortBackend::open_host_port() { dma_ = std::make_unique<Dma>(*this, bus_); }

size_t HostPortBackend::show(uint32_t address, size_t bytes) {
  const uint32_t setting = host_dma::aperture::kEnable.set(1) | host_dma::aperture::kBase.set(address / kWindow);
  if (shown_ != setting) {
    write_register(host_dma::kBase + host_dma::kAperture, setting);
    shown_ = setting;
  }
  return std::min<size_t>(bytes, kWindow - address % kWindow);
}

void HostPortBackend::read_memory(uint32_t address, std::span<std::byte> bytes) {
  if (!dma_) return read_straight(address, bytes);
  check_range(address, bytes.size());
  if (bytes.size() > kApertureBytes) return dma_->read(address, bytes);
  while (!bytes.empty()) {
    const size_t part = show(address, bytes.size());
    read_aperture(address % kWindow, bytes.first(part));
    address += static_cast<uint32_t>(part);
    bytes = bytes.subspan(part);
  }
}

void HostPortBackend::write_memory(uint32_t address, std::span<const std::byte> bytes) {
  if (!dma_) return write_straight(address, bytes);
  check_range(address, bytes.size());
  if (bytes.size() > kApertureBytes) return dma_->write(address, bytes);
  while (!bytes.empty()) {
    const size_t part = show(address, bytes.size());
    write_aperture(address % kWindow, bytes.first(part));
    address += static_cast<uint32_t>(part);
    bytes = bytes.subspan(part);
  }
}

}  // namespace heddle::driver
