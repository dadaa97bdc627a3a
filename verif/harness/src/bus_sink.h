// Where the DPI functions of rtl/bus_pkg.sv deliver: the memory and the host of the device whose clock ticks, and the
// protocol checkers of their ports. What these throw is kept and rethrown by the device after the edge, since nothing
// may be thrown through the simulator.
#pragma once

#include <exception>

#include "axi_checker.h"
#include "axi_lite_checker.h"
#include "axi_memory.h"
#include "faulty_port.h"
#include "host_master.h"

namespace heddle::harness {

struct BusSink {
  FaultyPort* memory = nullptr;
  AxiChecker* checker = nullptr;
  HostMaster* host = nullptr;
  AxiLiteChecker* host_checker = nullptr;
  unsigned beat_bytes = 64;
  AxiMasterSignals master;       // of this edge
  bool checks = true;            // the checkers observe
  bool registers_reset = false;  // the reset has had an edge to act on registers
  std::exception_ptr error;
};

BusSink*& active_bus();

}  // namespace heddle::harness
