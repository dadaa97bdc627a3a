#include "host_master.h"

#include "axi_signals.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

void HostMaster::start_write(uint32_t offset, uint32_t value) {
  writing_ = aw_left_ = w_left_ = true;
  offset_ = offset;
  value_ = value;
}

void HostMaster::start_read(uint32_t offset) {
  reading_ = ar_left_ = true;
  offset_ = offset;
}

void HostMaster::check(const HostResponse& response) {
  const bool write_sent = writing_ && !aw_left_ && !w_left_ && !request_.aw_valid && !request_.w_valid;
  const bool read_sent = reading_ && !ar_left_ && !request_.ar_valid;
  if (response.b_valid && !write_sent) throw ProtocolError("AXI4-Lite: a write response without an accepted write");
  if (response.r_valid && !read_sent) throw ProtocolError("AXI4-Lite: read data without an accepted read");
  if (held_.b_valid && (!response.b_valid || response.b_resp != held_.b_resp)) {
    throw ProtocolError("AXI4-Lite: the write response changed before it was taken");
  }
  if (held_.r_valid && (!response.r_valid || response.r_resp != held_.r_resp || response.r_data != held_.r_data)) {
    throw ProtocolError("AXI4-Lite: the read data changed before it was taken");
  }
}

const HostRequest& HostMaster::clock(const HostResponse& response) {
  check(response);
  held_.b_valid = response.b_valid && !request_.b_ready;
  held_.b_resp = response.b_resp;
  held_.r_valid = response.r_valid && !request_.r_ready;
  held_.r_resp = response.r_resp;
  held_.r_data = response.r_data;

  if (response.aw_ready) request_.aw_valid = false;
  if (response.w_ready) request_.w_valid = false;
  if (response.ar_ready) request_.ar_valid = false;
  if (response.b_valid && request_.b_ready) {
    writing_ = false;
    okay_ = response.b_resp == kRespOkay;
  }
  if (response.r_valid && request_.r_ready) {
    reading_ = false;
    okay_ = response.r_resp == kRespOkay;
    data_ = response.r_data;
  }

  if (aw_left_ && now()) {
    aw_left_ = false;
    request_.aw_valid = true;
    request_.aw_address = offset_;
  }
  if (w_left_ && now()) {
    w_left_ = false;
    request_.w_valid = true;
    request_.w_data = value_;
  }
  if (ar_left_ && now()) {
    ar_left_ = false;
    request_.ar_valid = true;
    request_.ar_address = offset_;
  }
  request_.b_ready = writing_ && now();
  request_.r_ready = reading_ && now();
  return request_;
}

}  // namespace heddle::harness
