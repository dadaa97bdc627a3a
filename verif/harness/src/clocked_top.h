// The verilated top behind a small virtual interface, so that everything above it is compiled once for all
// configurations. One implementation per library: verilated_top.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "axi_signals.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

// AXI4-Lite, as driven by the harness and as answered by the device.
struct HostRequest {
  bool aw_valid = false;
  uint32_t aw_address = 0;
  bool w_valid = false;
  uint32_t w_data = 0;
  bool b_ready = false;
  bool ar_valid = false;
  uint32_t ar_address = 0;
  bool r_ready = false;
};

struct HostResponse {
  bool aw_ready = false;
  bool w_ready = false;
  bool b_valid = false;
  uint8_t b_resp = 0;
  bool ar_ready = false;
  bool r_valid = false;
  uint8_t r_resp = 0;
  uint32_t r_data = 0;
  bool operator==(const HostResponse&) const = default;
};

class ClockedTop {
 public:
  virtual ~ClockedTop() = default;

  virtual void drive_reset(bool active) = 0;
  virtual void drive_host(const HostRequest& request) = 0;
  virtual void drive_memory(const AxiSlaveSignals& signals) = 0;

  // Low phase: settles combinational logic. Afterwards the outputs are those before the next rising edge.
  virtual void settle() = 0;
  // Rising edge: registers change and the monitors report.
  virtual void edge() = 0;

  virtual void sample_host(HostResponse& response) const = 0;
  // Fills payloads of valid channels only.
  virtual void sample_memory(AxiMasterSignals& signals) const = 0;
  virtual bool irq() const = 0;

  // Waveforms: between start and stop every settle and edge is written. Throws RtlOptionsError without tracing support.
  virtual void start_trace(const std::string& path) = 0;
  virtual void stop_trace() = 0;
};

// Factories of the library's own configuration; `seed` sets the registers without reset.
std::unique_ptr<ClockedTop> make_clocked_top(uint64_t seed);
const RtlDescription& library_description();

// The device over such a top (verilated_device.cpp). Throws RtlOptionsError.
std::unique_ptr<RtlDevice> open_verilated_device(const RtlOptions& options);

}  // namespace heddle::harness
