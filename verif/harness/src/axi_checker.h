// Watches the AXI4 memory port, both directions, for the rules of the AXI4 specification (IHI 0022) that the port can
// break, and for those the memory hub adds: full-width INCR transfers that stay in one 4 KiB page, ids below the limit.
//
// Call observe() once per rising clock edge with the values before it. Throws ProtocolError (rtl_device.h) at the first
// violation, naming rule, channel and cycle.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>

#include "axi_signals.h"

namespace heddle::harness {

class AxiChecker {
 public:
  struct Settings {
    unsigned line_bytes = 64;
    unsigned ids = 32;  // ids in use are below this
  };

  explicit AxiChecker(const Settings& settings) : settings_(settings) {}

  void observe(const AxiMasterSignals& master, const AxiSlaveSignals& slave);

  // Requests that have no complete answer yet.
  unsigned outstanding() const { return outstanding_reads_ + outstanding_writes_; }

 private:
  struct OpenRead {
    unsigned beats_left;
  };
  struct OpenWrite {
    AxiAddress request;
    unsigned beats_left;
  };

  [[noreturn]] void violation(std::string_view rule, std::string_view channel, std::string_view detail) const;
  template <typename Channel>
  void check_stable(Channel& held, bool& is_held, const Channel& now, bool ready, std::string_view name);
  void check_address(const AxiAddress& address, std::string_view channel) const;
  void check_write_beat(const AxiWrite& beat);
  void match_write_data();
  void check_read_response(const AxiRead& read);
  void check_write_response(const AxiWriteResponse& response);

  Settings settings_;
  uint64_t cycle_ = 0;

  AxiAddress held_aw_, held_ar_;
  AxiWrite held_w_;
  AxiRead held_r_;
  AxiWriteResponse held_b_;
  bool aw_held_ = false, ar_held_ = false, w_held_ = false, r_held_ = false, b_held_ = false;

  std::array<std::deque<OpenRead>, 256> reads_;  // by id, oldest first
  std::array<unsigned, 256> complete_writes_{};  // by id: all data sent, response due
  std::deque<OpenWrite> open_writes_;            // address sent, data incomplete
  std::deque<AxiWrite> early_data_;              // data sent before its address
  unsigned outstanding_reads_ = 0;
  unsigned outstanding_writes_ = 0;
};

}  // namespace heddle::harness
