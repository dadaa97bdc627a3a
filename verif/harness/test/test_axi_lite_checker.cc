// Each rule of AXI4-Lite is broken in turn, on each channel; the checker must name both.
#include <gtest/gtest.h>

#include <functional>

#include "axi_lite_checker.h"
#include "axi_signals.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::harness {
namespace {

// A port on which nothing is valid and everything ready.
struct LitePort {
  AxiLiteChecker checker;
  HostRequest host;
  HostResponse device;

  LitePort() {
    host.b_ready = host.r_ready = true;
    device.aw_ready = device.w_ready = device.ar_ready = true;
    checker.observe(host, device);
  }
  void clock() {
    checker.observe(host, device);
    host.aw_valid = host.w_valid = host.ar_valid = false;
    device.b_valid = device.r_valid = false;
  }
  void write() { host.aw_valid = host.w_valid = true; }
};

TEST(AxiLiteChecker, AcceptsLegalTraffic) {
  LitePort port;
  port.host.w_valid = true;  // data before the address
  port.clock();
  port.host.aw_valid = true;
  port.host.ar_valid = true;
  port.clock();
  port.host.b_ready = false;
  port.device.b_valid = true;
  port.device.b_resp = kRespSlverr;
  port.clock();
  port.host.b_ready = true;
  port.device.b_valid = port.device.r_valid = true;
  port.clock();
}

struct LiteViolation {
  const char* name;
  const char* rule;
  const char* channel;
  std::function<void(LitePort&)> break_it;
};

class AxiLiteRule : public ::testing::TestWithParam<LiteViolation> {};

TEST_P(AxiLiteRule, BrokenIsCaughtAndNamed) {
  LitePort port;
  try {
    GetParam().break_it(port);
  } catch (const ProtocolError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find(GetParam().rule), std::string::npos) << text;
    EXPECT_NE(text.find(std::string("(") + GetParam().channel + " channel)"), std::string::npos) << text;
    return;
  }
  FAIL() << "not caught";
}

// A channel that waits for ready, then `change`, and it waits on.
std::function<void(LitePort&)> while_waiting(const std::function<void(LitePort&)>& raise,
                                             const std::function<void(LitePort&)>& change) {
  return [raise, change](LitePort& p) {
    p.device.aw_ready = p.device.w_ready = p.device.ar_ready = false;
    p.host.b_ready = p.host.r_ready = false;
    raise(p);
    p.clock();
    change(p);
    p.clock();
  };
}

void nothing(LitePort&) {}
void aw(LitePort& p) { p.host.aw_valid = true; }
void w(LitePort& p) { p.host.w_valid = true; }
void ar(LitePort& p) { p.host.ar_valid = true; }
void b(LitePort& p) { p.device.b_valid = true; }
void r(LitePort& p) { p.device.r_valid = true; }
// The same after a request that was accepted.
void asked_b(LitePort& p) {
  p.device.aw_ready = p.device.w_ready = true;
  p.write();
  p.clock();
  p.device.aw_ready = p.device.w_ready = false;
  b(p);
}
void asked_r(LitePort& p) {
  p.device.ar_ready = true;
  ar(p);
  p.clock();
  p.device.ar_ready = false;
  r(p);
}
std::function<void(LitePort&)> in_reset(void (*raise)(LitePort&)) {
  return [raise](LitePort& p) {
    raise(p);
    p.checker.observe_reset(p.host, p.device);
  };
}

std::vector<LiteViolation> violations() {
  return {
      {"aw_in_reset", "reset-valid", "AW", in_reset(aw)},
      {"w_in_reset", "reset-valid", "W", in_reset(w)},
      {"ar_in_reset", "reset-valid", "AR", in_reset(ar)},
      {"b_in_reset", "reset-valid", "B", in_reset(b)},
      {"r_after_reset", "reset-valid", "R",
       [](LitePort& p) {
         r(p);
         AxiLiteChecker().observe(p.host, p.device);
       }},
      {"aw_withdrawn", "valid-stable", "AW", while_waiting(aw, nothing)},
      {"w_withdrawn", "valid-stable", "W", while_waiting(w, nothing)},
      {"ar_withdrawn", "valid-stable", "AR", while_waiting(ar, nothing)},
      {"b_withdrawn", "valid-stable", "B", while_waiting(asked_b, nothing)},
      {"r_withdrawn", "valid-stable", "R", while_waiting(asked_r, nothing)},
      {"aw_changed", "payload-stable", "AW",
       while_waiting(aw,
                     [](LitePort& p) {
                       aw(p);
                       p.host.aw_address = 4;
                     })},
      {"w_changed", "payload-stable", "W",
       while_waiting(w,
                     [](LitePort& p) {
                       w(p);
                       p.host.w_data = 1;
                     })},
      {"ar_changed", "payload-stable", "AR",
       while_waiting(ar,
                     [](LitePort& p) {
                       ar(p);
                       p.host.ar_address = 8;
                     })},
      {"b_changed", "payload-stable", "B",
       while_waiting(asked_b,
                     [](LitePort& p) {
                       b(p);
                       p.device.b_resp = kRespSlverr;
                     })},
      {"r_data_changed", "payload-stable", "R",
       while_waiting(asked_r,
                     [](LitePort& p) {
                       r(p);
                       p.device.r_data = 1;
                     })},
      {"r_response_changed", "payload-stable", "R",
       while_waiting(asked_r,
                     [](LitePort& p) {
                       r(p);
                       p.device.r_resp = kRespDecerr;
                     })},
      {"b_unasked", "response-match", "B",
       [](LitePort& p) {
         b(p);
         p.clock();
       }},
      {"b_before_data", "response-match", "B",
       [](LitePort& p) {
         aw(p);
         p.clock();
         b(p);
         p.clock();
       }},
      {"b_before_address", "response-match", "B",
       [](LitePort& p) {
         w(p);
         p.clock();
         b(p);
         p.clock();
       }},
      {"b_twice", "response-match", "B",
       [](LitePort& p) {
         p.write();
         p.clock();
         b(p);
         p.clock();
         b(p);
         p.clock();
       }},
      {"r_with_its_request", "response-match", "R",
       [](LitePort& p) {
         ar(p);
         r(p);
         p.clock();
       }},
      {"b_exokay", "response-code", "B",
       [](LitePort& p) {
         asked_b(p);
         p.device.b_resp = kRespExokay;
         p.clock();
       }},
      {"r_exokay", "response-code", "R",
       [](LitePort& p) {
         asked_r(p);
         p.device.r_resp = kRespExokay;
         p.clock();
       }},
  };
}

INSTANTIATE_TEST_SUITE_P(Each, AxiLiteRule, ::testing::ValuesIn(violations()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace heddle::harness
