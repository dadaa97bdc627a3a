// The verilated top behind a small virtual interface, so that everything above it is compiled once for all
// configurations. One implementation per library: verilated_top.cpp. Everything but clock and reset crosses by DPI, to
// the active sinks (monitor_sink.h, bus_sink.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

class ClockedTop {
 public:
  virtual ~ClockedTop() = default;

  virtual void drive_reset(bool active) = 0;
  // Rising edge, then falling edge.
  virtual void cycle() = 0;

  // Waveforms: between start and stop every edge is written. Throws RtlOptionsError without tracing support.
  virtual void start_trace(const std::string& path) = 0;
  virtual void stop_trace() = 0;

  // Whether the design's assertions are checked; they are, unless told otherwise.
  virtual void check_assertions(bool on) = 0;
  // Turns a bit over, between two cycles: `signal` is the number in the library's signals.json. Throws RtlOptionsError
  // where the library was built without --coverage, or has no such bit.
  virtual void flip(size_t signal, unsigned bit) = 0;
};

// Factories of the library's own configuration; `seed` sets the registers without reset.
std::unique_ptr<ClockedTop> make_clocked_top(uint64_t seed);
const RtlDescription& library_description();

// The device over such a top (verilated_device.cpp). Throws RtlOptionsError.
std::unique_ptr<RtlDevice> open_verilated_device(const RtlOptions& options);

}  // namespace heddle::harness
