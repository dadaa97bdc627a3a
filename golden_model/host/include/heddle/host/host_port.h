// The host port beyond the launch registers (docs/host_port.md): the registers at 0x1000, with the DMA engine, the
// messages and the aperture behind them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "heddle/host/dma_engine.h"
#include "heddle/host/host_memory.h"
#include "heddle/host/messages.h"
#include "heddle/host/pinned_windows.h"
#include "heddle/model/device_memory.h"

namespace heddle::host {

class HostPort {
 public:
  enum class Side { kHost, kHart };

  // `beat_bytes`: the width of the AXI4 ports. The others must outlive the port.
  HostPort(unsigned pins, unsigned beat_bytes, HostMemory& host, model::DeviceMemory& device)
      : device_(device), pins_(pins), dma_(host, device, pins_, beat_bytes), messages_(host) {}

  // Whether `address`, in BAR0 or in the window `dispatcher`, is the block's.
  static bool has(std::uint32_t address) { return address / kBlockBytes == host_dma::kBase / kBlockBytes; }
  // By such an address. None, false: answered with an error.
  std::optional<std::uint32_t> load(std::uint32_t address) const;
  [[nodiscard]] bool store(Side side, std::uint32_t address, std::uint32_t value);

  // BAR2, at a byte of its 16 MiB: one access within them. False: answered with an error.
  bool aperture_read(std::uint32_t offset, std::span<std::uint8_t> out) const;
  bool aperture_write(std::uint32_t offset, std::span<const std::uint8_t> in);

  void advance(std::uint64_t cycles) { dma_.advance(cycles); }
  // Something goes on that an interrupt may follow.
  bool busy() const { return dma_.running(); }
  // The other sources of the host's interrupts, as they are now; sends what has to be sent.
  void update(bool launch, bool management);
  // To the management core's interrupt controller; to the host.
  bool hart_interrupt() const { return dma_.done() || dma_.error(); }
  bool host_interrupt() const { return messages_.level(); }

 private:
  static constexpr std::uint32_t kBlockBytes = 0x1000;

  std::optional<std::uint32_t> aperture_address(std::uint32_t offset) const;

  model::DeviceMemory& device_;
  PinnedWindows pins_;
  DmaEngine dma_;
  Messages messages_;
  std::uint32_t aperture_ = 0;
};

}  // namespace heddle::host
