// Where the DPI functions of rtl/bus_pkg.sv deliver: the memory, its protocol checker and the host of the device whose
// clock ticks. What these throw is kept and rethrown by the device after the edge, since nothing may be thrown through
// the simulator.
#pragma once

#include <exception>

#include "axi_checker.h"
#include "axi_memory.h"
#include "host_master.h"

namespace heddle::harness {

struct BusSink {
  AxiMemory* memory = nullptr;
  AxiChecker* checker = nullptr;
  HostMaster* host = nullptr;
  unsigned line_bytes = 64;
  AxiMasterSignals master;  // of this edge
  std::exception_ptr error;
};

BusSink*& active_bus();

}  // namespace heddle::harness
