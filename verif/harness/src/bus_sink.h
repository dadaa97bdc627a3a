// Where the DPI functions of rtl/bus_pkg.sv deliver: the memories and the host of the device whose clock ticks, and the
// protocol checkers of their ports. What these throw is kept and rethrown by the device after the edge, since nothing
// may be thrown through the simulator.
#pragma once

#include <array>
#include <exception>

#include "aperture_master.h"
#include "axi_checker.h"
#include "axi_lite_checker.h"
#include "axi_memory.h"
#include "faulty_port.h"
#include "host_master.h"

namespace heddle::harness {

// An AXI4 port of the die with the memory behind it. Without a memory (no host_dma) nothing is delivered there.
struct BusPort {
  FaultyPort* memory = nullptr;
  AxiChecker* checker = nullptr;
  AxiMasterSignals master;  // of this edge
};

// BAR2, with the host as its master. Without host_dma nothing is delivered there.
struct AperturePort {
  ApertureMaster* master = nullptr;
  AxiChecker* checker = nullptr;
  AxiSlaveSignals slave;  // of this edge
};

struct BusSink {
  std::array<BusPort, 2> ports;  // bus_pkg.sv has their numbers
  AperturePort aperture;
  HostMaster* host = nullptr;
  AxiLiteChecker* host_checker = nullptr;
  unsigned beat_bytes = 64;
  bool checks = true;            // the checkers observe
  bool registers_reset = false;  // the reset has had an edge to act on registers
  std::exception_ptr error;
};

BusSink*& active_bus();

}  // namespace heddle::harness
