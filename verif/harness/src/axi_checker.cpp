#include "axi_checker.h"

#include <fmt/format.h>

#include <bit>

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

void AxiChecker::violation(std::string_view rule, std::string_view channel, std::string_view detail) const {
  throw ProtocolError(fmt::format("AXI4 rule broken in cycle {}: {} ({} channel): {}", cycle_, rule, channel, detail));
}

// A3.2.1: once asserted, valid stays until the handshake, and the payload with it.
template <typename Channel>
void AxiChecker::check_stable(Channel& held, bool& is_held, const Channel& now, bool ready, std::string_view name) {
  if (is_held) {
    if (!now.valid) violation("valid-stable", name, "valid was withdrawn before the handshake");
    if (now != held) violation("payload-stable", name, "the payload changed while valid waited for ready");
  }
  is_held = now.valid && !ready;
  if (is_held) held = now;
}

void AxiChecker::check_address(const AxiAddress& address, std::string_view channel) const {
  if (address.id >= settings_.ids) {
    violation("id-range", channel, fmt::format("id {} of {}", address.id, settings_.ids));
  }
  if (address.burst != kBurstIncr) violation("burst-type", channel, fmt::format("burst {} is not INCR", address.burst));
  if ((1U << address.size) != settings_.line_bytes) {
    violation("size", channel, fmt::format("size {} on a port of {} bytes", address.size, settings_.line_bytes));
  }
  if (address.address % settings_.line_bytes != 0) {
    violation("alignment", channel, fmt::format("address {:#010x} is not of a line", address.address));
  }
  const uint64_t last = uint64_t{address.address} + (address.len + 1ULL) * settings_.line_bytes - 1;
  if (last / 4096 != address.address / 4096) {
    violation("4k-boundary", channel, fmt::format("burst of {} at {:#010x}", address.len + 1, address.address));
  }
}

void AxiChecker::check_write_beat(const AxiWrite& beat) {
  for (unsigned i = settings_.line_bytes; i < kMaxLineBytes; ++i) {
    if (strobe_bit(beat.strobe, i)) violation("strobe", "W", fmt::format("strobe {} beyond the port", i));
  }
  early_data_.push_back(beat);
}

// Write data comes in address order, the last beat of each burst carries WLAST.
void AxiChecker::match_write_data() {
  while (!early_data_.empty() && !open_writes_.empty()) {
    OpenWrite& write = open_writes_.front();
    const bool is_last = --write.beats_left == 0;
    if (early_data_.front().last != is_last) {
      violation("wlast", "W", fmt::format("last is {} with {} beats to go", !is_last, write.beats_left));
    }
    early_data_.pop_front();
    if (is_last) {
      ++complete_writes_[write.request.id];
      open_writes_.pop_front();
    }
  }
}

void AxiChecker::check_read_response(const AxiRead& read) {
  auto& queue = reads_[read.id];
  if (queue.empty()) violation("response-match", "R", fmt::format("data for id {}, of which no read is open", read.id));
  const bool is_last = --queue.front().beats_left == 0;
  if (read.last != is_last) violation("rlast", "R", fmt::format("last is {} for id {}", read.last, read.id));
  if (is_last) {
    queue.pop_front();
    --outstanding_reads_;
  }
}

void AxiChecker::check_write_response(const AxiWriteResponse& response) {
  if (complete_writes_[response.id] == 0) {
    violation("response-match", "B",
              fmt::format("response for id {}, of which no complete write is open", response.id));
  }
  --complete_writes_[response.id];
  --outstanding_writes_;
}

void AxiChecker::observe(const AxiMasterSignals& master, const AxiSlaveSignals& slave) {
  ++cycle_;
  // Responses first: what they answer was complete before this edge.
  if (slave.r.valid && master.r_ready) check_read_response(slave.r);
  if (slave.b.valid && master.b_ready) check_write_response(slave.b);
  // A response may also not be raised early, while it waits for ready.
  if (slave.r.valid && !master.r_ready && reads_[slave.r.id].empty()) {
    violation("response-match", "R", fmt::format("data for id {}, of which no read is open", slave.r.id));
  }
  if (slave.b.valid && !master.b_ready && complete_writes_[slave.b.id] == 0) {
    violation("response-match", "B", fmt::format("response for id {} without a complete write", slave.b.id));
  }

  if (master.ar.valid) check_address(master.ar, "AR");
  if (master.aw.valid) check_address(master.aw, "AW");
  if (master.ar.valid && slave.ar_ready) {
    reads_[master.ar.id].push_back({master.ar.len + 1U});
    ++outstanding_reads_;
  }
  if (master.aw.valid && slave.aw_ready) {
    open_writes_.push_back({master.aw, master.aw.len + 1U});
    ++outstanding_writes_;
  }
  if (master.w.valid && slave.w_ready) check_write_beat(master.w);
  match_write_data();

  check_stable(held_aw_, aw_held_, master.aw, slave.aw_ready, "AW");
  check_stable(held_ar_, ar_held_, master.ar, slave.ar_ready, "AR");
  check_stable(held_w_, w_held_, master.w, slave.w_ready, "W");
  check_stable(held_r_, r_held_, slave.r, master.r_ready, "R");
  check_stable(held_b_, b_held_, slave.b, master.b_ready, "B");
}

}  // namespace heddle::harness
