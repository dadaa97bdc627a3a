// Each rule of AXI4 is broken in turn, on each channel that has it; the checker must name both.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "axi_checker.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::harness {
namespace {

constexpr unsigned kLine = 64;

// A port with legal traffic to start from.
struct Port {
  AxiChecker checker{{.beat_bytes = kLine, .ids = 8}};
  AxiMasterSignals master;
  AxiSlaveSignals slave;

  Port() {
    slave.aw_ready = slave.w_ready = slave.ar_ready = true;
    master.b_ready = master.r_ready = true;
    checker.observe(master, slave);  // the edge after reset, at which nothing is valid
  }
  void clock() {
    checker.observe(master, slave);
    master.aw.valid = master.w.valid = master.ar.valid = false;
    slave.r.valid = slave.b.valid = false;
  }
  static AxiAddress address(uint8_t id, uint32_t where, uint8_t len = 0) {
    return {.valid = true, .id = id, .address = where, .len = len, .size = 6, .burst = kBurstIncr};
  }
  void read(uint8_t id, uint8_t len = 0) { master.ar = address(id, 0x8000'0000, len); }
  void write(uint8_t id) {
    master.aw = address(id, 0x8000'0040);
    master.w = {.valid = true, .last = true, .strobe = {1, 0}, .data = {}};
  }
  void read_data(uint8_t id, bool last = true) {
    slave.r = {.valid = true, .id = id, .resp = 0, .last = last, .data = {}};
  }
  void response(uint8_t id) { slave.b = {.valid = true, .id = id, .resp = 0}; }
};

TEST(AxiChecker, AcceptsLegalTraffic) {
  Port port;
  port.read(1);
  port.write(2);
  port.clock();
  port.read(1);
  port.response(2);
  port.clock();
  port.read_data(1);
  port.clock();
  EXPECT_EQ(port.checker.outstanding(), 1U);
  port.read_data(1);
  port.clock();
  EXPECT_EQ(port.checker.outstanding(), 0U);
}

TEST(AxiChecker, AcceptsDataBeforeAddressAndBackPressure) {
  Port port;
  port.write(3);
  port.master.aw.valid = false;
  port.clock();
  port.slave.aw_ready = false;
  for (int i = 0; i < 3; ++i) {
    port.master.aw = Port::address(3, 0x8000'0040);
    port.slave.aw_ready = i == 2;
    port.clock();
  }
  port.response(3);
  port.clock();
  EXPECT_EQ(port.checker.outstanding(), 0U);
}

// Only the oldest request is named, from when it was offered.
TEST(AxiChecker, KnowsTheOldestRequest) {
  Port port;
  EXPECT_FALSE(port.checker.oldest());
  port.slave.ar_ready = false;
  for (int i = 0; i < 3; ++i) {
    port.read(1);
    port.slave.ar_ready = i == 2;
    port.clock();
    ASSERT_TRUE(port.checker.oldest());
    EXPECT_EQ(port.checker.oldest()->accepted, i == 2);
    EXPECT_EQ(port.checker.now() - port.checker.oldest()->since, static_cast<uint64_t>(i));
  }
  port.write(2);
  port.clock();
  EXPECT_EQ(port.checker.oldest()->id, 1U);
  EXPECT_FALSE(port.checker.oldest()->write);
  port.read_data(1);
  port.clock();
  EXPECT_EQ(port.checker.oldest()->id, 2U);
  EXPECT_TRUE(port.checker.oldest()->write);
  EXPECT_EQ(port.checker.oldest()->address, 0x8000'0040U);
  port.response(2);
  port.clock();
  EXPECT_FALSE(port.checker.oldest());
}

struct Violation {
  const char* name;
  const char* rule;
  const char* channel;
  std::function<void(Port&)> break_it;
};

class AxiRule : public ::testing::TestWithParam<Violation> {};

TEST_P(AxiRule, BrokenIsCaughtAndNamed) {
  Port port;
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

std::vector<Violation> violations() {
  return {
      {"aw_valid_withdrawn", "valid-stable", "AW",
       [](Port& p) {
         p.slave.aw_ready = false;
         p.master.aw = Port::address(0, 0x8000'0000);
         p.clock();
         p.clock();
       }},
      {"w_valid_withdrawn", "valid-stable", "W",
       [](Port& p) {
         p.slave.w_ready = false;
         p.write(0);
         p.clock();
         p.clock();
       }},
      {"ar_valid_withdrawn", "valid-stable", "AR",
       [](Port& p) {
         p.slave.ar_ready = false;
         p.read(0);
         p.clock();
         p.clock();
       }},
      {"ar_payload_changed", "payload-stable", "AR",
       [](Port& p) {
         p.slave.ar_ready = false;
         p.read(0);
         p.clock();
         p.read(1);
         p.clock();
       }},
      {"aw_payload_changed", "payload-stable", "AW",
       [](Port& p) {
         p.slave.aw_ready = false;
         p.master.aw = Port::address(0, 0x8000'0000);
         p.clock();
         p.master.aw = Port::address(0, 0x8000'0040);
         p.clock();
       }},
      {"w_payload_changed", "payload-stable", "W",
       [](Port& p) {
         p.slave.w_ready = false;
         p.write(0);
         p.clock();
         p.write(0);
         p.master.w.data[5] = 1;
         p.clock();
       }},
      {"r_valid_withdrawn", "valid-stable", "R",
       [](Port& p) {
         p.read(0);
         p.clock();
         p.master.r_ready = false;
         p.read_data(0);
         p.clock();
         p.clock();
       }},
      {"b_payload_changed", "payload-stable", "B",
       [](Port& p) {
         p.write(0);
         p.clock();
         p.write(1);
         p.clock();
         p.master.b_ready = false;
         p.response(0);
         p.clock();
         p.response(1);
         p.clock();
       }},
      {"id_beyond_limit", "id-range", "AR",
       [](Port& p) {
         p.read(8);
         p.clock();
       }},
      {"burst_type", "burst-type", "AR",
       [](Port& p) {
         p.read(0);
         p.master.ar.burst = 2;
         p.clock();
       }},
      {"size", "size", "AW",
       [](Port& p) {
         p.write(0);
         p.master.aw.size = 2;
         p.clock();
       }},
      {"alignment", "alignment", "AR",
       [](Port& p) {
         p.read(0);
         p.master.ar.address += 4;
         p.clock();
       }},
      {"page_crossed", "4k-boundary", "AR",
       [](Port& p) {
         p.read(0, 1);
         p.master.ar.address = 0x8000'0FC0;
         p.clock();
       }},
      {"strobe_beyond_port", "strobe", "W",
       [](Port& p) {
         p.write(0);
         p.master.w.strobe[1] = 1;
         p.clock();
       }},
      {"wlast_missing", "wlast", "W",
       [](Port& p) {
         p.write(0);
         p.master.w.last = false;
         p.clock();
       }},
      {"wlast_early", "wlast", "W",
       [](Port& p) {
         p.write(0);
         p.master.aw.len = 1;
         p.clock();
       }},
      {"read_data_unasked", "response-match", "R",
       [](Port& p) {
         p.read(1);
         p.clock();
         p.read_data(2);
         p.clock();
       }},
      {"read_data_unasked_waiting", "response-match", "R",
       [](Port& p) {
         p.master.r_ready = false;
         p.read_data(2);
         p.clock();
       }},
      {"read_data_twice", "response-match", "R",
       [](Port& p) {
         p.read(1);
         p.clock();
         p.read_data(1);
         p.clock();
         p.read_data(1);
         p.clock();
       }},
      {"rlast_missing", "rlast", "R",
       [](Port& p) {
         p.read(1);
         p.clock();
         p.read_data(1, false);
         p.clock();
       }},
      {"rlast_early", "rlast", "R",
       [](Port& p) {
         p.read(1, 1);
         p.clock();
         p.read_data(1, true);
         p.clock();
       }},
      {"write_response_unasked", "response-match", "B",
       [](Port& p) {
         p.response(1);
         p.clock();
       }},
      {"write_response_before_data", "response-match", "B",
       [](Port& p) {
         p.master.aw = Port::address(1, 0x8000'0000);
         p.clock();
         p.response(1);
         p.clock();
       }},
      {"write_response_before_data_waiting", "response-match", "B",
       [](Port& p) {
         p.master.aw = Port::address(1, 0x8000'0000);
         p.clock();
         p.master.b_ready = false;
         p.response(1);
         p.clock();
       }},
      {"r_payload_changed", "payload-stable", "R",
       [](Port& p) {
         p.read(0);
         p.clock();
         p.master.r_ready = false;
         p.read_data(0);
         p.clock();
         p.read_data(0);
         p.slave.r.data[7] = 1;
         p.clock();
       }},
      {"b_valid_withdrawn", "valid-stable", "B",
       [](Port& p) {
         p.write(0);
         p.clock();
         p.master.b_ready = false;
         p.response(0);
         p.clock();
         p.clock();
       }},
      {"aw_id_beyond_limit", "id-range", "AW",
       [](Port& p) {
         p.write(8);
         p.clock();
       }},
      {"aw_burst_type", "burst-type", "AW",
       [](Port& p) {
         p.write(0);
         p.master.aw.burst = 0;
         p.clock();
       }},
      {"ar_size", "size", "AR",
       [](Port& p) {
         p.read(0);
         p.master.ar.size = 7;
         p.clock();
       }},
      {"aw_alignment", "alignment", "AW",
       [](Port& p) {
         p.write(0);
         p.master.aw.address += 63;
         p.clock();
       }},
      {"aw_page_crossed", "4k-boundary", "AW",
       [](Port& p) {
         p.write(0);
         p.master.aw.len = 63;  // from 0x40
         p.clock();
       }},
      {"wlast_of_the_second_burst", "wlast", "W",
       [](Port& p) {
         p.write(0);
         p.clock();
         p.write(1);
         p.master.w.last = false;
         p.clock();
       }},
      {"reads_of_one_id_out_of_order", "rlast", "R",
       [](Port& p) {
         p.read(1, 1);
         p.clock();
         p.read(1, 0);
         p.clock();
         p.read_data(1, true);  // that of the second
         p.clock();
       }},
      {"read_exokay", "response-code", "R",
       [](Port& p) {
         p.read(1);
         p.clock();
         p.read_data(1);
         p.slave.r.resp = kRespExokay;
         p.clock();
       }},
      {"write_exokay", "response-code", "B",
       [](Port& p) {
         p.write(1);
         p.clock();
         p.response(1);
         p.slave.b.resp = kRespExokay;
         p.clock();
       }},
      {"write_response_twice", "response-match", "B",
       [](Port& p) {
         p.write(1);
         p.clock();
         p.response(1);
         p.clock();
         p.response(1);
         p.clock();
       }},
      {"aw_valid_in_reset", "reset-valid", "AW",
       [](Port& p) {
         p.master.aw.valid = true;
         p.checker.observe_reset(p.master, p.slave);
       }},
      {"w_valid_in_reset", "reset-valid", "W",
       [](Port& p) {
         p.master.w.valid = true;
         p.checker.observe_reset(p.master, p.slave);
       }},
      {"ar_valid_after_reset", "reset-valid", "AR",
       [](Port& p) {
         p.read(0);
         AxiChecker({.beat_bytes = kLine, .ids = 8}).observe(p.master, p.slave);
       }},
      {"r_valid_after_reset", "reset-valid", "R",
       [](Port& p) {
         p.read_data(0);
         AxiChecker({.beat_bytes = kLine, .ids = 8}).observe(p.master, p.slave);
       }},
      {"b_valid_in_reset", "reset-valid", "B",
       [](Port& p) {
         p.response(0);
         p.checker.observe_reset(p.master, p.slave);
       }},
  };
}

// The table in axi_checker.h: no rule without a test.
TEST(AxiChecker, EachRuleIsBrokenOnEachOfItsChannels) {
  const std::vector<std::pair<const char*, std::vector<const char*>>> rules = {
      {"reset-valid", {"AW", "W", "B", "AR", "R"}},
      {"valid-stable", {"AW", "W", "B", "AR", "R"}},
      {"payload-stable", {"AW", "W", "B", "AR", "R"}},
      {"response-match", {"R", "B"}},
      {"rlast", {"R"}},
      {"wlast", {"W"}},
      {"strobe", {"W"}},
      {"response-code", {"R", "B"}},
      {"4k-boundary", {"AR", "AW"}},
      {"burst-type", {"AR", "AW"}},
      {"size", {"AR", "AW"}},
      {"alignment", {"AR", "AW"}},
      {"id-range", {"AR", "AW"}},
  };
  std::set<std::pair<std::string, std::string>> broken;
  for (const Violation& violation : violations()) broken.emplace(violation.rule, violation.channel);
  for (const auto& [rule, channels] : rules) {
    for (const char* channel : channels) EXPECT_TRUE(broken.contains({rule, channel})) << rule << " on " << channel;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, AxiRule, ::testing::ValuesIn(violations()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace heddle::harness
