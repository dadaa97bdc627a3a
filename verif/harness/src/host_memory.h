// The host's memory behind the die's AXI4 master port (host_dma): 2 GiB at kBase; everything else is answered with an
// error. Latencies, stalls and order as AxiMemory has them.
#pragma once

#include <cstdint>
#include <span>

#include "axi_checker.h"
#include "axi_memory.h"
#include "faulty_port.h"
#include "heddle/harness/rtl_device.h"
#include "sparse_memory.h"

namespace heddle::harness {

class HostMemory {
 public:
  static constexpr uint64_t kBase = RtlDevice::kHostMemoryBase;
  static constexpr uint64_t kBytes = RtlDevice::kHostMemoryBytes;

  explicit HostMemory(const AxiMemory::Settings& settings);

  // The address in the memory underneath of a host address; of one outside, an address that is outside there, too.
  static uint32_t address(uint64_t host);
  static bool contains(uint64_t address, uint64_t size) {
    return address >= kBase && size <= kBytes && address - kBase <= kBytes - size;
  }

  // Precondition of all three: the range lies within.
  void read(uint64_t address, std::span<std::byte> bytes) const;
  void write(uint64_t address, std::span<const std::byte> bytes);
  void set_error_range(uint64_t first, uint64_t last, unsigned response);

  // The device is reset.
  void reset();
  FaultyPort& port() { return port_; }
  AxiChecker& checker() { return checker_; }
  uint64_t activity() const { return memory_.activity(); }

 private:
  AxiChecker::Settings checker_settings_;
  SparseMemory pages_;
  AxiMemory memory_;
  FaultyPort port_;
  AxiChecker checker_;
};

}  // namespace heddle::harness
