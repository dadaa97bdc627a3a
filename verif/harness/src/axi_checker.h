// Watches an AXI4 port, both directions, for the rules of the AXI4 specification (IHI 0022) that master and slave can
// break, and for those the port adds: full-width INCR transfers that stay in one 4 KiB page, ids below the limit. The
// ports have no AxLOCK, AxCACHE, AxPROT, AxQOS and user signals, so their rules do not apply; that exclusive accesses
// are unused shows in the responses.
//
// | rule             | channels | section, what it says                                                              |
// |------------------|----------|------------------------------------------------------------------------------------|
// | `reset-valid`    | all      | A3.1.2: valid is low during reset, and at the first edge after it                  |
// | `valid-stable`   | all      | A3.2.1: valid, once raised, stays until the handshake                              |
// | `payload-stable` | all      | A3.2.1: the payload does not change meanwhile                                      |
// | `response-match` | R, B     | A3.3.1: no answer before its request (and, of a write, its last data) is accepted; |
// |                  |          | as many answers as requests, per id                                                |
// | `rlast`          | R        | A3.4.1: the last beat of a burst, in the order of the requests of its id, and no   |
// |                  |          | other carries RLAST                                                                |
// | `wlast`          | W        | A3.4.1: likewise WLAST; write data comes in the order of the addresses (A5.3)      |
// | `strobe`         | W        | A3.4.3: no strobe outside the bytes of the transfer                                |
// | `response-code`  | R, B     | A3.4.4: EXOKAY answers exclusive accesses alone                                    |
// | `4k-boundary`    | AR, AW   | A3.4.1: a burst stays in its 4 KiB page                                            |
// | `burst-type`     | AR, AW   | the port: INCR                                                                     |
// | `size`           | AR, AW   | the port: the full width (A3.4.1: not more)                                        |
// | `alignment`      | AR, AW   | the port: addresses of whole beats                                                 |
// | `id-range`       | AR, AW   | the port: ids that it has                                                          |
//
// Call observe() once per rising clock edge with the values before it. Throws ProtocolError (rtl_device.h) at the first
// violation, naming rule, channel and cycle.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "axi_signals.h"

namespace heddle::harness {

class AxiChecker {
 public:
  struct Settings {
    unsigned beat_bytes = 64;
    unsigned ids = 32;  // ids in use are below this
  };

  // A request without a complete answer.
  struct Request {
    uint64_t since = 0;  // cycle in which the address was offered
    uint64_t address = 0;
    unsigned id = 0;
    unsigned beats_left = 0;
    bool write = false;
    bool accepted = false;  // the memory has taken the address
  };

  explicit AxiChecker(const Settings& settings) : settings_(settings) {}

  void observe(const AxiMasterSignals& master, const AxiSlaveSignals& slave);
  // The same for an edge during reset; all registers have had one edge to take their reset values.
  void observe_reset(const AxiMasterSignals& master, const AxiSlaveSignals& slave) const;

  // Requests whose address was accepted and that have no complete answer yet.
  unsigned outstanding() const { return outstanding_reads_ + outstanding_writes_; }
  // The one that has waited longest, from when its address was offered.
  std::optional<Request> oldest() const;
  // Cycles observed.
  uint64_t now() const { return cycle_; }

 private:
  // Payload of a channel that waits for ready.
  template <typename Payload>
  struct Held {
    Payload payload;
    uint64_t since = 0;
    bool waits = false;
  };

  [[noreturn]] void violation(std::string_view rule, std::string_view channel, std::string_view detail) const;
  template <typename Payload>
  void check_stable(Held<Payload>& held, const Payload& now, bool ready, std::string_view name) const;
  void check_low(const AxiMasterSignals& master, const AxiSlaveSignals& slave, std::string_view when) const;
  void check_address(const AxiAddress& address, std::string_view channel) const;
  void check_response_code(unsigned code, std::string_view channel) const;
  void check_responses(const AxiMasterSignals& master, const AxiSlaveSignals& slave);
  void check_write_beat(const AxiWrite& beat);
  void match_write_data();
  Request accepted(const AxiAddress& address, const Held<AxiAddress>& held, bool write) const;

  Settings settings_;
  uint64_t cycle_ = 0;

  Held<AxiAddress> aw_, ar_;
  Held<AxiWrite> w_;
  Held<AxiRead> r_;
  Held<AxiWriteResponse> b_;

  std::array<std::deque<Request>, 256> reads_;   // by id, oldest first
  std::array<std::deque<Request>, 256> writes_;  // by id: all data sent, response due
  std::deque<Request> open_writes_;              // address sent, data incomplete
  std::deque<AxiWrite> early_data_;              // data sent before its address
  unsigned outstanding_reads_ = 0;
  unsigned outstanding_writes_ = 0;
};

}  // namespace heddle::harness
