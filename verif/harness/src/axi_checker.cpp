#include "axi_checker.h"

#include <fmt/format.h>

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

void AxiChecker::violation(std::string_view rule, std::string_view channel, std::string_view detail) const {
  throw ProtocolError(fmt::format("AXI4 rule broken in cycle {}: {} ({} channel): {}", cycle_, rule, channel, detail));
}

template <typename Payload>
void AxiChecker::check_stable(Held<Payload>& held, const Payload& now, bool ready, std::string_view name) const {
  if (held.waits) {
    if (!now.valid) violation("valid-stable", name, "valid was withdrawn before the handshake");
    if (now != held.payload) violation("payload-stable", name, "the payload changed while valid waited for ready");
  }
  if (now.valid && !held.waits) held.since = cycle_;
  held.waits = now.valid && !ready;
  if (held.waits) held.payload = now;
}

void AxiChecker::check_low(const AxiMasterSignals& master, const AxiSlaveSignals& slave, std::string_view when) const {
  const auto check = [&](bool valid, std::string_view channel) {
    if (valid) violation("reset-valid", channel, fmt::format("valid is high {}", when));
  };
  check(master.aw.valid, "AW");
  check(master.w.valid, "W");
  check(master.ar.valid, "AR");
  check(slave.b.valid, "B");
  check(slave.r.valid, "R");
}

void AxiChecker::observe_reset(const AxiMasterSignals& master, const AxiSlaveSignals& slave) const {
  check_low(master, slave, "during reset");
}

void AxiChecker::check_address(const AxiAddress& address, std::string_view channel) const {
  if (address.id >= settings_.ids) {
    violation("id-range", channel, fmt::format("id {} of {}", address.id, settings_.ids));
  }
  if (address.burst != kBurstIncr) violation("burst-type", channel, fmt::format("burst {} is not INCR", address.burst));
  if ((1U << address.size) != settings_.beat_bytes) {
    violation("size", channel, fmt::format("size {} on a port of {} bytes", address.size, settings_.beat_bytes));
  }
  if (address.address % settings_.beat_bytes != 0) {
    violation("alignment", channel, fmt::format("address {:#010x} is not of a beat", address.address));
  }
  const uint64_t last = address.address + (address.len + 1ULL) * settings_.beat_bytes - 1;
  if (last / 4096 != address.address / 4096) {
    violation("4k-boundary", channel, fmt::format("burst of {} at {:#010x}", address.len + 1, address.address));
  }
}

void AxiChecker::check_response_code(unsigned code, std::string_view channel) const {
  if (code == kRespExokay) violation("response-code", channel, "EXOKAY without an exclusive access");
}

void AxiChecker::check_write_beat(const AxiWrite& beat) {
  for (unsigned i = settings_.beat_bytes; i < kMaxLineBytes; ++i) {
    if (strobe_bit(beat.strobe, i)) violation("strobe", "W", fmt::format("strobe {} beyond the port", i));
  }
  early_data_.push_back(beat);
}

void AxiChecker::match_write_data() {
  while (!early_data_.empty() && !open_writes_.empty()) {
    Request& write = open_writes_.front();
    const bool is_last = --write.beats_left == 0;
    if (early_data_.front().last != is_last) {
      violation("wlast", "W", fmt::format("last is {} with {} beats to go", !is_last, write.beats_left));
    }
    early_data_.pop_front();
    if (is_last) {
      writes_[write.id].push_back(write);
      open_writes_.pop_front();
    }
  }
}

// An answer is checked when it is raised, not only when it is taken: what it answers was complete before this edge.
void AxiChecker::check_responses(const AxiMasterSignals& master, const AxiSlaveSignals& slave) {
  if (slave.r.valid) {
    const AxiRead& read = slave.r;
    check_response_code(read.resp, "R");
    auto& queue = reads_[read.id];
    if (queue.empty()) {
      violation("response-match", "R", fmt::format("data for id {}, of which no read is open", read.id));
    }
    const bool is_last = queue.front().beats_left == 1;
    if (read.last != is_last) violation("rlast", "R", fmt::format("last is {} for id {}", read.last, read.id));
    if (master.r_ready && --queue.front().beats_left == 0) {
      queue.pop_front();
      --outstanding_reads_;
    }
  }
  if (slave.b.valid) {
    check_response_code(slave.b.resp, "B");
    auto& queue = writes_[slave.b.id];
    if (queue.empty()) {
      violation("response-match", "B",
                fmt::format("response for id {}, of which no complete write is open", slave.b.id));
    }
    if (master.b_ready) {
      queue.pop_front();
      --outstanding_writes_;
    }
  }
}

AxiChecker::Request AxiChecker::accepted(const AxiAddress& address, const Held<AxiAddress>& held, bool write) const {
  return {.since = held.waits ? held.since : cycle_,
          .address = address.address,
          .id = address.id,
          .beats_left = address.len + 1U,
          .write = write,
          .accepted = true};
}

void AxiChecker::observe(const AxiMasterSignals& master, const AxiSlaveSignals& slave) {
  if (cycle_++ == 0) check_low(master, slave, "at the first edge after reset");
  check_responses(master, slave);
  if (master.ar.valid) check_address(master.ar, "AR");
  if (master.aw.valid) check_address(master.aw, "AW");
  if (master.ar.valid && slave.ar_ready) {
    reads_[master.ar.id].push_back(accepted(master.ar, ar_, false));
    ++outstanding_reads_;
  }
  if (master.aw.valid && slave.aw_ready) {
    open_writes_.push_back(accepted(master.aw, aw_, true));
    ++outstanding_writes_;
  }
  if (master.w.valid && slave.w_ready) check_write_beat(master.w);
  match_write_data();

  check_stable(aw_, master.aw, slave.aw_ready, "AW");
  check_stable(ar_, master.ar, slave.ar_ready, "AR");
  check_stable(w_, master.w, slave.w_ready, "W");
  check_stable(r_, slave.r, master.r_ready, "R");
  check_stable(b_, slave.b, master.b_ready, "B");
}

std::optional<AxiChecker::Request> AxiChecker::oldest() const {
  std::optional<Request> oldest;
  const auto consider = [&](const Request& request) {
    if (!oldest || request.since < oldest->since) oldest = request;
  };
  for (const auto* queues : {&reads_, &writes_}) {
    for (const std::deque<Request>& queue : *queues) {
      if (!queue.empty()) consider(queue.front());
    }
  }
  if (!open_writes_.empty()) consider(open_writes_.front());
  for (const Held<AxiAddress>* held : {&ar_, &aw_}) {
    if (!held->waits) continue;
    consider({.since = held->since,
              .address = held->payload.address,
              .id = held->payload.id,
              .beats_left = held->payload.len + 1U,
              .write = held == &aw_,
              .accepted = false});
  }
  return oldest;
}

}  // namespace heddle::harness
