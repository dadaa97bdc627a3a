#include "aperture_master.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace heddle::harness {

void ApertureMaster::start(uint32_t offset, size_t bytes, bool write) {
  write_ = write;
  okay_ = true;
  first_ = next_ = offset;
  end_ = offset + static_cast<uint32_t>(bytes);
}

void ApertureMaster::start_read(uint32_t offset, std::span<std::byte> out) {
  out_ = out;
  start(offset, out.size(), false);
}

void ApertureMaster::start_write(uint32_t offset, std::span<const std::byte> in) {
  in_ = in;
  start(offset, in.size(), true);
}

void ApertureMaster::begin_burst() {
  burst_ = next_ - next_ % beat_bytes_;
  const uint32_t page_end = burst_ - burst_ % kPageBytes + kPageBytes;
  const uint32_t limit = std::min(page_end, burst_ + kBurstBeats * beat_bytes_);
  next_ = std::min(limit, end_);
  beats_ = (next_ - burst_ + beat_bytes_ - 1) / beat_bytes_;
  moved_ = 0;
  error_ = false;
  in_burst_ = address_left_ = true;
}

void ApertureMaster::end_burst() {
  in_burst_ = false;
  okay_ = !error_;
}

ApertureMaster::Part ApertureMaster::part(uint32_t beat) const {
  const uint32_t first = std::max(beat, first_), end = std::min(beat + beat_bytes_, end_);
  return {first - beat, first - first_, end - first};
}

void ApertureMaster::take(const AxiSlaveSignals& slave) {
  if (slave.aw_ready) outputs_.aw.valid = false;
  if (slave.w_ready) outputs_.w.valid = false;
  if (slave.ar_ready) outputs_.ar.valid = false;
  if (slave.r.valid && outputs_.r_ready) {
    const Part bytes = part(burst_ + moved_ * beat_bytes_);
    std::memcpy(out_.data() + bytes.in_access, slave.r.data.data() + bytes.in_beat, bytes.bytes);
    error_ = error_ || slave.r.resp != kRespOkay;
    if (++moved_ == beats_) end_burst();
  }
  if (slave.b.valid && outputs_.b_ready) {
    error_ = slave.b.resp != kRespOkay;
    end_burst();
  }
}

void ApertureMaster::drive_beat() {
  AxiWrite& w = outputs_.w;
  const Part bytes = part(burst_ + moved_ * beat_bytes_);
  w = {};
  w.valid = true;
  std::memcpy(w.data.data() + bytes.in_beat, in_.data() + bytes.in_access, bytes.bytes);
  for (unsigned i = bytes.in_beat; i < bytes.in_beat + bytes.bytes; ++i) w.strobe[i / 64] |= uint64_t{1} << (i % 64);
  w.last = ++moved_ == beats_;
}

const AxiMasterSignals& ApertureMaster::clock(const AxiSlaveSignals& slave) {
  take(slave);
  if (!in_burst_ && busy()) begin_burst();
  if (address_left_ && now()) {
    address_left_ = false;
    (write_ ? outputs_.aw : outputs_.ar) = {.valid = true,
                                            .id = static_cast<uint8_t>(random_ ? draw_() : 0),
                                            .address = burst_,
                                            .len = static_cast<uint8_t>(beats_ - 1),
                                            .size = static_cast<uint8_t>(std::countr_zero(beat_bytes_)),
                                            .burst = kBurstIncr};
  }
  if (in_burst_ && write_ && moved_ != beats_ && !outputs_.w.valid && now()) drive_beat();
  outputs_.b_ready = in_burst_ && write_ && now();
  outputs_.r_ready = in_burst_ && !write_ && now();
  return outputs_;
}

}  // namespace heddle::harness
