#include "host_master.h"

#include "axi_signals.h"

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

const HostRequest& HostMaster::clock(const HostResponse& response) {
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
