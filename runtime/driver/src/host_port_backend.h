#pragma once

#include <memory>
#include <optional>

#include "heddle/driver/backend.h"
#include "heddle/driver/host_bus.h"

namespace heddle::driver {

class Dma;

/// A back end that reaches device memory as a host of the hardware does, where the device has host_dma
/// (docs/host_port.md): a little through BAR2, more by DMA. Without, straight. Accesses then take the device's time,
/// and may be made while a launch runs, with the order of docs/host_port.md, section 2.
class HostPortBackend : public Backend {
 public:
  ~HostPortBackend() override;

  void read_memory(uint32_t address, std::span<std::byte> bytes) final;
  void write_memory(uint32_t address, std::span<const std::byte> bytes) final;
  Dma* dma() final { return dma_.get(); }

 protected:
  HostPortBackend();
  /// The device has host_dma, and finds bus() as bus master; registers can be used.
  void open_host_port();
  HostBus& bus() { return bus_; }

  virtual void read_straight(uint32_t address, std::span<std::byte> bytes) = 0;
  virtual void write_straight(uint32_t address, std::span<const std::byte> bytes) = 0;
  /// BAR2, at a byte of its 16 MiB: all of the access is within. Throw DeviceError(kRejected) on an error answer.
  virtual void read_aperture(uint32_t offset, std::span<std::byte> bytes) = 0;
  virtual void write_aperture(uint32_t offset, std::span<const std::byte> bytes) = 0;

 private:
  /// Has BAR2 show `address`; how many of `bytes` bytes there it shows.
  size_t show(uint32_t address, size_t bytes);

  HostBus bus_;
  std::unique_ptr<Dma> dma_;
  std::optional<uint32_t> shown_;  // what the register of BAR2 holds
};

}  // namespace heddle::driver
