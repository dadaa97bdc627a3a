// The host's end of the AXI4-Lite port: one transaction at a time. AxiLiteChecker watches it.
#pragma once

#include <cstdint>
#include <random>

namespace heddle::harness {

// What the device answers, before a rising edge.
struct HostResponse {
  bool aw_ready = false;
  bool w_ready = false;
  bool b_valid = false;
  uint32_t b_resp = 0;
  bool ar_ready = false;
  bool r_valid = false;
  uint32_t r_data = 0;
  uint32_t r_resp = 0;
};

// What the host drives after it.
struct HostRequest {
  bool aw_valid = false;
  uint32_t aw_address = 0;
  bool w_valid = false;
  uint32_t w_data = 0;
  bool b_ready = false;
  bool ar_valid = false;
  uint32_t ar_address = 0;
  bool r_ready = false;
};

class HostMaster {
 public:
  // With `random`, address, data and readiness to take the answer come in random cycles.
  HostMaster(bool random, uint64_t seed) : random_(random), draw_(seed) {}

  // Begin a transaction; none may be under way.
  void start_write(uint32_t offset, uint32_t value);
  void start_read(uint32_t offset);
  bool busy() const { return writing_ || reading_; }
  // Of the last transaction.
  bool okay() const { return okay_; }
  uint32_t data() const { return data_; }

  // One rising edge: what the device answers before it; what the host drives after it.
  const HostRequest& clock(const HostResponse& response);
  // What the host drives now.
  const HostRequest& request() const { return request_; }

 private:
  bool now() { return !random_ || draw_() % 2 == 0; }

  bool random_;
  std::mt19937_64 draw_;
  HostRequest request_;
  bool writing_ = false, reading_ = false;
  bool aw_left_ = false, w_left_ = false, ar_left_ = false;  // not driven yet
  uint32_t offset_ = 0;
  uint32_t value_ = 0;
  bool okay_ = false;
  uint32_t data_ = 0;
};

}  // namespace heddle::harness
