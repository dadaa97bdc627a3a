// The DMA engine (docs/host_port.md, section 3): descriptors one after the other, a beat a cycle.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "heddle/generated/host_dma.h"
#include "heddle/host/host_memory.h"
#include "heddle/host/pinned_windows.h"
#include "heddle/model/device_memory.h"

namespace heddle::host {

class DmaEngine {
 public:
  // All must outlive the engine; `beat_bytes` is the width of the AXI4 ports.
  DmaEngine(HostMemory& host, model::DeviceMemory& device, const PinnedWindows& pins, unsigned beat_bytes)
      : host_(host), device_(device), pins_(pins), beat_bytes_(beat_bytes) {}

  // The registers below 0x080 but id and capability. False: refused.
  std::uint32_t load(std::uint32_t offset) const;
  [[nodiscard]] bool store(std::uint32_t offset, std::uint32_t value);

  void advance(std::uint64_t cycles);

  bool running() const { return running_; }
  bool done() const { return done_; }
  bool error() const { return error_; }
  // Of done and error, those that interrupt the host.
  bool done_enabled() const { return done_ && host_dma::interrupt_enable::kDone.get(interrupt_enable_) != 0; }
  bool error_enabled() const { return error_ && host_dma::interrupt_enable::kError.get(interrupt_enable_) != 0; }

 private:
  struct Descriptor {
    std::uint64_t host = 0;
    std::uint32_t device = 0, bytes = 0, flags = 0;
    bool to_host() const { return host_dma::flags::kDirection.get(flags) != 0; }
  };

  void start();
  // One thing after the other; the beats it takes. 0: nothing to do.
  std::uint64_t step();
  std::optional<Descriptor> fetch();
  static host_dma::Cause check(const Descriptor& descriptor);
  std::uint64_t move_burst();
  bool write_record(std::uint32_t second);
  void complete();
  void fail(host_dma::Cause cause, std::uint32_t index);

  HostMemory& host_;
  model::DeviceMemory& device_;
  const PinnedWindows& pins_;
  unsigned beat_bytes_;

  std::uint32_t interrupt_enable_ = 0, ring_lo_ = 0, ring_hi_ = 0, ring_config_ = 0, tail_ = 0, completed_ = 0;
  std::uint32_t error_index_ = 0, completion_lo_ = 0, completion_hi_ = 0, completion_config_ = 0;
  bool running_ = false, done_ = false, error_ = false, aborted_ = false;
  host_dma::Cause cause_ = host_dma::Cause::None;
  std::optional<Descriptor> current_;  // what is left of it
};

}  // namespace heddle::host
