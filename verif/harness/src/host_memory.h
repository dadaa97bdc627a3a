// The host's memory behind the die's AXI4 master port (host_dma): 2 GiB of its own at kBase, or what the user of the
// device has there instead (HostSide). Everything else is answered with an error. Latencies, stalls and order as
// AxiMemory has them.
#pragma once

#include <cstdint>
#include <span>

#include "axi_checker.h"
#include "axi_memory.h"
#include "beat_store.h"
#include "faulty_port.h"
#include "heddle/harness/rtl_device.h"
#include "sparse_memory.h"

namespace heddle::harness {

class HostMemory final : private BeatStore {
 public:
  static constexpr uint64_t kBase = RtlDevice::kHostMemoryBase;
  static constexpr uint64_t kBytes = RtlDevice::kHostMemoryBytes;

  explicit HostMemory(const AxiMemory::Settings& settings);
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

  static bool contains(uint64_t address, uint64_t size) {
    return address >= kBase && size <= kBytes && address - kBase <= kBytes - size;
  }

  // In place of the memory of its own; null: that again.
  void connect(HostSide* side) { side_ = side; }

  // Of its own memory. Precondition: the range lies within.
  void read(uint64_t address, std::span<std::byte> bytes) const;
  void write(uint64_t address, std::span<const std::byte> bytes);
  void set_error_range(uint64_t first, uint64_t last, unsigned response);

  // The device is reset.
  void reset();
  FaultyPort& port() { return port_; }
  AxiChecker& checker() { return checker_; }
  uint64_t activity() const { return memory_.activity(); }

 private:
  bool read_beat(uint64_t address, std::span<std::byte> out) const override;
  bool write_beat(uint64_t address, std::span<const std::byte> in, const LineStrobe& strobe) override;

  AxiChecker::Settings checker_settings_;
  SparseMemory pages_;
  HostSide* side_ = nullptr;
  AxiMemory memory_;
  FaultyPort port_;
  AxiChecker checker_;
};

}  // namespace heddle::harness
