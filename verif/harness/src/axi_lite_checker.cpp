#include "axi_lite_checker.h"

#include <fmt/format.h>

#include "axi_signals.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

void AxiLiteChecker::violation(std::string_view rule, std::string_view channel, std::string_view detail) const {
  throw ProtocolError(
      fmt::format("AXI4-Lite rule broken in cycle {}: {} ({} channel): {}", cycle_, rule, channel, detail));
}

void AxiLiteChecker::check_low(const HostRequest& host, const HostResponse& device, std::string_view when) const {
  const auto check = [&](bool valid, std::string_view channel) {
    if (valid) violation("reset-valid", channel, fmt::format("valid is high {}", when));
  };
  check(host.aw_valid, "AW");
  check(host.w_valid, "W");
  check(host.ar_valid, "AR");
  check(device.b_valid, "B");
  check(device.r_valid, "R");
}

void AxiLiteChecker::observe_reset(const HostRequest& host, const HostResponse& device) const {
  check_low(host, device, "during reset");
}

void AxiLiteChecker::check_stable(Held& held, bool valid, bool ready, uint64_t payload, std::string_view name) const {
  if (held.waits) {
    if (!valid) violation("valid-stable", name, "valid was withdrawn before the handshake");
    if (payload != held.payload) violation("payload-stable", name, "the payload changed while valid waited for ready");
  }
  held = {.payload = payload, .waits = valid && !ready};
}

void AxiLiteChecker::observe(const HostRequest& host, const HostResponse& device) {
  if (cycle_++ == 0) check_low(host, device, "at the first edge after reset");
  // An answer is checked when it is raised: what it answers was complete before this edge.
  if (device.b_valid) {
    if (device.b_resp == kRespExokay) violation("response-code", "B", "EXOKAY");
    if (addresses_ == 0 || data_ == 0) violation("response-match", "B", "a response without an accepted write");
    if (host.b_ready) {
      --addresses_;
      --data_;
    }
  }
  if (device.r_valid) {
    if (device.r_resp == kRespExokay) violation("response-code", "R", "EXOKAY");
    if (reads_ == 0) violation("response-match", "R", "data without an accepted read");
    if (host.r_ready) --reads_;
  }
  if (host.aw_valid && device.aw_ready) ++addresses_;
  if (host.w_valid && device.w_ready) ++data_;
  if (host.ar_valid && device.ar_ready) ++reads_;

  check_stable(aw_, host.aw_valid, device.aw_ready, host.aw_address, "AW");
  check_stable(w_, host.w_valid, device.w_ready, host.w_data, "W");
  check_stable(ar_, host.ar_valid, device.ar_ready, host.ar_address, "AR");
  check_stable(b_, device.b_valid, host.b_ready, device.b_resp, "B");
  check_stable(r_, device.r_valid, host.r_ready, device.r_data | uint64_t{device.r_resp} << 32, "R");
}

}  // namespace heddle::harness
