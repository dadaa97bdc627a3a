// host_bridge between a host memory, a device memory, a host that uses BAR2 and a cluster; AXI4 checkers at the master
// ports.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "Vbridge_bench.h"
#include "axi_checker.h"
#include "heddle/generated/host_dma.h"
#include "memory_port.h"
#include "traffic.h"

namespace heddle::bridge_test {

class Bench {
  VerilatedContext context_;
  std::unique_ptr<Vbridge_bench> top_;
  unsigned beat_bytes_;

 public:
  explicit Bench(std::uint64_t seed);
  ~Bench();

  MemoryPort host, device;
  Traffic aperture, cluster;  // masters that the bench drives
  bool launch_irq = false, management_irq = false;

  // A rising edge.
  void clock();
  // A register, by its offset in the block; takes a cycle. False: refused.
  bool write(std::uint32_t offset, std::uint32_t value, bool hart = false, unsigned strobe = 15);
  std::uint32_t read(std::uint32_t offset);
  bool readable(std::uint32_t offset);
  std::uint32_t status() { return read(host_dma::kStatus); }
  void pin(unsigned window, std::uint64_t first, std::uint64_t last, bool r, bool w);
  bool irq() { return top_->irq_o != 0; }
  bool hart_irq() { return top_->hart_irq_o != 0; }
  unsigned beat_bytes() const { return beat_bytes_; }
  std::uint64_t cycles() const { return cycles_; }
  unsigned first_id() const { return top_->first_id_o; }
  bool quiet() const { return host.idle() && device.idle() && aperture.idle() && cluster.idle(); }

 private:
  std::unique_ptr<harness::AxiChecker> host_checker_, device_checker_, cluster_checker_;
  std::uint64_t cycles_ = 0;
};

}  // namespace heddle::bridge_test
