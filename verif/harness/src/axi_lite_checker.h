// Watches the AXI4-Lite port of the host, both directions, for the rules of the AXI4 specification (IHI 0022) that it
// can break.
//
// | rule             | channels | section, what it says                                                      |
// |------------------|----------|----------------------------------------------------------------------------|
// | `reset-valid`    | all      | A3.1.2: valid is low during reset, and at the first edge after it          |
// | `valid-stable`   | all      | A3.2.1: valid, once raised, stays until the handshake                      |
// | `payload-stable` | all      | A3.2.1: the payload does not change meanwhile                              |
// | `response-match` | R, B     | A3.3.1: no answer before its request (and its data) is accepted; as many   |
// |                  |          | answers as requests                                                        |
// | `response-code`  | R, B     | B1.1.1: there are no exclusive accesses, and no EXOKAY                     |
//
// Call observe() once per rising clock edge with the values before it. Throws ProtocolError (rtl_device.h) at the first
// violation, naming rule, channel and cycle.
#pragma once

#include <cstdint>
#include <string_view>

#include "host_master.h"

namespace heddle::harness {

class AxiLiteChecker {
 public:
  void observe(const HostRequest& host, const HostResponse& device);
  // The same for an edge during reset; all registers have had one edge to take their reset values.
  void observe_reset(const HostRequest& host, const HostResponse& device) const;

 private:
  // A channel that waits for ready: its payload in one number.
  struct Held {
    uint64_t payload = 0;
    bool waits = false;
  };

  [[noreturn]] void violation(std::string_view rule, std::string_view channel, std::string_view detail) const;
  void check_low(const HostRequest& host, const HostResponse& device, std::string_view when) const;
  void check_stable(Held& held, bool valid, bool ready, uint64_t payload, std::string_view name) const;

  uint64_t cycle_ = 0;
  Held aw_, w_, b_, ar_, r_;
  // Accepted so far, less answered.
  unsigned addresses_ = 0, data_ = 0, reads_ = 0;
};

}  // namespace heddle::harness
